"""A TURN relay, the one of Debian, for one test: on loopback, towards nobody else."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

_HOST = "127.0.0.1"
_REALM = "school.test"
_START = 15.0
_PORTS = 40  # for relayed ways, above the port where it listens


@dataclass(frozen=True)
class Relay:
    urls: tuple[str, ...]
    secret: str
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")


def coturn() -> str | None:
    return shutil.which("turnserver")


@asynccontextmanager
async def a_relay(executable: str, folder: Path) -> AsyncIterator[Relay]:
    port, secret, log = _free_port(), "a-secret-of-the-test", folder / "relay.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            executable,
            *_options(port, secret, folder),
            cwd=folder,
            stdout=out,
            stderr=asyncio.subprocess.STDOUT,
        )
    try:
        await _listening(process, port)
        urls = tuple(f"turn:{_HOST}:{port}?transport={way}" for way in ("udp", "tcp"))
        yield Relay(urls, secret, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _options(port: int, secret: str, folder: Path) -> list[str]:
    return [
        "-n",  # no file of settings but these
        f"--listening-ip={_HOST}",
        f"--relay-ip={_HOST}",
        f"--listening-port={port}",
        f"--min-port={port + 1}",
        f"--max-port={port + _PORTS}",
        "--use-auth-secret",
        f"--static-auth-secret={secret}",
        f"--realm={_REALM}",
        "--allow-loopback-peers",
        "--denied-peer-ip=0.0.0.0-255.255.255.255",
        f"--allowed-peer-ip={_HOST}",
        "--no-cli",
        "--no-tls",
        "--no-dtls",
        "--no-multicast-peers",
        "--fingerprint",
        "--verbose",
        "--log-file=stdout",
        f"--userdb={folder / 'relay.db'}",
        f"--pidfile={folder / 'relay.pid'}",
    ]


async def _listening(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(_START):
        while True:
            assert process.returncode is None, "the relay has ended"
            try:
                _, writer = await asyncio.open_connection(_HOST, port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


def _free_port() -> int:
    """Below the ports that the kernel gives away, so that those above it are free, too."""
    for port in range(20_000, 30_000, 2 * _PORTS):
        with socket.socket() as probe:
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return port
    raise OSError("no port is free for a relay")
