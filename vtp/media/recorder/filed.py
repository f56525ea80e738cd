"""What was said, as it stands in the files: for a mixer that begins late, or once more."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

from vtp.media.recorder import boxes, journal
from vtp.media.recorder.voices import Sound

VOICES = frozenset({"microphone", "screen_audio"})


class Filed:
    def __init__(self, folder: Path, story: journal.Story) -> None:
        self._folder = folder
        self._story = story
        self._earlier = frozenset(story.parts)  # of processes before this one

    @property
    def anything(self) -> bool:
        return bool(self._story.parts)

    def window(self, lo: int, hi: int, *, known_since: int) -> Iterator[Sound]:
        """All of it in these ticks, without what this process knows since `known_since` itself."""
        for part in list(self._story.parts.values()):
            if part.began.source not in VOICES or part.began.codec != "opus":
                continue
            until = hi if part.began.part in self._earlier else min(hi, known_since)
            if lo < until and part.fragments and _end(part) > lo:
                yield from self._sounds(part, lo, until)

    def _sounds(self, part: journal.PartStory, lo: int, hi: int) -> Iterator[Sound]:
        first = bisect_left(part.fragments, lo, key=lambda one: one.time + one.duration)
        wanted = part.fragments[first : bisect_left(part.fragments, hi, key=lambda one: one.time)]
        try:
            file = os.open(self._folder / part.began.file, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            for one in wanted:
                data = os.pread(file, one.size, one.offset)
                for at, payload in boxes.taken_apart(data):
                    if lo <= at < hi:
                        yield Sound(part.began.part, at, payload)
        finally:
            os.close(file)


def _end(part: journal.PartStory) -> int:
    return part.fragments[-1].time + part.fragments[-1].duration
