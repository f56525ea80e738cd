"""Where a moment lies on a recording that was paused now and then. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from vtp.media.capture.wire import Pause


class Positions:
    def __init__(self, began: float, pauses: Sequence[Pause]) -> None:
        self.began = began
        self.pauses = tuple(pauses)

    def of(self, moment: float) -> float | None:
        """Seconds; None for what happened before it, or in a pause."""
        if moment < self.began:
            return None
        paused = 0.0
        for pause in self.pauses:
            if moment < pause.since:
                break
            if not pause.until or moment < pause.until:
                return None
            paused += pause.until - pause.since
        return moment - self.began - paused

    def reached(self, moment: float) -> float:
        """How long it is then."""
        paused = sum(
            max(0.0, min(pause.until or moment, moment) - pause.since) for pause in self.pauses
        )
        return max(0.0, moment - self.began - paused)
