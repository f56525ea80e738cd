"""A burst of packets as a measurement: sent at once, they arrive at the speed of the line."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from vtp.media.rtp.feedback import TICK, WRAP, arrivals

_MOST = 256  # packets; a burst has ten
_SHORTEST = 0.001  # s; the clock of the feedback is not finer than a quarter of this


class Measure(NamedTuple):
    """What a burst showed of the line."""

    rate: float  # bit/s
    packets: int  # that were sent
    arrived: float  # share


class Burst:
    """Begins after the packet `before`; hears every feedback until it is measured."""

    __slots__ = ("_came", "before", "since")

    def __init__(self, before: int, now: float) -> None:
        self.before = before
        self.since = now
        self._came: dict[int, int] = {}  # number -> ticks

    def arrived(self, body: bytes) -> None:
        for seq, ticks in arrivals(body):
            if (seq - self.before - 1) & 0xFFFF < _MOST:
                self._came.setdefault(seq, ticks)

    def measure(self, stop: int, size: Callable[[int], int]) -> Measure:
        """`stop` is the last packet of the burst; `size` says how many bytes a packet has."""
        packets = (stop - self.before) & 0xFFFF
        came = {
            seq: ticks
            for seq, ticks in self._came.items()
            if (seq - self.before - 1) & 0xFFFF < packets
        }
        if len(came) < 2:
            return Measure(0.0, packets, len(came) / max(packets, 1))
        start = next(iter(came.values()))
        after = {seq: (ticks - start + WRAP // 2) % WRAP for seq, ticks in came.items()}
        first = min(after, key=lambda seq: after[seq])
        span = (max(after.values()) - after[first]) * TICK
        # The first packet marks the begin; what came after it took the time.
        carried = sum(size(seq) for seq in after if seq != first)
        return Measure(carried * 8 / max(span, _SHORTEST), packets, len(came) / packets)
