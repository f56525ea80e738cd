"""The floor below forwarding: `floor.c`, made with the compiler of this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.peers.load import address_towards
from bench.peers.wire import Wire

_PICTURE = 10  # packets, as bench/sfu.py sends them
_PAIR = 2


class Floor:
    def __init__(self, program: Path, wire: Wire, core: int | None) -> None:
        self._program = program
        self._wire = wire
        self._core = core

    async def run(self, people: int, seconds: float, *, paced: bool) -> float:
        """Microseconds of CPU a packet, in runs as long as those of a sender's pictures or pairs."""
        host = address_towards(self._wire.server)
        socks = [_sink(host) for _ in range(people)]
        ports = [str(sock.getsockname()[1]) for sock in socks]
        loop = asyncio.get_running_loop()
        for sock in socks:
            loop.add_reader(sock.fileno(), _drain, sock)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._wire.inside, str(self._program), str(seconds),
                str(_PAIR if paced else _PICTURE), host, *ports, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            if self._core is not None:
                os.sched_setaffinity(process.pid, {self._core})
            told, _ = await process.communicate()
        finally:
            for sock in socks:
                loop.remove_reader(sock.fileno())
                sock.close()
        return float(told) / 1000


def _sink(host: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    made.bind((host, 0))
    return made


def _drain(sock: socket.socket) -> None:
    try:
        for _ in range(64):
            sock.recv(2048)
    except BlockingIOError:
        return


@contextmanager
def floor(wire: Wire, core: int | None = None) -> Iterator[Floor | None]:
    """None where there is no compiler, or no OpenSSL to compile with."""
    with tempfile.TemporaryDirectory(prefix="vtp-floor-") as folder:
        program = Path(folder) / "floor"
        source = Path(__file__).with_name("floor.c")
        compiler = shutil.which("cc")
        made = compiler is not None and subprocess.run(
            [compiler, "-O2", "-o", program, source, "-lcrypto"], check=False, capture_output=True
        )
        yield Floor(program, wire, core) if made and not made.returncode else None
