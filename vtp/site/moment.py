"""What time it is where somebody is. Pure: the instant comes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

# The hour at which each part of a day begins.
_PARTS = ((5, "morning"), (12, "afternoon"), (18, "evening"), (22, "night"))


@dataclass(frozen=True, slots=True)
class Moment:
    part: str
    date: str  # "Thursday 12 March"
    time: str  # "17:42"


def moment(now: datetime, zone: str) -> Moment:
    there = now.astimezone(ZoneInfo(zone))
    parts = [name for hour, name in _PARTS if there.hour >= hour]
    return Moment(
        part=parts[-1] if parts else "night",
        date=f"{there:%A} {there.day} {there:%B}",
        time=f"{there:%H:%M}",
    )
