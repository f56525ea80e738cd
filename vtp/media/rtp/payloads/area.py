"""How large a picture is, as its key frame says: VP8 and H.264. Nothing is decoded. Pure.

Layers of one camera are put in order by it, because senders list them as they like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from vtp.media.rtp.packet import HEAD, Packet

# Parameter sets are some 20 bytes long; what is longer is somebody playing.
_LONGEST = 128
_SPS, _STAP_A, _TYPE = 7, 24, 0x1F
# Profiles whose parameter sets begin with the format of colours (ITU-T H.264, 7.3.2.1.1).
_WITH_COLOURS = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 138, 244})


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
    """In macroblocks, which is enough to compare."""
    for unit in _units(data):
        if unit[0] & _TYPE == _SPS:
            return _of_parameters(unit[1:_LONGEST].replace(b"\0\0\3", b"\0\0"))
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


class _Bits:
    """ITU-T H.264, 9.1. IndexError at the end."""

    def __init__(self, data: bytes) -> None:
        self._left = len(data) * 8
        self._value = int.from_bytes(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise IndexError
        return self._value >> self._left & (1 << count) - 1

    def golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)


def _of_parameters(sps: bytes) -> int:
    """ITU-T H.264, 7.3.2.1.1, up to the size."""
    bits = _Bits(sps[3:])
    bits.golomb()  # its id
    if sps[0] in _WITH_COLOURS and not _plain_colours(bits):
        return 0
    bits.golomb()  # numbers of frames
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.golomb(), bits.golomb()
        for _ in range(bits.golomb()):
            bits.golomb()
    bits.golomb()  # frames that are referred to
    bits.take(1)
    width, height = bits.golomb() + 1, bits.golomb() + 1
    return width * height * (2 - bits.take(1))


def _plain_colours(bits: _Bits) -> bool:
    """False where matrices follow, which are not read."""
    if bits.golomb() == 3:
        bits.take(1)
    bits.golomb(), bits.golomb()  # depths
    bits.take(1)
    return not bits.take(1)


_READ: Final[dict[str, Callable[[bytes], int]]] = {"video/vp8": _vp8, "video/h264": _h264}
