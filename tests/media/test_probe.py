"""What is told of a media file of somebody else, and what is refused in which words."""

from __future__ import annotations

import ctypes
import os
import random
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.media import hostile
from tests.support import media_files
from tests.support.media_files import in_memory, video
from vtp import settings
from vtp.clock import SystemClock
from vtp.media.pack.probe import (
    Bounds,
    Damaged,
    Empty,
    NotMedia,
    OutOfBounds,
    Probe,
    Stream,
    UnknownCodec,
    probe_file,
)
from vtp.sandbox.runner import Sandbox


def a_sandbox() -> Sandbox:
    return Sandbox(settings.Sandbox(), clock=SystemClock(), modules=("vtp.media.", "tests.media."))


async def probed(data: bytes, bounds: Bounds | None = None) -> Probe:
    with in_memory(data) as descriptor:
        return await probe_file(a_sandbox(), descriptor, bounds)


async def outcomes(files: list[bytes]) -> list[str]:
    """What one child says of many files."""
    with ExitStack() as opened:
        given = {
            str(number): opened.enter_context(in_memory(data)) for number, data in enumerate(files)
        }
        told = await a_sandbox().run(
            "tests.media.hostile:probe_all", Bounds(), returns=hostile.Outcomes, files=given
        )
    return told.codes


async def test_a_video_tells_its_picture_and_its_sound() -> None:
    data = video("mp4", sound="aac", seconds=2.0, language="deu")
    told = await probed(data)
    assert told == Probe(
        container="mp4",
        duration=told.duration,
        size=len(data),
        streams=(
            Stream(index=0, kind="video", codec="h264", width=160, height=120, fps=25.0),
            Stream(index=1, kind="audio", codec="aac", rate=48_000, channels=2, language="deu"),
        ),
    )
    assert told.duration == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(
    ("container", "codec", "sound", "told_container", "codecs"),
    [
        ("webm", "libvpx", "libopus", "matroska", ["vp8", "opus"]),
        ("mpegts", "libx264", "aac", "mpegts", ["h264", "aac"]),
        ("ipod", None, "aac", "mp4", ["aac"]),
        ("mp3", None, "libmp3lame", "mp3", ["mp3"]),
        ("ogg", None, "libopus", "ogg", ["opus"]),
        ("wav", None, "pcm_s16le", "wav", ["pcm_s16le"]),
        ("flac", None, "flac", "flac", ["flac"]),
        ("avi", "mpeg4", "libmp3lame", "avi", ["mpeg4", "mp3"]),
    ],
)
async def test_the_usual_containers_and_codecs_are_known(
    container: str, codec: str | None, sound: str, told_container: str, codecs: list[str]
) -> None:
    told = await probed(video(container, codec=codec, sound=sound))
    assert told.container == told_container
    assert [stream.codec for stream in told.streams] == codecs


async def test_a_video_of_a_turned_phone_is_shown_upright() -> None:
    told = await probed(video(rotation=90))
    picture = told.first("video")
    assert picture is not None
    # The file says counter-clockwise.
    assert picture.rotation == 270
    assert (picture.width, picture.height) == (160, 120)


async def test_the_position_of_the_given_file_does_not_matter() -> None:
    with in_memory(video()) as descriptor:
        os.lseek(descriptor, 0, os.SEEK_END)
        assert (await probe_file(a_sandbox(), descriptor)).container == "mp4"


async def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    wrong = tmp_path / "lesson.m3u8"
    wrong.write_bytes(video("webm", codec="libvpx"))
    with wrong.open("rb") as file:
        assert (await probe_file(a_sandbox(), file.fileno())).container == "matroska"


@pytest.mark.parametrize(
    ("data", "refusal", "words"),
    [
        (b"", Empty, "empty"),
        (b"This is my essay about frogs. " * 100, NotMedia, "not a video"),
        (b"%PDF-1.7 " + bytes(5000), NotMedia, "not a video"),
        (media_files.picture("png"), NotMedia, "not a video"),
        (media_files.picture("mjpeg"), NotMedia, "not a video"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(2000), NotMedia, "not a video"),
        (video("mp4")[:1500], NotMedia, "not a video"),
        (video("nut", codec="ffv1"), NotMedia, "not a video"),
        (video("matroska", codec="ffv1"), UnknownCodec, "ffv1"),
        (video("matroska", codec=None, sound="wavpack"), UnknownCodec, "wavpack"),
    ],
    ids=["empty", "text", "pdf", "png", "jpeg", "heic", "cut", "nut", "ffv1", "wavpack"],
)
async def test_what_cannot_be_played_is_refused_in_plain_words(
    data: bytes, refusal: type[Exception], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        await probed(data)


async def test_a_video_without_a_single_good_picture_is_damaged() -> None:
    data = bytearray(video("matroska"))
    start = data.index(b"\x1fC\xb6u")  # the first cluster
    for at in range(start + 60, len(data)):
        data[at] = 0xFF
    with pytest.raises(Damaged):
        await probed(bytes(data))


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(side=100), "160 by 120"),
        (Bounds(fps=20), "25 pictures"),
        (Bounds(seconds=0.5), "longer"),
        (Bounds(streams=1), "2 tracks"),
    ],
)
async def test_what_is_too_large_is_refused_with_its_numbers(bounds: Bounds, words: str) -> None:
    with pytest.raises(OutOfBounds, match=words):
        await probed(video(sound="aac"), bounds)


