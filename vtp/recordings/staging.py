"""Who is on the stage of a recording: one camera at a time, chosen as the class goes on. Pure.

Whom the hosts show to everybody, else the host who speaks, else who was there before, else whose
camera came last. Nobody is replaced within two seconds, and not for a word that somebody throws in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

_STAYS = 2.0  # s


@dataclass(slots=True)
class _Camera:
    participant: str
    on: bool


class Staging:
    """Tell it what happens, then ask `turn`, and once more when `due`."""

    def __init__(self) -> None:
        self.track = ""  # on the stage; "" is nobody
        self.due: float | None = None  # when `turn` may say something else
        self._cameras: dict[str, _Camera] = {}  # of hosts, in the order of their coming
        self._speaker: str | None = None
        self._large: frozenset[str] = frozenset()
        self._wanted = ""
        self._wanted_since = float("-inf")

    def began(self, track: str, participant: str, *, on: bool) -> None:
        self._cameras.setdefault(track, _Camera(participant, on))

    def ended(self, track: str) -> None:
        self._cameras.pop(track, None)

    def held(self, track: str, *, on: bool) -> None:
        """A camera is off for a while, or on again."""
        if (camera := self._cameras.get(track)) is not None:
            camera.on = on

    def speaks(self, participant: str | None) -> None:
        self._speaker = participant

    def kept_large(self, participants: Collection[str]) -> None:
        """Whom the hosts show to everybody."""
        self._large = frozenset(participants)

    def turn(self, now: float) -> bool:
        """Whether somebody else is on the stage from now on."""
        wanted = self._best()
        if wanted != self._wanted:
            self._wanted, self._wanted_since = wanted, now
        self.due = None
        if wanted == self.track:
            return False
        if self._there(self.track) and now < self._wanted_since + _STAYS:
            self.due = self._wanted_since + _STAYS
            return False
        self.track = wanted
        return True

    def _best(self) -> str:
        there = [track for track, camera in self._cameras.items() if camera.on]
        large = [one for one in there if self._cameras[one].participant in self._large]
        if large:
            return large[-1]
        speaking = [one for one in there if self._cameras[one].participant == self._speaker]
        if speaking:
            return speaking[-1]
        if self._there(self.track):
            return self.track
        return there[-1] if there else ""

    def _there(self, track: str) -> bool:
        return track in self._cameras and self._cameras[track].on
