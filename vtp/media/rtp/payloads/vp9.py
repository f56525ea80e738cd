"""VP9 (RFC 9628, 4.2): the payload descriptor, flexible and not.

Picture id and TL0PICIDX are in the places and sizes that VP8 has, so they are told in the same
fields and what continues them serves both.
"""

from __future__ import annotations

from vtp.media.rtp.packet import HEAD, Packet
from vtp.media.rtp.payloads.picture import picture_id

# Byte 0: I P L F B E V Z.
_I, _P, _L, _F, _B = 0x80, 0x40, 0x20, 0x10, 0x08
_ABOVE = 0xFE  # the temporal layers above the lowest, one bit each


class Vp9:
    """One per stream: a switching up point opens the layers above for the pictures after it."""

    __slots__ = ("_newest", "_open")

    def __init__(self) -> None:
        self._newest = -1
        self._open = 0  # temporal layers whose next picture depends on nothing before that point

    def inspect(self, packet: Packet) -> None:
        try:
            self._read(packet, packet.data)
        except IndexError:
            return  # cut off; what was read up to there stands

    def _read(self, packet: Packet, data: bytes) -> None:
        flags = data[HEAD]
        at = HEAD + 1
        if flags & _I:
            at = picture_id(packet, at)
        up = False
        if flags & _L:
            layer = data[at]
            packet.tid = layer >> 5
            packet.sid = layer >> 1 & 0x07
            up = layer & 0x10 != 0
            if not flags & _F:
                packet.tl0 = data[at + 1]
                packet.tl0_at = at + 1
        # The spatial layers of one picture are one frame here: they have one timestamp.
        if flags & _B and not packet.sid:
            packet.first = True
            packet.key = packet.sync = not flags & _P
            if packet.ext > self._newest:
                self._newest = packet.ext
                self._switching(packet, up=up)

    def _switching(self, packet: Packet, *, up: bool) -> None:
        """U tells of the layers above its own, `sync` of its own layer: so it is remembered."""
        own = 1 << packet.tid
        if self._open & own:
            packet.sync = True
            self._open &= ~own
        if packet.key:
            self._open = _ABOVE
        elif up:
            self._open |= _ABOVE << packet.tid & 0xFF
