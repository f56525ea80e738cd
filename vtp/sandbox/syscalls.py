"""What a computing process needs of the kernel, by machine. Everything else is refused.

Only given descriptors can be used: nothing here opens a path, makes a socket, starts a program
or looks at another process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_X86_64: Mapping[str, int] = {
    # Given files, pipes and sockets. The first ones are the most frequent.
    "read": 0, "write": 1, "futex": 202, "lseek": 8, "readv": 19, "writev": 20, "pread64": 17,
    "pwrite64": 18, "preadv": 295, "pwritev": 296, "close": 3, "fstat": 5, "fsync": 74,
    "fdatasync": 75, "ftruncate": 77, "fallocate": 285, "sync_file_range": 277, "fadvise64": 221,
    "dup": 32, "dup2": 33, "dup3": 292, "fcntl": 72, "recvfrom": 45, "recvmsg": 47,
    "recvmmsg": 299, "sendto": 44, "sendmsg": 46, "sendmmsg": 307, "shutdown": 48,
    "poll": 7, "ppoll": 271, "select": 23, "pselect6": 270, "epoll_create1": 291,
    "epoll_ctl": 233, "epoll_wait": 232, "epoll_pwait": 281, "eventfd2": 290,
    # Memory.
    "mmap": 9, "munmap": 11, "mremap": 25, "mprotect": 10, "madvise": 28, "brk": 12,
    "membarrier": 324,
    # Threads, signals to itself, its end.
    "set_robust_list": 273, "rseq": 334, "set_tid_address": 218, "sched_yield": 24,
    "sched_getaffinity": 204, "getcpu": 309, "sched_getparam": 143, "sched_getscheduler": 145,
    "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "rt_sigtimedwait": 128,
    "rt_sigsuspend": 130, "sigaltstack": 131, "exit": 60, "exit_group": 231, "arch_prctl": 158,
    # Time and what it is.
    "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "nanosleep": 35,
    "gettimeofday": 96, "time": 201, "times": 100, "restart_syscall": 219, "getrandom": 318,
    "getpid": 39, "getppid": 110, "gettid": 186, "getuid": 102, "geteuid": 107, "getgid": 104,
    "getegid": 108, "uname": 63, "sysinfo": 99, "getrusage": 98, "getrlimit": 97,
}  # fmt: skip
_X86_64_GUARDED: Mapping[str, int] = {
    "clone": 56, "clone3": 435, "kill": 62, "tgkill": 234, "prlimit64": 302, "ioctl": 16,
    "newfstatat": 262,
}  # fmt: skip

_AARCH64: Mapping[str, int] = {
    "read": 63, "write": 64, "futex": 98, "lseek": 62, "readv": 65, "writev": 66, "pread64": 67,
    "pwrite64": 68, "preadv": 69, "pwritev": 70, "close": 57, "fstat": 80, "fsync": 82,
    "fdatasync": 83, "ftruncate": 46, "fallocate": 47, "sync_file_range": 84, "fadvise64": 223,
    "dup": 23, "dup3": 24, "fcntl": 25, "recvfrom": 207, "recvmsg": 212, "recvmmsg": 243,
    "sendto": 206, "sendmsg": 211, "sendmmsg": 269, "shutdown": 210,
    "ppoll": 73, "pselect6": 72, "epoll_create1": 20, "epoll_ctl": 21, "epoll_pwait": 22,
    "eventfd2": 19,
    "mmap": 222, "munmap": 215, "mremap": 216, "mprotect": 226, "madvise": 233, "brk": 214,
    "membarrier": 283,
    "set_robust_list": 99, "rseq": 293, "set_tid_address": 96, "sched_yield": 124,
    "sched_getaffinity": 123, "getcpu": 168, "sched_getparam": 121, "sched_getscheduler": 120,
    "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "rt_sigtimedwait": 137,
    "rt_sigsuspend": 133, "sigaltstack": 132, "exit": 93, "exit_group": 94,
    "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "nanosleep": 101,
    "gettimeofday": 169, "times": 153, "restart_syscall": 128, "getrandom": 278,
    "getpid": 172, "getppid": 173, "gettid": 178, "getuid": 174, "geteuid": 175, "getgid": 176,
    "getegid": 177, "uname": 160, "sysinfo": 179, "getrusage": 165, "getrlimit": 163,
}  # fmt: skip
_AARCH64_GUARDED: Mapping[str, int] = {
    "clone": 220, "clone3": 435, "kill": 129, "tgkill": 131, "prlimit64": 261, "ioctl": 29,
    "newfstatat": 79,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """How system calls look on one kind of processor."""

    # AUDIT_ARCH_* of linux/audit.h.
    arch: int
    # seccomp(2) itself.
    seccomp: int
    allowed: Mapping[str, int]
    # Allowed with some arguments only; `bpf` knows which.
    guarded: Mapping[str, int]
    # x86-64 has a second table with this bit set (x32).
    foreign_bit: int = 0


MACHINES: Mapping[str, Machine] = {
    "x86_64": Machine(0xC000_003E, 317, _X86_64, _X86_64_GUARDED, foreign_bit=0x4000_0000),
    "aarch64": Machine(0xC000_00B7, 277, _AARCH64, _AARCH64_GUARDED),
}
