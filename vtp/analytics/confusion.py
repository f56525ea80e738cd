"""Where students got lost: signs in ten seconds, beside how many could have given one. Pure.

One sign each: a jump back to here, ten seconds seen again, a slower speed chosen, "I am lost", a
question. What counts is how far a moment is above the median of its own class; nothing is said of
moments that fewer than five people saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from vtp.analytics.curves import BUCKET

Sign = Literal["back", "again", "slow", "lost", "question"]
SIGNS: tuple[Sign, ...] = ("back", "again", "slow", "lost", "question")
# Fewer people than these are not shown as a crowd.
CROWD = 5
# A place is told of from so many signs on, at so many times the median.
ENOUGH = 3
_ABOVE = 2.0
_PLACES = 6
# Buckets between two of one place.
_NEAR = 2


@dataclass(frozen=True, slots=True)
class Moment:
    """Ten seconds: how many saw them, and what they did. `again` is in milliseconds."""

    at: int
    people: int
    signs: Mapping[Sign, int]

    @property
    def weight(self) -> float:
        seen_again = self.signs.get("again", 0) / BUCKET
        return seen_again + sum(count for sign, count in self.signs.items() if sign != "again")


@dataclass(frozen=True, slots=True)
class Point:
    """Signs for each person who was there, above the median; None below the crowd."""

    at: int
    people: int
    rate: float | None
    above: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """Neighbouring moments that stand out: from, to, most people there, and the signs."""

    start: int
    end: int
    peak: int
    people: int
    signs: Mapping[Sign, int]
    weight: float


@dataclass(frozen=True, slots=True)
class Lost:
    median: float
    points: tuple[Point, ...]
    places: tuple[Place, ...]
    hidden: bool


def lost(moments: Sequence[Moment]) -> Lost:
    """Out of all moments of a class, in order."""
    rates = [_rate(one) for one in moments]
    known = [rate for rate in rates if rate is not None]
    usual = median(known) if known else 0.0
    points = tuple(
        Point(one.at, one.people, rate, None if rate is None else max(0.0, rate - usual))
        for one, rate in zip(moments, rates, strict=True)
    )
    return Lost(usual, points, tuple(_places(moments, rates, usual)), hidden=not known)


def _rate(one: Moment) -> float | None:
    return one.weight / one.people if one.people >= CROWD else None


def _places(moments: Sequence[Moment], rates: Sequence[float | None], usual: float) -> list[Place]:
    runs: list[list[Moment]] = []
    for one, rate in zip(moments, rates, strict=True):
        if rate is None or not rate or rate < usual * _ABOVE:
            continue
        if runs and one.at - runs[-1][-1].at <= _NEAR:
            runs[-1].append(one)
        else:
            runs.append([one])
    found = [place for run in runs if (place := _place(run)).weight >= ENOUGH]
    found.sort(key=lambda place: (-place.weight, place.start))
    return found[:_PLACES]


def _place(run: Sequence[Moment]) -> Place:
    signs: dict[Sign, int] = {}
    for one in run:
        for sign, count in one.signs.items():
            signs[sign] = signs.get(sign, 0) + count
    peak = max(run, key=lambda one: (one.weight, -one.at))
    return Place(
        start=run[0].at,
        end=run[-1].at + 1,
        peak=peak.at,
        people=max(one.people for one in run),
        signs=signs,
        weight=sum(one.weight for one in run),
    )
