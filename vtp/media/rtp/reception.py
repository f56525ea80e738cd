"""What is known of one incoming stream: losses, jitter, rate, and its sender's clock (RFC 3550)."""

from __future__ import annotations

from collections import deque

from vtp.media.rtp.rtcp import Block

_SLOT = 0.125  # s; eight of them are the second over which a rate is said
_SLOTS = 8
_SILENT_AFTER = 1.0  # s; a browser that switches a simulcast layer off says nothing, it only stops
_WILD = 5.0  # s; a jump of the media clock this wide is a new start, not jitter
_FIRST_CYCLE = 65536  # extended numbers begin one cycle up, so that none is ever negative


class Reception:
    """One per incoming SSRC. Tell it every packet once: duplicates would hide losses."""

    __slots__ = (
        "_at",
        "_bytes",
        "_clock_rate",
        "_expected_before",
        "_first",
        "_highest",
        "_jitter",
        "_last_sr",
        "_received",
        "_received_before",
        "_slot",
        "_slots",
        "_sr_at",
        "_sr_ntp",
        "_sr_rtp",
        "_started",
        "_ts",
    )

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._first = self._highest = -1
        self._received = self._received_before = self._expected_before = 0
        self._ts = 0
        self._at = self._started = -1.0
        self._jitter = 0.0
        self._slot = 0  # number of the slot that is being filled
        self._bytes = 0  # in that slot
        self._slots: deque[int] = deque((0,) * _SLOTS, _SLOTS)  # bytes of the slots before it
        self._sr_ntp = self._sr_rtp = self._last_sr = 0
        self._sr_at = -1.0

    def packet(self, ext: int, ts: int, arrival: float, size: int) -> None:
        slot = int(arrival / _SLOT)
        if self._received:
            ticks = ((ts - self._ts + 0x80000000) & 0xFFFFFFFF) - 0x80000000
            apart = abs((arrival - self._at) * self._clock_rate - ticks)
            if apart < _WILD * self._clock_rate:
                self._jitter += (apart - self._jitter) / 16
            if slot != self._slot:
                self._roll(slot)
            if ext > self._highest:
                self._highest = ext
            elif ext < self._first:
                self._first = ext
        else:
            self._first = self._highest = ext
            self._started = arrival
            self._slot = slot
        self._received += 1
        self._bytes += size
        self._ts = ts
        self._at = arrival

    def _roll(self, slot: int) -> None:
        self._slots.append(self._bytes)
        for _ in range(min(slot - self._slot - 1, _SLOTS)):
            self._slots.append(0)
        self._slot, self._bytes = slot, 0

    @property
    def lost(self) -> int:
        """In all; negative when more came than was sent."""
        return self._highest - self._first + 1 - self._received if self._received else 0

    @property
    def jitter(self) -> float:
        """Seconds."""
        return self._jitter / self._clock_rate

    def bitrate(self, now: float) -> float:
        """Bits a second, over the last second or as much of it as there was."""
        if not self.alive(now):
            return 0.0
        slot = int(now / _SLOT)
        if slot > self._slot:
            self._roll(slot)
        # Of the slot that is being filled only a part is over: say the whole ones alone, once
        # there is one.
        seconds = min(_SLOTS * _SLOT, self._slot * _SLOT - self._started)
        if seconds < _SLOT:
            return (sum(self._slots) + self._bytes) * 8 / _SLOT
        return sum(self._slots) * 8 / seconds

    def alive(self, now: float, after: float = _SILENT_AFTER) -> bool:
        """Whether something came less than `after` seconds ago."""
        return self._received > 0 and now - self._at < after

    def sender_report(self, ntp: int, rtp: int, now: float) -> None:
        self._sr_ntp, self._sr_rtp, self._sr_at = ntp, rtp, now
        self._last_sr = ntp >> 16 & 0xFFFFFFFF

    @property
    def reported(self) -> tuple[int, int] | None:
        """What its sender's wall clock (64-bit NTP) and media clock showed when it last said so."""
        return (self._sr_ntp, self._sr_rtp) if self._sr_at >= 0 else None

    def moment(self, now: float) -> tuple[int, int] | None:
        """What the sender's wall clock (64-bit NTP) and its media clock show now."""
        if self._sr_at < 0:
            return None
        since = max(0.0, now - self._sr_at)
        ntp = (self._sr_ntp + int(since * (1 << 32))) & 0xFFFFFFFFFFFFFFFF
        return ntp, (self._sr_rtp + int(since * self._clock_rate)) & 0xFFFFFFFF

    def ntp_of(self, ts: int) -> int | None:
        """When, on the sender's wall clock (64-bit NTP), the media clock shows `ts`."""
        if self._sr_at < 0:
            return None
        ticks = ((ts - self._sr_rtp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        return (self._sr_ntp + (ticks << 32) // self._clock_rate) & 0xFFFFFFFFFFFFFFFF

    def rtp_of(self, ntp: int) -> int | None:
        """What the media clock shows at that moment of the sender's wall clock."""
        if self._sr_at < 0:
            return None
        ahead = ((ntp - self._sr_ntp + (1 << 63)) & 0xFFFFFFFFFFFFFFFF) - (1 << 63)
        return (self._sr_rtp + (ahead * self._clock_rate >> 32)) & 0xFFFFFFFF

    def block(self, ssrc: int, now: float) -> Block:
        """What to say of this stream; the next fraction is counted from here."""
        expected = self._highest - self._first + 1 if self._received else 0
        since = expected - self._expected_before
        missing = since - (self._received - self._received_before)
        fraction = min(255, missing * 256 // since) if missing > 0 and since > 0 else 0
        self._expected_before, self._received_before = expected, self._received
        since_sr = max(0, int((now - self._sr_at) * 65536)) if self._sr_at >= 0 else 0
        return Block(
            ssrc,
            fraction,
            max(-0x800000, min(0x7FFFFF, self.lost)),
            (self._highest - _FIRST_CYCLE) & 0xFFFFFFFF if self._received else 0,
            min(0xFFFFFFFF, int(self._jitter)),
            self._last_sr,
            min(0xFFFFFFFF, since_sr),
        )
