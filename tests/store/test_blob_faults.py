"""What S3 does wrong now and then, and what a caller sees of it."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.support import s3
from vtp.blob.opening import check, open_blobs
from vtp.blob.port import (
    Blobs,
    Mismatch,
    NoSuchBlob,
    StorageFull,
    StorageTimeout,
    StorageUnavailable,
)
from vtp.blob.s3.upload import Corrupted
from vtp.errors import Unavailable
from vtp.settings import Blob

# Short enough for a test, and pauses between attempts are at most a second.
BRIEF: dict[str, Any] = {
    "connect_timeout": 0.2,
    "read_timeout": 0.2,
    "attempts": 2,
    "s3_part_size": 100,
    "s3_slowest": 1_000_000_000,
}
TWO_PARTS = b"x" * 150


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


@asynccontextmanager
async def _open(url: str, data: Path, **more: Any) -> AsyncIterator[Blobs]:
    settings = s3.settings_of(url, "bucket", **(BRIEF | more))
    async with open_blobs(settings, data_dir=data) as blobs:
        yield blobs


async def _read(blobs: Blobs, key: str) -> bytes:
    async with blobs.get(key) as reading:
        return b"".join([chunk async for chunk in reading])


@pytest.mark.parametrize("fault", ["InternalError", "SlowDown"])
async def test_a_fault_that_passes_is_not_seen(data: Path, fault: str) -> None:
    async with s3.faulty(fault) as store, _open(store.url, data) as blobs:
        store.content = b"hello"
        await blobs.put("a/x", b"hello")
        assert store.asked == ["PutObject", "PutObject", "HeadObject"]


@pytest.mark.parametrize("fault", ["InternalError", "SlowDown"])
async def test_a_fault_that_stays_is_an_outage(data: Path, fault: str) -> None:
    async with s3.faulty(PutObject=fault) as store, _open(store.url, data) as blobs:
        with pytest.raises(StorageUnavailable):
            await blobs.put("a/x", b"hello")
        assert store.asked == ["PutObject"] * 2


async def test_a_refusal_is_not_repeated_and_is_told_to_the_operator(data: Path) -> None:
    async with s3.faulty(PutObject="AccessDenied") as store, _open(store.url, data) as blobs:
        with structlog.testing.capture_logs() as logs, pytest.raises(StorageUnavailable):
            await blobs.put("a/x", b"hello")
    assert store.asked == ["PutObject"]
    assert logs[0]["code"] == "AccessDenied"
    assert "hello" not in str(logs)


@pytest.mark.parametrize("operation", ["PutObject", "HeadObject", "GetObject", "DeleteObject"])
async def test_a_store_that_hangs_is_given_up(data: Path, operation: str) -> None:
    async with s3.faulty(**{operation: "hang"}) as store, _open(store.url, data) as blobs:
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "PutObject": lambda: blobs.put("a/x", b"hello"),
            "HeadObject": lambda: blobs.stat("a/x"),
            "GetObject": lambda: _read(blobs, "a/x"),
            "DeleteObject": lambda: blobs.delete("a/x"),
        }
        with pytest.raises(StorageTimeout) as failed:
            await calls[operation]()
        assert isinstance(failed.value, Unavailable)
        assert store.asked == [operation] * 2


async def test_a_store_that_takes_no_body_is_given_up(data: Path) -> None:
    async with (
        s3.deaf() as url,
        _open(url, data, s3_part_size=1 << 26) as blobs,
    ):
        with pytest.raises(StorageTimeout):
            await blobs.put("a/x", bytes(1 << 25))


async def test_nobody_there_is_an_outage(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and not listening
        async with _open(f"http://127.0.0.1:{taken.getsockname()[1]}", data) as blobs:
            with pytest.raises(StorageUnavailable):
                await blobs.stat("a/x")


@pytest.mark.parametrize("method", ["sha256", "md5"])
async def test_a_store_that_confirms_other_bytes_does_not_keep_them(
    data: Path, method: str
) -> None:
    async with (
        s3.faulty(PutObject="lie") as store,
        _open(store.url, data, s3_checksum=method) as blobs,
    ):
        with pytest.raises(Corrupted):
            await blobs.put("a/x", b"hello")
        assert store.asked == ["PutObject", "DeleteObject"]


async def test_a_store_that_keeps_less_does_not_keep_it(data: Path) -> None:
    async with s3.faulty() as store, _open(store.url, data) as blobs:
        store.content, store.sha256 = b"hell", hashlib.sha256(b"hello").hexdigest()
        with pytest.raises(Corrupted):
            await blobs.put("a/x", b"hello")
        assert store.asked == ["PutObject", "HeadObject", "DeleteObject"]


async def test_parts_become_one_object(data: Path) -> None:
    async with s3.faulty() as store, _open(store.url, data) as blobs:
        store.content = TWO_PARTS
        assert (await blobs.put("a/x", TWO_PARTS)).size == 150
        assert sorted(len(body) for body in store.stored.values()) == [50, 100]
        assert store.asked[0] == "CreateMultipartUpload"
        assert store.asked[-2:] == ["CompleteMultipartUpload", "HeadObject"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [("InternalError", StorageUnavailable), ("hang", StorageTimeout), ("lie", Corrupted)],
)
async def test_an_upload_whose_part_fails_is_aborted(
    data: Path, fault: str, error: type[Exception]
) -> None:
    async with s3.faulty(UploadPart=fault) as store, _open(store.url, data) as blobs:
        with pytest.raises(error):
            await blobs.put("a/x", TWO_PARTS)
        assert store.asked[-1] == "AbortMultipartUpload"
        assert "CompleteMultipartUpload" not in store.asked


async def test_a_finished_upload_with_another_checksum_does_not_stay(data: Path) -> None:
    async with s3.faulty(CompleteMultipartUpload="lie") as store, _open(store.url, data) as blobs:
        with pytest.raises(Corrupted):
            await blobs.put("a/x", TWO_PARTS)
        assert "DeleteObject" in store.asked


async def test_an_upload_that_is_cancelled_is_aborted(data: Path) -> None:
    async with (
        s3.faulty(UploadPart="hang") as store,
        _open(store.url, data, read_timeout=60.0) as blobs,
    ):
        task = asyncio.ensure_future(blobs.put("a/x", TWO_PARTS))
        await store.busy.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert store.asked[-1] == "AbortMultipartUpload"


async def test_an_upload_that_cannot_be_aborted_is_told_to_the_operator(data: Path) -> None:
    always = {"UploadPart": "lie", "AbortMultipartUpload": "InternalError"}
    async with s3.faulty(**always) as store, _open(store.url, data) as blobs:
        with structlog.testing.capture_logs() as logs, pytest.raises(Corrupted):
            await blobs.put("a/x", TWO_PARTS)
    assert logs[-1]["event"] == "blob.not_aborted"


async def test_an_upload_whose_last_answer_was_lost_is_found(data: Path) -> None:
    always = {"CompleteMultipartUpload": "NoSuchUpload"}
    async with s3.faulty(**always) as store, _open(store.url, data) as blobs:
        store.content = TWO_PARTS  # the attempt that was not answered did it
        assert (await blobs.put("a/x", TWO_PARTS)).size == 150


async def test_an_upload_that_was_lost_is_not_taken_for_what_was_there(data: Path) -> None:
    always = {"CompleteMultipartUpload": "NoSuchUpload"}
    async with s3.faulty(**always) as store, _open(store.url, data) as blobs:
        store.content = b"something else"
        with pytest.raises(StorageUnavailable):
            await blobs.put("a/x", TWO_PARTS)


async def test_a_file_that_changes_while_it_is_sent_is_not_stored(data: Path) -> None:
    path = data / "growing"
    path.write_bytes(TWO_PARTS)
    async with s3.faulty() as store, _open(store.url, data) as blobs:
        store.before = lambda: path.write_bytes(TWO_PARTS * 2)
        with pytest.raises(Mismatch):
            await blobs.put("a/x", path)
        assert store.asked[-1] == "AbortMultipartUpload"


async def test_a_full_disk_on_the_way_is_told_as_such(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async def arriving() -> AsyncIterator[bytes]:
        yield b"hello"

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    async with s3.faulty() as store, _open(store.url, data) as blobs:
        with pytest.raises(StorageFull):
            await blobs.put("a/x", arriving())
        assert store.asked == []


async def test_a_download_that_breaks_goes_on_where_it_broke(data: Path) -> None:
    async with s3.faulty("cut") as store, _open(store.url, data) as blobs:
        store.content = bytes(range(256)) * 4000
        assert await _read(blobs, "a/x") == store.content
        assert store.asked == ["GetObject"] * 2


async def test_a_download_that_breaks_again_and_again_is_given_up(data: Path) -> None:
    async with s3.faulty(GetObject="cut") as store, _open(store.url, data) as blobs:
        store.content = b"x" * 1000
        with pytest.raises(StorageUnavailable):
            await _read(blobs, "a/x")
        assert store.asked == ["GetObject"] * 2


async def test_what_is_not_there_is_not_an_outage(data: Path) -> None:
    async with s3.faulty(GetObject="NoSuchKey") as store, _open(store.url, data) as blobs:
        with pytest.raises(NoSuchBlob):
            await _read(blobs, "a/x")


async def test_a_check_has_a_time_limit_of_its_own(data: Path) -> None:
    async with (
        s3.faulty(PutObject="hang", DeleteObject="hang") as store,
        _open(store.url, data, read_timeout=60.0, attempts=1) as blobs,
    ):
        with pytest.raises(StorageTimeout):
            await asyncio.wait_for(check(blobs, limit=0.3), timeout=30)


async def test_a_check_notices_other_bytes(data: Path) -> None:
    async with s3.faulty() as store, _open(store.url, data) as blobs:
        store.content = b"not what was put"
        with pytest.raises(StorageUnavailable, match="other bytes"):
            await check(blobs, limit=10.0)


def test_the_settings_have_the_limits_that_were_found_to_matter() -> None:
    settings = Blob()
    assert (settings.connect_timeout, settings.read_timeout, settings.attempts) == (3.0, 10.0, 4)
