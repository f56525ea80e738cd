"""What every store of blobs promises, asked of all three."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support import s3
from vtp.blob import local
from vtp.blob.opening import check, open_blobs
from vtp.blob.port import OCTETS, BadKey, Blobs, Content, Mismatch, NoSuchBlob
from vtp.settings import Blob

MIB = 1_048_576
# The least that S3 allows.
PART = 5 * MIB


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3.moto() as url:
        yield url


@pytest.fixture(params=["memory", "local", "s3"])
async def blobs(
    request: pytest.FixtureRequest, endpoint: str, tmp_path: Path
) -> AsyncIterator[Blobs]:
    async with open_blobs(
        await _settings(request.param, endpoint), data_dir=tmp_path / "data"
    ) as store:
        yield store


async def _settings(kind: str, endpoint: str) -> Blob:
    if kind == "memory":
        return Blob(url="memory:")
    if kind == "local":
        return Blob(url="file:")
    bucket = await s3.a_bucket(endpoint)
    return s3.settings_of(endpoint, bucket, s3_part_size=PART)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


async def _arriving(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        await asyncio.sleep(0)
        yield piece


async def _read(blobs: Blobs, key: str, *, start: int = 0, length: int | None = None) -> bytes:
    async with blobs.get(key, start=start, length=length) as reading:
        return b"".join([chunk async for chunk in reading])


async def _keys(blobs: Blobs, prefix: str = "", *, after: str = "") -> list[str]:
    return [entry.key async for entry in blobs.under(prefix, after=after)]


async def test_what_was_put_comes_back_with_its_size_hash_type_and_time(blobs: Blobs) -> None:
    put = await blobs.put("media/c4/x.mp4", b"hello", content_type="video/mp4")
    assert (put.key, put.size, put.sha256) == ("media/c4/x.mp4", 5, _hash(b"hello"))
    assert await blobs.stat("media/c4/x.mp4") == put
    assert put.content_type == "video/mp4"
    assert put.modified.tzinfo is not None
    assert abs(put.modified - datetime.now(UTC)) < timedelta(hours=1)
    async with blobs.get("media/c4/x.mp4") as reading:
        assert reading.stat == put
        assert [chunk async for chunk in reading] == [b"hello"]


async def test_an_unknown_type_is_plain_octets(blobs: Blobs) -> None:
    assert (await blobs.put("a/x", b"1")).content_type == OCTETS
    assert (await blobs.stat("a/x")).content_type == OCTETS


async def test_an_empty_blob_is_a_blob(blobs: Blobs) -> None:
    put = await blobs.put("a/empty", b"")
    assert (put.size, put.sha256) == (0, _hash(b""))
    assert await _read(blobs, "a/empty") == b""
    assert await _read(blobs, "a/empty", start=0, length=10) == b""
    assert await _keys(blobs, "a/") == ["a/empty"]


async def test_pieces_that_arrive_become_one_blob(blobs: Blobs) -> None:
    put = await blobs.put("a/x", _arriving(b"one ", b"", b"two ", b"three"))
    assert put.size == 13
    assert await _read(blobs, "a/x") == b"one two three"
    assert (await blobs.put("a/none", _arriving())).size == 0


async def test_a_local_file_becomes_a_blob(blobs: Blobs, tmp_path: Path) -> None:
    path, data = tmp_path / "lesson.mp4", _noise(3 * MIB + 7)
    path.write_bytes(data)
    put = await blobs.put("a/x", path, size=len(data), sha256=_hash(data))
    assert put.sha256 == _hash(data)
    assert await _read(blobs, "a/x") == data


async def test_a_local_file_that_is_not_there_is_the_callers_mistake(
    blobs: Blobs, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.put("a/x", tmp_path / "absent")
    assert await _keys(blobs) == []


@pytest.mark.parametrize("kind", ["bytes", "arriving", "file"])
async def test_twenty_mebibytes_arrive_as_they_were(
    blobs: Blobs, tmp_path: Path, kind: str
) -> None:
    data, path = _noise(20 * MIB), tmp_path / "large"
    path.write_bytes(data)
    third = len(data) // 3
    content: dict[str, Content] = {
        "bytes": data,
        "arriving": _arriving(data[:third], data[third : 2 * third], data[2 * third :]),
        "file": path,
    }
    put = await blobs.put("a/large", content[kind], size=len(data), sha256=_hash(data))
    assert await blobs.stat("a/large") == put
    assert _hash(await _read(blobs, "a/large")) == put.sha256
    assert await _read(blobs, "a/large", start=5 * MIB - 3, length=6) == data[5 * MIB - 3 :][:6]


@pytest.mark.parametrize(("size", "sha256"), [(4, None), (6, None), (None, "0" * 64)])
@pytest.mark.parametrize("kind", ["bytes", "arriving", "file"])
async def test_what_is_not_what_was_announced_leaves_nothing(
    blobs: Blobs, tmp_path: Path, size: int | None, sha256: str | None, kind: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"hello")
    pieces = _arriving(b"hel", b"lo")
    content: dict[str, Content] = {"bytes": b"hello", "arriving": pieces, "file": path}
    with pytest.raises(Mismatch):
        await blobs.put("a/x", content[kind], size=size, sha256=sha256)
    with pytest.raises(NoSuchBlob):
        await blobs.stat("a/x")
    assert await _keys(blobs) == []


async def test_what_is_not_what_was_announced_leaves_what_was_there(blobs: Blobs) -> None:
    await blobs.put("a/x", b"before")
    with pytest.raises(Mismatch):
        await blobs.put("a/x", b"after", sha256="0" * 64)
    assert await _read(blobs, "a/x") == b"before"
    assert (await blobs.stat("a/x")).sha256 == _hash(b"before")


async def test_a_source_that_fails_in_the_middle_leaves_nothing(blobs: Blobs) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"first"
        raise ConnectionResetError("the client went away")

    with pytest.raises(ConnectionResetError):
        await blobs.put("a/x", broken())
    assert await _keys(blobs) == []


async def test_a_put_that_is_cancelled_leaves_nothing(blobs: Blobs) -> None:
    waiting = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"first"
        waiting.set()
        await asyncio.Event().wait()

    task = asyncio.ensure_future(blobs.put("a/x", endless()))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _keys(blobs) == []


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 1), (0, 10), (0, 99), (3, 4), (9, 1), (9, None), (10, None), (10, 1), (99, 5), (99, None),
     (0, 0), (5, 0), (99, 0), (0, None)],
)  # fmt: skip
async def test_a_range_is_a_slice(blobs: Blobs, start: int, length: int | None) -> None:
    data = b"0123456789"
    await blobs.put("a/x", data)
    async with blobs.get("a/x", start=start, length=length) as reading:
        assert reading.stat.size == 10
        assert b"".join([chunk async for chunk in reading]) == data[start:][:length]


async def test_a_negative_range_is_a_mistake_of_the_program(blobs: Blobs) -> None:
    await blobs.put("a/x", b"1")
    for start, length in ((-1, None), (0, -1)):
        with pytest.raises(ValueError, match="range"):
            await _read(blobs, "a/x", start=start, length=length)


async def test_what_is_not_there_is_not_found_before_anything_is_read(blobs: Blobs) -> None:
    for length in (None, 0, 1):
        with pytest.raises(NoSuchBlob):
            await _read(blobs, "a/x", length=length)
    with pytest.raises(NoSuchBlob):
        await blobs.stat("a/x")
    with pytest.raises(NoSuchBlob):
        await blobs.stat("a/x/y")


async def test_deleting_may_be_repeated(blobs: Blobs) -> None:
    await blobs.put("a/x", b"1")
    await blobs.delete("a/x")
    await blobs.delete("a/x")
    await blobs.delete("never/was")
    assert await _keys(blobs) == []


async def test_a_put_replaces_all_of_what_was_there(blobs: Blobs) -> None:
    await blobs.put("a/x", b"longer than the next", content_type="text/plain")
    put = await blobs.put("a/x", b"short")
    assert await blobs.stat("a/x") == put
    assert put.content_type == OCTETS
    assert await _read(blobs, "a/x") == b"short"


async def test_a_reader_keeps_the_version_that_it_opened(blobs: Blobs) -> None:
    await blobs.put("a/x", b"before")
    async with blobs.get("a/x") as reading:
        await blobs.put("a/x", b"afterwards")
        assert b"".join([chunk async for chunk in reading]) == b"before"
        assert reading.stat.size == 6


async def test_a_reader_may_leave_early(blobs: Blobs) -> None:
    data = _noise(4 * MIB)
    await blobs.put("a/x", data)
    for _ in range(30):  # more often than there are connections or threads
        async with blobs.get("a/x") as reading:
            async for chunk in reading:
                assert data.startswith(chunk)
                break


async def test_one_of_several_at_once_wins_whole(blobs: Blobs) -> None:
    candidates = [_noise(200_000 + n, n) for n in range(6)]
    await asyncio.gather(*(blobs.put("a/x", data) for data in candidates))
    found = await _read(blobs, "a/x")
    assert found in candidates
    stat = await blobs.stat("a/x")
    assert (stat.size, stat.sha256) == (len(found), _hash(found))


async def test_a_listing_is_in_order_and_by_prefix(blobs: Blobs) -> None:
    keys = ["a-/x", "a/b", "a/b.c", "a/bd/d", "a0", "ab/c/d", "b"]
    for key in keys:
        await blobs.put(key, key.encode())
    assert await _keys(blobs) == sorted(keys)
    for prefix in ("a", "a/", "a/b", "ab/", "ab/c/d", "c", "a/bd/"):
        assert await _keys(blobs, prefix) == sorted(k for k in keys if k.startswith(prefix))
    for after in ("a/b", "a/bd/d", "a0", "ab/", "zz"):
        assert await _keys(blobs, after=after) == sorted(k for k in keys if k > after)
    sizes = {entry.key: entry.size async for entry in blobs.under()}
    assert sizes == {key: len(key) for key in keys}


async def test_a_listing_goes_on_over_many_pages(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_PAGE", 50)
    keys = sorted(f"a/{n % 7}/{n:05}" for n in range(240))
    lanes = [keys[n::8] for n in range(8)]

    async def fill(lane: list[str]) -> None:
        for key in lane:
            await blobs.put(key, b"")

    await asyncio.gather(*(fill(lane) for lane in lanes))
    assert await _keys(blobs, "a/") == keys
    assert await _keys(blobs, "a/3/", after=keys[100]) == [
        key for key in keys if key.startswith("a/3/") and key > keys[100]
    ]


@pytest.mark.parametrize("key", ["", "../x", "/etc/passwd", "a/../b", "a/.b", "A", "x" * 600])
async def test_what_is_no_key_reaches_no_store(blobs: Blobs, key: str) -> None:
    with pytest.raises(BadKey):
        await blobs.put(key, b"1")
    with pytest.raises(BadKey):
        await _read(blobs, key)
    with pytest.raises(BadKey):
        await blobs.stat(key)
    with pytest.raises(BadKey):
        await blobs.delete(key)


async def test_a_prefix_that_leads_elsewhere_is_refused(blobs: Blobs) -> None:
    with pytest.raises(BadKey):
        await _keys(blobs, "../")


async def test_the_longest_key_works(blobs: Blobs) -> None:
    key = "/".join(["k" * 200, "k" * 200, "k" * 110])
    await blobs.put(key, b"1")
    assert await _keys(blobs, key[:300]) == [key]
    await blobs.delete(key)


async def test_a_check_leaves_nothing(blobs: Blobs) -> None:
    await check(blobs, limit=30.0)
    assert await _keys(blobs) == []


async def test_two_stores_of_one_bucket_do_not_see_each_other(
    endpoint: str, tmp_path: Path
) -> None:
    bucket = await s3.a_bucket(endpoint)
    one = s3.settings_of(endpoint, bucket)
    other = Blob(**(s3.KEYS | {"url": f"s3://{bucket}/schoolhouse", "s3_endpoint": endpoint}))
    async with (
        open_blobs(one, data_dir=tmp_path) as blobs,
        open_blobs(other, data_dir=tmp_path) as others,
    ):
        await others.put(f"a/{uuid4()}", b"1")
        assert await _keys(blobs) == []


@pytest.mark.parametrize("data", [b"", b"hello", _noise(2 * PART + 1)], ids=len)
async def test_md5_serves_stores_that_know_no_sha256(
    endpoint: str, tmp_path: Path, data: bytes
) -> None:
    bucket = await s3.a_bucket(endpoint)
    settings = s3.settings_of(endpoint, bucket, s3_part_size=PART, s3_checksum="md5")
    async with open_blobs(settings, data_dir=tmp_path) as blobs:
        put = await blobs.put("a/x", data)
        assert await blobs.stat("a/x") == put
        assert await _read(blobs, "a/x") == data


async def test_a_finished_file_is_taken_as_it_is(blobs: Blobs, tmp_path: Path) -> None:
    data, path = _noise(70_000), tmp_path / "finished"
    path.write_bytes(data)
    stat = await blobs.adopt(
        "media/aa/x", path, content_type="video/mp4", size=len(data), sha256=_hash(data)
    )
    path.unlink()
    assert (stat.size, stat.sha256, stat.content_type) == (len(data), _hash(data), "video/mp4")
    async with blobs.get("media/aa/x", start=10, length=5) as reading:
        assert b"".join([piece async for piece in reading]) == data[10:15]


async def test_a_blob_is_an_open_file_for_who_needs_one(blobs: Blobs) -> None:
    await blobs.put("media/aa/y", b"some bytes")
    async with blobs.descriptor("media/aa/y") as fd:
        assert os.read(fd, 100) == b"some bytes"
    with pytest.raises(NoSuchBlob):
        async with blobs.descriptor("media/aa/none"):
            pass
