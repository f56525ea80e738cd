"""The folder of a recording, made of lessons by the parts of the recorder, without waiting."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.support import lesson
from tests.support.lesson import Payload
from vtp.media.capture.wire import Open
from vtp.media.recorder import journal
from vtp.media.recorder.pieces import Piece
from vtp.media.recorder.position import Positions
from vtp.media.recorder.shelf import Files, Log
from vtp.media.recorder.timeline import Offset
from vtp.media.recorder.tracks import Track

_BEGAN = 500.0
_WALL = 1_773_338_400.0


class Film:
    """Say what was sent from when to when, then `develop` it: all as far as it goes, in order."""

    def __init__(self, folder: Path, *, wall: float = _WALL) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = Log(folder / journal.NAME)
        if self.log.story.began is None:
            self.log.write(journal.Began(recording=folder.name, wall=wall))
        self._files = Files(folder, self.log)
        self._wall = Offset()
        self._moments: list[tuple[float, int, Track, Piece | None]] = []
        self._legs = 0

    def camera(
        self, track: str, at: float, seconds: int, *, source: str = "camera", width: int = 320
    ) -> Film:
        payloads = lesson.pictures(seconds, width=width)
        return self._sent(track, "video/h264", source, at, payloads, 90_000, seconds)

    def voice(self, track: str, at: float, seconds: int, *, source: str = "microphone") -> Film:
        payloads = lesson.sounds(seconds)
        return self._sent(track, "audio/opus", source, at, payloads, 48_000, seconds)

    def stage(self, at: float, track: str) -> Film:
        self.log.write(journal.Staged(at=at, track=track))
        return self

    def _sent(
        self,
        track: str,
        mime: str,
        source: str,
        at: float,
        payloads: tuple[Payload, ...],
        rate: int,
        seconds: int,
    ) -> Film:
        self._legs += 1
        opened = Open(
            leg=self._legs,
            recording="r",
            track=track,
            participant="p",
            source=source,
            mime=mime,
            clock_rate=rate,
            live=True,
        )
        made = Track(opened, Positions(_BEGAN, []), self._files, self._wall)
        for number, one in enumerate(payloads):
            arrival = _BEGAN + at + one.at
            piece = Piece(number, round(one.at * rate), arrival, one.marker, one.key, one.data)
            self._moments.append((arrival, number, made, piece))
        self._moments.append((_BEGAN + at + seconds + 0.6, 1 << 30, made, None))
        return self

    async def roll(self) -> None:
        """As it happens, and no faster; then it goes on without an end."""
        began = asyncio.get_running_loop().time()
        for arrival, _, track, piece in self._in_order():
            wait = arrival - _BEGAN - (asyncio.get_running_loop().time() - began)
            if wait > 0.005:
                await asyncio.sleep(wait)
            if piece is None:
                track.close(arrival)
            else:
                track.take([piece], arrival)

    def _in_order(self) -> list[tuple[float, int, Track, Piece | None]]:
        found = sorted(self._moments, key=lambda one: one[:2])
        self._moments.clear()
        return found

    def develop(self, *, ended: bool = True) -> journal.Story:
        for arrival, _, track, piece in self._in_order():
            if piece is None:
                track.close(arrival)
            else:
                track.take([piece], arrival)
        self._files.close()
        if ended:
            self.log.write(journal.Ended(at=self.log.story.seconds))
        return self.log.story

    def close(self) -> None:
        self.log.close()
