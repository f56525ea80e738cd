"""Frames of VP9 and AV1 as they are put together from packets, without a decoder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.media.recorder.pieces import Frame, Piece
from vtp.media.recorder.samples import READERS, Sample
from vtp.media.rtp.bits import as_leb128, leb128

# VP9: marker, profile 0, a key frame that is shown, sync, 8 bits of a colour space, 640 x 360.
VP9_KEY = "10000010" + f"{0x498342:024b}" + "0010" + f"{639:016b}{359:016b}"
VP9_NEXT = bytes([0b10000110]) + bytes(20)


def whole(bits: str) -> bytes:
    padded = bits + "0" * (-len(bits) % 8)
    return int(padded, 2).to_bytes(len(padded) // 8)


def read(mime: str, *payloads: bytes) -> Sample | None:
    last = len(payloads) - 1
    pieces = [Piece(n, 0, 0.0, n == last, n == 0, one) for n, one in enumerate(payloads)]
    return READERS[mime](Frame(0, 0.0, True, tuple(pieces)))


# I: a long picture id; L: layers; F and P: pictures that it leans on; V: a structure.
@pytest.mark.parametrize(
    "head",
    [
        b"\x08",
        b"\x88\x05",
        b"\x88\x85\x05",
        b"\xa8\x05\x00\x07",
        b"\xb8\x05\x00",
        b"\xd8\x05\x03\x02",
        b"\x0a\x18\x02\x80\x01\x68\x02\x04\x01\x08\x01\x02",
        b"\x0a\x00",
    ],
    ids=["bare", "id", "long id", "layers", "flexible", "leaning", "structure", "no structure"],
)
def test_a_frame_of_vp9_is_what_stands_behind_its_descriptors(head: bytes) -> None:
    key = whole(VP9_KEY) + bytes(20)
    sample = read("video/vp9", head + key[:12], head + key[12:])
    assert sample == Sample(key, True, (640, 360), "vp9")


def test_of_spatial_layers_the_lowest_is_kept() -> None:
    key = whole(VP9_KEY) + bytes(20)
    low, high = b"\xa8\x05\x00\x07", b"\xa8\x05\x02\x07"
    assert read("video/vp9", low + key, high + bytes(30)) == Sample(key, True, (640, 360), "vp9")


@pytest.mark.parametrize(
    ("bits", "size"),
    [
        # Profile 1 tells its sampling, profile 2 its depth, profile 3 both; RGB has no range.
        ("10100010" + f"{0x498342:024b}" + "0010000", (640, 360)),
        ("10010010" + f"{0x498342:024b}" + "00010", (640, 360)),
        ("101100010" + f"{0x498342:024b}" + "01110", (640, 360)),
        ("10001010", None),
        ("10000110", None),
    ],
)
def test_a_key_frame_of_vp9_tells_its_size_in_every_profile(
    bits: str, size: tuple[int, int] | None
) -> None:
    data = whole(bits + f"{639:016b}{359:016b}") + bytes(20)
    sample = read("video/vp9", b"\x08" + data)
    assert sample is not None
    assert (sample.key, sample.size) == (size is not None, size or (0, 0))


@pytest.mark.parametrize(
    "payload",
    [b"\x08", b"\x08\x00", b"\x08" + bytes([0b10000010]) + bytes(20), b"\x80", b"\x0a\xff"],
)
def test_what_is_no_frame_of_vp9_is_lost(payload: bytes) -> None:
    assert read("video/vp9", payload) is None


# --- AV1 --------------------------------------------------------------------------------------
FRAME_KEY, FRAME_NEXT = b"\x30\x10", b"\x30\x30"
SIZE = f"{9:04b}{9:04b}{639:010b}{359:010b}"
SEQUENCES = {
    "plain": "000000000000" + "0" * 12 + "00101" + SIZE,
    "still": "0001100101" + SIZE,
    # Two points of work with their tiers, timing, delays and what is shown at first.
    "all": "000001"
    + "0" * 64
    + "100101100011"
    + "0" * 42
    + "100001"
    + ("0" * 12 + "0100011" + "0" * 9 + "10000") * 2
    + SIZE,
    "timed": "000001" + "0" * 64 + "00000000" + "0" * 12 + "00101" + SIZE,
}


def sized(unit: bytes) -> bytes:
    return bytes([unit[0] | 2]) + as_leb128(len(unit) - 1) + unit[1:]


@pytest.mark.parametrize("name", sorted(SEQUENCES))
def test_a_key_frame_of_av1_tells_its_size(name: str) -> None:
    sequence = b"\x08" + whole(SEQUENCES[name])
    told = b"\x28" + as_leb128(len(sequence)) + sequence + FRAME_KEY
    data = sized(sequence) + sized(FRAME_KEY)
    assert read("video/av1", told) == Sample(data, True, (640, 360), "av1")


def test_units_of_av1_come_in_pieces_and_are_kept_with_their_lengths() -> None:
    frame = FRAME_NEXT + bytes(range(200))
    first = b"\x50" + frame[:50]
    between, last = b"\xd0" + frame[50:120], b"\x90" + frame[120:]
    assert read("video/av1", first, between, last) == Sample(sized(frame), key=False)
    # Whatever has its length already, delimiters, an extension; no count, so each has a length.
    extended = b"\x34\x08" + frame[1:]
    units = [sized(b"\x10"), sized(frame), extended]
    payload = b"\x00" + b"".join(as_leb128(len(one)) + one for one in units)
    kept = sized(frame) + b"\x36\x08" + as_leb128(len(frame) - 1) + frame[1:]
    assert read("video/av1", payload) == Sample(kept, key=False)


def test_a_key_frame_that_was_shown_before_is_no_beginning() -> None:
    sequence = b"\x08" + whole(SEQUENCES["plain"])
    told = b"\x20" + as_leb128(len(sequence)) + sequence + b"\x18\x80"
    sample = read("video/av1", told)
    assert sample is not None
    assert not sample.key


@pytest.mark.parametrize(
    "payloads",
    [
        (b"\x10",),
        (b"\x90\x30\x30",),
        (b"\x50\x30\x30",),
        (b"\x10\x30\x30", b"\x90\x30"),
        (b"\x00\x05\x30",),
        (b"\x10\x12\x00",),
        (b"\x10\x32\x05\x30",),
        (b"\x00" + b"\xff" * 9,),
    ],
    ids=["empty", "no begin", "no end", "again", "short", "delimiter", "cut", "endless"],
)
def test_what_is_no_frame_of_av1_is_lost(payloads: tuple[bytes, ...]) -> None:
    assert read("video/av1", *payloads) is None


@given(st.integers(0, 2**32 - 1))
def test_a_length_of_av1_comes_back(value: int) -> None:
    written = as_leb128(value)
    assert leb128(written + b"\x07", 0) == (value, len(written))
