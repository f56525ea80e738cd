"""Media files made on the spot: videos, sounds and pictures, good and bad."""

from __future__ import annotations

import io
import math
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Literal

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec import CodecContext
from av.container import OutputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream


@contextmanager
def in_memory(data: bytes) -> Iterator[int]:
    """An open file, by its descriptor."""
    descriptor = os.memfd_create("given")
    try:
        os.write(descriptor, data)
        yield descriptor
    finally:
        os.close(descriptor)


Pixel = tuple[int, int, int]

_RATE = 48_000


def video(
    container: str = "mp4",
    *,
    codec: str | None = "libx264",
    sound: str | None = None,
    width: int = 160,
    height: int = 120,
    fps: int = 25,
    seconds: float = 1.0,
    rotation: int = 0,
    language: str | None = None,
) -> bytes:
    """A moving picture, a tone, or both."""
    target = io.BytesIO()
    with av.open(target, "w", format=container) as out:
        picture = _add_picture(out, codec, width, height, fps, rotation) if codec else None
        tone = _add_sound(out, sound, language) if sound else None
        if picture is not None:
            _write_picture(out, picture, frames=round(seconds * fps))
        if tone is not None:
            _write_tone(out, tone, samples=round(seconds * _RATE))
    return target.getvalue()


def _add_picture(
    out: OutputContainer, codec: str, width: int, height: int, fps: int, rotation: int
) -> VideoStream:
    stream = out.add_stream(codec, rate=fps)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    if codec == "libx264":
        stream.options = {"preset": "ultrafast"}
    if rotation:
        stream.set_display_rotation(rotation)
    return stream


def _add_sound(out: OutputContainer, codec: str, language: str | None) -> AudioStream:
    stream = out.add_stream(codec, rate=_RATE)
    assert isinstance(stream, AudioStream)
    stream.layout = "stereo"
    if language:
        stream.metadata["language"] = language
    return stream


def _write_picture(out: OutputContainer, stream: VideoStream, *, frames: int) -> None:
    for number in range(frames):
        frame = VideoFrame(stream.width, stream.height, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([number * 7 % 200]) * plane.buffer_size)
        frame.pts, frame.time_base = number, Fraction(1, 25)
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def _write_tone(out: OutputContainer, stream: AudioStream, *, samples: int) -> None:
    wave = b"".join(
        struct.pack("<hh", *[int(8000 * math.sin(math.tau * 440 * at / _RATE))] * 2)
        for at in range(960)
    )
    resampler = av.AudioResampler(format=stream.format, layout="stereo", rate=_RATE)
    for at in range(0, samples, 960):
        frame = AudioFrame("s16", "stereo", 960)
        frame.planes[0].update(wave)
        frame.sample_rate, frame.pts, frame.time_base = _RATE, at, Fraction(1, _RATE)
        for ready in resampler.resample(frame):
            out.mux(stream.encode(ready))
    out.mux(stream.encode(None))


