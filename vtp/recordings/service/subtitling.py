"""Captions for players: cut as they fetch them, out of the one file that somebody sent."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from pathlib import Path

from vtp.errors import NotFound
from vtp.media.manifests import subtitles, wvtt
from vtp.media.manifests.shapes import LONGEST
from vtp.media.manifests.subtitles import Cue
from vtp.recordings import captions
from vtp.recordings.model import Recording
from vtp.recordings.service.playing import Playing

# ms; where the last period ends.
_LAST = round(1_000 * LONGEST)
# Cues that are remembered of all files together.
_MOST_CUES = 100_000
# A file as it was read: where it is, when it was written, and how large it is.
_Known = tuple[Path, int, int]


class Subtitling:
    def __init__(self, playing: Playing, *, root: Path) -> None:
        self._playing = playing
        self._root = root
        self._read: OrderedDict[_Known, list[Cue]] = OrderedDict()

    async def playlist(self, recording: Recording, name: str) -> str:
        followed = await self._playing.followed(recording)
        if followed.caption(name) is None:
            raise NotFound
        shown = followed.presentation()
        return subtitles.playlist(
            name, seconds=shown.seconds, wall=shown.wall, pauses=followed.table.pauses
        )

    async def segment(self, recording: Recording, name: str, number: int) -> str:
        followed = await self._playing.followed(recording)
        if number >= subtitles.count(followed.presentation().seconds):
            raise NotFound
        return subtitles.segment(await self._cues(recording, name), number)

    async def fragment(
        self, recording: Recording, name: str, period: tuple[int, int], time: int
    ) -> bytes:
        """As the manifest of DASH names it: of a period, by when it begins."""
        cues = await self._cues(recording, name)
        if not period[0] < period[1] <= _LAST:
            raise NotFound
        found = next((one for one in wvtt.cut(*period) if one[0] == time), None)
        if found is None:
            raise NotFound
        return wvtt.segment(cues, *found)

    async def _cues(self, recording: Recording, name: str) -> list[Cue]:
        followed = await self._playing.followed(recording)
        found = followed.caption(name)
        if found is None:
            raise NotFound
        path = self._root / str(recording.id) / found.file
        try:
            state = await asyncio.to_thread(path.stat)
            known = path, state.st_mtime_ns, state.st_size
            if known not in self._read:
                self._read[known] = await asyncio.to_thread(_cues_of, path)
        except FileNotFoundError:
            raise NotFound from None
        self._read.move_to_end(known)
        cues = self._read[known]
        while len(self._read) > 1 and sum(map(len, self._read.values())) > _MOST_CUES:
            self._read.popitem(last=False)
        return cues


def _cues_of(path: Path) -> list[Cue]:
    return captions.read(path.read_bytes())
