"""Who watched the recording of a class afterwards, and where they went back. Pure.

Times are seconds from the planned beginning of a class, as in `term`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vtp.demo.chance import Chance
from vtp.demo.term import Day, Habit, Pupil, Stretch

# How often somebody who was away watches it.
_CATCHES_UP: dict[Habit, float] = {
    "steady": 0.9,
    "late": 0.65,
    "leaves": 0.6,
    "wobbly": 0.7,
    "fading": 0.3,
    "rare": 0.35,
}
_STOPS, _LOOKS_AGAIN = 0.25, 0.4
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    after: int  # s from the end of the class until it was watched
    seen: tuple[Stretch, ...]
    backs: tuple[int, ...]
    slows: tuple[int, ...]
    again: tuple[Stretch, ...]


def viewings(word: str, went: Day, pupils: Sequence[Pupil], *, length: int) -> dict[str, Viewing]:
    chance = Chance(f"{word}, later")
    hard = went.lost[len(went.lost) // 2] if went.lost else length * 3 // 5
    found = {}
    for pupil in pupils:
        seen = _wanted(chance, pupil, went, hard, length)
        if seen:
            found[pupil.email] = _viewing(chance, seen, hard)
    return found


def _wanted(chance: Chance, pupil: Pupil, went: Day, hard: int, length: int) -> tuple[Stretch, ...]:
    devices = went.pupils.get(pupil.email)
    if devices is None:
        if not chance.happens(_CATCHES_UP[pupil.habit]):
            return ()
        return ((0, chance.between(length // 3, length) if chance.happens(_STOPS) else length),)
    came, left = devices[0][0][0], devices[0][-1][1]
    if (came > 5 * _MINUTE or left < length - 5 * _MINUTE) and chance.happens(0.5):
        return tuple(one for one in ((0, came), (left, length)) if one[0] < one[1])
    if chance.happens(_LOOKS_AGAIN):
        return ((hard - chance.between(60, 240), hard + chance.between(90, 300)),)
    return ()


def _viewing(chance: Chance, seen: tuple[Stretch, ...], hard: int) -> Viewing:
    after = chance.between(2 * _HOUR, 5 * 24 * _HOUR)
    over = any(since <= hard - 30 and hard + 60 <= until for since, until in seen)
    if not over or not chance.happens(0.7):
        return Viewing(after=after, seen=seen, backs=(), slows=(), again=())
    back = hard + chance.between(-25, 15)
    return Viewing(
        after=after,
        seen=seen,
        backs=(back,),
        slows=(back + 2,) if chance.happens(0.4) else (),
        again=((back, back + chance.between(15, 45)),),
    )
