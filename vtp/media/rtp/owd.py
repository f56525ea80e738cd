"""What a subscriber's line does to packets: queue, loss and delivered rate, from its feedback.

One one-way delay is taken per feedback, that of its last packet. That sees a queue as soon as a
trend over all packets does, at a seventh of the work: 8 to 10 us against 65 to 69, in the caches
that 300 subscribers share.
"""

from __future__ import annotations

from collections import deque

from vtp.media.rtp.burst import Burst, Measure
from vtp.media.rtp.feedback import TICK, WRAP, arrivals, summary

_RUNS = 1024  # that left together; a power of two, and seconds of many pictures
_MEMORY = 30.0  # s in which the shortest delay is that of an empty queue
RATE_SPAN = 0.3  # s of arrivals that a delivered rate is taken over
_RATE_LEAST = 0.02  # s, of which a rate says anything
_LOSS_SPAN = 1.0  # s; an average that remembers longer falls for nothing at 2 % of random loss
_LOSS_LEAST = 20  # packets, below which a share is chance

_QUEUE = 0.060  # s; above the burst of one frame, below what a talk bears
_QUEUE_WITH_LOSS = 0.030
_LOSS_WITH_QUEUE = 0.10
_LOSS = 0.20
_STREAK = 2  # feedbacks in a row, against a single late packet
_SHOCK_LOSS, _SHOCK_QUEUE, _SHOCK_LEAST = 0.25, 0.090, 4  # one feedback that is enough

# For who judges in another language, in its order.
LIMITS = (
    TICK,
    RATE_SPAN,
    _RATE_LEAST,
    _LOSS_SPAN,
    _QUEUE,
    _QUEUE_WITH_LOSS,
    _LOSS_WITH_QUEUE,
    _LOSS,
    _SHOCK_LOSS,
    _SHOCK_QUEUE,
    _LOSS_LEAST,
    _STREAK,
    _SHOCK_LEAST,
)

_SILENCE = 0.6  # s without feedback, beyond the usual turn-around
_LONGEST_TURN = 2.0
# A queue that is as long as it was, after less was sent for a while, is no queue: the way itself
# got longer. So near, and so little lost.
_SAME_QUEUE = 0.2
_SAME_LOSS = 0.02
_SAME_TIME = 3.0  # s in which to compare

_BURST_SPREAD = 0.010  # s; packets sent later than this are not of the burst
_BURST_WAIT = 1.0  # s, beyond the usual turn-around


class Least:
    """The least of the values of the last `span` seconds."""

    __slots__ = ("_kept", "_span")

    def __init__(self, span: float) -> None:
        self._span = span
        self._kept: deque[tuple[float, float]] = deque()

    def add(self, value: float, now: float) -> float:
        kept = self._kept
        while kept and kept[-1][1] >= value:
            kept.pop()
        kept.append((now, value))
        while kept[0][0] < now - self._span:
            kept.popleft()
        return kept[0][1]

    def clear(self) -> None:
        self._kept.clear()


