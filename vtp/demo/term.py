"""How the classes of a term went: who was in each, from when until when, and what was said. Pure.

Times are seconds from the planned beginning of a class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vtp.demo.chance import Chance

Habit = Literal["steady", "late", "leaves", "wobbly", "fading", "rare"]
Stretch = tuple[int, int]

# How often somebody is missing, comes late, leaves early, and loses the line for a moment.
_HABITS: dict[Habit, tuple[float, float, float, float]] = {
    "steady": (0.02, 0.03, 0.02, 0.03),
    "late": (0.05, 0.45, 0.03, 0.05),
    "leaves": (0.05, 0.05, 0.35, 0.05),
    "wobbly": (0.04, 0.08, 0.05, 0.60),
    "fading": (0.05, 0.15, 0.15, 0.05),
    "rare": (0.40, 0.25, 0.15, 0.05),
}
_TWO_DEVICES = 0.05
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Pupil:
    email: str
    name: str
    habit: Habit


@dataclass(frozen=True, slots=True)
class Said:
    email: str
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to all, and who chose which answer."""

    question: str
    options: tuple[str, ...]
    at: int
    chosen: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A class as it went. Each person has devices, each device the stretches that it was there."""

    teacher: tuple[Stretch, ...]
    outage: Stretch | None
    pupils: dict[str, tuple[tuple[Stretch, ...], ...]]
    hands: dict[str, Stretch]
    said: tuple[Said, ...]
    asked: Asked | None
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    title: str
    question: str
    options: tuple[str, ...]


_WORDS = (
    "Could you show the last step again?",
    "Got it, thanks",
    "Is this in the exam?",
    "My line was gone for a moment, what did I miss?",
    "I have the same result as Mei",
    "Can we have one more example?",
    "The sound is fine again",
    "That makes sense now",
    "Where can I find the sheet?",
    "Sorry I am late, the bus",
)


def day(word: str, topic: Topic, pupils: Sequence[Pupil], *, done: float, length: int) -> Day:
    """`done`: how far the term was, from 0 to 1; who fades comes less and less."""
    chance = Chance(word)
    outage = _outage(chance, length)
    begins = chance.between(-6 * _MINUTE, -_MINUTE)
    if chance.happens(0.08):
        begins = chance.between(2 * _MINUTE, 5 * _MINUTE)
    teacher = _around([(begins, length + chance.between(10, 240))], outage)
    found = {one.email: _devices(chance, one, done, length) for one in pupils}
    present = {
        email: tuple(_around(stretches, outage) for stretches in devices)
        for email, devices in found.items()
        if devices
    }
    return Day(
        teacher=teacher,
        outage=outage,
        pupils=present,
        hands=_hands(chance, present, length),
        said=tuple(sorted(_said(chance, present, length), key=lambda one: one.at)),
        asked=_asked(chance, topic, present, length),
        lost=_lost(chance, len(present), length),
    )


def _outage(chance: Chance, length: int) -> Stretch | None:
    if not chance.happens(0.08):
        return None
    since = chance.between(length // 4, length // 2)
    return since, since + chance.between(100, 240)


def _devices(chance: Chance, pupil: Pupil, done: float, length: int) -> list[list[Stretch]]:
    missing, late, leaves, wobbly = _HABITS[pupil.habit]
    if pupil.habit == "fading":
        missing += 0.75 * done
    if chance.happens(missing):
        return []
    since = chance.between(-5 * _MINUTE, -15)
    until = length + chance.between(5, 200)
    if chance.happens(late):
        since = chance.between(330, 14 * _MINUTE)
    if chance.happens(leaves):
        until = length - chance.between(330, 22 * _MINUTE)
    stretches = [(since, until)]
    if chance.happens(wobbly):
        gone = chance.between(15 * _MINUTE, 30 * _MINUTE)
        stretches = [(since, gone), (gone + chance.between(15, 55), until)]
    if chance.happens(_TWO_DEVICES):
        return [stretches, [(15 * _MINUTE, 25 * _MINUTE)]]
    return [stretches]


def _around(stretches: Sequence[Stretch], outage: Stretch | None) -> tuple[Stretch, ...]:
    """Nobody was there while we were away."""
    if outage is None:
        return tuple(stretches)
    gone, back = outage
    pieces = [(since, min(until, gone)) for since, until in stretches]
    pieces += [(max(since, back + 4), until) for since, until in stretches]
    return tuple(sorted((since, until) for since, until in set(pieces) if since < until))


def _there(devices: tuple[tuple[Stretch, ...], ...], at: int) -> bool:
    return any(since <= at < until for device in devices for since, until in device)


def _somebody(
    chance: Chance, present: dict[str, tuple[tuple[Stretch, ...], ...]], at: int
) -> str | None:
    there = sorted(email for email, devices in present.items() if _there(devices, at))
    return chance.one_of(there) if there else None


def _hands(
    chance: Chance, present: dict[str, tuple[tuple[Stretch, ...], ...]], length: int
) -> dict[str, Stretch]:
    found: dict[str, Stretch] = {}
    for _ in range(chance.between(2, 6)):
        at = chance.between(5 * _MINUTE, length - 10 * _MINUTE)
        who = _somebody(chance, present, at)
        if who is not None:
            found[who] = (at, at + chance.between(10, 60))
    return found


def _said(
    chance: Chance, present: dict[str, tuple[tuple[Stretch, ...], ...]], length: int
) -> list[Said]:
    found = []
    for _ in range(chance.between(4, 10)):
        at = chance.between(_MINUTE, length - _MINUTE)
        who = _somebody(chance, present, at)
        if who is not None:
            found.append(Said(who, at, chance.one_of(_WORDS)))
    return found


def _asked(
    chance: Chance,
    topic: Topic,
    present: dict[str, tuple[tuple[Stretch, ...], ...]],
    length: int,
) -> Asked | None:
    if not topic.options or not chance.happens(0.6):
        return None
    at = chance.between(length // 3, length // 2)
    chosen = {
        email: 0 if chance.happens(0.6) else chance.between(0, len(topic.options) - 1)
        for email, devices in sorted(present.items())
        if _there(devices, at) and chance.happens(0.85)
    }
    return Asked(topic.question, topic.options, at, chosen)


def _lost(chance: Chance, present: int, length: int) -> tuple[int, ...]:
    """They come together: where it was hard, several press it."""
    if not present or not chance.happens(0.7):
        return ()
    hard = chance.between(length // 5, length * 4 // 5)
    many = chance.between(1, max(1, present // 4))
    return tuple(sorted(hard + chance.between(-40, 40) for _ in range(many)))
