"""The picture id, which VP8 and VP9 write in the same way (RFC 7741, 4.2; RFC 9628, 4.2)."""

from __future__ import annotations

from vtp.media.rtp.packet import Packet


def picture_id(packet: Packet, at: int) -> int:
    """Read the 7 or 15 bits at this place; where it goes on. IndexError when they are cut off."""
    value = packet.data[at]
    if value & 0x80:
        value = (value & 0x7F) << 8 | packet.data[at + 1]
        packet.pid = value
        packet.pid_at = at
        return at + 2
    packet.pid = value
    packet.pid_at = at
    return at + 1
