"""VP8 (RFC 7741, 4.2): the payload descriptor, and the first bit of a frame."""

from __future__ import annotations

from vtp.media.rtp.packet import HEAD, Packet
from vtp.media.rtp.payloads.picture import picture_id

# Byte 0: X R N S R PID.
_X = 0x80
_S_AND_PID = 0x17
_START = 0x10  # S = 1 and PID = 0: the first packet of a frame
# The byte after it: I L T K.
_I, _L, _T, _K = 0x80, 0x40, 0x20, 0x10


def inspect(packet: Packet) -> None:
    try:
        _read(packet, packet.data)
    except IndexError:
        return  # cut off; what was read up to there stands


def _read(packet: Packet, data: bytes) -> None:
    descriptor = data[HEAD]
    at = HEAD + 1
    if descriptor & _X:
        flags = data[at]
        at += 1
        if flags & _I:
            at = picture_id(packet, at)
        if flags & _L:
            packet.tl0 = data[at]
            packet.tl0_at = at
            at += 1
        if flags & (_T | _K):
            _layer(packet, data[at], flags, at)
            at += 1
    if descriptor & _S_AND_PID == _START:
        # RFC 6386, 9.1: the inverse key frame flag is the lowest bit of the frame.
        if not data[at] & 1:
            packet.key = packet.sync = True
        packet.first = True


def _layer(packet: Packet, layer: int, flags: int, at: int) -> None:
    """TID Y KEYIDX, each only where its flag says so."""
    if flags & _T:
        packet.tid = layer >> 6
        packet.sync = layer & 0x20 != 0  # depends on the base layer alone
    if flags & _K:
        packet.keyidx = layer & 0x1F
        packet.keyidx_at = at
