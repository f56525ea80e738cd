from __future__ import annotations

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vtp.telemetry.watchdog import Watchdog


@contextmanager
def _systemd(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(address.replace("@", "\0", 1))
        bound.settimeout(30)
        yield bound


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "abstract":
        if sys.platform != "linux":
            pytest.skip("only Linux has names without a file")
        return f"@vtp-{secrets.token_hex(8)}"
    return str(tmp_path / "notify")


def test_systemd_is_told_of_the_start_and_of_the_end(address: str) -> None:
    with _systemd(address) as systemd:
        watchdog = Watchdog({"NOTIFY_SOCKET": address})
        watchdog.ready()
        watchdog.stopping()
        assert [systemd.recv(99), systemd.recv(99)] == [b"READY=1", b"STOPPING=1"]


async def test_a_loop_that_runs_feeds_the_watchdog(address: str) -> None:
    with _systemd(address) as systemd:
        environ = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "2000"}
        feeding = asyncio.ensure_future(Watchdog(environ).feed())
        for _ in range(3):
            assert await asyncio.to_thread(systemd.recv, 99) == b"WATCHDOG=1"
        feeding.cancel()


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"WATCHDOG_USEC": "no number"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "2000", "WATCHDOG_PID": "1"},
    ],
)
async def test_where_nobody_waits_nobody_is_fed(environ: dict[str, str]) -> None:
    await asyncio.wait_for(Watchdog(environ).feed(), timeout=30)


async def test_the_process_that_is_meant_feeds() -> None:
    environ = {"WATCHDOG_USEC": "2000", "WATCHDOG_PID": str(os.getpid())}
    feeding = asyncio.ensure_future(Watchdog(environ).feed())
    await asyncio.sleep(0.01)
    assert not feeding.done()
    feeding.cancel()


def test_a_systemd_that_is_not_there_disturbs_nothing(tmp_path: Path) -> None:
    Watchdog({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
