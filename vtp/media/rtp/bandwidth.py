"""How much video may go to one subscriber: one interface, two ways to know.

With transport-wide feedback the line is watched and measured (`owd`, `burst`); without it there
are only complaints (`rr_rules`). Both give a budget that falls at once and rises after a proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Protocol

from vtp.media.rtp.budget import EASE, Budget
from vtp.media.rtp.burst import Measure
from vtp.media.rtp.owd import RATE_SPAN, Path
from vtp.media.rtp.rr_rules import Complaints

# A step needs this much of a line that is measured: rates swing, repairs need room.
HEADROOM = 1.2
_CLEAN = 2.0  # s without a bad sign before anything is tried
_DEAF = 0.7  # s after a fall in which the queue drains

_HOLD_UP = 1.5  # s after a step up
_HOLD_NEAR = 3.0  # s after a burst that nearly passed; the line may be about to be better
_HOLD_FAR = 8.0  # s after one that was far off
_FAR = 0.6
_HOLD_PADDING, _HOLD_PADDING_MOST = 3.0, 15.0  # s after padding was too much

_BURST_TIME = 0.04  # s at the rate that is asked for
_BURST_LEAST, _BURST_MOST = 6_000, 12_000  # bytes; about five packets measure, ten suffice
_BURST_FROM = 400_000.0  # bit/s; below it the least burst would fill the line for too long
_BURST_PACKETS = 5
_BURST_PASS, _BURST_ARRIVED = 0.9, 0.88
_BURST_DEAF = 2.0  # s in which the queue may be our own

_PADDING_TIME = 0.6  # s
_PADDING_PASS, _PADDING_QUEUE, _PADDING_LOSS = 0.8, 0.050, 0.08
_PADDING_LOSS_MOST = 0.15  # ends it at once: a line may drop without ever queueing
_PADDING_CATCH_UP = 3.0
_PADDING_PIECE = 1000  # bytes; less is not worth a packet
_BELIEF = 0.9  # of what a burst measured
_FURTHEST = 1.5  # times what padding has proved

_TRIAL_HOLD_UP = 8.0  # s between two trials that nobody complained about
LAG = 0.05  # s; a loop that is later than this sees queues that are its own
_LAG_DEAF = 0.5


@dataclass(slots=True)
class Action:
    budget: float  # bit/s that may be allocated
    burst: int = 0  # bytes of repairs to send now, at once, as a measurement
    padding: float = 0.0  # bit/s of repairs to send until the next tick
    dropped: bool = False  # congested: what is above the budget must stop now


class Bandwidth(Protocol):
    """One per subscriber. Only video with the transport's numbers counts."""

    def sent(self, first: int, packets: int, size: int, now: float) -> None:
        """So many bytes left together; `first` is the transport's number of their first packet."""

    def feedback(self, body: bytes, now: float) -> None: ...

    def report(
        self, fraction: float, lost: int, highest: int, rtt: float, now: float, *, ssrc: int = 0
    ) -> None:
        """A receiver report about a stream; `fraction` is 0 to 1, `rtt` 0 when not known."""

    def nacked(self, count: int, sent: int, now: float, *, ssrc: int = 0) -> None:
        """`count` packets of a stream were asked for again; `sent` counts all it sent so far."""

    def given(self, loop_lag: float, now: float) -> None:
        """How late the loop is. What is measured while it is late is about us."""

    def calm(self, now: float) -> bool:
        """Whether there is no limit and no sign of one, so that a tick would change nothing."""

    def tick(self, now: float, *, used: float, next_step: float | None) -> Action:
        """About every 50 ms. `used`: bit/s of video that flow; `next_step`: the same, if the
        next better layer were added, None when there is none.
        """


