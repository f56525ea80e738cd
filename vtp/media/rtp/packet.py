"""Read an RTP packet of a sender, and write it once in the layout that all receivers share.

The canonical packet is HEAD bytes of header and the payload. Its header has the same size and
the same places for everyone, so that a receiver's copy is one `pack_into`:

    0 V|P|X|CC = 0x90   1 M|PT   2 seq   4 ts   8 ssrc   12 0xBEDE   14 words = 3
    16 abs-send-time, 4 bytes   20 transport-wide sequence number, 3 bytes
    23 audio level or video orientation, 2 bytes, zeros where absent   25 three zeros   28 payload

Padding, CSRCs and all other extensions are gone. Nothing here raises on hostile bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from vtp.media.rtp.extensions import (
    ABS_SEND_TIME,
    AUDIO_LEVEL,
    ORIENTATION,
    ROUTER_IDS,
    TRANSPORT_CC,
    SenderIds,
)

HEAD: Final = 28

Raw = bytes | bytearray | memoryview

_FIXED = struct.Struct(">BBHII")  # RFC 3550, 5.1
_EXTENSION = struct.Struct(">HH")  # RFC 3550, 5.3.1
_CANONICAL = struct.Struct(">BBHIIHHB3xB2xBB3x")
_ONE_BYTE = 0xBEDE  # RFC 8285, 4.2
_TWO_BYTE = 0x1000  # RFC 8285, 4.3; the low four bits are the application's

# The first byte of an element: id, then length - 1 (RFC 8285, 4.2).
_AST = ROUTER_IDS[ABS_SEND_TIME] << 4 | 2
_TWCC = ROUTER_IDS[TRANSPORT_CC] << 4 | 1
_LEVEL = ROUTER_IDS[AUDIO_LEVEL] << 4
_ORIENTATION = ROUTER_IDS[ORIENTATION] << 4


class Packet:
    """One incoming packet, shared by all who receive it; nobody changes it after its inspection."""

    __slots__ = (
        "arrival",  # seconds, monotonic
        "data",  # canonical
        "ext",  # the sequence number, grown (Extender)
        "first",  # starts a frame, as far as this packet and the one before it tell
        "key",  # decoding can start here: a key frame with what its decoder needs; implies first
        "keyidx",  # VP8, -1 where there is none; the same for the numbers below
        "keyidx_at",  # where it stands in data
        "marker",  # ends a frame
        "pid",  # picture id of VP8 and VP9: 15 bits where data[pid_at] & 0x80, else 7
        "pid_at",
        "sid",  # spatial layer, 0 if none
        "sync",  # who had all below `tid` so far may take `tid` too from here on
        "third",  # audio level or video orientation as it came, -1 where there was none
        "tid",  # temporal layer of its frame, 0 if none; H.264: 1 = no frame refers to this one
        "tl0",  # TL0PICIDX of VP8 and VP9
        "tl0_at",
        "ts",  # the sender's, 32 bits
    )

    def __init__(
        self, ext: int, ts: int, *, marker: bool, third: int, data: bytes, arrival: float
    ) -> None:
        self.ext = ext
        self.ts = ts
        self.marker = marker
        self.third = third
        self.data = data
        self.arrival = arrival
        self.first = self.key = self.sync = False
        self.tid = self.sid = 0
        self.pid = self.pid_at = self.tl0 = self.tl0_at = self.keyidx = self.keyidx_at = -1

    @property
    def empty(self) -> bool:
        """Only padding came: for a rate to be measured, and to be left out towards everybody."""
        return len(self.data) == HEAD


Inspect = Callable[[Packet], None]


class Seen:
    """What `look` found in a packet. One is reused for all packets of a wakeup."""

    __slots__ = (
        "at",  # where the payload starts
        "end",  # where it ends, without padding
        "level",  # -1 where absent, as the two below
        "marker",
        "mid",  # None where absent, as the two below
        "orientation",
        "pt",
        "rid",
        "rrid",
        "seq",
        "ssrc",
        "ts",
        "twcc",
    )

    def __init__(self) -> None:
        self.marker = False
        self.pt = self.seq = self.ts = self.ssrc = self.at = self.end = 0
        self.twcc = self.level = self.orientation = -1
        self.mid: bytes | None = None
        self.rid: bytes | None = None
        self.rrid: bytes | None = None


def look(raw: Raw, ids: SenderIds, seen: Seen) -> bool:
    """Read the header of a decrypted packet into `seen`; False when it is malformed."""
    length = len(raw)
    if length < 12:
        return False
    flags, second, seen.seq, seen.ts, seen.ssrc = _FIXED.unpack_from(raw)
    if flags & 0xC0 != 0x80:
        return False
    seen.marker = second > 0x7F
    seen.pt = second & 0x7F
    seen.twcc = seen.level = seen.orientation = -1
    seen.mid = seen.rid = seen.rrid = None
    at: int = 12 + 4 * (flags & 0x0F)
    if flags & 0x10:
        at = _extensions(raw, at, ids, seen)
    if flags & 0x20:
        padding = raw[-1]
        length = length - padding if padding else 0  # it counts itself (RFC 3550, 5.1)
    seen.at = at
    seen.end = length
    return at <= length


def _extensions(raw: Raw, at: int, ids: SenderIds, seen: Seen) -> int:
    """Where the payload starts; beyond the packet when that is cut off."""
    if at + 4 > len(raw):
        return at + 4
    profile, words = _EXTENSION.unpack_from(raw, at)
    at += 4
    end: int = at + 4 * words
    if end > len(raw):
        return end
    if profile == _ONE_BYTE:
        _one_byte(raw, at, end, ids, seen)
    elif profile & 0xFFF0 == _TWO_BYTE:
        _two_byte(raw, at, end, ids, seen)
    return end


def _one_byte(raw: Raw, at: int, end: int, ids: SenderIds, seen: Seen) -> None:
    """RFC 8285, 4.2: 15 ends the list, 0 is padding and has no length; so has a cut element."""
    while at < end:
        head = raw[at]
        at += 1
        if not head:
            continue
        after = at + (head & 0x0F) + 1
        if after > end or head < 0x10 or head > 0xEF:
            return
        _element(head >> 4, raw[at:after], ids, seen)
        at = after


def _two_byte(raw: Raw, at: int, end: int, ids: SenderIds, seen: Seen) -> None:
    """RFC 8285, 4.3: an id, a length, that many bytes; the padding is the id 0 alone."""
    while at + 1 < end:
        number = raw[at]
        at += 1
        if not number:
            continue
        after = at + 1 + raw[at]
        if after > end:
            return
        _element(number, raw[at + 1 : after], ids, seen)
        at = after


def _element(number: int, value: Raw, ids: SenderIds, seen: Seen) -> None:
    """What has not the size that its RFC gives is not there."""
    if number == ids.twcc:
        if len(value) == 2:
            seen.twcc = value[0] << 8 | value[1]
    elif number == ids.level:
        if len(value) == 1:
            seen.level = value[0]
    elif number == ids.orientation:
        if len(value) == 1:
            seen.orientation = value[0]
    elif number == ids.mid:
        seen.mid = bytes(value)
    elif number == ids.rid:
        seen.rid = bytes(value)
    elif number == ids.rrid:
        seen.rrid = bytes(value)


def canonical(
    raw: Raw, seen: Seen, *, ext: int, arrival: float, inspect: Inspect, video: bool
) -> Packet:
    """The packet that `look` saw, in the layout above. An empty payload is fine."""
    marker = seen.marker
    third = seen.orientation if video else seen.level
    if third < 0:
        element = value = 0
    else:
        element = _ORIENTATION if video else _LEVEL
        value = third
    head = _CANONICAL.pack(
        0x90,
        0x80 | seen.pt if marker else seen.pt,
        seen.seq,
        seen.ts,
        seen.ssrc,
        _ONE_BYTE,
        3,
        _AST,
        _TWCC,
        element,
        value,
    )
    data = head + raw[seen.at : seen.end]
    packet = Packet(ext, seen.ts, marker=marker, third=third, data=data, arrival=arrival)
    inspect(packet)
    return packet


def restored(raw: Raw, seen: Seen, *, pt: int, ssrc: int) -> bool:
    """Make of the RTX packet that `look` saw the one that it repeats (RFC 4588, 4).

    `pt` and `ssrc` are those of the stream that is repaired. False when there is nothing in it,
    as in most: browsers probe with padding here.
    """
    at = seen.at
    if seen.end - at < 3:
        return False
    seen.seq = raw[at] << 8 | raw[at + 1]
    seen.at = at + 2
    seen.pt = pt
    seen.ssrc = ssrc
    return True
