"""What our inspectors say of packets that other people's encoders and packetizers made."""

from __future__ import annotations

import fractions
import random
from collections.abc import Iterator

import av
import pytest
from aiortc.codecs.base import Encoder
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder, VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rtp import packet
from vtp.media.rtp.packet import HEAD
from vtp.media.rtp.payloads import inspector

_KEYS = {0, 7, 12}  # frames at which a key frame is asked for


def frames() -> Iterator[av.VideoFrame]:
    noise = random.Random(7)
    for number in range(15):
        frame = av.VideoFrame(320, 180, "yuv420p")
        for plane in frame.planes:
            plane.update(noise.randbytes(plane.buffer_size))
        frame.pts, frame.time_base = number * 3000, fractions.Fraction(1, 90_000)
        yield frame


@pytest.mark.parametrize(
    ("mime", "made"), [("video/VP8", Vp8Encoder), ("video/H264", H264Encoder)], ids=["VP8", "H264"]
)
def test_frames_and_key_frames_are_found_where_they_start(mime: str, made: type[Encoder]) -> None:
    encoder, inspect = made(), inspector(mime)
    ext, keys, firsts = 70_000, [], []
    for number, frame in enumerate(frames()):
        payloads, ts = encoder.encode(frame, force_keyframe=number in _KEYS)
        for place, payload in enumerate(payloads):
            ext += 1
            one = packet(payload, ext=ext, ts=ts, marker=place == len(payloads) - 1)
            inspect(one)
            keys += [(number, place)] if one.key else []
            firsts += [(number, place)] if one.first else []
    assert keys == [(number, 0) for number in sorted(_KEYS)]
    assert firsts == [(number, 0) for number in range(15)]
    assert ext > 70_000 + 2 * 15  # frames of several packets


@given(
    start=st.integers(0, 1),
    partition=st.integers(0, 7),
    pid=st.none() | st.integers(0, 0x7FFF),
    tl0=st.none() | st.integers(0, 255),
    layer=st.none() | st.tuples(st.integers(0, 3), st.integers(0, 1)),
    keyidx=st.none() | st.integers(0, 31),
    frame=st.integers(0, 255),
)
def test_vp8_descriptors_of_another_writer_are_read(
    start: int,
    partition: int,
    pid: int | None,
    tl0: int | None,
    layer: tuple[int, int] | None,
    keyidx: int | None,
    frame: int,
) -> None:
    descriptor = VpxPayloadDescriptor(
        partition_start=start,
        partition_id=partition,
        picture_id=pid,
        tl0picidx=tl0,
        tid=layer,
        keyidx=keyidx,
    )
    one = packet(bytes(descriptor) + bytes([frame]))
    inspector("video/VP8")(one)
    first = bool(start) and not partition
    assert (one.first, one.key) == (first, first and not frame & 1)
    assert one.pid == (-1 if pid is None else pid)
    assert one.tl0 == (-1 if tl0 is None else tl0)
    assert one.keyidx == (-1 if keyidx is None else keyidx)
    assert one.tid == (layer[0] if layer else 0)
    assert one.sync == (one.key or bool(layer and layer[1]))
    assert one.tl0_at < 0 or one.data[one.tl0_at] == tl0
    assert len(one.data) == HEAD + len(bytes(descriptor)) + 1
