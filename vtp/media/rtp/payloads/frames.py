"""Where a frame starts, for codecs that do not say it: after a marker, or at a new timestamp."""

from __future__ import annotations

from vtp.media.rtp.packet import Packet

# Enough for packets that come out of order; what is asked for again may be further behind.
_RECENT = 64


class Frames:
    """The packets of one stream that came last, by their numbers."""

    __slots__ = ("_recent",)

    def __init__(self) -> None:
        self._recent: list[Packet | None] = [None] * _RECENT

    def before(self, packet: Packet) -> Packet | None:
        """Remember this packet; the one right before it, None where that is not known."""
        recent = self._recent
        ext = packet.ext
        recent[ext % _RECENT] = packet
        found = recent[(ext - 1) % _RECENT]
        return found if found is not None and found.ext == ext - 1 else None


def continues(packet: Packet, before: Packet | None) -> bool:
    """The packet is surely of the frame of the one before it (RFC 3550, 5.1: one timestamp)."""
    return before is not None and before.ts == packet.ts and not before.marker


def starts(packet: Packet, before: Packet | None) -> bool:
    """The packet is surely the first of its frame. Where the one before is lost, nobody knows."""
    return before is not None and (before.marker or before.ts != packet.ts)
