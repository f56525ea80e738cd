"""Whole frames in their order, from packets that come late, twice or not at all. Pure.

A packet that is missing may still be repaired: what follows it waits for `hold` seconds. Then the
frame it belonged to is given up, and for a picture all that leans on it: up to the next key frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vtp.media.recorder.pieces import Frame, Piece

# Packets that wait at once: some 5 s of a camera's best layer.
_MOST = 4096


class Assembler:
    """Of one leg: one layer of a track, with numbers and timestamps of its own."""

    def __init__(self, *, video: bool, hold: float) -> None:
        self.needs_key = video  # nothing can be shown before the next one
        self.lost = 0  # packets that never came
        self._video = video
        self._hold = hold
        self._waiting: dict[int, Piece] = {}
        self._next = -1  # number of the next frame's first packet; -1: the next key frame's
        self._known_until = -1  # what is missing below this is silence

    @property
    def waits(self) -> bool:
        """Whether something is here that cannot be given yet."""
        return bool(self._waiting)

    def put(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            if piece.ext >= self._next:
                self._waiting[piece.ext] = piece

    def silence(self, until: int) -> None:
        """What is missing below this number was never to come."""
        self._known_until = max(self._known_until, until)

    def frames(self, now: float) -> Iterator[Frame]:
        """Those that are complete; ends what has waited for too long."""
        while self._begin():
            run = self._run()
            if run:
                self._take(run)
                if any(piece.payload for piece in run):
                    yield _frame(run)
            elif not self._overdue(now):
                return
            else:
                self._give_up()

    def rest(self) -> Iterator[Frame]:
        """At the end nothing is waited for."""
        yield from self.frames(float("inf"))

    def _begin(self) -> bool:
        if self._next >= 0:
            return bool(self._waiting)
        starts = [ext for ext, piece in self._waiting.items() if piece.key or not self._video]
        if not starts:
            if len(self._waiting) > _MOST:
                self._waiting.clear()
            return False
        self._next = min(starts)
        self.needs_key = False
        self._waiting = {ext: p for ext, p in self._waiting.items() if ext >= self._next}
        return True

    def _run(self) -> list[Piece]:
        """The packets of the next frame, if all of them are here."""
        run: list[Piece] = []
        ext = self._next
        while (piece := self._waiting.get(ext)) is not None:
            if run and piece.ts != run[0].ts:
                return run  # its sender did not mark the end
            run.append(piece)
            if piece.marker or not self._video or not run[0].payload:
                return run
            ext += 1
        return []

    def _take(self, run: list[Piece]) -> None:
        for piece in run:
            del self._waiting[piece.ext]
        self._next = run[-1].ext + 1

    def _overdue(self, now: float) -> bool:
        ext = self._next
        while ext in self._waiting:
            ext += 1
        later = [piece.arrival for number, piece in self._waiting.items() if number > ext]
        if not later:
            return False
        return ext < self._known_until or now - min(later) > self._hold or len(later) > _MOST

    def _give_up(self) -> None:
        """Go on behind the gap: with sound at once, with a picture at its next key frame."""
        ext = self._next
        while ext in self._waiting:
            ext += 1
        behind = min(number for number in self._waiting if number > ext)
        self.lost += max(0, behind - max(ext, self._known_until))
        if not self._video:
            self._next = behind
            return
        self.needs_key = True
        self._next = -1
        self._waiting = {number: p for number, p in self._waiting.items() if number >= behind}


def _frame(run: list[Piece]) -> Frame:
    full = tuple(piece for piece in run if piece.payload)
    return Frame(full[0].ts, min(piece.arrival for piece in full), any(p.key for p in full), full)
