"""One stream of a track on its way to the recorder, and what of it is kept for a while.

The last seconds are kept here, so that a recorder that was killed can be given again what it had
not written yet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Protocol

from vtp.media.capture import wire
from vtp.media.rtp.packet import HEAD, Packet
from vtp.media.sfu.stream import Stream

# s; a recorder that died is back sooner, also on a machine that is busy.
_KEPT = 10.0
# s; one that hangs takes nothing more, and is found out and killed sooner, with time to come back.
_MOST_KEPT = 50.0


class Line(Protocol):
    """The way to the recorder; what cannot be sent now is dropped."""

    def say(self, told: wire.FromWeb) -> None: ...

    def send(self, leg: int, packets: Sequence[wire.Packed]) -> None: ...


class Leg:
    def __init__(self, opened: wire.Open, stream: Stream) -> None:
        self.opened = opened
        self.took = -1
        self._stream = stream
        self._kept: deque[wire.Packed] = deque()
        # When the recorder took something last; it may hang since.
        self._taken_at = -1.0
        self._reported: tuple[int, int] | None = None

    def packets(self, line: Line, packets: Sequence[Packet], now: float) -> None:
        self._report(line)
        packed = [_packed(one) for one in packets]
        self._kept.extend(packed)
        if self._taken_at < 0:
            self._taken_at = now
        since = max(self._taken_at - _KEPT, now - _MOST_KEPT)
        while self._kept and self._kept[0][2] < since:
            self._kept.popleft()
        line.send(self.opened.leg, packed)

    def taken(self, ext: int, now: float) -> None:
        """The recorder has written all up to this number."""
        self.took, self._taken_at = ext, now

    def _report(self, line: Line) -> None:
        """Each report of the sender is passed on once."""
        report = self._stream.reception.reported
        if report is not None and report != self._reported:
            self._reported = report
            self._say_clocks(line)

    def _say_clocks(self, line: Line) -> None:
        if self._reported is not None:
            ntp, rtp = self._reported
            line.say(wire.Clocks(leg=self.opened.leg, ntp=ntp, rtp=rtp))

    def again(self, line: Line) -> None:
        """To a recorder that knows nothing of it: from the last key frame that it had, on."""
        line.say(self.opened)
        self._say_clocks(line)
        packed = list(self._missing())
        if packed:
            line.send(self.opened.leg, packed)

    def _missing(self) -> Iterator[wire.Packed]:
        had = [one[0] for one in self._kept if one[0] <= self.took + 1 and one[4]]
        since = had[-1] if had else self.took + 1
        return (one for one in self._kept if one[0] >= since)


def _packed(one: Packet) -> wire.Packed:
    """With the level of sound (RFC 6464): whoever mixes need not decode who is silent."""
    level = one.third & 0x7F if one.third >= 0 else -1
    return one.ext, one.ts, one.arrival, one.marker, one.key, one.data[HEAD:], level
