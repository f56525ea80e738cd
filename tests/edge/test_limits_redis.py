"""Limits that several nodes share, in a real Redis."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.application import free_port
from tests.support.edge import an_actor
from vtp import settings
from vtp.actor import ANONYMOUS
from vtp.edge.limits import Limiter
from vtp.errors import Limited, Unavailable

_SERVER = shutil.which("redis-server")

pytestmark = pytest.mark.skipif(_SERVER is None, reason="no redis-server: make peers installs it")


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A server of our own that keeps nothing; its URL and its process."""
    assert _SERVER is not None
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        _SERVER,
        *("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.DEVNULL,
    )
    await answering(port)
    yield f"redis://127.0.0.1:{port}", process
    if process.returncode is None:
        process.terminate()
    await process.wait()


async def answering(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return


def limiter(url: str) -> Limiter:
    return Limiter(settings.Limits(storage=url, requests_per_minute=4, anonymous_per_minute=3))


async def test_two_nodes_count_together(redis: tuple[str, asyncio.subprocess.Process]) -> None:
    one, other = limiter(redis[0]), limiter(redis[0])
    await one.check()
    for node in (one, other, one):
        await node.request(ANONYMOUS, "192.0.2.1")
    with pytest.raises(Limited) as refused:
        await other.request(ANONYMOUS, "192.0.2.1")
    assert refused.value.retry_after
    await other.request(an_actor(), "192.0.2.1")
    for node in (one, other):
        await node.close()


async def test_a_redis_that_went_away_is_told_and_locks_nobody_out(
    redis: tuple[str, asyncio.subprocess.Process],
) -> None:
    url, process = redis
    node = limiter(url)
    await node.request(ANONYMOUS, "192.0.2.1")
    process.kill()
    await process.wait()
    with pytest.raises(Unavailable):
        await node.check()
    for _ in range(10):
        await node.request(ANONYMOUS, "192.0.2.1")
    await node.close()


@pytest.mark.parametrize("url", ["nonsense", "mongodb://127.0.0.1", "memory"])
def test_a_storage_that_cannot_be_used_is_one_sentence(url: str) -> None:
    with pytest.raises(settings.SettingsError, match=r"limits\.storage"):
        limiter(url)
