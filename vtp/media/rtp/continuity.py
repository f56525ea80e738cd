"""What one subscriber gets is one stream, whatever it is made of: numbers without a break.

Sequence numbers, timestamps and VP8 picture ids of the packets that come are moved by offsets. An
offset changes where a packet is left out and where another layer takes over, and is remembered
for a while, so that what a subscriber asks for again is found. RFC 3550 5.1, RFC 7741 4.2.
"""

from __future__ import annotations

from bisect import bisect_right

from vtp.media.rtp.packet import Packet

# More omissions than this within one layer, and the oldest are forgotten: what comes that late
# is left out, because its number can only be guessed.
_MOST_OMISSIONS = 128
# Takings-over that are remembered. More than that within a second is nobody's answer to loss.
_MOST_SPANS = 8
# Milliseconds that a timestamp may be ahead of the time that went by: jitter, not a new clock.
_AHEAD = 75
_SEQ = 0xFFFF
_HALF = 0x8000

LEAVE_OUT = -1


class Span:
    """From here on packets come from one layer, moved by these offsets."""

    __slots__ = ("_after", "offset", "origin", "pid", "since", "start", "tl0", "ts")

    def __init__(
        self, origin: object, *, start: int, since: int, ts: int, pid: int, tl0: int
    ) -> None:
        self.origin = origin  # whoever keeps the packets
        self.start = start  # the first number that the subscriber sees of it
        self.since = since  # the number that this packet came with
        self.offset = start - since
        self.ts = ts
        self.pid = pid
        self.tl0 = tl0
        self._after: list[int] = []  # numbers that were left out, ascending

    def omit(self, ext: int) -> None:
        self._after.append(ext)
        self.offset -= 1
        if len(self._after) > _MOST_OMISSIONS:
            self.since = self._after.pop(0) + 1

    def number(self, ext: int) -> int:
        """What the packet is called at the subscriber; LEAVE_OUT for what has no number there."""
        if ext < self.since:
            return LEAVE_OUT
        before = bisect_right(self._after, ext)
        if before and self._after[before - 1] == ext:
            return LEAVE_OUT
        return ext + self.offset + len(self._after) - before

    def origin_of(self, number: int) -> int:
        """The number with which it came; LEAVE_OUT where it is not known any more."""
        ext = number - self.offset - len(self._after)
        for omitted in self._after:
            if omitted <= ext:
                ext += 1
            else:
                break
        return ext if ext >= self.since else LEAVE_OUT


class Continuity:
    """The numbers of one subscriber's stream. `ts`, `pid`, `tl0` are those of the present span."""

    __slots__ = (
        "_broken",
        "_frames",
        "_last_pid",
        "_last_tl0",
        "_last_ts",
        "_rate",
        "_sent_at",
        "_spans",
        "newest",
        "newest_in",
        "now",
    )

    def __init__(self, first: int, *, clock_rate: int, frames: bool = True) -> None:
        """`first` is the number that the first packet will have; any 16 bit number.

        `frames`: pictures span packets, and an unfinished one must not be glued to the next.
        """
        self._rate = clock_rate
        self._frames = frames
        self.newest = (first & _SEQ) + _SEQ  # of what was sent; the next one is one more
        self.newest_in = 0
        self.now: Span | None = None
        self._spans: list[Span] = []
        self._last_ts = 0
        self._last_pid = -1
        self._last_tl0 = -1
        self._sent_at = 0.0
        self._broken = False  # the frame that was being sent has not ended

    def take_over(self, origin: object, first: Packet, *, now: float, ts: int | None) -> None:
        """Go on with another layer, whose first packet this is.

        `ts` is what its timestamp is on the time line of the packets before, where the clocks of
        both are known; else the time that went by tells.
        """
        start = self.newest + (2 if self._broken else 1)
        offset = 0 if self.now is None else self._time_line(first, now=now, ts=ts)
        pid = self._last_pid + 1 - first.pid if min(self._last_pid, first.pid) >= 0 else 0
        tl0 = self._last_tl0 + 1 - first.tl0 if min(self._last_tl0, first.tl0) >= 0 else 0
        self.now = Span(origin, start=start, since=first.ext, ts=offset, pid=pid, tl0=tl0)
        self.newest_in = first.ext - 1
        self._spans.append(self.now)
        del self._spans[:-_MOST_SPANS]

    def _time_line(self, first: Packet, *, now: float, ts: int | None) -> int:
        """Never backwards, and never further ahead than time itself and 75 ms."""
        elapsed = int((now - self._sent_at) * self._rate)
        wanted = self._last_ts + max(elapsed, 1)
        if ts is not None:
            ahead = (ts - self._last_ts) & 0xFFFFFFFF
            if 0 < ahead <= elapsed + self._rate * _AHEAD // 1000:
                wanted = self._last_ts + ahead
        return wanted - first.ts

    def pass_over(self, ext: int) -> None:
        """Go on from this number as if nothing had come since the last: it was sent to nobody."""
        span = self.now
        if span is None or ext <= self.newest_in + 1:
            return
        start = self.newest + 1
        self.now = Span(span.origin, start=start, since=ext, ts=span.ts, pid=span.pid, tl0=span.tl0)
        self.newest_in = ext - 1
        self._spans.append(self.now)
        del self._spans[:-_MOST_SPANS]

    def forget(self) -> None:
        """What was sent is not to be sent again: there is no room for it now."""
        self._spans.clear()

    def number(self, packet: Packet, *, omit: bool, now: float) -> int:
        """What the packet is called at the subscriber; LEAVE_OUT when it is to go nowhere."""
        span = self.now
        if span is None:
            return LEAVE_OUT
        ext = packet.ext
        if ext > self.newest_in:
            self.newest_in = ext
            if omit:
                span.omit(ext)
        out = LEAVE_OUT if omit else span.number(ext)
        if out > self.newest:  # also of a late one, where all that overtook it was left out
            self.newest = out
            self.sent(packet, now)
        return out

    def run(self, first: Packet, last: Packet, now: float) -> bool:
        """Take packets that follow each other and are all to be sent, at `now.offset`, at once.

        False when they are not simply the next ones: then each is asked for its number.
        """
        span = self.now
        if span is None or first.ext <= self.newest_in:
            return False
        self.newest_in = last.ext
        self.newest = last.ext + span.offset
        self.sent(last, now)
        return True

    @property
    def offset(self) -> int:
        return 0 if self.now is None else self.now.offset

    def sent(self, packet: Packet, now: float) -> None:
        """Remember what a layer that takes over has to go on from."""
        span = self.now
        if span is None:
            return
        self._last_ts = packet.ts + span.ts
        self._sent_at = now
        self._broken = self._frames and not packet.marker
        if packet.pid >= 0:
            self._last_pid = packet.pid + span.pid
            self._last_tl0 = packet.tl0 + span.tl0 if packet.tl0 >= 0 else -1

    def find(self, number: int) -> tuple[Span, int, int] | None:
        """Where the packet that the subscriber calls `number` (16 bit) came from.

        The span, the number with which it came, and the whole number at the subscriber.
        """
        ahead = (number - self.newest) & _SEQ
        out = self.newest + (ahead if ahead < _HALF else ahead - 0x10000)
        if out > self.newest:
            return None
        for span in reversed(self._spans):
            if out >= span.start:
                ext = span.origin_of(out)
                return None if ext == LEAVE_OUT or ext > self._last_of(span) else (span, ext, out)
        return None

    def _last_of(self, span: Span) -> int:
        return self.newest_in if span is self.now else (1 << 62)
