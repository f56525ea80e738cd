"""Layers are put in order by what their key frames say, however their sender listed them."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

import av
import pytest
from av.video.codeccontext import VideoCodecContext
from hypothesis import given
from hypothesis import strategies as st

from tests.support import lesson
from tests.support.plane import Vp8, a_stage, simulcast, soon
from tests.support.rtp import packet
from vtp.media.rtp.payloads.area import area
from vtp.media.sfu.producer import Producer

# The descriptor of the start of a frame: alone, with a short and with a long picture id and all.
DESCRIPTORS = [
    b"\x10",
    b"\x90\x80\x11",
    b"\x90\xf0\x81\x11\x07\x20",
]


def encoded(codec: str, width: int, height: int, **options: str) -> bytes:
    """A key frame of a real encoder."""
    encoder = cast("VideoCodecContext", av.CodecContext.create(codec, "w"))
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 30)
    encoder.options = options
    packets = [*encoder.encode(av.VideoFrame(width, height, "yuv420p")), *encoder.encode(None)]
    return bytes(packets[0])


def units(annex_b: bytes) -> list[bytes]:
    return [one for one in annex_b.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if one]


@pytest.mark.parametrize("descriptor", DESCRIPTORS, ids=["bare", "short", "long"])
def test_a_key_frame_of_vp8_tells_its_size(descriptor: bytes) -> None:
    frame = encoded("libvpx", 640, 360)
    assert area("video/VP8", packet(descriptor + frame)) == 640 * 360
    assert area("video/VP8", packet(descriptor + b"\x01" + frame[1:3] + bytes(50))) == 0


@pytest.mark.parametrize("profile", ["baseline", "high"])
@pytest.mark.parametrize(("width", "height"), [(320, 180), (1280, 720), (1920, 1080)])
def test_parameter_sets_of_h264_tell_its_size(profile: str, width: int, height: int) -> None:
    [sps, *others] = units(encoded("libx264", width, height, profile=profile, tune="zerolatency"))
    assert area("video/H264", packet(sps)) == width * height
    both = [sps, others[0]]
    together = b"\x78" + b"".join(len(one).to_bytes(2) + one for one in both)
    assert area("video/H264", packet(together)) == width * height
    assert area("video/H264", packet(b"\x78" + bytes(4) + together[1:])) == width * height
    assert area("video/H264", packet(others[0])) == 0


@pytest.mark.parametrize("codec", ["libvpx-vp9", "libsvtav1"])
@pytest.mark.parametrize(("width", "height"), [(320, 180), (1280, 720)])
def test_a_key_frame_of_vp9_and_av1_tells_its_size(codec: str, width: int, height: int) -> None:
    mime = {"libvpx-vp9": "video/VP9", "libsvtav1": "video/AV1"}[codec]
    first, second = [one for one in lesson.pictures(1, width=width, codec=codec) if one.marker][:2]
    key = next(one for one in lesson.pictures(1, width=width, codec=codec) if one.key)
    assert area(mime, packet(key.data)) == width * height
    assert area(mime, packet((second if first is key else first).data)) == 0


@pytest.mark.parametrize("mime", ["video/VP8", "video/H264", "video/VP9", "video/AV1"])
@given(st.binary(max_size=200))
def test_any_bytes_have_some_size(mime: str, data: bytes) -> None:
    assert area(mime, packet(data)) >= 0
    assert area(mime, packet(b"\x67" + data)) >= 0


def key_frame(layer: Vp8, width: int, height: int) -> bytes:
    [made] = layer.frame(key=True)
    at = made.rindex(b"\x10" + bytes(600))
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    head = b"\x10\0\0\x9d\x01\x2a" + size
    return made[:at] + head + made[at + len(head) :]


def rids(producer: Producer) -> list[str | None]:
    return [encoding.rid for encoding in producer.published.encodings]


async def test_the_best_layer_is_the_last_though_it_was_named_first() -> None:
    async with a_stage() as stage:
        teacher, student = await stage.person("teacher"), await stage.person("student")
        producer = teacher.produce("video", simulcast(), "camera")
        consumer = student.consume(producer)
        layers = [Vp8(ssrc=0x2000 + n, rid=f"r{n}", mid="0", seq=1000 * n) for n in range(3)]
        sizes = [(1280, 720), (640, 360), (320, 180)]

        def send(*which: int) -> None:
            for n in which:
                teacher.out.send(key_frame(layers[n], *sizes[n]))

        send(2)  # the smallest begins, as in a browser
        await soon(lambda: any(producer.streams))
        send(1)
        await soon(lambda: rids(producer) == ["r0", "r2", "r1"])
        send(0)
        await soon(lambda: rids(producer) == ["r2", "r1", "r0"])
        streams = [stream for stream in producer.streams if stream is not None]
        assert [stream.layer for stream in streams] == [0, 1, 2]
        assert [stream.ssrc for stream in streams] == [0x2002, 0x2001, 0x2000]
        consumer.resume(stage.plane.now())
        for _ in range(3):
            send(0, 1, 2)
        await soon(lambda: consumer.downlink.stream is streams[2])


async def test_what_comes_in_the_right_order_stays_as_it_is() -> None:
    async with a_stage() as stage:
        teacher = await stage.person("teacher")
        producer = teacher.produce("video", simulcast(), "camera")
        for n, (width, height) in enumerate([(320, 180), (640, 360), (640, 360)]):
            layer = Vp8(ssrc=0x2000 + n, rid=f"r{n}", mid="0")
            teacher.out.send(key_frame(layer, width, height))
        await soon(lambda: None not in producer.streams)
        assert rids(producer) == ["r0", "r1", "r2"]
