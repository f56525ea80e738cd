"""A lesson with a pattern: at each full second the picture flashes and a beep sounds.

Encoded once; told as payloads of RTP with the moment of each, so that tests lose, delay and repeat
them as they like. And the way back: when a file flashes and beeps.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import msgspec

from vtp.media.rtp.bits import as_leb128, leb128

FPS, RATE = 30, 48_000
_WIDTH, _HEIGHT = 320, 180
_MTU = 1100
_FLASH, _BEEP = 0.1, 0.1  # s
_TRIES, _PATIENCE = 4, 25.0  # s
_CHILD = """
import json, sys, msgspec
from tests.support import lesson
from tests.support.realtime import give_up_realtime
give_up_realtime()
sys.stdout.buffer.write(msgspec.msgpack.encode(lesson._encoded(*json.loads(sys.argv[1]))))
"""


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
    encode = _apart if codec == "libsvtav1" else _encoded
    return encode(seconds, key_every, width, codec)


def _apart(*words: float | str) -> tuple[Payload, ...]:
    """In a process that can be ended: where libsvtav1 may not look ahead, its threads now and then
    wait for each other for ever."""
    for _ in range(_TRIES):
        with suppress(subprocess.TimeoutExpired):
            told = subprocess.run(
                [sys.executable, "-c", _CHILD, json.dumps(words)],
                check=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE,
                cwd=Path(__file__).parents[2],
            ).stdout
            return msgspec.msgpack.decode(told, type=tuple[Payload, ...])
    raise TimeoutError(f"libsvtav1 hung {_TRIES} times")


def _encoded(seconds: int, key_every: float, width: int, codec: str) -> tuple[Payload, ...]:
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
    "libvpx-vp9": {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "g": "6000",
        "threads": "1",
    },
    "libsvtav1": {
        "preset": "12",
        "g": "6000",
        "svtav1-params": "pred-struct=1:rtc=1:lp=1:force-key-frames=1",
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


def _vp9(data: bytes, at: float, key: bool) -> list[Payload]:
    """With picture ids, and the structure of the layers before a key frame."""
    number = round(at * FPS) & 0x7FFF
    found = []
    for start in range(0, len(data), _MTU):
        first, last = start == 0, start + _MTU >= len(data)
        flags = 0x80 | (not key) << 6 | first << 3 | last << 2 | (key and first) << 1
        structure = b"\x18" + b"\x01\x40\x00\xb4" + b"\x01\x04\x01" if key and first else b""
        head = bytes([flags]) + (0x8000 | number).to_bytes(2) + structure
        found.append(Payload(at, head + data[start : start + _MTU], last, key and first))
    return found


def _av1(data: bytes, at: float, key: bool) -> list[Payload]:
    """Each unit without its length; all but the last of a packet with one before it."""
    units = [unit for unit in _obus(data) if unit[0] >> 3 & 15 != 2]
    head = b"".join(as_leb128(len(one)) + one for one in units[:-1])
    found = []
    starts = range(0, len(units[-1]), _MTU)
    for start in starts:
        first, last = start == 0, start == starts[-1]
        count = len(units) if first else 1
        flags = (not first) << 7 | (not last) << 6 | count << 4 | (key and first) << 3
        body = (head if first else b"") + units[-1][start : start + _MTU]
        found.append(Payload(at, bytes([flags]) + body, last, key and first))
    return found


def _obus(data: bytes) -> Iterator[bytes]:
    """Without their lengths."""
    at = 0
    while at < len(data):
        assert data[at] & 6 == 2, "sized, and of no layer"
        size, start = leb128(data, at + 1)
        yield bytes([data[at] & ~2]) + data[start : start + size]
        at = start + size


_PACKETISED = {"libx264": h264, "libvpx": _vp8, "libvpx-vp9": _vp9, "libsvtav1": _av1}


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


def flashes(path: Path, x: int = 8, y: int = 8) -> list[float]:
    """When it becomes bright at that place, in seconds."""
    found, bright = [], False
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            now = bytes(frame.planes[0])[frame.planes[0].line_size * y + x] > 130
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
