"""What a child tries in order to say what holds on this kernel. Each attempt should be refused."""

from __future__ import annotations

import mmap
import os
import resource
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

# What `process` puts there, and what the C library and Python add by themselves.
_PLAIN_ENVIRONMENT = {"LANG", "LC_CTYPE", "LD_LIBRARY_PATH", "MALLOC_ARENA_MAX"}


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    # As much as the child may have in all, so that this much more cannot be had.
    memory: int
    parent: int


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    # By what should be protected: the attempts that went through.
    open: dict[str, list[str]]
    # The first bytes of what was given: that must still work.
    given: dict[str, bytes]


def attempt(spec: Attempts, files: Mapping[str, int]) -> Findings:
    """Try everything."""
    found: dict[str, list[str]] = {}
    for area, name, act in _attempts(spec):
        went_through = found.setdefault(area, [])
        try:
            act()
        except (OSError, MemoryError):
            continue
        went_through.append(name)
    return Findings(
        open={area: names for area, names in found.items() if names},
        given={name: os.pread(descriptor, 64, 0) for name, descriptor in files.items()},
    )


def _attempts(spec: Attempts) -> Iterator[tuple[str, str, Callable[[], object]]]:
    yield "network", "internet socket", lambda: _connect(socket.AF_INET, ("127.0.0.1", 9))
    yield "network", "local socket", lambda: _connect(socket.AF_UNIX, "/run/none")
    yield "network", "name lookup", lambda: socket.getaddrinfo(b"localhost", 80)
    yield "files", "read", lambda: Path("/etc/passwd").read_bytes()
    yield "files", "list", lambda: list(Path("/etc").iterdir())
    yield "files", "write", lambda: os.open(__file__, os.O_RDWR)
    yield "programs", "start", lambda: _run("/bin/true")
    yield "processes", "signal", lambda: os.kill(spec.parent, 0)
    yield "secrets", "parent", lambda: Path(f"/proc/{spec.parent}/environ").read_bytes()
    yield "secrets", "environment", _find_in_environment
    yield "secrets", "core dump", _find_core_dump
    yield "memory", "allocate", lambda: mmap.mmap(-1, spec.memory)


def _connect(family: socket.AddressFamily, address: tuple[str, int] | str) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as attempt:
        attempt.connect(address)


def _run(program: str) -> None:
    os.waitpid(os.posix_spawn(program, [program], {}), 0)


def _find_in_environment() -> None:
    if set(os.environ) <= _PLAIN_ENVIRONMENT:
        raise PermissionError


def _find_core_dump() -> None:
    if resource.getrlimit(resource.RLIMIT_CORE) == (0, 0):
        raise PermissionError
