"""Feedback of any bytes: both readers agree, and the estimate stays a number."""

from __future__ import annotations

from math import isfinite

from vtp.media.rtp.bandwidth import DelayBandwidth
from vtp.media.rtp.feedback import arrivals, summary


def one(data: bytes) -> None:
    short, whole = summary(data), arrivals(data)
    assert (short is None) == (not whole)
    if short is not None:
        assert (short.last, short.ticks, short.received) == (*whole[-1], len(whole))
    bandwidth = DelayBandwidth(1_000_000.0)
    first = int.from_bytes(data[:2])
    now = 5.0
    for place in range(64):
        bandwidth.sent((first + place) & 0xFFFF, 1, 1200, now + place / 200)
    for cut in range(3):  # the same again, and beginnings of it
        now += 0.1
        bandwidth.feedback(data[: len(data) - cut * 3], now)
        action = bandwidth.tick(now, used=500_000.0, next_step=1_200_000.0)
        assert isfinite(action.budget)
        assert action.budget >= 0
        assert 0 <= action.burst <= 20_000
        assert 0 <= action.padding < 10_000_000
