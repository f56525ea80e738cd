"""From the payloads of a frame to what a file keeps of it: pictures and Opus. Pure.

The total opposite of a decoder: it looks at descriptors and heads, and a frame that makes no sense
is None, which its track takes for lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from vtp.media.recorder.pieces import Frame
from vtp.media.rtp import av1_frame, sps, vp9_frame

_START = b"\0\0\0\1"
_TYPE = 0x1F
_SLICE, _IDR, _SPS, _PPS, _STAP_A, _FU_A = 1, 5, 7, 8, 24, 28
_FU_BEGIN, _FU_HEAD = 0x80, 2
_VP8_KEY = b"\x9d\x01\x2a"


class Sample(NamedTuple):
    data: bytes
    key: bool
    # Of key frames: the size, and the name of the codec, as RFC 6381 has it where players know it.
    size: tuple[int, int] = (0, 0)
    codec: str = ""
    level: int = -1  # of sound, as in `Piece`


# What players do not stream: it is kept in WebM, and made into H.264.
WEB = frozenset({"vp8", "vp9", "av1"})

Reader = Callable[[Frame], Sample | None]


def h264(frame: Frame) -> Sample | None:
    """With start codes (ITU-T H.264, annex B)."""
    units = list(_units(frame))
    kinds = {unit[0] & _TYPE for unit in units if unit}
    if not units or b"" in units or not kinds & {_SLICE, _IDR}:
        return None
    data = b"".join(_START + unit for unit in units)
    if _IDR not in kinds:
        return Sample(data, key=False)
    parameters = next((sps.read(unit) for unit in units if unit[0] & _TYPE == _SPS), None)
    if parameters is None or _PPS not in kinds:
        return None
    return Sample(data, True, (parameters.width, parameters.height), parameters.codec)


def _units(frame: Frame) -> Iterator[bytes]:
    """RFC 6184, 5.6 to 5.8. An empty one says that the frame cannot be read."""
    part: bytearray | None = None
    for piece in frame.pieces:
        payload = piece.payload
        kind = payload[0] & _TYPE
        if kind == _FU_A:
            if len(payload) <= _FU_HEAD:
                yield b""
                return
            if payload[1] & _FU_BEGIN:
                if part is not None:
                    yield bytes(part)
                part = bytearray([payload[0] & ~_TYPE & 0xFF | payload[1] & _TYPE])
            if part is None:
                yield b""
                return
            part += payload[_FU_HEAD:]
            continue
        if part is not None:
            yield bytes(part)
            part = None
        if kind == _STAP_A:
            yield from _aggregated(payload)
        else:
            yield payload
    if part is not None:
        yield bytes(part)


def _aggregated(payload: bytes) -> Iterator[bytes]:
    at = 1
    while at + 2 <= len(payload):
        size = payload[at] << 8 | payload[at + 1]
        unit = payload[at + 2 : at + 2 + size]
        if size == 0 or len(unit) < size:
            yield b""
            return
        yield unit
        at += 2 + size


def vp8(frame: Frame) -> Sample | None:
    """RFC 7741, 4.2: all descriptors are taken off."""
    try:
        data = b"".join(piece.payload[_vp8_head(piece.payload) :] for piece in frame.pieces)
        key = not data[0] & 1
        if not key:
            return Sample(data, key=False)
        if data[3:6] != _VP8_KEY:
            return None
        width, height = data[6] | data[7] << 8, data[8] | data[9] << 8
        return Sample(data, True, (width & 0x3FFF, height & 0x3FFF), "vp8")
    except IndexError:
        return None


def _vp8_head(payload: bytes) -> int:
    at = 1
    if payload[0] & 0x80:
        flags = payload[1]
        at = 2
        if flags & 0x80:
            at += 2 if payload[at] & 0x80 else 1
        at += bool(flags & 0x40) + bool(flags & 0x30)
    return at


def vp9(frame: Frame) -> Sample | None:
    try:
        data = vp9_frame.joined(piece.payload for piece in frame.pieces)
        size = vp9_frame.size(data)
    except IndexError:
        return None
    return Sample(data, True, size, "vp9") if size else Sample(data, key=False)


def av1(frame: Frame) -> Sample | None:
    try:
        units = av1_frame.units(piece.payload for piece in frame.pieces)
        data, size = av1_frame.kept(units), av1_frame.size(units)
    except IndexError:
        return None
    if not data:
        return None
    return Sample(data, True, size, "av1") if size else Sample(data, key=False)


def opus(frame: Frame) -> Sample | None:
    """As it is; each packet stands alone."""
    piece = frame.pieces[0]
    return Sample(piece.payload, True, codec="opus", level=piece.level)


# RFC 6716, 3.1: the length of a frame in samples of 48 kHz, by the configuration.
_OPUS_FRAMES = (480, 960, 1920, 2880) * 3 + (480, 960) * 2 + (120, 240, 480, 960) * 4
_OPUS_MOST = 5760  # 120 ms


def opus_samples(packet: bytes) -> int:
    """How long a packet of Opus sounds, in samples of 48 kHz; 0 where it is none."""
    if not packet:
        return 0
    length = _OPUS_FRAMES[packet[0] >> 3]
    code = packet[0] & 3
    count = 1 if code == 0 else 2
    if code == 3:
        count = packet[1] & 0x3F if len(packet) > 1 else 0
    return length * count if length * count <= _OPUS_MOST else 0


READERS: dict[str, Reader] = {
    "video/h264": h264,
    "video/vp8": vp8,
    "video/vp9": vp9,
    "video/av1": av1,
    "audio/opus": opus,
}
