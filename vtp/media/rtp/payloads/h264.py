"""H.264 in single units, STAP-A and FU-A (RFC 6184, 5.6 to 5.8): packetization modes 0 and 1.

A key frame starts with its parameter sets (RFC 7742, 6.2 wants them in band), or with its IDR
slice where the encoder does not repeat them. Frames that no other one refers to are told as
temporal layer 1: they may be left out and taken again at any time (ITU-T H.264, 7.4.1).
"""

from __future__ import annotations

from collections.abc import Collection

from vtp.media.rtp.packet import HEAD, Packet
from vtp.media.rtp.payloads.frames import Frames, continues, starts

# Types of units (ITU-T H.264, table 7-1) and of packets (RFC 6184, table 1).
_SLICE, _IDR, _SPS = 1, 5, 7
_STAP_A, _FU_A = 24, 28
_TYPE = 0x1F
_REFERRED = 0x60  # nal_ref_idc
_FU_START = 0x80
# Units of one STAP-A that are looked at. A frame's parameter sets are its first ones.
_MOST_UNITS = 16


class H264:
    """One per stream: where a frame starts only the packet before tells."""

    __slots__ = ("_frames", "_key_ts")

    def __init__(self) -> None:
        self._frames = Frames()
        self._key_ts = -1

    def inspect(self, packet: Packet) -> None:
        before = self._frames.before(packet)
        if packet.empty:
            return
        units = _units(packet.data)
        begins = starts(packet, before)
        if _SPS in units or (begins and _IDR in units):
            # Of several parameter sets of one frame only the first starts it.
            packet.key = packet.ts != self._key_ts
            self._key_ts = packet.ts
        packet.first = begins or packet.key
        if before is not None and continues(packet, before):
            packet.tid = before.tid
        else:
            packet.tid = int(_unreferred(packet.data, units))
        packet.sync = packet.key or packet.tid == 1


def _unreferred(data: bytes, units: Collection[int]) -> bool:
    """A slice of a frame that no other one refers to; a fragment of one tells it as well."""
    if data[HEAD] & _REFERRED:
        return False
    if data[HEAD] & _TYPE == _FU_A:
        return len(data) > HEAD + 1 and data[HEAD + 1] & _TYPE == _SLICE
    return _SLICE in units


def _units(data: bytes) -> Collection[int]:
    """The types of the units that start in this packet."""
    kind = data[HEAD] & _TYPE
    if kind == _FU_A:
        if len(data) > HEAD + 1 and data[HEAD + 1] & _FU_START:
            return (data[HEAD + 1] & _TYPE,)
        return ()
    if kind == _STAP_A:
        return _aggregated(data)
    return (kind,)


def _aggregated(data: bytes) -> list[int]:
    """RFC 6184, 5.7.1: each unit after its size in 16 bits."""
    found: list[int] = []
    at = HEAD + 1
    while at + 2 < len(data) and len(found) < _MOST_UNITS:
        size = data[at] << 8 | data[at + 1]
        if size:
            found.append(data[at + 2] & _TYPE)
        at += 2 + size
    return found
