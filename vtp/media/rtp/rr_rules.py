"""What a subscriber without transport-wide feedback tells of its line: complaints only.

Losses come by receiver reports and by requests, queues by the round trip. None of it says how
much the line could take, so the way up is by trial.
"""

from __future__ import annotations

from collections import deque

from vtp.media.rtp.owd import Least

_LOSS = 0.10
_LOSS_LEAST = 50  # packets: two of fifteen are chance
_LOSS_SPAN = 3.0  # s; two reports of each picture, and three of one that sends few packets
# Requests for one loss may come twice, and of 80 packets at 2 % of chance losses 7 are asked for
# once a minute.
_NACKS = 10
_NACK_SHARE = 0.10
_NACKS_SEVERE = 40
_NACK_SPAN = 0.5  # s
_RTT_RISE = 0.120  # s
_RTT_STREAK = 2
_RTT_MEMORY = 30.0  # s
_WIDEST = 20_000  # packets between two reports; more is another stream's number

_EASE = 0.75  # of what is sent; the queue must drain too
_SEVERE = 0.4


class Complaints:
    """One per subscriber's transport. `take` on every tick."""

    __slots__ = (
        "_before",
        "_least_rtt",
        "_losses",
        "_nacks",
        "_rtt_streak",
        "_sent",
        "bad_at",
    )

    def __init__(self) -> None:
        self._before: dict[int, tuple[int, int]] = {}  # stream -> highest, lost, as last reported
        self._losses: deque[tuple[float, int, float]] = deque()  # (now, packets, lost)
        self._nacks: deque[tuple[float, int]] = deque()
        self._sent: dict[int, tuple[float, int, float]] = {}  # stream -> (since, count, a second)
        self._least_rtt = Least(_RTT_MEMORY)
        self._rtt_streak = 0
        self.bad_at = -1e9

    def report(
        self, ssrc: int, *, fraction: float, lost: int, highest: int, rtt: float, now: float
    ) -> None:
        """A block about one stream. `fraction` is 0 to 1; `rtt` 0 where it is not known."""
        if (before := self._before.get(ssrc)) is not None:
            packets = (highest - before[0]) & 0xFFFFFFFF
            if 0 < packets < _WIDEST:
                # Both counts must agree: a report that was lost itself, or a late packet, makes
                # one of them too large.
                missing = min(packets * fraction, max(0.0, lost - before[1]))
                self._losses.append((now, packets, missing))
        self._before[ssrc] = (highest, lost)
        if rtt > 0:
            rise = rtt - self._least_rtt.add(rtt, now)
            self._rtt_streak = self._rtt_streak + 1 if rise > _RTT_RISE else 0

    def nacked(self, ssrc: int, count: int, sent: int, now: float) -> None:
        """`sent` counts the packets of the stream so far."""
        self._nacks.append((now, count))
        since, before, rate = self._sent.get(ssrc, (now, sent, 0.0))
        if now - since >= _NACK_SPAN:
            if 0 <= sent - before < _WIDEST:
                rate = (sent - before) / (now - since)
            since, before = now, sent
        self._sent[ssrc] = (since, before, rate)

    def forget(self) -> None:
        """Something was done; what is told of the time before does not count again."""
        self._losses.clear()
        self._nacks.clear()
        self._rtt_streak = 0

    def take(self, now: float) -> float:
        """The share of what is sent that may stay; 1.0 when nobody complains."""
        while self._losses and self._losses[0][0] < now - _LOSS_SPAN:
            self._losses.popleft()
        while self._nacks and self._nacks[0][0] < now - _NACK_SPAN:
            self._nacks.popleft()
        share = min(self._by_loss(), self._by_nacks(), self._by_rtt())
        if share < 1.0:
            self.bad_at = now
        return share

    def _by_loss(self) -> float:
        packets = sum(one[1] for one in self._losses)
        lost = sum(one[2] for one in self._losses)
        if packets < _LOSS_LEAST or lost <= _LOSS * packets:
            return 1.0
        return _EASE * (1 - lost / packets)

    def _by_nacks(self) -> float:
        count = sum(one[1] for one in self._nacks)
        if count > _NACKS_SEVERE:
            return _SEVERE
        packets = _NACK_SPAN * sum(rate for _, _, rate in self._sent.values())
        if packets and count > _NACKS and count > _NACK_SHARE * packets:
            return _EASE
        return 1.0

    def _by_rtt(self) -> float:
        return _EASE if self._rtt_streak >= _RTT_STREAK else 1.0
