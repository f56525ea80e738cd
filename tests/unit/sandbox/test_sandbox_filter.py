"""The seccomp program, run on a small machine of our own."""

from __future__ import annotations

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.sandbox import bpf, walls
from vtp.sandbox.syscalls import MACHINES, Machine

_PID = 4711
_ALLOWED = 0x7FFF_0000
_KILLED = 0x8000_0000

# What no list may ever contain, by x86-64 and aarch64 numbers.
_FORBIDDEN = {
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "mount": (165, 40),
    "unshare": (272, 97),
    "setns": (308, 268),
    "prctl": (157, 167),
    "seccomp": (317, 277),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "process_vm_readv": (310, 270),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "chroot": (161, 51),
    "setuid": (105, 146),
    "setrlimit": (160, 164),
    "rename": (82, None),
    "unlinkat": (263, 35),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
}


def decision(machine: Machine, number: int, *arguments: int, arch: int | None = None) -> int:
    """What the kernel would answer."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number, machine.arch if arch is None else arch, 0, *padded)
    code = bpf.program(machine, pid=_PID)
    word = at = 0
    while True:
        operation, then, otherwise, value = code[at]
        at += 1
        if operation == 0x20:
            (word,) = struct.unpack_from("=I", data, value)
        elif operation == 0x06:
            return value
        else:
            holds = {0x15: word == value, 0x35: word >= value, 0x45: bool(word & value)}[operation]
            at += then if holds else otherwise


def refused(machine: Machine, number: int, *arguments: int) -> bool:
    return decision(machine, number, *arguments) == 0x0005_0000 | errno.EPERM


@pytest.fixture(params=sorted(MACHINES))
def machine(request: pytest.FixtureRequest) -> Machine:
    return MACHINES[request.param]


def test_computing_on_given_files_is_allowed(machine: Machine) -> None:
    for number in machine.allowed.values():
        assert decision(machine, number) == _ALLOWED


def test_what_opens_paths_sockets_and_programs_is_refused(machine: Machine) -> None:
    column = sorted(MACHINES, reverse=True).index("x86_64" if machine.foreign_bit else "aarch64")
    for name, numbers in _FORBIDDEN.items():
        number = numbers[column]
        if number is not None:
            assert refused(machine, number), name


@given(st.sampled_from(sorted(MACHINES)), st.integers(0, 450), st.integers(0, 2**64 - 1))
def test_only_what_is_listed_is_allowed(name: str, number: int, argument: int) -> None:
    machine = MACHINES[name]
    if number not in {*machine.allowed.values(), *machine.guarded.values()}:
        assert refused(machine, number, argument)


def test_threads_are_allowed_and_processes_are_not(machine: Machine) -> None:
    clone = machine.guarded["clone"]
    thread = 0x003D_0F00  # what pthread_create asks for
    assert decision(machine, clone, thread) == _ALLOWED
    assert refused(machine, clone, 17)  # fork: SIGCHLD only
    assert refused(machine, clone, 0x4111)  # posix_spawn: CLONE_VM | CLONE_VFORK | SIGCHLD


def test_calls_newer_than_the_list_look_absent_so_that_libraries_fall_back(
    machine: Machine,
) -> None:
    absent = 0x0005_0000 | errno.ENOSYS
    assert decision(machine, machine.guarded["clone3"]) == absent
    assert decision(machine, 451) == absent


def test_signals_reach_only_oneself(machine: Machine) -> None:
    for name in ("kill", "tgkill"):
        assert decision(machine, machine.guarded[name], _PID) == _ALLOWED
        for other in (1, _PID + 1, 0, 2**32 - 1):
            assert refused(machine, machine.guarded[name], other)


def test_limits_of_other_processes_are_out_of_reach(machine: Machine) -> None:
    assert decision(machine, machine.guarded["prlimit64"], 0) == _ALLOWED
    assert refused(machine, machine.guarded["prlimit64"], 1)


def test_descriptors_are_asked_about_and_paths_are_not(machine: Machine) -> None:
    stat = machine.guarded["newfstatat"]
    assert decision(machine, stat, 3, 0, 0, 0x1000) == _ALLOWED
    assert refused(machine, stat, 2**32 - 100, 0, 0, 0)


def test_a_terminal_cannot_be_typed_into(machine: Machine) -> None:
    ioctl = machine.guarded["ioctl"]
    assert decision(machine, ioctl, 0, 0x5401) == _ALLOWED  # is it a terminal?
    assert refused(machine, ioctl, 0, 0x5412)  # TIOCSTI


def test_another_calling_convention_ends_the_process(machine: Machine) -> None:
    assert decision(machine, 0, arch=0x4000_0003) == _KILLED  # i386
    if machine.foreign_bit:
        assert decision(machine, machine.foreign_bit) == _KILLED  # x32


def test_the_program_fits_into_the_kernel(machine: Machine) -> None:
    code = bpf.program(machine, pid=_PID)
    assert len(bpf.packed(code)) == 8 * len(code) <= 8 * 4096
    assert all(then < 256 and otherwise < 256 for _, then, otherwise, _ in code)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (1, (0x1FFF,)),
        (2, (0x3FFF,)),
        (3, (0x7FFF,)),
        (4, (0x7FFF, 3)),
        (5, (0xFFFF, 3)),
        (6, (0xFFFF, 3, 3)),
        (7, (0xFFFF, 3, 3)),
    ],
)
def test_landlock_forbids_all_that_its_version_knows(
    version: int, expected: tuple[int, ...]
) -> None:
    assert walls.ruleset(version) == struct.pack(f"={len(expected)}Q", *expected)
