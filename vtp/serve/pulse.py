"""Does a child that has not ended still do anything? It writes into a pipe while its loop runs.

Only time in which we ourselves were running is counted: where the whole machine stood still, or
had no turn for us, the child had none either.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

LOOK_EVERY = 1.0  # s
# s; a look that comes later than this says more about us than about the child.
_MOST = 2 * LOOK_EVERY
_BEATS = 8  # that are missed before it counts as silent for too long
_READ = 4096


@dataclass(slots=True)
class Silence:
    """How long one was silent, of the time that counts. Silent is who has spoken before."""

    limit: float
    spoke: bool = False
    _seconds: float = 0.0
    _looked: float = 0.0

    def look(self, now: float, *, heard: bool) -> bool:
        """Whether it has been silent for too long."""
        if heard or not self.spoke:
            self.spoke = self.spoke or heard
            self._seconds = 0.0
        else:
            self._seconds += min(now - self._looked, _MOST)
        self._looked = now
        return self._seconds >= self.limit


@dataclass(slots=True)
class Pulse:
    """The pipe of one life of a child. It is judged from its first beat on, until it says by
    closing the pipe that it is about to end."""

    silence: Silence
    ours: int
    theirs: int = -1
    _next: float = field(default=0.0)

    @classmethod
    def of(cls, limit: float) -> Pulse:
        ours, theirs = os.pipe()
        os.set_blocking(ours, False)
        return cls(Silence(limit), ours, theirs)

    @property
    def told(self) -> str:
        """For the environment of the child."""
        return f"{self.theirs}:{self.silence.limit / _BEATS:g}"

    @property
    def look_at(self) -> float:
        return self._next if self.ours >= 0 else float("inf")

    def hangs(self, now: float) -> bool:
        if now < self.look_at:
            return False
        self._next = now + LOOK_EVERY
        try:
            heard = os.read(self.ours, _READ)
        except BlockingIOError:
            return self.silence.look(now, heard=False)
        if not heard:
            self.close()
            return False
        return self.silence.look(now, heard=True)

    def handed_over(self) -> None:
        """The child has its end, which is only its own from now on."""
        os.close(self.theirs)
        self.theirs = -1

    def close(self) -> None:
        for descriptor in (self.ours, self.theirs):
            if descriptor >= 0:
                os.close(descriptor)
        self.ours = self.theirs = -1
