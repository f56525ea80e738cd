"""What only a folder of files can suffer: links, kills, other writers, a full disk."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from vtp.blob import draft
from vtp.blob.opening import check, open_blobs
from vtp.blob.port import Blobs, KeyTaken, NoSuchBlob, StorageFull, StorageUnavailable
from vtp.settings import Blob


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
async def blobs(root: Path) -> AsyncIterator[Blobs]:
    async with open_blobs(Blob(url="file:"), data_dir=root.parent) as store:
        yield store


async def _read(blobs: Blobs, key: str) -> bytes:
    async with blobs.get(key) as reading:
        return b"".join([chunk async for chunk in reading])


async def _keys(blobs: Blobs) -> list[str]:
    return [entry.key async for entry in blobs.under()]


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _drafts(root: Path) -> list[str]:
    return _names(root / ".drafts")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("not yours")
    return folder


async def test_a_link_to_a_folder_outside_leads_nowhere(
    blobs: Blobs, root: Path, outside: Path
) -> None:
    (root / "out").symlink_to(outside)
    with pytest.raises(NoSuchBlob):
        await _read(blobs, "out/secret")
    with pytest.raises(NoSuchBlob):
        await blobs.stat("out/secret")
    with pytest.raises(KeyTaken):
        await blobs.put("out/new", b"1")
    await blobs.delete("out/secret")
    assert await _keys(blobs) == []
    assert _names(outside) == ["secret"]


async def test_a_link_to_a_file_is_no_blob_and_a_put_replaces_the_link(
    blobs: Blobs, root: Path, outside: Path
) -> None:
    await blobs.put("a/x", b"1")
    (root / "a" / "link").symlink_to(outside / "secret")
    with pytest.raises(NoSuchBlob):
        await _read(blobs, "a/link")
    assert await _keys(blobs) == ["a/x"]
    await blobs.put("a/link", b"mine")
    assert await _read(blobs, "a/link") == b"mine"
    assert (outside / "secret").read_text() == "not yours"


async def test_a_pipe_in_the_folder_holds_nobody_up(blobs: Blobs, root: Path) -> None:
    await blobs.put("a/x", b"1")
    os.mkfifo(root / "a" / "pipe")
    with pytest.raises(NoSuchBlob):
        await asyncio.wait_for(_read(blobs, "a/pipe"), timeout=30)
    assert await _keys(blobs) == ["a/x"]


async def test_a_file_is_not_also_a_folder(blobs: Blobs) -> None:
    await blobs.put("a/x", b"1")
    with pytest.raises(KeyTaken):
        await blobs.put("a/x/y", b"2")
    with pytest.raises(KeyTaken):
        await blobs.put("a", b"3")
    await blobs.delete("a")
    assert await _read(blobs, "a/x") == b"1"


async def test_nothing_is_left_aside_whatever_happens(blobs: Blobs, root: Path) -> None:
    await blobs.put("a/x", b"1")
    with pytest.raises(KeyTaken):
        await blobs.put("a", b"2")
    assert _drafts(root) == []
    await blobs.delete("a/x")
    assert _names(root / "a") == []


async def test_a_file_that_somebody_else_wrote_is_a_blob_without_a_hash(
    blobs: Blobs, root: Path
) -> None:
    (root / "a").mkdir()
    (root / "a" / "lesson.mp4").write_bytes(b"moving pictures")
    stat = await blobs.stat("a/lesson.mp4")
    assert (stat.size, stat.content_type, stat.sha256) == (15, "video/mp4", None)
    assert await _keys(blobs) == ["a/lesson.mp4"]


async def test_a_file_that_somebody_else_changed_loses_its_hash(blobs: Blobs, root: Path) -> None:
    await blobs.put("a/x", b"hello", content_type="text/plain")
    (root / "a" / "x").write_bytes(b"HELLO")
    stat = await blobs.stat("a/x")
    assert (stat.size, stat.sha256) == (5, None)


async def test_a_note_that_was_damaged_is_no_note(blobs: Blobs, root: Path) -> None:
    for damage in (b"", b"{", b"[]", b'{"size": "x"}', b"x" * 10_000):
        await blobs.put("a/x", b"hello")
        (root / "a" / ".x.about").write_bytes(damage)
        assert (await blobs.stat("a/x")).sha256 is None


_WRITER = """
import asyncio, sys
from pathlib import Path
from vtp.blob.opening import open_blobs
from vtp.settings import Blob

