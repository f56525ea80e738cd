"""Opus (RFC 7587, 4.2): every packet is a frame, and the decoder can start at each."""

from __future__ import annotations

from vtp.media.rtp.packet import Packet


def inspect(packet: Packet) -> None:
    packet.first = packet.key = packet.sync = not packet.empty
