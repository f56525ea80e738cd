"""AV1 (RTP Payload Format For AV1 1.0, 4.4 and 4.5): the aggregation header, and whose OBU it is.

Without its dependency descriptor AV1 does not say where a viewer may go up to more pictures, so
that is at key frames alone.
"""

from __future__ import annotations

from vtp.media.rtp.bits import leb128
from vtp.media.rtp.packet import HEAD, Packet
from vtp.media.rtp.payloads.frames import Frames, starts

# Z Y W N: the first element continues one, the last is continued, how many, a new sequence.
_Z, _W, _N = 0x80, 0x30, 0x08
# OBUs that belong to no layer (AV1 Bitstream, 6.2.2): a sequence header, a temporal delimiter.
_LAYERLESS = {1, 2}
_EXTENDED = 0x04
_MOST_OBUS = 4


class Av1:
    """One per stream: where a picture starts only the packet before tells."""

    __slots__ = ("_frames", "_sid", "_tid", "_ts")

    def __init__(self) -> None:
        self._frames = Frames()
        self._ts = -1  # of the newest packet that told its layers, and what it told
        self._tid = self._sid = 0

    def inspect(self, packet: Packet) -> None:
        before = self._frames.before(packet)
        if packet.empty:
            return
        header = packet.data[HEAD]
        if not header & _Z:
            packet.key = packet.sync = header & _N != 0
            packet.first = packet.key or starts(packet, before)
            layer = _layer(packet.data, header)
            self._ts = packet.ts
            self._tid, self._sid = layer >> 5, layer >> 3 & 0x03
        if packet.ts == self._ts:
            packet.tid, packet.sid = self._tid, self._sid


def _layer(data: bytes, header: int) -> int:
    """The extension byte of the first OBU that is of a layer: temporal_id, spatial_id; else 0."""
    try:
        return _first_layer(data, (header & _W) >> 4)
    except IndexError:
        return 0


def _first_layer(data: bytes, count: int) -> int:
    """`count` is W: of so many elements the last has no length; 0 = each has one."""
    at = HEAD + 1
    for number in range(1, _MOST_OBUS + 1):
        size = len(data)
        if number != count:
            size, at = leb128(data, at)
        obu = data[at]
        if obu & _EXTENDED:
            return data[at + 1]
        if obu >> 3 & 0x0F not in _LAYERLESS:
            return 0
        at += size
    return 0
