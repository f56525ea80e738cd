"""A lesson with a pattern: at each full second the picture flashes and a beep sounds.

Encoded once; told as payloads of RTP with the moment of each, so that tests lose, delay and repeat
them as they like. And the way back: when a file flashes and beeps.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av

FPS, RATE = 30, 48_000
_WIDTH, _HEIGHT = 320, 180
_MTU = 1100
_FLASH, _BEEP = 0.1, 0.1  # s


@dataclass(frozen=True, slots=True)
class Payload:
    at: float  # s
    data: bytes
    marker: bool
    key: bool


@cache
def pictures(
    seconds: int, *, key_every: float = 2.0, width: int = _WIDTH, codec: str = "libx264"
) -> tuple[Payload, ...]:
    encoder = av.CodecContext.create(codec, "w")
    assert isinstance(encoder, av.VideoCodecContext)
    height = width * _HEIGHT // _WIDTH // 2 * 2
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.options = _OPTIONS[codec]
    found: list[Payload] = []
    for number in range(seconds * FPS):
        frame = av.VideoFrame(width, height, "yuv420p")
        bright = number % FPS < _FLASH * FPS
        for plane, value in zip(frame.planes, (235 if bright else 40, 128, 128), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts = number
        frame.pict_type = (
            av.video.frame.PictureType.I
            if number % int(key_every * FPS) == 0
            else av.video.frame.PictureType.NONE
        )
        for packet in encoder.encode(frame):
            found += _PACKETISED[codec](bytes(packet), number / FPS, packet.is_keyframe)
    return tuple(found)


_OPTIONS = {
    "libx264": {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "x264-params": "annexb=1:repeat-headers=1:keyint=6000:scenecut=0:slices=1",
    },
    "libvpx": {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "g": "6000",
        "threads": "1",
    },
}


def h264(data: bytes, at: float, key: bool) -> list[Payload]:
    units = [unit for unit in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]
    sets = [unit for unit in units if unit[0] & 31 in {7, 8}]
    slices = [unit for unit in units if unit[0] & 31 in {1, 5}]
    payloads: list[bytes] = []
    if sets:
        payloads.append(b"\x78" + b"".join(len(one).to_bytes(2) + one for one in sets))
    for unit in slices:
        payloads += _fragments(unit)
    last = len(payloads) - 1
    return [Payload(at, one, n == last, key and n == 0) for n, one in enumerate(payloads)]


def _fragments(unit: bytes) -> Iterator[bytes]:
    if len(unit) <= _MTU:
        yield unit
        return
    for start in range(1, len(unit), _MTU):
        flags = (0x80 if start == 1 else 0) | (0x40 if start + _MTU >= len(unit) else 0)
        head = bytes([unit[0] & 0xE0 | 28, flags | unit[0] & 31])
        yield head + unit[start : start + _MTU]


def _vp8(data: bytes, at: float, key: bool) -> list[Payload]:
    starts = range(0, len(data), _MTU)
    return [
        Payload(
            at,
            bytes([0x10 if start == 0 else 0]) + data[start : start + _MTU],
            start + _MTU >= len(data),
            key and start == 0,
        )
        for start in starts
    ]


_PACKETISED = {"libx264": h264, "libvpx": _vp8}


@cache
def sounds(seconds: int) -> tuple[Payload, ...]:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.options = {"application": "lowdelay", "frame_duration": "20"}
    size = RATE // 50
    found: list[Payload] = []
    for number in range(seconds * 50):
        frame = av.AudioFrame("s16", "mono", size)
        frame.planes[0].update(_beeping(number * size, size).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * size, Fraction(1, RATE)
        found += [Payload(number / 50, bytes(p), True, True) for p in encoder.encode(frame)]
    return tuple(found)


def _beeping(start: int, size: int) -> array[int]:
    samples = array("h")
    for n in range(start, start + size):
        loud = n % RATE < _BEEP * RATE
        samples.append(int(12_000 * math.sin(2 * math.pi * 1_000 * n / RATE)) if loud else 0)
    return samples


def flashes(path: Path) -> list[float]:
    """When it becomes bright, in seconds."""
    found, bright = [], False
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            now = bytes(frame.planes[0])[frame.planes[0].line_size * 8 + 8] > 130
            if now and not bright:
                assert frame.time is not None
                found.append(frame.time)
            bright = now
    return found


def beeps(path: Path) -> list[float]:
    """When it becomes loud, in seconds."""
    found, quiet_until = [], -1.0
    flat = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(path)) as file:
        for frame in file.decode(audio=0):
            assert frame.time is not None
            values = array("h", b"".join(bytes(one.planes[0]) for one in flat.resample(frame)))
            for n in range(0, frame.samples, 48):
                at = frame.time + n / RATE
                if max(values[n : n + 48], default=0) > 3_000:
                    if at > quiet_until:
                        found.append(at)
                    quiet_until = at + 0.3
    return found