def quarters(width: int, height: int, corners: Sequence[Pixel]) -> VideoFrame:
    """Four coloured quarters: top left, top right, bottom left, bottom right."""
    frame = VideoFrame(width, height, "rgb24")
    plane = frame.planes[0]
    rows = bytearray()
    for y in range(height):
        left, right = corners[2 * (y >= height // 2) :][:2]
        row = bytes(left) * (width // 2) + bytes(right) * (width - width // 2)
        rows += row.ljust(plane.line_size, b"\0")
    plane.update(bytes(rows))
    return frame


RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 200, 30), (30, 30, 200), (220, 220, 220)
CORNERS = (RED, GREEN, BLUE, WHITE)

PictureKind = Literal["png", "mjpeg", "libwebp", "gif"]
_PIXELS = {"png": "rgb24", "mjpeg": "yuvj420p", "libwebp": "bgra", "gif": "rgb8"}


def picture(
    kind: PictureKind = "png",
    *,
    width: int = 64,
    height: int = 64,
    corners: Sequence[Pixel] = CORNERS,
    orientation: int | None = None,
) -> bytes:
    """A still picture of four quarters, with an EXIF block when an orientation is given."""
    data = _encoded(quarters(width, height, corners).reformat(format=_PIXELS[kind]), kind)
    if orientation is None:
        return data
    return {"png": _png_with, "mjpeg": _jpeg_with, "libwebp": _webp_with}[kind](
        data, exif(orientation), width, height
    )


def _encoded(frame: VideoFrame, codec: str) -> bytes:
    encoder = CodecContext.create(codec, "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, frame.format.name
    encoder.time_base = Fraction(1, 25)
    frame.pts = 0
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def decoded(data: bytes, codec: str = "webp", *, pixels: str = "rgb24") -> VideoFrame:
    """A picture as RGB, or in another format of pixels."""
    decoder = CodecContext.create(codec, "r")
    assert isinstance(decoder, VideoCodecContext)
    frames = [*decoder.decode(Packet(data)), *decoder.decode(None)]
    return frames[0].reformat(format=pixels)


def pixel(frame: VideoFrame, x: int, y: int) -> Pixel:
    plane = frame.planes[0]
    at = y * plane.line_size + 3 * x
    red, green, blue = bytes(plane)[at : at + 3]
    return red, green, blue


def moving_gif(*first_then: Sequence[Pixel], width: int = 64, height: int = 64) -> bytes:
    """A GIF with one frame for each set of corners."""
    target = io.BytesIO()
    with av.open(target, "w", format="gif") as out:
        stream = out.add_stream("gif", rate=5)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "rgb8"
        for number, corners in enumerate(first_then):
            frame = quarters(width, height, corners).reformat(format="rgb8")
            frame.pts, frame.time_base = number, Fraction(1, 5)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return target.getvalue()


# A sentence that no picture of ours may still carry, as GPS positions would be carried.
SECRET_PLACE = b"47.3769 N, 8.5417 E, my home"


def exif(orientation: int) -> bytes:
    """A big-endian TIFF with an orientation and a description."""
    text = SECRET_PLACE + b"\0"
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    described = struct.pack(">HHII", 0x010E, 2, len(text), 8 + 2 + 2 * 12 + 4)
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", 2) + described + entries + bytes(4) + text


def _jpeg_with(data: bytes, tiff: bytes, width: int, height: int) -> bytes:
    content = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + data[2:]


def png_chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def _png_with(data: bytes, tiff: bytes, width: int, height: int) -> bytes:
    text = png_chunk(b"tEXt", b"Comment\0" + SECRET_PLACE)
    return data[:33] + png_chunk(b"eXIf", tiff) + text + data[33:]


def _webp_with(data: bytes, tiff: bytes, width: int, height: int) -> bytes:
    extended = bytes([0x08, 0, 0, 0]) + (width - 1).to_bytes(3, "little")
    extended += (height - 1).to_bytes(3, "little")
    body = b"WEBP" + _riff(b"VP8X", extended) + data[12:] + _riff(b"EXIF", tiff)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _riff(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def png(header: bytes, pixels: bytes) -> bytes:
    pieces = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + pieces


def huge_png(width: int, height: int, *, real: bool) -> bytes:
    """A PNG that claims a size; with `real`, its few bytes do unfold to so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = b"\0" + bytes((width + 7) // 8)
    return png(header, zlib.compress(row * (height if real else 1), 9))


def moving_webp_header() -> bytes:
    """The beginning of an animated WebP."""
    body = b"WEBP" + _riff(b"VP8X", bytes([0x02]) + bytes(9)) + _riff(b"ANIM", bytes(6))
    return b"RIFF" + struct.pack("<I", len(body)) + body


def lying_webp(width: int, height: int, *, inner: int) -> bytes:
    """A small canvas around a lossless picture that claims to be large."""
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    inside = b"\x2f" + struct.pack("<I", (inner - 1) | (inner - 1) << 14) + bytes(100)
    body = b"WEBP" + _riff(b"VP8X", canvas) + _riff(b"VP8L", inside)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def alpha(webp: bytes) -> int:
    """How opaque the first pixel of a WebP is."""
    return bytes(decoded(webp, pixels="rgba").planes[0])[3]
