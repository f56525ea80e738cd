"""A recording that goes on, as web holds it: its clock, its pauses, and how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from vtp.media.capture import wire
from vtp.recordings.model import Pause, Recording
from vtp.recordings.staging import Staging


@dataclass(slots=True)
class Going:
    recording: Recording
    began: float  # monotonic
    pauses: list[wire.Pause] = field(default_factory=list)
    waits: bool = False  # for the moment when the stage may change
    staging: Staging = field(default_factory=Staging)

    @property
    def id(self) -> str:
        return str(self.recording.id)

    away: bool = False  # another process held it before
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # of its pauses and its end

    @property
    def begin(self) -> wire.Begin:
        return wire.Begin(
            recording=self.id,
            began=self.began,
            began_wall=self.recording.started_at.timestamp(),
            pauses=list(self.pauses),
            away=self.away,
        )

    def pause(self, at: float) -> None:
        self.pauses.append(wire.Pause(at))

    def resume(self, at: float) -> None:
        last = self.pauses.pop()
        self.pauses.append(wire.Pause(last.since, max(at, last.since)))


def going(recording: Recording, pauses: Sequence[Pause], *, now: datetime, ticks: float) -> Going:
    """What another process began: its times are put onto the clock of this one."""

    def moment(at: datetime) -> float:
        return on_clock(at, now=now, ticks=ticks)

    return Going(
        recording,
        moment(recording.started_at),
        [
            wire.Pause(moment(one.since), 0.0 if one.until is None else moment(one.until))
            for one in pauses
        ],
        away=True,
    )


def on_clock(at: datetime, *, now: datetime, ticks: float) -> float:
    return ticks - (now - at).total_seconds()
