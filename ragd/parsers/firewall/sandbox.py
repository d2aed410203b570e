"""A worker locks itself in: no file but those handed to it, no network, no other program, nothing written but scratch.

What a platform offers without special rights is used, and what was used is told: Landlock and seccomp on Linux,
Seatbelt on macOS. Where there is nothing of the kind, the limits of time, memory and output still hold.
"""

import ctypes
import ctypes.util
import os
import sys
import sysconfig
from collections.abc import Iterable

from ragd.parsers.firewall import landlock, seccomp

# What programs of the system read to work at all: libraries, time zones, fonts, and facts about the machine.
SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/nix/store", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"),
    *("/etc/localtime", "/etc/timezone", "/etc/fonts", "/etc/mime.types", "/etc/magic", "/etc/alternatives"),
    *("/dev/urandom", "/dev/random", "/dev/zero", "/proc/self", "/proc/cpuinfo", "/proc/meminfo"),
    *("/proc/sys/kernel/osrelease", "/proc/sys/vm/overcommit_memory", "/sys/devices/system"),
)
NULL = "/dev/null"
SEATBELT = """(version 1) (allow default)
(deny network*) (deny process-exec*) (deny process-fork) (deny file-write*)
(deny file-read-data (subpath "/Users") (subpath "/Volumes") (subpath "/private/var/folders") (subpath "/private/tmp"))
(allow file-write-data (literal "/dev/null"))
"""


def lock_in(scratch: str | None = None, *, models: Iterable[str] = ()) -> list[str]:
    """Lock this process in and return by what.

    `scratch` is the one folder where it may write, `models` are folders of models that parsers may read.
    """
    if sys.platform == "darwin":
        return ["seatbelt"] if _seatbelt([*_python(), *models], scratch) else []
    held = []
    if landlock.lock_in([*_python(), *models, *SYSTEM], writable=[NULL], scratch=scratch):
        held.append("landlock")
    if seccomp.lock_in():
        held.append("seccomp")
    elif _without_network():
        held.append("network namespace")
    return held


def offered() -> list[str]:
    """What `lock_in` can use here."""
    if sys.platform == "darwin":
        return ["seatbelt"]
    held = ["landlock"] if landlock.version() else []
    return [*held, "seccomp"] if seccomp.known() else held


def _python() -> Iterable[str]:
    """Where this Python, its libraries and ragd lie."""
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, *sys.path}
    places.update(filter(None, (sysconfig.get_config_var("LIBDIR"), sysconfig.get_path("stdlib"))))
    for name, finder in list(sys.modules.items()):
        if name.startswith("__editable__"):  # how setuptools finds what was installed with `pip install -e`
            places.update(map(str, getattr(finder, "MAPPING", {}).values()))
    return sorted(os.path.realpath(place) for place in places if place and place != "/")


def _without_network() -> bool:
    """Move into a network of one's own that leads nowhere: what is left where seccomp is not."""
    if sys.platform != "linux":
        return False
    user, network = 0x10000000, 0x40000000
    return bool(ctypes.CDLL(None).unshare(user | network) == 0)


def _seatbelt(readable: Iterable[str], scratch: str | None) -> bool:
    library = ctypes.util.find_library("sandbox")
    if library is None:
        return False
    rules = [f"(allow file-read-data (subpath {_quoted(path)}))" for path in readable]
    if scratch:
        rules.append(f"(allow file-read-data file-write* (subpath {_quoted(os.path.realpath(scratch))}))")
    error = ctypes.c_char_p()
    profile = (SEATBELT + "\n".join(rules)).encode()
    return bool(ctypes.CDLL(library).sandbox_init(profile, ctypes.c_uint64(0), ctypes.byref(error)) == 0)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