async def test_damaged_files_end_in_an_answer_and_never_in_a_crash() -> None:
    """200 files with flipped bits, and each container cut at every tenth."""
    dice = random.Random(20260312)
    good = [
        video("mp4", sound="aac"),
        video("webm", codec="libvpx", sound="libopus"),
        video("mpegts", sound="aac"),
        video("mp3", codec=None, sound="libmp3lame"),
        video("avi", codec="mpeg4"),
    ]
    bad = [_flipped(good[number % len(good)], dice) for number in range(200)]
    cut = [data[: len(data) * tenth // 10] for data in good for tenth in range(1, 10)]
    codes = await outcomes(bad + cut)
    assert len(codes) == 245
    assert set(codes) <= {"ok", *(kind.code for kind in _REFUSALS)}
    assert codes.count("ok") > 20


_REFUSALS = (Damaged, Empty, NotMedia, OutOfBounds, UnknownCodec)


def _flipped(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice([1, 4, 16, 64])):
        # Half of them in the header, where they hurt.
        end = dice.choice([min(600, len(changed)), len(changed)])
        changed[dice.randrange(end)] ^= 1 << dice.randrange(8)
    return bytes(changed)


@contextmanager
def watched(path: Path) -> Iterator[int]:
    """A non-blocking descriptor that tells whenever anybody opens or reads `path`."""
    libc = ctypes.CDLL(None)
    descriptor = libc.inotify_init1(os.O_NONBLOCK)
    opened_or_read = 0x20 | 0x01
    assert libc.inotify_add_watch(descriptor, os.fsencode(path), opened_or_read) > 0
    try:
        yield descriptor
    finally:
        os.close(descriptor)


async def test_files_that_name_other_files_read_nothing_and_call_nobody(tmp_path: Path) -> None:
    """With the walls, and without them: the lists of containers alone must hold as well."""
    canary = tmp_path / "canary.mp4"
    canary.write_bytes(video())
    with socket.create_server(("127.0.0.1", 0)) as server, watched(canary) as reads:
        server.setblocking(False)
        files = polyglots(str(canary), f"127.0.0.1:{server.getsockname()[1]}")
        walled = await outcomes(files)
        bare = [_in_this_process(data) for data in files]
        with pytest.raises(BlockingIOError):
            server.accept()
        with pytest.raises(BlockingIOError):
            os.read(reads, 4096)
        # The watch does see readers.
        canary.open("rb").close()
        assert os.read(reads, 4096)
    assert len(files) >= 60
    assert "ok" not in walled
    assert bare == walled


def _in_this_process(data: bytes) -> str:
    with in_memory(data) as descriptor:
        return hostile.outcome(Bounds(), descriptor)


def polyglots(canary: str, server: str) -> list[bytes]:
    """Playlists, scripts and manifests, bare and behind the first bytes of something else."""
    targets = [canary, f"file://{canary}", f"http://{server}/x.ts", f"concat:{canary}|{canary}"]
    texts = [text for target in targets for text in _naming(target)]
    clothes = [
        b"",
        b"\xef\xbb\xbf",
        b"ID3\x04\0\0\0\0\0\x0a" + bytes(10),
        struct.pack(">I", 24) + b"ftypisom\0\0\2\0isomiso2",
        b"RIFF\0\1\0\0AVI LIST",
        b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01",
    ]
    return [coat + text.encode() for text in texts for coat in clothes] + [_referring(canary)]


def _naming(target: str) -> list[str]:
    host = target.removeprefix("http://").split("/", maxsplit=1)[0]
    return [
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\n{target}\n#EXT-X-ENDLIST\n",
        f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n",
        f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF:1,\n{target}\n',
        f'#EXTM3U\n#EXT-X-MAP:URI="{target}"\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n',
        f"ffconcat version 1.0\nfile '{target}'\nduration 10\n",
        f"v=0\no=- 0 0 IN IP4 {host}\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        f'<?xml version="1.0"?><MPD type="static"><Period><BaseURL>{target}</BaseURL></Period></MPD>',
        f"RTSPtextRTSP://{host}/x\n",
        f'<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{target}"/></svg>',
        f"[playlist]\nFile1={target}\nNumberOfEntries=1\n",
    ]


def _referring(canary: str) -> bytes:
    """A good MOV whose data reference was pointed at another file."""
    data = video("mov")
    alias = b"alis" + bytes(4) + bytes(150) + struct.pack(">HH", 2, len(canary))
    alias += canary.encode() + struct.pack(">HH", 0xFFFF, 0)
    reference = struct.pack(">I", len(alias) + 4) + alias
    start = data.index(b"dref") + 12
    return data[:start] + reference + data[start + 12 :]
