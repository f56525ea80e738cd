"""Pictures of somebody else come back as squares of ours, or are refused in plain words."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import media_files
from tests.support.media_files import (
    BLUE,
    CORNERS,
    GREEN,
    RED,
    WHITE,
    Pixel,
    in_memory,
    picture,
    pixel,
)
from vtp import settings
from vtp.clock import SystemClock
from vtp.errors import Problem
from vtp.media.pack import imagefile
from vtp.media.pack.confined import Result
from vtp.media.pack.picture import (
    MAX_BYTES,
    NotAPicture,
    Picture,
    PictureAnimated,
    PictureDamaged,
    Pictures,
    PictureTooLarge,
    redraw_file,
)
from vtp.sandbox.runner import Sandbox


async def redrawn(data: bytes, *sides: int) -> tuple[Picture, ...]:
    sandbox = Sandbox(settings.Sandbox(), clock=SystemClock())
    with in_memory(data) as descriptor:
        return await redraw_file(sandbox, descriptor, sides=sides)


def corners(data: bytes) -> list[Pixel]:
    """The colours of the four quarters, each rounded to the nearest of ours."""
    frame = media_files.decoded(data)
    quarter, rest = frame.width // 4, frame.width - frame.width // 4
    places = [(quarter, quarter), (rest, quarter), (quarter, rest), (rest, rest)]
    return [_nearest(pixel(frame, x, y)) for x, y in places]


def _nearest(colour: Pixel) -> Pixel:
    def distance(other: Pixel) -> int:
        return sum((one - two) ** 2 for one, two in zip(colour, other, strict=True))

    return min((*CORNERS, (0, 0, 0)), key=distance)


@pytest.mark.parametrize("kind", ["png", "mjpeg", "libwebp", "gif"])
async def test_a_picture_becomes_a_square_of_each_size(kind: media_files.PictureKind) -> None:
    large, small = await redrawn(picture(kind, width=300, height=200), 512, 96)
    for made, side in ((large, 512), (small, 96)):
        assert made.side == side
        assert imagefile.look(made.data) == imagefile.Header("webp", side, side)
        assert corners(made.data) == list(CORNERS)


async def test_the_middle_of_a_wide_or_tall_picture_is_kept() -> None:
    # Of 300 by 100 stays the middle third, where left and right meet.
    for width, height in ((300, 100), (100, 300), (101, 99)):
        (made,) = await redrawn(picture("png", width=width, height=height), 64)
        assert corners(made.data) == list(CORNERS)


# What a viewer sees of red, green, blue, white under each EXIF orientation.
_SEEN: dict[int, Sequence[Pixel]] = {
    1: (RED, GREEN, BLUE, WHITE),
    2: (GREEN, RED, WHITE, BLUE),
    3: (WHITE, BLUE, GREEN, RED),
    4: (BLUE, WHITE, RED, GREEN),
    5: (RED, BLUE, GREEN, WHITE),
    6: (BLUE, RED, WHITE, GREEN),
    7: (WHITE, GREEN, BLUE, RED),
    8: (GREEN, WHITE, RED, BLUE),
}


@pytest.mark.parametrize("orientation", _SEEN)
async def test_a_turned_picture_stands_upright(orientation: int) -> None:
    (made,) = await redrawn(picture("mjpeg", orientation=orientation), 96)
    assert corners(made.data) == list(_SEEN[orientation])


@pytest.mark.parametrize("kind", ["png", "mjpeg", "libwebp"])
async def test_nothing_but_pixels_is_left(kind: media_files.PictureKind) -> None:
    source = picture(kind, orientation=6)
    assert media_files.SECRET_PLACE in source
    (made,) = await redrawn(source, 96)
    assert corners(made.data) == list(_SEEN[6])
    assert media_files.SECRET_PLACE not in made.data
    assert set(_pieces(made.data)) <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}


def _pieces(webp: bytes) -> list[bytes]:
    names, at = [], 12
    while at + 8 <= len(webp):
        name, length = struct.unpack_from("<4sI", webp, at)
        names.append(name)
        at += 8 + length + length % 2
    return names


async def test_of_a_moving_gif_the_first_picture_is_taken() -> None:
    data = media_files.moving_gif(CORNERS, CORNERS[::-1], CORNERS[::-1])
    (made,) = await redrawn(data, 96)
    assert corners(made.data) == list(CORNERS)


async def test_what_can_be_seen_through_stays_so() -> None:
    header = struct.pack(">IIBBBBB", 2, 2, 8, 6, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes(8)) * 2)
    data = media_files.png(header, pixels)
    (made,) = await redrawn(data, 64)
    assert media_files.alpha(made.data) == 0


_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "refusal", "words"),
    [
        (b"", NotAPicture, "not a picture"),
        (_SVG, NotAPicture, "not a picture"),
        (b"<?xml version='1.0'?>" + _SVG, NotAPicture, "not a picture"),
        (b"BM" + bytes(1000), NotAPicture, "not a picture"),
        (b"II*\0" + bytes(1000), NotAPicture, "not a picture"),
        (media_files.video(), NotAPicture, "not a picture"),
        (b"#EXTM3U\n/etc/passwd\n", NotAPicture, "not a picture"),
        (b"\xff\xd8\xff\xd9", NotAPicture, "not a picture"),
        (picture("png")[:60], PictureDamaged, "damaged"),
        (b"GIF89a" + struct.pack("<HH", 9, 9) + b"\0\0\0;", PictureDamaged, "damaged"),
        (media_files.huge_png(30_000, 30_000, real=False), PictureTooLarge, "900 megapixels"),
        (bytes(MAX_BYTES + 1), PictureTooLarge, "12 MB"),
        (media_files.moving_webp_header(), PictureAnimated, "Moving WebP"),
    ],
    ids=[
        *("empty", "svg", "svg with a prolog", "bmp", "tiff", "video", "playlist", "no frame"),
        *("cut", "gif without pictures", "bomb", "large file", "moving webp"),
    ],
)
async def test_what_is_no_picture_for_us_is_refused_in_plain_words(
    data: bytes, refusal: type[Exception], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        await redrawn(data, 96)


async def test_a_header_that_lies_about_the_size_does_not_open_the_bomb() -> None:
    """A small VP8X canvas around a large picture: the decoder has its own limit."""
    with pytest.raises(Problem):
        await redrawn(media_files.lying_webp(16, 16, inner=16_000), 96)


async def test_the_largest_picture_that_is_allowed_can_be_drawn() -> None:
    (made,) = await redrawn(media_files.huge_png(8000, 5000, real=True), 96)
    assert imagefile.look(made.data) == imagefile.Header("webp", 96, 96)


@pytest.mark.parametrize(
    "pictures",
    [
        (),
        (Picture(side=96, data=b"<script>alert(1)</script>"),),
        (Picture(side=512, data=picture("libwebp", width=512, height=512)),),
        (Picture(side=96, data=picture("libwebp", width=512, height=512)),),
        (Picture(side=96, data=picture("png", width=96, height=96)),),
    ],
    ids=["none", "script", "other side", "other size", "other kind"],
)
async def test_what_a_taken_over_child_hands_out_reaches_no_browser(
    pictures: tuple[Picture, ...],
) -> None:
    with pytest.raises(PictureDamaged):
        await redraw_file(TakenOver(Pictures(pictures=pictures)), 0, sides=[96])


class TakenOver:
    """A sandbox whose child answers what it likes."""

    def __init__(self, answer: Pictures) -> None:
        self._answer = msgspec.msgpack.encode(answer)

    async def run(
        self,
        function: str,
        spec: msgspec.Struct,
        *,
        returns: type[Result],
        files: Mapping[str, int],
        raises: Sequence[type[Problem]] = (),
        cpu_seconds: float | None = None,
        wall_seconds: float | None = None,
        output: int | None = None,
    ) -> Result:
        return msgspec.msgpack.decode(self._answer, type=returns)


@given(st.sampled_from(["png", "mjpeg", "libwebp", "gif"]), st.data())
def test_the_header_of_any_bytes_is_read_without_surprise(
    kind: media_files.PictureKind, data: st.DataObject
) -> None:
    source = bytearray(_KINDS[kind])
    for _ in range(data.draw(st.integers(0, 20))):
        source[data.draw(st.integers(0, len(source) - 1))] = data.draw(st.integers(0, 255))
    header = imagefile.look(bytes(source[: data.draw(st.integers(0, len(source)))]))
    assert header is None or 1 <= header.orientation <= 8


_KINDS = {
    kind: picture(kind, orientation=None if kind == "gif" else 3)
    for kind in ("png", "mjpeg", "libwebp", "gif")
}


@pytest.mark.parametrize("kind", ["png", "mjpeg", "libwebp"])
def test_the_orientation_is_found_in_each_kind(kind: str) -> None:
    header = imagefile.look(_KINDS[kind])
    assert header is not None
    assert (header.width, header.height, header.orientation) == (64, 64, 3)


@pytest.mark.parametrize(
    ("tiff", "told"),
    [
        (b"", 1),
        (b"MM\0*", 1),
        (b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0", 6),
        (b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0", 1),
        (b"II*\0\xff\xff\xff\xff\xff\xff", 1),
        (media_files.exif(8), 8),
    ],
    ids=["empty", "cut", "little-endian", "nonsense", "far away", "big-endian"],
)
def test_an_orientation_that_makes_no_sense_is_upright(tiff: bytes, told: int) -> None:
    assert imagefile.orientation(tiff) == told
