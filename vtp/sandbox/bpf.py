"""The seccomp filter as a program for the kernel's classic BPF machine. Pure.

Each system call that is allowed is two instructions; what is not named ends in EPERM, so that a
probing library sees a refusal and goes on, and a foreign calling convention ends the process.
"""

from __future__ import annotations

import errno
import struct

from vtp.sandbox.syscalls import Machine

# linux/seccomp.h
_ALLOW = 0x7FFF_0000
_KILL = 0x8000_0000
_REFUSE = 0x0005_0000 | errno.EPERM
_ABSENT = 0x0005_0000 | errno.ENOSYS

# linux/bpf_common.h: load a word at an offset, jump if equal, greater or equal, any bit; return.
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06

# struct seccomp_data: number, architecture, instruction pointer, six arguments of 64 bits.
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16

# Calls newer than this are answered as an old kernel would, so that libraries fall back.
_NEWEST_KNOWN = 450

_CLONE_THREAD = 0x0001_0000
_AT_EMPTY_PATH = 0x1000
# TCGETS (asks "is it a terminal?"), FIONBIO, FIONREAD, FIOCLEX, FIONCLEX.
_IOCTLS = (0x5401, 0x5421, 0x541B, 0x5451, 0x5450)

Instruction = tuple[int, int, int, int]


def program(machine: Machine, *, pid: int) -> list[Instruction]:
    """The filter for the process `pid`."""
    code = [_load(_ARCH), _equal(machine.arch, then=1), _give(_KILL), _load(_NUMBER)]
    if machine.foreign_bit:
        code += [_at_least(machine.foreign_bit, otherwise=1), _give(_KILL)]
    for number in machine.allowed.values():
        code += [_equal(number, otherwise=1), _give(_ALLOW)]
    for name, guard in _guards(pid).items():
        code += [_equal(machine.guarded[name], otherwise=len(guard)), *guard]
    code += [_equal(machine.guarded["clone3"], otherwise=1), _give(_ABSENT)]
    code += [_at_least(_NEWEST_KNOWN + 1, otherwise=1), _give(_ABSENT), _give(_REFUSE)]
    return code


def packed(code: list[Instruction]) -> bytes:
    """As an array of `struct sock_filter`."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _guards(pid: int) -> dict[str, list[Instruction]]:
    """What allows or refuses by an argument. Each ends in a return."""
    return {
        # A thread, never a process.
        "clone": _any_bit(0, _CLONE_THREAD),
        # abort() and raise() are signals to oneself.
        "kill": _one_of(0, (pid,)),
        "tgkill": _one_of(0, (pid,)),
        "prlimit64": _one_of(0, (0, pid)),
        "ioctl": _one_of(1, _IOCTLS),
        # How the C library asks about an open descriptor.
        "newfstatat": _any_bit(3, _AT_EMPTY_PATH),
    }


def _any_bit(argument: int, bits: int) -> list[Instruction]:
    return [_argument(argument), _bits(bits, otherwise=1), _give(_ALLOW), _give(_REFUSE)]


def _one_of(argument: int, values: tuple[int, ...]) -> list[Instruction]:
    code = [_argument(argument)]
    for value in values:
        code += [_equal(value, otherwise=1), _give(_ALLOW)]
    return [*code, _give(_REFUSE)]


def _load(offset: int) -> Instruction:
    return (_LOAD, 0, 0, offset)


def _argument(index: int) -> Instruction:
    """The low half of an argument; both machines are little-endian."""
    return _load(_ARGUMENTS + 8 * index)


def _equal(value: int, *, then: int = 0, otherwise: int = 0) -> Instruction:
    """Skip `then` instructions when the loaded word is `value`, else `otherwise`."""
    return (_IF_EQUAL, then, otherwise, value)


def _at_least(value: int, *, otherwise: int) -> Instruction:
    return (_IF_AT_LEAST, 0, otherwise, value)


def _bits(value: int, *, otherwise: int) -> Instruction:
    return (_IF_BITS, 0, otherwise, value)


def _give(result: int) -> Instruction:
    return (_RETURN, 0, 0, result)