class DelayBandwidth:
    """By transport-wide feedback: congestion from delay and loss, steps up after two proofs."""

    __slots__ = (
        "_budget",
        "_burst_at",
        "_hold_padding",
        "_measured",
        "_need",
        "_padding_arrived",
        "_padding_from",
        "_padding_since",
        "_ticked",
        "path",
    )

    def __init__(self, budget: float = inf) -> None:
        self.path = Path()
        self._budget = Budget(budget)
        self._hold_padding = _HOLD_PADDING
        self._burst_at = -inf
        self._need = 0.0  # bit/s that the step being proved needs; 0 when none is
        self._measured = 0.0  # bit/s, by the burst of this step
        self._padding_since = -1.0
        self._padding_from = 0  # bytes that had been sent then
        self._padding_arrived = 0.0  # bit/s, the most while it flowed
        self._ticked = 0.0

    def sent(self, first: int, packets: int, size: int, now: float) -> None:
        self.path.sent(first, packets, size, now)

    def feedback(self, body: bytes, now: float) -> None:
        self.path.heard(body, now)

    def report(
        self, fraction: float, lost: int, highest: int, rtt: float, now: float, *, ssrc: int = 0
    ) -> None:
        """Says less and later than the feedback does."""

    def nacked(self, count: int, sent: int, now: float, *, ssrc: int = 0) -> None:
        """What is asked for again was lost by the feedback's count too."""

    def given(self, loop_lag: float, now: float) -> None:
        if loop_lag > LAG:
            self.path.relax(now, _LAG_DEAF)

    def calm(self, now: float) -> bool:
        path = self.path
        return self._budget.value == inf and not path.congested and not path.silent(now)

    def tick(self, now: float, *, used: float, next_step: float | None) -> Action:
        path = self.path
        since, self._ticked = now - self._ticked, now
        if now - self._burst_at < _BURST_DEAF and self._padding_since < 0:
            path.forgive_queue()
        if used <= 0:
            self._end_proof()
            path.rest()
        elif path.silent(now) or path.congested:
            return self._congested(now, used)
        if self._padding_since >= 0:
            return self._pad(now, since)
        if self._need:
            return self._weigh(now, used)
        if now - path.bad_at > _CLEAN:
            self._budget.at_least(min(used, path.rate))
            if (
                next_step is not None
                and self._budget.value < HEADROOM * next_step
                and self._budget.may_rise(now)
            ):
                return self._try(now, used, HEADROOM * next_step)
        return Action(self._budget.value)

    # Down

    def _congested(self, now: float, used: float) -> Action:
        path = self.path
        if self._padding_since >= 0 and not path.silent(now):
            self._end_padding(now)
            return Action(self._budget.value)
        self._end_proof()
        if not path.silent(now) and path.takes_longer(now):
            self._budget.undo_fall()
            return Action(self._budget.value)
        self._budget.fall(EASE * min(path.rate or used, used), now)
        path.fell(now, _DEAF)
        return Action(self._budget.value, dropped=True)

    # Up

    def _try(self, now: float, used: float, need: float) -> Action:
        if used <= 0:  # nothing is sent that could be sent again: a step is the only question
            self._rise(now, need)
            return Action(self._budget.value)
        self._need, self._measured = need, 0.0
        if need < _BURST_FROM:
            return self._start_padding(now)
        self.path.expect_burst(now)
        self._burst_at = now
        return Action(
            self._budget.value,
            burst=int(min(_BURST_MOST, max(_BURST_LEAST, need * _BURST_TIME / 8))),
        )

    def _weigh(self, now: float, used: float) -> Action:
        measure = self.path.burst_measure(now)
        if measure is None:
            return Action(self._budget.value)
        if measure.packets < _BURST_PACKETS:
            return self._start_padding(now)  # no measure, so the gentler proof alone
        if _passes(measure, self._need):
            self._measured = measure.rate
            return self._start_padding(now)
        if measure.arrived >= _BURST_ARRIVED:
            believed = min(_BELIEF * measure.rate, _FURTHEST * used)
            self._budget.at_least(min(believed, self._need / HEADROOM))
        near = measure.rate >= _FAR * self._need
        self._budget.wait(now + (_HOLD_NEAR if near else _HOLD_FAR))
        self._end_proof()
        return Action(self._budget.value)

    def _start_padding(self, now: float) -> Action:
        self._padding_since, self._padding_from = now, self.path.total
        self._padding_arrived = 0.0
        return Action(self._budget.value)

    def _pad(self, now: float, since: float) -> Action:
        """Send so much more that all of it is as much as the step would be."""
        path, length = self.path, now - self._padding_since
        if length >= RATE_SPAN + path.turn:
            # From when all that the rate is taken over was padded; and not only at the end, as less
            # may flow for a while by when that is heard of.
            self._padding_arrived = max(self._padding_arrived, path.rate)
        if path.loss > _PADDING_LOSS_MOST:
            self._end_padding(now)
        elif length < _PADDING_TIME:
            behind = self._need * length / 8 - (path.total - self._padding_from)
            if behind >= _PADDING_PIECE and since > 0:
                # Behind by a stall of the loop it must not catch up in one heap.
                rate = min(behind * 8 / since, _PADDING_CATCH_UP * self._need)
                return Action(self._budget.value, padding=rate)
        elif length >= _PADDING_TIME + path.turn:
            self._weigh_padding(now)
        return Action(self._budget.value)

    def _weigh_padding(self, now: float) -> None:
        path, need = self.path, self._need
        proved = (
            self._padding_arrived >= _PADDING_PASS * need
            and path.queue < _PADDING_QUEUE
            and path.loss < _PADDING_LOSS
        )
        if proved:
            self._rise(now, max(need, min(_BELIEF * self._measured, _FURTHEST * need)))
            self._end_proof()
        else:
            self._end_padding(now)

    def _end_padding(self, now: float) -> None:
        """It was too much, and ours: what runs beside it has done nothing wrong."""
        self._end_proof()
        self._budget.wait(now + self._hold_padding)
        self._hold_padding = min(_HOLD_PADDING_MOST, 2 * self._hold_padding)
        self.path.relax(now, _DEAF)

    def _rise(self, now: float, budget: float) -> None:
        self._budget.rise(budget, now, hold=_HOLD_UP)
        self._hold_padding = _HOLD_PADDING

    def _end_proof(self) -> None:
        self._need = 0.0
        self._padding_since = -1.0


