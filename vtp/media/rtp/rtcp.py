"""RTCP (RFC 3550, 4585, 5104, rmcat REMB and transport-wide feedback): one walk, few builders.

The walk is total: what others sent never raises here, it is only not reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import Struct
from typing import NamedTuple, Protocol

_SR, _RR, _SDES, _BYE, _RTPFB, _PSFB = 200, 201, 202, 203, 205, 206
_NACK, _TWCC = 1, 15  # formats of RTPFB
_PLI, _FIR, _AFB = 1, 4, 15  # formats of PSFB
_KNOWN_TYPES = range(192, 224)  # RFC 5761: what may share a port with RTP
_MOST_BLOCKS = 31  # five bits
# More than a second of video. A longer list is an attempt to make us work, so its tail is not read.
MOST_NACKED = 1024

_HEAD = Struct("!BBH")
_SENDER = Struct("!IQIII")
_BLOCK = Struct("!IIIIII")
_NACK_ITEM = Struct("!HH")
_FEEDBACK = Struct("!BBHII")
_SENDER_REPORT = Struct("!BBHIQIII")


class Block(NamedTuple):
    """What a receiver says of one stream; the numbers are as on the wire."""

    ssrc: int
    fraction: int  # 256ths of the packets since the report before
    lost: int  # in all; may be negative, by duplicates
    highest: int  # cycles << 16 | sequence number
    jitter: int  # ticks of the media clock
    lsr: int  # middle 32 bits of the NTP time of the last sender report; 0 = none
    dlsr: int  # 65536ths of a second since then


class Reports(Protocol):
    """Who hears what a packet says. Called in the order of the packet."""

    def sender_report(
        self, ssrc: int, ntp: int, rtp: int, packets: int, octets: int, /
    ) -> None: ...

    def block(self, reporter: int, block: Block, /) -> None: ...

    def nack(self, media_ssrc: int, seqs: list[int], /) -> None: ...

    def pli(self, media_ssrc: int, /) -> None: ...

    def fir(self, media_ssrc: int, /) -> None: ...

    def remb(self, bps: int, /) -> None: ...

    def twcc(self, body: bytes, /) -> None: ...

    def bye(self, ssrcs: list[int], /) -> None: ...


def walk(data: bytes, to: Reports) -> bool:
    """Report what is in a compound or reduced-size packet. False when some part was malformed."""
    at, end, sound = 0, len(data), True
    while end - at >= 4:
        first, kind, words = _HEAD.unpack_from(data, at)
        stop = at + 4 + words * 4
        if first >> 6 != 2 or kind not in _KNOWN_TYPES or stop > end:
            return False
        body = stop
        if first & 0x20:
            padding = data[stop - 1]
            if padding == 0 or padding > words * 4:
                return False
            body -= padding
        read = _READERS.get(kind)
        if read is not None and not read(data, at + 4, body, first & 31, to):
            sound = False
        at = stop
    return sound and at == end


def _read_sr(data: bytes, at: int, end: int, count: int, to: Reports) -> bool:
    if end - at < 24 + 24 * count:
        return False
    ssrc, ntp, rtp, packets, octets = _SENDER.unpack_from(data, at)
    to.sender_report(ssrc, ntp, rtp, packets, octets)
    _read_blocks(data, at + 24, count, ssrc, to)
    return True


def _read_rr(data: bytes, at: int, end: int, count: int, to: Reports) -> bool:
    if end - at < 4 + 24 * count:
        return False
    _read_blocks(data, at + 4, count, int.from_bytes(data[at : at + 4]), to)
    return True


def _read_blocks(data: bytes, at: int, count: int, reporter: int, to: Reports) -> None:
    for offset in range(at, at + 24 * count, 24):
        ssrc, losses, highest, jitter, lsr, dlsr = _BLOCK.unpack_from(data, offset)
        lost = losses & 0xFFFFFF
        if lost & 0x800000:
            lost -= 0x1000000
        to.block(reporter, Block(ssrc, losses >> 24, lost, highest, jitter, lsr, dlsr))


def _read_bye(data: bytes, at: int, end: int, count: int, to: Reports) -> bool:
    if end - at < 4 * count:
        return False
    if count:
        to.bye([int.from_bytes(data[i : i + 4]) for i in range(at, at + 4 * count, 4)])
    return True


def _read_rtpfb(data: bytes, at: int, end: int, fmt: int, to: Reports) -> bool:
    if end - at < 8:
        return False
    if fmt == _TWCC:
        to.twcc(data[at + 8 : end])
    elif fmt == _NACK:
        media = int.from_bytes(data[at + 4 : at + 8])
        if (end - at) % 4 or not (seqs := _nacked(data, at + 8, end)):
            return False
        to.nack(media, seqs)
    return True


def _nacked(data: bytes, at: int, end: int) -> list[int]:
    seqs: list[int] = []
    for offset in range(at, end - 3, 4):
        pid, blp = _NACK_ITEM.unpack_from(data, offset)
        seqs.append(pid)
        while blp:
            low = blp & -blp
            seqs.append((pid + low.bit_length()) & 0xFFFF)
            blp ^= low
        if len(seqs) >= MOST_NACKED:
            return seqs[:MOST_NACKED]
    return seqs


def _read_psfb(data: bytes, at: int, end: int, fmt: int, to: Reports) -> bool:
    if end - at < 8:
        return False
    if fmt == _PLI:
        to.pli(int.from_bytes(data[at + 4 : at + 8]))
    elif fmt == _FIR:
        # RFC 5104 4.3.1: whom it is for stands in the entries, not in the head.
        for offset in range(at + 8, end - 7, 8):
            to.fir(int.from_bytes(data[offset : offset + 4]))
        return end - at >= 16
    elif fmt == _AFB and data[at + 8 : at + 12] == b"REMB":
        if end - at < 16:
            return False
        word = int.from_bytes(data[at + 13 : at + 16])
        to.remb((word & 0x3FFFF) << (word >> 18))
    return True


_READERS: dict[int, Callable[[bytes, int, int, int, Reports], bool]] = {
    _SR: _read_sr,
    _RR: _read_rr,
    _BYE: _read_bye,
    _RTPFB: _read_rtpfb,
    _PSFB: _read_psfb,
}


def sender_report(ssrc: int, ntp: int, rtp: int, packets: int, octets: int) -> bytes:
    """`ntp` is the 64-bit time at which the media clock shows `rtp`."""
    return _SENDER_REPORT.pack(
        0x80,
        _SR,
        6,
        ssrc,
        ntp & 0xFFFFFFFFFFFFFFFF,
        rtp & 0xFFFFFFFF,
        packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )


def receiver_report(ssrc: int, blocks: Sequence[Block]) -> bytes:
    """One report, or several behind each other when there are more blocks than one may hold."""
    parts = []
    for start in range(0, len(blocks) or 1, _MOST_BLOCKS):
        some = blocks[start : start + _MOST_BLOCKS]
        parts.append(_HEAD.pack(0x80 | len(some), _RR, 1 + 6 * len(some)))
        parts.append(ssrc.to_bytes(4))
        parts.extend(_packed(block) for block in some)
    return b"".join(parts)


def _packed(block: Block) -> bytes:
    lost = max(-0x800000, min(0x7FFFFF, block.lost)) & 0xFFFFFF
    return _BLOCK.pack(
        block.ssrc,
        min(255, block.fraction) << 24 | lost,
        block.highest & 0xFFFFFFFF,
        min(0xFFFFFFFF, block.jitter),
        block.lsr,
        min(0xFFFFFFFF, block.dlsr),
    )


def sdes(ssrc: int, cname: str) -> bytes:
    name = cname.encode()[:255]
    chunk = ssrc.to_bytes(4) + bytes((1, len(name))) + name
    chunk += bytes(4 - len(chunk) % 4)  # at least one zero ends the list of items
    return _HEAD.pack(0x81, _SDES, len(chunk) // 4) + chunk


def bye(ssrc: int) -> bytes:
    return _HEAD.pack(0x81, _BYE, 1) + ssrc.to_bytes(4)


def pli(sender: int, media: int) -> bytes:
    return _FEEDBACK.pack(0x80 | _PLI, _PSFB, 2, sender, media)


def nack(sender: int, media: int, seqs: Sequence[int]) -> bytes:
    """Ask again for `seqs` (at least one). Extended numbers are fine; ascending packs best."""
    items: list[list[int]] = []
    for seq in seqs:
        ahead = (seq - items[-1][0]) & 0xFFFF if items else 0xFFFF
        if 1 <= ahead <= 16:
            items[-1][1] |= 1 << (ahead - 1)
        elif ahead:
            items.append([seq & 0xFFFF, 0])
    head = _FEEDBACK.pack(0x80 | _NACK, _RTPFB, 2 + len(items), sender, media)
    return head + b"".join(_NACK_ITEM.pack(*item) for item in items)
