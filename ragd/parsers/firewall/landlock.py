"""Landlock: from now on this process reaches no file but those named, and no network. (Linux 5.13 on.)

The constants are those of linux/landlock.h; the numbers of its three system calls are the same on every processor.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
WRITE_FILE, READ_FILE, READ_DIR = 1 << 1, 1 << 2, 1 << 3
REMOVE_FILE, MAKE_FILE, TRUNCATE = 1 << 5, 1 << 8, 1 << 14
FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}  # version -> every right on files
FILES_NOW = (1 << 16) - 1  # from version 5 on
NETWORK = 3  # bind and connect TCP, from version 4 on
SCOPE = 3  # abstract sockets and signals stay among the locked-in, from version 6 on
NO_NEW_PRIVILEGES = 38  # prctl


def version() -> int:
    """The version of Landlock that the kernel has; 0 where it has none."""
    return max(0, _call(CREATE_RULESET, None, 0, 1)) if sys.platform == "linux" else 0


def lock_in(readable: Iterable[str], *, writable: Iterable[str] = (), scratch: str | None = None) -> bool:
    """Leave this process only these files and folders, and what lies below them; whether the kernel could.

    In the folder `scratch` it may make and remove files too.
    """
    known = version()
    if not known:
        return False
    rights = FILES.get(known, FILES_NOW)
    wanted = struct.pack("QQQ", rights, NETWORK, SCOPE)[: 8 if known < 4 else 16 if known < 6 else 24]
    rules = _call(CREATE_RULESET, wanted, len(wanted), 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(rules, path, READ_FILE | READ_DIR)
        for path in writable:
            _allow(rules, path, READ_FILE | WRITE_FILE)
        if scratch:
            make = READ_FILE | READ_DIR | WRITE_FILE | REMOVE_FILE | MAKE_FILE | TRUNCATE
            _allow(rules, scratch, make & rights)
        _libc().prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return _call(RESTRICT_SELF, rules, 0) == 0
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there need not be allowed
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= ~READ_DIR
        _call(ADD_RULE, rules, 1, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: int | bytes | None) -> int:
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return int(_libc().syscall(ctypes.c_long(number), *given))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