def _passes(measure: Measure, need: float) -> bool:
    return measure.rate >= _BURST_PASS * need and measure.arrived >= _BURST_ARRIVED


class ReportBandwidth:
    """By receiver reports, requests and the round trip: down on complaint, up by trial."""

    def __init__(self, budget: float = inf) -> None:
        self._complaints = Complaints()
        self._budget = Budget(budget)
        self._deaf_until = 0.0

    def sent(self, first: int, packets: int, size: int, now: float) -> None:
        """Nobody tells of single packets."""

    def feedback(self, body: bytes, now: float) -> None:
        """Was not agreed on, so it is not believed."""

    def report(
        self, fraction: float, lost: int, highest: int, rtt: float, now: float, *, ssrc: int = 0
    ) -> None:
        self._complaints.report(
            ssrc, fraction=fraction, lost=lost, highest=highest, rtt=rtt, now=now
        )

    def nacked(self, count: int, sent: int, now: float, *, ssrc: int = 0) -> None:
        self._complaints.nacked(ssrc, count, sent, now)

    def given(self, loop_lag: float, now: float) -> None:
        if loop_lag > LAG:
            self._deaf_until = max(self._deaf_until, now + _LAG_DEAF)

    def calm(self, _now: float) -> bool:
        return False  # complaints are weighed each time

    def tick(self, now: float, *, used: float, next_step: float | None) -> Action:
        complaints, budget = self._complaints, self._budget
        if now < self._deaf_until:
            complaints.forget()
            return Action(budget.value)
        share = complaints.take(now)
        if share < 1.0 and used > 0:
            budget.fall(share * used, now)
            self._deaf_until = now + _DEAF
            complaints.forget()
            return Action(budget.value, dropped=True)
        if (
            next_step is not None
            and budget.value < HEADROOM * next_step
            and budget.may_rise(now)
            and now - complaints.bad_at > _CLEAN
        ):
            budget.rise(HEADROOM * next_step, now, hold=_TRIAL_HOLD_UP)
        return Action(budget.value)
