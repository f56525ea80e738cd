"""What a taken-over decoder would try. Runs in sandbox children, and fails there."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from vtp.errors import Invalid, Problem
from vtp.media.pack import probe
from vtp.media.pack.inside import probing

_libc = ctypes.CDLL(None, use_errno=True)


class Nothing(msgspec.Struct, frozen=True):
    pass


class Target(msgspec.Struct, frozen=True, kw_only=True):
    port: int
    canary: str
    parent: int


class Loot(msgspec.Struct, frozen=True, kw_only=True):
    # What went through.
    taken: list[str]
    environment: dict[str, str]
    descriptors: list[int]
    given: bytes


def plunder(spec: Target, files: Mapping[str, int]) -> Loot:
    """Everything that needs no wall to fall; what is refused is not in the loot."""
    taken = []
    for name, attempt in _attempts(spec).items():
        try:
            attempt()
        except (OSError, ValueError):  # Python calls a refused limit a wrong value
            continue
        taken.append(name)
    return Loot(
        taken=taken,
        environment=dict(os.environ),
        descriptors=_descriptors(),
        given=os.pread(files["input"], 100, 0),
    )


def _attempts(spec: Target) -> dict[str, Callable[[], object]]:
    here = ("127.0.0.1", spec.port)
    return {
        "connect": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(here),
        "send": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", here),
        "bind": lambda: socket.socket().bind(("127.0.0.1", 0)),
        "resolve": lambda: socket.getaddrinfo(b"localhost", 80),
        "local socket": lambda: socket.socket(socket.AF_UNIX),
        "socket pair": socket.socketpair,
        "read passwords": lambda: Path("/etc/passwd").read_bytes(),
        "read canary": lambda: Path(spec.canary).read_bytes(),
        "see canary": lambda: Path(spec.canary).stat(),
        "write canary": lambda: Path(spec.canary).write_bytes(b""),
        "list": lambda: list(Path("/").iterdir()),
        "own source": lambda: Path(__file__).read_bytes(),
        "make": lambda: Path("made").touch(),
        "make folder": lambda: Path("made").mkdir(),
        "parent environment": lambda: Path(f"/proc/{spec.parent}/environ").read_bytes(),
        "parent memory": lambda: Path(f"/proc/{spec.parent}/mem").open("rb"),
        "signal parent": lambda: os.kill(spec.parent, 0),
        "signal all": lambda: os.kill(-1, 0),
        "starve parent": lambda: resource.prlimit(spec.parent, resource.RLIMIT_NOFILE),
        "watch parent": lambda: os.pidfd_open(spec.parent),
        "exec": lambda: _libc_ok(_libc.execv(b"/bin/true", (ctypes.c_char_p * 2)(b"true"))),
        "spawn": lambda: os.posix_spawn("/bin/true", ["/bin/true"], {}),
        "fork": os.fork,
        "new session": os.setsid,
        "more memory": lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)),
        "memory beside": lambda: os.memfd_create("beside"),
        "become": lambda: os.setuid(0),
        "trace": lambda: _call(101, 16, spec.parent, 0, 0),
        "mount": lambda: _call(165, 0, 0, 0, 0),
        "namespace": lambda: _call(272, 0x10000000),
        "ring": lambda: _call(425, 1, 0),
        "bpf": lambda: _call(321, 0, 0, 0),
        "keys": lambda: _call(250, 0, -3),
        "outlive parent": lambda: _libc_ok(_libc.prctl(1, 0, 0, 0, 0)),
    }


def _call(number: int, *arguments: int) -> None:
    """A call by its x86-64 number; on other machines these numbers are others, refused as well."""
    _libc_ok(_libc.syscall(number, *arguments))


def _libc_ok(answer: int) -> None:
    if answer < 0:
        raise OSError(ctypes.get_errno(), "refused")


def _descriptors() -> list[int]:
    found = []
    for descriptor in range(1024):
        try:
            fcntl.fcntl(descriptor, fcntl.F_GETFD)
        except OSError:
            continue
        found.append(descriptor)
    return found


def allocate(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    grown = [bytes(1 << 24) for _ in range(1000)]
    return Nothing() if grown else spec


def spin(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    while True:
        pass


def spin_stubbornly(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True:
        pass


def sleep(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    """Says that it is there on the descriptor it was given, and stays."""
    os.write(files["output"], b"here")
    time.sleep(600)
    return spec


def shout(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    """Writes to every descriptor that takes it, for ever."""
    while True:
        for descriptor in _descriptors():
            try:
                os.write(descriptor, b"x" * 65_536)
            except OSError:
                continue


class Long(msgspec.Struct, frozen=True):
    text: str


def answer_at_length(spec: Nothing, files: Mapping[str, int]) -> Long:
    return Long("x" * 1_000_000)


def fill_file(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    while True:
        os.write(files["output"], b"x" * 65_536)


def segfault(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    ctypes.string_at(0)
    return spec


def leave(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    os._exit(3)


def lie(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    """Answers for the walls with something that is no answer, and ends well."""
    for descriptor in _descriptors():
        try:
            os.write(descriptor, b"\xa7sandbox" * 10)
        except OSError:
            continue
    os._exit(0)


def other_type(spec: Nothing, files: Mapping[str, int]) -> int:
    return 42


class TooSmall(Invalid):
    """The thing is too small."""

    code = "too_small"


def refuse(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    raise TooSmall("Take a larger thing.\x1b[31m" + "!" * 1000)


def stumble(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    raise ValueError("the secret contents of the file")


def count_threads(spec: Nothing, files: Mapping[str, int]) -> int:
    """Codecs start threads: those are allowed."""
    done: list[int] = []
    threads = [threading.Thread(target=done.append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done)


def make_code(spec: Nothing, files: Mapping[str, int]) -> bool:
    """Whether memory that was written to can become code."""
    size, write, execute, private = mmap.PAGESIZE, 3, 4, 0x22
    _libc.mmap.restype = ctypes.c_void_p
    place = _libc.mmap(None, ctypes.c_size_t(size), write, private, -1, ctypes.c_long(0))
    return int(_libc.mprotect(ctypes.c_void_p(place), ctypes.c_size_t(size), 1 | execute)) == 0


def pass_by(spec: Nothing, files: Mapping[str, int]) -> Nothing:
    os.write(files["output"], b"+")
    time.sleep(0.05)
    os.write(files["output"], b"-")
    return spec


def shift(spec: Nothing, files: Mapping[str, int]) -> int:
    """A stream: letters come in, capitals go out, until the input ends."""
    total = 0
    while chunk := os.read(files["input"], 4096):
        total += os.write(files["output"], chunk.upper())
    return total


class Outcomes(msgspec.Struct, frozen=True):
    # For each given file: "ok", or the code of the refusal.
    codes: list[str]


def probe_all(spec: probe.Bounds, files: Mapping[str, int]) -> Outcomes:
    """Many files in one child, each as a child of its own would look at it."""
    return Outcomes([outcome(spec, descriptor) for descriptor in files.values()])


def outcome(bounds: probe.Bounds, descriptor: int) -> str:
    try:
        probing.probe(bounds, {"input": descriptor})
    except Problem as problem:
        return problem.code
    return "ok"
