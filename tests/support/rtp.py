"""RTP packets for tests, written by hand from RFC 3550 and RFC 8285: not with the code under test."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from vtp.media.rtp.extensions import SenderIds
from vtp.media.rtp.packet import HEAD, Packet

# Ids as a browser chooses them: other ones than the router's.
IDS = SenderIds(mid=9, rid=10, rrid=11, twcc=3, level=1, orientation=13)

Elements = Sequence[tuple[int, bytes]]


def one_byte(elements: Elements) -> tuple[int, bytes]:
    return 0xBEDE, b"".join(
        bytes([number << 4 | len(value) - 1]) + value for number, value in elements
    )


def two_byte(elements: Elements) -> tuple[int, bytes]:
    return 0x1000, b"".join(bytes([number, len(value)]) + value for number, value in elements)


def rtp(
    payload: bytes = b"payload",
    *,
    pt: int = 96,
    seq: int = 1,
    ts: int = 1000,
    ssrc: int = 0x1234,
    marker: bool = False,
    csrcs: Sequence[int] = (),
    extension: tuple[int, bytes] | None = None,
    padding: int = 0,
) -> bytes:
    flags = 0x80 | len(csrcs) | (0x10 if extension else 0) | (0x20 if padding else 0)
    packet = struct.pack(">BBHII", flags, pt | (0x80 if marker else 0), seq, ts, ssrc)
    packet += b"".join(struct.pack(">I", csrc) for csrc in csrcs)
    if extension:
        profile, block = extension
        block += bytes(-len(block) % 4)
        packet += struct.pack(">HH", profile, len(block) // 4) + block
    return packet + payload + (bytes(padding - 1) + bytes([padding]) if padding else b"")


def packet(
    payload: bytes = b"payload",
    *,
    ext: int = 70_000,
    ts: int = 1000,
    marker: bool = False,
    arrival: float = 0.0,
) -> Packet:
    """A canonical packet before its inspection."""
    data = bytes(HEAD) + payload
    return Packet(ext, ts, marker=marker, third=-1, data=data, arrival=arrival)
