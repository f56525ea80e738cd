"""Which layer of each picture a subscriber gets out of its budget. Sound is not asked: it goes.

Everyone's smallest picture first, then better ones by priority; a layer that runs is kept through
the swings of its rate, because every change costs a key frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import groupby
from math import inf

# What a better layer must fit with, of its rate and of all that runs.
_RISE = 1.1
# What counts of a layer that runs while nothing better is asked for: a keeping of what is there
# must not pay for anything new.
_KEEP = 1 / 1.15
_FALL = 1.05  # of a layer that runs, when the budget has just fallen
# Of the smallest picture of the most important track while it runs: a burst makes it late, which
# is better than gone. A line that cannot carry it shows that by falling again.
_LAST = 0.5
_REST = 2.0  # s after a fall in which a picture does not rise again


class Priority(IntEnum):
    OTHER = 1
    PINNED = 3
    SPEAKER = PINNED
    SCREEN = 4


@dataclass(slots=True)
class Want:
    """A picture that is looked at. Layers are counted from the smallest, 0."""

    key: str
    priority: int
    rates: tuple[float, ...]  # bit/s as measured; 0 for what does not flow
    wish: int  # the best layer that is of use in the size that is shown

    def ladder(self) -> list[int]:
        """The layers that flow and are of use, from the smallest; the least above, if none."""
        flowing = [layer for layer, rate in enumerate(self.rates) if rate > 0]
        return [layer for layer in flowing if layer <= self.wish] or flowing[:1]

    def best(self) -> int:
        """The last of the ladder; -1 when nothing flows."""
        rates, wish = self.rates, self.wish
        if wish < len(rates) and rates[wish] > 0:
            return wish
        ladder = self.ladder()
        return ladder[-1] if ladder else -1


class _Plan:
    """Rungs of ladders, taken one by one while they fit into what is left."""

    def __init__(
        self, budget: float, wants: Sequence[Want], held: Sequence[int], *, falling: bool
    ) -> None:
        self._for_new = self._for_old = budget
        self._wants = wants
        self._held = held
        self._keep = _FALL if falling else _KEEP
        self._ladders = [want.ladder() for want in wants]
        self._rungs = [0] * len(wants)  # how many were taken
        # Among equals who is seen goes before who is not.
        self.order = sorted(
            range(len(wants)), key=lambda place: (-wants[place].priority, held[place] < 0)
        )
        self._last = next((place for place in self.order if self._ladders[place]), -1)

    def climb(self, place: int) -> bool:
        """Take the next rung of this want, if there is one and it fits."""
        ladder, rung = self._ladders[place], self._rungs[place]
        if rung == len(ladder):
            return False
        rates = self._wants[place].rates
        rate, below = rates[ladder[rung]], rates[ladder[rung - 1]] if rung else 0.0
        share = self._share(place, rung)
        new = _RISE * (rate - below)
        old = share * rate - (self._share(place, rung - 1) * below if rung else 0.0)
        if new > self._for_new if ladder[rung] > self._held[place] else old > self._for_old:
            return False
        self._for_new -= new
        self._for_old -= old
        self._rungs[place] = rung + 1
        return True

    def _share(self, place: int, rung: int) -> float:
        """How much of its rate a rung counts among those that run."""
        return _LAST if place == self._last and rung == 0 else self._keep

    def seen(self, place: int) -> bool:
        return self._rungs[place] > 0

    def layers(self) -> list[int]:
        return [
            ladder[rung - 1] if rung else -1
            for ladder, rung in zip(self._ladders, self._rungs, strict=True)
        ]


def allocate(
    budget: float, wants: Sequence[Want], held: Sequence[int] = (), *, falling: bool = False
) -> list[int]:
    """The layer of each want, -1 for none. `held` are the layers that run now."""
    plan = _Plan(budget, wants, held or [-1] * len(wants), falling=falling)
    for place in plan.order:
        plan.climb(place)
    for _, group in groupby(plan.order, key=lambda place: wants[place].priority):
        climbing = [place for place in group if plan.seen(place)]
        while climbing:
            climbing = [place for place in climbing if plan.climb(place)]
    return plan.layers()


class Allocation:
    """One per subscriber: what it was given, so that little changes."""

    def __init__(self) -> None:
        self._held: dict[str, int] = {}
        self._fell_at: dict[str, float] = {}
        self._budget = inf

    def allocate(self, budget: float, wants: Sequence[Want], now: float) -> list[int]:
        """For each want the best layer that there is room for. Less than the wish, -1 for not
        even the smallest, means that the network is the reason, and nothing else does.
        """
        tops = [want.best() for want in wants]
        # Nearly always: looked at twenty times a second for everyone, so in the shortest way.
        if not self._fell_at and _all_fit(budget, wants, tops):
            layers = tops
        else:
            layers = self._shared(budget, wants, tops, now)
        self._budget = budget
        self._held = {want.key: layer for want, layer in zip(wants, layers, strict=True)}
        return [
            want.wish if layer == top else layer
            for want, layer, top in zip(wants, layers, tops, strict=True)
        ]

    def _shared(
        self, budget: float, wants: Sequence[Want], tops: Sequence[int], now: float
    ) -> list[int]:
        held = [self._held.get(want.key, -1) for want in wants]
        here = {want.key for want in wants}
        self._fell_at = {
            key: at for key, at in self._fell_at.items() if key in here and now - at < _REST
        }
        able = [self._resting(want, layer) for want, layer in zip(wants, held, strict=True)]
        layers = allocate(budget, able, held, falling=budget < self._budget)
        for want, layer, before, top in zip(wants, layers, held, tops, strict=True):
            if layer < min(before, top):
                self._fell_at[want.key] = now
        return layers

    def _resting(self, want: Want, layer: int) -> Want:
        if want.key not in self._fell_at:
            return want
        return replace(want, wish=layer) if layer >= 0 else replace(want, rates=())

    def next_step(self, wants: Sequence[Want]) -> float | None:
        """What all would take, bit/s, with the cheapest better layer; None when all is given.

        The cheapest, so that a step that never fits does not stand before those that do. Who
        gets the room when it was found is a matter of priority again.
        """
        used, least = 0.0, inf
        for want in wants:
            layer = self._held.get(want.key, -1)
            running = want.rates[layer] if 0 <= layer < len(want.rates) else 0.0
            used += running
            if layer < want.best():
                better = next(step for step in want.ladder() if step > layer)
                least = min(least, want.rates[better] - running)
        return None if least == inf else used + max(0.0, least)


def _all_fit(budget: float, wants: Sequence[Want], tops: Sequence[int]) -> bool:
    if budget == inf:
        return True
    total = sum(want.rates[top] for want, top in zip(wants, tops, strict=True) if top >= 0)
    return _RISE * total <= budget
