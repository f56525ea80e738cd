"""When one socket is pinged, and when it is given up. Pure; time is monotonic and given.

Engine.IO 4: the server pings, the client answers within the timeout. Whatever arrives is a sign
of life, so the answer itself costs no timer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    ping_interval: float
    ping_timeout: float
    connect_timeout: float  # to an accepted CONNECT
    close_timeout: float  # from our close frame to the end of the connection


class Verdict(Enum):
    WAIT = "wait"
    PING = "ping"
    SILENT = "silent"  # did not answer a ping
    UNINTRODUCED = "unintroduced"  # no accepted CONNECT in time
    OVERDUE = "overdue"  # told to go, and still there


class Liveness:
    """Call `check` when `due` has passed; it may be called earlier and more often."""

    __slots__ = ("_accept_by", "_close_by", "_heard", "_pace", "_ping_at", "_pong_by")

    def __init__(self, pace: Pace, *, now: float) -> None:
        self._pace = pace
        self._ping_at = now + pace.ping_interval
        self._pong_by = inf  # a time while a ping is not yet answered
        self._accept_by = now + pace.connect_timeout
        self._close_by = inf
        self._heard = False

    @property
    def due(self) -> float:
        if self._close_by < inf:
            return self._close_by
        return min(self._accept_by, self._pong_by, self._ping_at)

    def heard(self) -> None:
        self._heard = True

    def accepted(self) -> None:
        self._accept_by = inf

    def closing(self, *, now: float) -> None:
        self._close_by = now + self._pace.close_timeout

    def check(self, *, now: float) -> Verdict:
        if self._close_by < inf:
            return Verdict.OVERDUE if now >= self._close_by else Verdict.WAIT
        if now >= self._accept_by:
            return Verdict.UNINTRODUCED
        if self._pong_by < inf and not self._heard:
            if now >= self._ping_at:
                self._ping_at = self._pong_by  # one ping at a time
            return Verdict.SILENT if now >= self._pong_by else Verdict.WAIT
        self._pong_by = inf
        if now < self._ping_at:
            return Verdict.WAIT
        self._heard = False
        self._pong_by = now + self._pace.ping_timeout
        self._ping_at = now + self._pace.ping_interval
        return Verdict.PING
