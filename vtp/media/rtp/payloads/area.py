"""How large a picture is, as its key frame says. Nothing is decoded. Pure.

Layers of one camera are put in order by it, because senders list them as they like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from vtp.media.rtp import av1_frame, sps, vp9_frame
from vtp.media.rtp.packet import HEAD, Packet

_SPS, _STAP_A, _TYPE = 7, 24, 0x1F


def area(mime: str, packet: Packet) -> int:
    """Of the first packet of a key frame; 0 where it cannot be told."""
    read = _READ.get(mime.lower())
    try:
        return read(packet.data) if read is not None else 0
    except IndexError:
        return 0


def _vp8(data: bytes) -> int:
    """RFC 7741, 4.2: the descriptor; RFC 6386, 9.1: the head of a key frame, in pixels."""
    at = HEAD + 1
    if data[HEAD] & 0x80:
        flags = data[at]
        at += 1
        if flags & 0x80:
            at += 2 if data[at] & 0x80 else 1
        at += bool(flags & 0x40) + bool(flags & 0x30)
    if data[at + 3 : at + 6] != b"\x9d\x01\x2a":
        return 0
    width, height = data[at + 6] | data[at + 7] << 8, data[at + 8] | data[at + 9] << 8
    return (width & 0x3FFF) * (height & 0x3FFF)


def _h264(data: bytes) -> int:
    for unit in _units(data):
        if unit[0] & _TYPE == _SPS:
            found = sps.read(unit)
            return found.width * found.height if found is not None else 0
    return 0


def _units(data: bytes) -> Iterator[bytes]:
    """RFC 6184, 5.6 and 5.7.1."""
    if data[HEAD] & _TYPE != _STAP_A:
        yield data[HEAD:]
        return
    at = HEAD + 1
    while at + 2 < len(data):
        size = data[at] << 8 | data[at + 1]
        if size:
            yield data[at + 2 : at + 2 + size]
        at += 2 + size


def _vp9(data: bytes) -> int:
    return _of(vp9_frame.size(vp9_frame.joined([data[HEAD:]])))


def _av1(data: bytes) -> int:
    """The picture itself goes on in later packets; its sequence is in the first."""
    return _of(av1_frame.sequence_size(data[HEAD:]))


def _of(size: tuple[int, int] | None) -> int:
    return size[0] * size[1] if size is not None else 0


_READ: Final[dict[str, Callable[[bytes], int]]] = {
    "video/vp8": _vp8,
    "video/vp9": _vp9,
    "video/av1": _av1,
    "video/h264": _h264,
}