async def endless():
    while True:
        yield bytes(100_000)
        print("more", flush=True)

async def main():
    async with open_blobs(Blob(url="file:"), data_dir=Path(sys.argv[1])) as blobs:
        await blobs.put("a/whole", b"1")
        await blobs.put("a/torn", endless())

asyncio.run(main())
"""


async def test_a_writer_that_is_killed_leaves_no_blob_and_its_draft_is_swept(
    root: Path, tmp_path: Path
) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WRITER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout
    await asyncio.wait_for(writer.stdout.readline(), timeout=60)
    [torn] = _drafts(root)
    long_ago = time.time() - 3600
    os.utime(root / ".drafts" / torn, (long_ago, long_ago))
    writer.send_signal(signal.SIGSTOP)
    try:
        async with open_blobs(Blob(url="file:"), data_dir=tmp_path) as blobs:
            assert _drafts(root) == [torn]  # its writer lives
            assert await _keys(blobs) == ["a/whole"]
    finally:
        writer.kill()
        await writer.communicate()
    os.utime(root / ".drafts" / torn, (long_ago, long_ago))
    async with open_blobs(Blob(url="file:"), data_dir=tmp_path) as blobs:
        assert _drafts(root) == []
        assert await _keys(blobs) == ["a/whole"]
        assert await _read(blobs, "a/whole") == b"1"


async def test_a_full_disk_is_told_as_such_and_leaves_nothing(
    blobs: Blobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(fd: int, piece: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(draft, "_write_all", full)
    with pytest.raises(StorageFull):
        await blobs.put("a/x", b"1")
    assert await _keys(blobs) == []
    assert _drafts(root) == []


async def test_a_broken_disk_is_an_outage(
    blobs: Blobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(draft, "sync_data", broken)
    with pytest.raises(StorageUnavailable):
        await blobs.put("a/x", b"1")
    assert await _keys(blobs) == []


async def test_a_check_notices_that_the_folder_is_gone(blobs: Blobs, root: Path) -> None:
    await check(blobs, limit=30.0)
    shutil.rmtree(root)
    with pytest.raises(StorageUnavailable):
        await check(blobs, limit=30.0)


async def test_a_file_that_became_shorter_is_not_passed_off_as_whole(
    blobs: Blobs, root: Path
) -> None:
    await blobs.put("a/x", b"x" * 3_000_000)
    with pytest.raises(StorageUnavailable, match="shorter"):
        async with blobs.get("a/x") as reading:
            async for _ in reading:
                os.truncate(root / "a" / "x", 10)


async def test_a_blob_cannot_be_read_after_it_was_closed(blobs: Blobs) -> None:
    await blobs.put("a/x", b"1")
    async with blobs.get("a/x") as reading:
        pass
    with pytest.raises(StorageUnavailable):
        await anext(reading.chunks)


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_no_file_stays_open(blobs: Blobs) -> None:
    before = _open_files()
    for n in range(20):
        await blobs.put(f"a/b/{n}", b"1")
        await _read(blobs, f"a/b/{n}")
        with pytest.raises(NoSuchBlob):
            await blobs.stat("a/b/none")
        with pytest.raises(KeyTaken):
            await blobs.put("a/b", b"1")
    assert len(await _keys(blobs)) == 20
    assert _open_files() == before


async def test_writers_and_readers_of_one_key_see_whole_blobs_with_their_own_hash(
    blobs: Blobs,
) -> None:
    contents = [bytes([n]) * 1000 for n in range(8)]  # one size, so only the hash tells
    hashes = {(await blobs.put("a/x", data)).sha256: data for data in contents}

    async def write(data: bytes) -> None:
        for _ in range(10):
            await blobs.put("a/x", data)

    async def read() -> None:
        for _ in range(40):
            async with blobs.get("a/x") as reading:
                found = b"".join([chunk async for chunk in reading])
                assert hashes[reading.stat.sha256] == found

    await asyncio.gather(*(write(data) for data in contents), read(), read())


async def test_a_root_that_cannot_be_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file")
    with pytest.raises(StorageUnavailable):
        async with open_blobs(Blob(url="file:"), data_dir=tmp_path):
            raise AssertionError("it opened")
