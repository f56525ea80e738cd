"""What was said lately, and which of it is worth decoding. Pure.

Times are ticks of 48 kHz on the recording. Who is silent is not decoded, and never more than a few
at once: the loudest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

RATE = 48_000
MOST = 8  # voices that are heard at once
# -dBov; breath and the noise of a room are weaker.
_LOUD = 50
# Behind the last word one is still heard, so that the room does not fall silent with the voice.
_LINGERS = 2 * RATE
# Opus says with packets as short as these that there is nothing to hear (RFC 6716, 3.1: DTX).
_NOTHING = 3
_SMOOTH = 0.1  # weight of the newest packet


class Sound(NamedTuple):
    """A packet of Opus that is heard."""

    voice: int
    at: int
    data: bytes


@dataclass(slots=True)
class _Voice:
    sounds: list[Sound] = field(default_factory=list)
    spoke: int = -2 * _LINGERS  # when it was last loud
    loudness: float = 0.0  # dB above silence, smoothed

    def between(self, lo: int, hi: int) -> Iterator[Sound]:
        first = bisect_left(self.sounds, lo, key=_at)
        return iter(self.sounds[first : bisect_left(self.sounds, hi, key=_at)])


class Voices:
    """All that came since `since`; before that, `trim` has let go of it."""

    def __init__(self) -> None:
        self.since = 0
        self._of: dict[int, _Voice] = {}

    def heard(self, voice: int, at: int, data: bytes, level: int) -> None:
        """In the order of `at` for each voice. Where `level` is -1 it counts as loud."""
        if len(data) <= _NOTHING:
            return
        held = self._of.setdefault(voice, _Voice())
        held.sounds.append(Sound(voice, at, data))
        held.loudness += _SMOOTH * (127 - max(level, 0) - held.loudness)
        if level < _LOUD:
            held.spoke = at

    def window(self, lo: int, hi: int) -> list[Sound]:
        """What is heard of it; that somebody speaks later is known by then, so no word is cut."""
        speaking = [one for one in self._of.values() if one.spoke >= lo - _LINGERS]
        speaking.sort(key=lambda one: -one.loudness)
        return [sound for one in speaking[:MOST] for sound in one.between(lo, hi)]

    def trim(self, before: int) -> None:
        self.since = max(self.since, before)
        for voice, held in list(self._of.items()):
            del held.sounds[: bisect_left(held.sounds, before, key=_at)]
            if not held.sounds:
                del self._of[voice]


def fullest(sounds: Iterable[Sound]) -> list[Sound]:
    """Where no level is known: those who take the most bytes are the loudest."""
    of: dict[int, list[Sound]] = {}
    for sound in sounds:
        if len(sound.data) > _NOTHING:
            of.setdefault(sound.voice, []).append(sound)
    ranked = sorted(of.values(), key=lambda one: -sum(len(sound.data) for sound in one))
    return [sound for one in ranked[:MOST] for sound in one]


def _at(sound: Sound) -> int:
    return sound.at