class Path:
    """One per subscriber's transport. `sent` for what left together, `heard` for every feedback.

    Packets of a run are taken to be of one size, as they are but for the last.
    """

    __slots__ = (
        "_at",
        "_before",
        "_burst",
        "_clock",
        "_counted",
        "_cum",
        "_deaf_until",
        "_delays",
        "_delivered",
        "_delivered_points",
        "_ends",
        "_fell",
        "_found",
        "_last",
        "_last_cum",
        "_least",
        "_losses",
        "_newest",
        "_ring",
        "_runs",
        "_streak",
        "_total",
        "_turn",
        "_waiting",
        "bad_at",
        "congested",
        "heard_any",
        "queue",
        "rate",
    )

    def __init__(self) -> None:
        # Of each run: its last packet's number as it goes on, when it left, and how many bytes
        # had been sent with it.
        self._ring = bytearray(3 * 8 * _RUNS)
        parts = [memoryview(self._ring)[8 * _RUNS * n : 8 * _RUNS * (n + 1)] for n in range(3)]
        self._ends, self._at, self._cum = parts[0].cast("q"), parts[1].cast("d"), parts[2].cast("q")
        self._runs = 0
        self._found = 0  # the run that was told of last
        self._before = -1  # the number before the first of all
        self._total = 0
        self._newest = -1  # number that goes on
        self._waiting = -1.0  # since when something is sent and nothing heard
        self._last = -1  # the last packet that was told of
        self._last_cum = 0
        self._clock = 0  # the subscriber's, in ticks
        self._turn = 0.0  # s from a packet to the feedback about it
        self._least = Least(_MEMORY)
        self._delays: deque[float] = deque((0.0,) * 3, 3)  # of the last three feedbacks
        self._fell = (-1e9, 0.0)  # when less was sent last, and the queue then
        self._losses: deque[tuple[float, int, int]] = deque()  # (now, told of, lost)
        self._counted = [0, 0]  # sums of these
        self._delivered = 0
        self._delivered_points: deque[tuple[float, int]] = deque()
        self._streak = 0
        self._deaf_until = 0.0
        self._burst: Burst | None = None
        self.heard_any = False
        self.queue = 0.0  # s; the least of the last three feedbacks
        self.rate = 0.0  # bit/s that arrive
        self.congested = False  # until `relax`
        self.bad_at = -1e9  # when a feedback last looked congested

    # What is sent

    def sent(self, first: int, packets: int, size: int, now: float) -> None:
        """So many bytes left together; `first` is the 16-bit number of their first packet."""
        if self._newest < 0:
            self._before, self._newest = first - 1, first - 1
        self._newest += ((first - self._newest - 1) & 0xFFFF) + packets
        self._total += size
        slot = self._runs & (_RUNS - 1)
        self._ends[slot] = self._newest
        self._at[slot] = now
        self._cum[slot] = self._total
        self._runs += 1
        if self._waiting < 0:
            self._waiting = now

    def _run_of(self, ext: int) -> int:
        """Which run it left with; -1 for what is not remembered. Asked in order, it is near."""
        ends, oldest = self._ends, max(0, self._runs - _RUNS + 1)
        if not self._before < ext <= self._newest:
            return -1
        run = max(self._found, oldest)
        while ends[run & (_RUNS - 1)] < ext:
            run += 1
        while run > oldest and ends[run - 1 & (_RUNS - 1)] >= ext:
            run -= 1
        return run if run > oldest or not oldest else -1

    def _start(self, run: int) -> tuple[int, int]:
        """The number and the bytes before a run."""
        slot = run - 1 & (_RUNS - 1)
        return (self._ends[slot], self._cum[slot]) if run else (self._before, 0)

    def _bytes(self, run: int) -> int:
        """How long a packet of it is."""
        slot = run & (_RUNS - 1)
        end, cum = self._start(run)
        return (self._cum[slot] - cum) // (self._ends[slot] - end)

    def _whole(self, number: int) -> int:
        """A 16-bit number as it goes on: the newest that it can be."""
        return self._newest - ((self._newest - number) & 0xFFFF)

    @property
    def total(self) -> int:
        """Bytes sent so far."""
        return self._total

    @property
    def turn(self) -> float:
        """Seconds from a packet to the feedback about it."""
        return self._turn

    # What is heard

    def heard(self, body: bytes, now: float) -> None:
        news = summary(body)
        if news is None:
            return
        last, ext = news.last, self._whole(news.last)
        run = self._run_of(ext)
        if run < 0:
            return  # nothing that we remember to have sent
        slot = run & (_RUNS - 1)
        cum = self._cum[slot] - (self._ends[slot] - ext) * self._bytes(run)
        count, received = news.told, news.received
        if self._last >= 0:
            if (last - self._last - 1) & 0xFFFF >= 0x8000:
                return  # older than what was heard
            known = (self._last - news.first + 1) & 0xFFFF
            if 0 < known < 0x8000:  # it tells some of it again
                count = (last - self._last) & 0xFFFF
                received = _newer(body, self._last)
        self._clock += ((news.ticks - self._clock + WRAP // 2) % WRAP) - WRAP // 2
        sent_at = self._at[slot]
        self._deliver(cum, count, received)
        self._turn = max(0.0, now - sent_at)
        self._waiting = -1.0 if ext == self._newest else now
        self._last, self._last_cum, self._found = last, cum, run
        self.heard_any = True
        if self._burst is not None:
            self._burst.arrived(body)
        if now < self._deaf_until:
            return
        self._judge(self._clock * TICK - sent_at, count, received, now)

    def _deliver(self, cum: int, count: int, received: int) -> None:
        self._delivered += (cum - self._last_cum) * received // max(count, 1)
        arrival = self._clock * TICK
        points = self._delivered_points
        if points and arrival <= points[-1][0]:
            return
        points.append((arrival, self._delivered))
        while len(points) > 2 and points[1][0] < arrival - RATE_SPAN:
            points.popleft()
        since, before = points[0]
        if arrival > since:
            self.rate = (self._delivered - before) * 8 / max(arrival - since, _RATE_LEAST)

    def _judge(self, delay: float, count: int, received: int, now: float) -> None:
        queue = delay - self._least.add(delay, now)
        self._delays.append(queue)
        self.queue = least = min(self._delays)
        self._count_losses(count, count - received, now)
        if self._looks_bad(least):
            self._streak += 1
            self.bad_at = now
            self.congested = self.congested or self._streak >= _STREAK
        else:
            self._streak = 0
        lost = count - received
        if count >= _SHOCK_LEAST and lost > _SHOCK_LOSS * count and queue > _SHOCK_QUEUE:
            self.bad_at = now
            self.congested = True

    def _looks_bad(self, queue: float) -> bool:
        loss = self.loss
        return (
            queue > _QUEUE or (loss > _LOSS_WITH_QUEUE and queue > _QUEUE_WITH_LOSS) or loss > _LOSS
        )

    def _count_losses(self, count: int, lost: int, now: float) -> None:
        sums = self._counted
        sums[0] += count
        sums[1] += lost
        self._losses.append((now, count, lost))
        while self._losses[0][0] < now - _LOSS_SPAN:
            _, old_count, old_lost = self._losses.popleft()
            sums[0] -= old_count
            sums[1] -= old_lost

    @property
    def loss(self) -> float:
        """The share of the last second's packets that is lost; 0 when there were too few."""
        count, lost = self._counted
        return lost / count if count >= _LOSS_LEAST else 0.0

    def silent(self, now: float) -> bool:
        """Whether what was sent stays without an answer for too long."""
        return (
            self.heard_any
            and self._waiting >= 0
            and now - self._waiting > _SILENCE + min(self._turn, _LONGEST_TURN)
        )

    # What the controller does with it

    def relax(self, now: float, seconds: float) -> None:
        """Something was done about it, or it was ours: judge anew after `seconds`."""
        self.congested = False
        self._streak = 0
        self._deaf_until = max(self._deaf_until, now + seconds)
        self._waiting = now if self._waiting >= 0 else -1.0
        self._losses.clear()
        self._counted[:] = (0, 0)
        self._delays.extend((0.0,) * 3)
        self.queue = 0.0

    def fell(self, now: float, seconds: float) -> None:
        """Less is sent from now on."""
        self._fell = (now, self.queue)
        self.relax(now, seconds)

    def takes_longer(self, now: float) -> bool:
        """Whether the queue was none, as it did not shrink. It counts as empty from here on."""
        at, then = self._fell
        if (
            now - at > _SAME_TIME
            or self._counted[1] > _SAME_LOSS * self._counted[0]
            or abs(self.queue - then) > _SAME_QUEUE * then
        ):
            return False
        self._least.clear()
        self.relax(now, 0.0)
        return True

    def rest(self) -> None:
        """Nothing is sent, so silence means nothing."""
        self.congested = False
        self._streak = 0
        self._waiting = -1.0

    def forgive_queue(self) -> None:
        """A queue that our own burst made is no sign; losses of more than a fifth are."""
        if self.loss <= _LOSS:
            self.congested = False
            self._streak = 0

    def expect_burst(self, now: float) -> None:
        """What is sent from now on, together, measures the line."""
        self._burst = Burst(self._newest & 0xFFFF, now)

    def burst_measure(self, now: float) -> Measure | None:
        """What the burst showed; None while it may still be heard of. Asked once."""
        burst = self._burst
        if burst is None:
            return None
        stop = self._burst_stop(burst)
        told = stop != burst.before and (self._last - stop) & 0xFFFF < 0x8000
        if not told and now - burst.since < _BURST_WAIT + min(self._turn, _LONGEST_TURN):
            return None
        self._burst = None
        return burst.measure(stop, self._size)

    def _burst_stop(self, burst: Burst) -> int:
        """The last packet that left together with the first."""
        stop = self._whole(burst.before)
        for run in range(max(0, self._runs - _RUNS + 1), self._runs):
            slot = run & (_RUNS - 1)
            if self._ends[slot] > stop and self._at[slot] <= burst.since + _BURST_SPREAD:
                stop = self._ends[slot]
        return stop & 0xFFFF

    def _size(self, number: int) -> int:
        run = self._run_of(self._whole(number))
        return self._bytes(run) if run >= 0 else 0


def _newer(body: bytes, last: int) -> int:
    """How many of those that came are newer than `last`."""
    return sum((seq - last - 1) & 0xFFFF < 0x8000 for seq, _ in arrivals(body))
