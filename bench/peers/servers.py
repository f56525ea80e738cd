"""Servers to measure: the real `vtp web` on a database of its own, and what it is compared with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vtp.serve.postgres import server as postgres

_ROOT = Path(__file__).parents[2]
_PATIENCE = 30.0  # s, for a server to answer
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    name: str
    pid: int
    port: int
    database_url: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu(self) -> float:
        """Seconds of CPU that the process has used, in user and in system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def program(name: str, argv: list[str], port: int, env: dict[str, str]) -> Iterator[Running]:
    process = subprocess.Popen(argv, env=os.environ | env, cwd=_ROOT, stdout=subprocess.DEVNULL)
    try:
        _await_answer(process, port)
        yield Running(name, process.pid, port, env.get("VTP_DATABASE_URL", ""))
    finally:
        process.terminate()
        process.wait(_PATIENCE)


@contextmanager
def bare(database_url: str = "") -> Iterator[Running]:
    """aiohttp alone, saying hello, and with a database asking it one thing."""
    port = free_port()
    argv = [sys.executable, str(_ROOT / "bench" / "peers" / "bare_hello.py"), str(port)]
    env = {"VTP_DATABASE_URL": database_url} if database_url else {}
    with program("bare aiohttp", argv, port, env) as running:
        yield running


@contextmanager
def database(*, demo: bool = False) -> Iterator[tuple[Path, str]]:
    """A PostgreSQL of its own that is durable, with our schema, and the folder beside it."""
    folder = Path(tempfile.mkdtemp(prefix="vtp-bench-"))
    try:
        made = postgres.prepare(folder, folder / "secrets")
        with postgres.running(made) as url:
            _commands(_environment(folder, url, free_port(), demo=demo), demo=demo)
            yield folder, url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _commands(env: dict[str, str], *, demo: bool) -> None:
    for command in ("migrate", *(("demo",) if demo else ())):
        argv = [sys.executable, "-m", "vtp", command]
        subprocess.run(argv, env=os.environ | env, cwd=_ROOT, check=True)


@contextmanager
def vtp_web(*, demo: bool = False, more: dict[str, str] | None = None) -> Iterator[Running]:
    """One web process with everything on, on a PostgreSQL of its own that is durable."""
    folder = Path(tempfile.mkdtemp(prefix="vtp-bench-"))
    try:
        made = postgres.prepare(folder, folder / "secrets")
        with postgres.running(made) as url:
            port = free_port()
            env = _environment(folder, url, port, demo=demo) | (more or {})
            _commands(env, demo=demo)
            argv = [sys.executable, "-m", "vtp", "web"]
            with program("vtp", argv, port, env) as running:
                yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, url: str, port: int, *, demo: bool) -> dict[str, str]:
    plenty = "1000000000"
    return {
        "VTP_DATA": str(folder),
        "VTP_DATABASE_URL": url,
        "VTP_SERVER__PORT": str(port),
        "VTP_MEDIA__PORT": "0",
        "VTP_LOG__FORMAT": "json",
        "VTP_LIMITS__REQUESTS_PER_MINUTE": plenty,
        "VTP_LIMITS__ANONYMOUS_PER_MINUTE": plenty,
        "VTP_CHILD_DEMO": "1" if demo else "0",
    }


def _await_answer(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"no server on port {port}")
