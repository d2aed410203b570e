"""seccomp: from now on the kernel refuses this process sockets, other programs and whatever acts on others. (Linux.)

The filter is a program for the kernel's packet filter machine: it looks at the processor, the number of the system call
and its first argument. What is refused fails with "operation not permitted", so that a library can tell and go on.
"""

import ctypes
import os
import platform
import struct
import sys

# name: numbers on x86-64 and on 64-bit ARM (from the kernel's tables), None where it does not exist
REFUSED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "sendto": (44, 206), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "truncate": (76, 45), "setxattr": (188, 5),
    "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "open_by_handle_at": (304, 265),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "init_module": (175, 105),
    "finit_module": (313, 273), "reboot": (169, 142), "shmget": (29, 194), "msgget": (68, 186), "mq_open": (240, 180),
}  # fmt: skip
ON_ITSELF = {"kill": (62, 129), "tgkill": (234, 131), "prlimit64": (302, 261)}  # refused but for its own process
CLONE, CLONE3 = (56, 220), (435, 435)  # threads may be made, processes not; of clone3 the filter cannot tell
CLONE_THREAD = 0x10000
PROCESSORS = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7), "arm64": (1, 0xC00000B7)}  # column, AUDIT_ARCH
X32 = 0x40000000  # numbers from here on are another set of the same calls

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENT = 0, 4, 16  # where the kernel puts them
ALLOW, REFUSE, NO_SUCH_CALL = 0x7FFF0000, 0x00050001, 0x00050026  # the latter two: errno EPERM, ENOSYS
NO_NEW_PRIVILEGES = 38  # prctl
SET_FILTER, ALLOW_SPECULATION = 1, 4  # the flag: kernels before 5.16 would slow the process down


def known() -> bool:
    """Whether the kernel has it and this processor's system calls are known."""
    return sys.platform == "linux" and _processor() is not None and _libc().prctl(21, 0, 0, 0, 0) >= 0


def lock_in() -> bool:
    """Put the filter in force for this process; whether the kernel could."""
    if not known():
        return False
    program = _filter(os.getpid())
    held = ctypes.create_string_buffer(program)
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    _libc().prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    number = 317 if _processor() == PROCESSORS["x86_64"] else 277
    return bool(_libc().syscall(number, SET_FILTER, ALLOW_SPECULATION, head) == 0)


def _filter(own: int) -> bytes:
    processor = _processor()
    assert processor
    column, architecture = processor
    steps = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, REFUSE), (LOAD, 0, 0, NUMBER)]
    if column == 0:
        steps += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, REFUSE)]
    for number in filter(None, (numbers[column] for numbers in REFUSED.values())):
        steps += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE)]
    steps += [(EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, NO_SUCH_CALL)]
    steps += [(EQUAL, 0, 4, CLONE[column]), (LOAD, 0, 0, ARGUMENT), (ANY_BIT, 1, 0, CLONE_THREAD)]
    steps += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    for numbers in ON_ITSELF.values():
        steps += [(EQUAL, 0, 5, numbers[column]), (LOAD, 0, 0, ARGUMENT), (EQUAL, 2, 0, 0), (EQUAL, 1, 0, own)]
        steps += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    steps += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _processor() -> tuple[int, int] | None:
    return PROCESSORS.get(platform.machine()) if sys.maxsize > 1 << 32 else None


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
