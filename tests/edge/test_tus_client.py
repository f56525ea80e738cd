"""A client of tus that others wrote, against us; and a file that is larger than what is kept of it."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.support.application import an_application, some_settings
from tests.support.tus import Tus
from vtp import settings
from vtp.actor import Role

_ROOT = Path(__file__).parents[2]
_SIZE = 1_000_000
_BLOCK = 1 << 20


async def test_tus_js_client_goes_on_where_it_was_stopped(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    node = shutil.which("node")
    assert node is not None
    async with an_application(some_settings(database_settings, tmp_path)) as school:
        ines = Tus(school, await school.person(Role.INSTRUCTOR))
        client = await asyncio.create_subprocess_exec(
            node,
            str(_ROOT / "tests" / "support" / "tus_client.mjs"),
            str(_ROOT / "web"),
            f"{school.url}/api/v1/uploads",
            ines.person.access_token,
            str(_SIZE),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(100):
            told, wrong = await client.communicate()
        assert client.returncode == 0, wrong.decode()
        found = msgspec.json.decode(told)
        assert 300_000 <= found["from"] < _SIZE
        media = await ines.ask("GET", f"/api/v1/media/{found['url'].rpartition('/')[2]}")
        data = b"%PDF-1.7\n" + (b"0123456789abcdef" * (_SIZE // 16))[9:]
        assert (media.body["title"], media.body["bytes"]) == ("Atlas", _SIZE)
        assert media.body["sha256"] == hashlib.sha256(data).hexdigest()


async def _blocks(first: int, until: int) -> AsyncIterator[bytes]:
    """Each another one; the first begins as a video does."""
    for number in range(first, until):
        head = b"\x1aE\xdf\xa3\x9fB\x86webm" if number == 0 else b""
        yield (head + number.to_bytes(4) * (_BLOCK // 4))[:_BLOCK]


@pytest.mark.slow
async def test_three_hundred_megabytes_come_in_two_goes(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    size, half = 300, 140
    async with an_application(some_settings(database_settings, tmp_path)) as school:
        ines = Tus(school, await school.person(Role.INSTRUCTOR))
        path = await ines.begin(size * _BLOCK, "Lesson.webm")
        first = await ines.send(path, 0, _blocks(0, half))
        assert (first.status, await ines.offset(path)) == (204, half * _BLOCK)
        last = await ines.send(path, half * _BLOCK, _blocks(half, size))
        assert last.status == 204, last.body
        whole = hashlib.sha256()
        async for block in _blocks(0, size):
            whole.update(block)
        media = await ines.ask("GET", path.replace("uploads", "media"))
        assert media.body["sha256"] == whole.hexdigest()
