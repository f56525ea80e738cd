"""The folder of one recording: its journal, and the files of its tracks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from vtp.media.capture.wire import Open
from vtp.media.recorder import journal, mended
from vtp.media.recorder.boxes import Fragment
from vtp.media.recorder.filed import VOICES
from vtp.media.recorder.files import Aac, GrowingFile, Picture, Sound, WebPicture
from vtp.media.recorder.samples import WEB, Sample

# Of a sample that is written: of what, its part, itself, its tick and its duration.
Hear = Callable[[Open, int, Sample, int, int], None]
AAC = "mp4a.40.2"  # RFC 6381

# s; the shorter ones are what those who follow live wait for.
_LIVE, _QUIET = 0.2, 1.0
_NAMED = re.compile(r"[0-9]{4,}\.(?:mp4|webm)")


class Log:
    """The journal: lines are added, and none is ever changed."""

    def __init__(self, path: Path) -> None:
        written = path.read_bytes() if path.exists() else b""
        self.story = journal.read(written)
        if mended.lacks(path.parent, self.story):
            written = mended.mend(path)
            self.story = journal.read(written)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        if written and not written.endswith(b"\n"):
            os.write(self._file, b"\n")  # a torn line stays alone

    def write(self, line: journal.AnyLine) -> None:
        view = memoryview(journal.written(line))
        while view:
            view = view[os.write(self._file, view) :]
        self.story.add(line)

    def sync(self) -> None:
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


class Part:
    """One file of it, with the number that the journal calls it by."""

    def __init__(self, number: int, file: GrowingFile, opened: Open, hear: Hear | None) -> None:
        self.number = number
        self.file = file
        self._opened = opened
        self._hear = hear

    def write(self, sample: Sample, *, at: int, duration: int) -> list[Fragment]:
        if self._hear is not None:
            self._hear(self._opened, self.number, sample, at, duration)
        return self.file.write(sample, at=at, duration=duration)


class Files:
    """`tracks.Shelf`. Numbers go on where an earlier process stopped."""

    def __init__(self, folder: Path, log: Log) -> None:
        self._folder = folder
        self._log = log
        # Whoever mixes what is said, and whoever converts pictures in WebM.
        self.hear_voice: Hear | None = None
        self.hear_picture: Hear | None = None
        self._next = max([*log.story.parts, *self._untold()], default=0) + 1
        self._entered = True  # a name in the folder that a power cut would take away
        self._open: dict[int, Part] = {}
        self._closed = sum(mended.told(part) for part in log.story.parts.values())

    def _untold(self) -> list[int]:
        """The numbers of files that no line tells of: a file comes first, and a kill between."""
        return [int(path.stem) for path in self._folder.iterdir() if _NAMED.fullmatch(path.name)]

    @property
    def size(self) -> int:
        return self._closed + sum(one.file.size for one in self._open.values())

    def part(self, opened: Open, sample: Sample) -> Part:
        number, self._next = self._next, self._next + 1
        name = f"{number:04d}.{'webm' if sample.codec in WEB else 'mp4'}"
        file = _made(self._folder / name, opened, sample)
        made = Part(number, file, opened, self._heard_by(opened, sample))
        self._open[number] = made
        self._entered = True
        self._log.write(
            journal.PartBegan(
                part=number,
                file=name,
                track=opened.track,
                participant=opened.participant,
                source=opened.source,
                mime=opened.mime,
                codec=sample.codec,
                timescale=made.file.timescale,
                width=sample.size[0],
                height=sample.size[1],
            )
        )
        return made

    def _heard_by(self, opened: Open, sample: Sample) -> Hear | None:
        if sample.codec == "opus" and opened.source in VOICES:
            return self.hear_voice
        return self.hear_picture if sample.codec in WEB else None

    def behind(self, track: str, part: int) -> None:
        self._log.write(journal.Behind(track=track, part=part))

    def grown(self, number: int, fragments: list[Fragment]) -> None:
        for one in fragments:
            self._log.write(
                journal.Grown(
                    part=number,
                    offset=one.offset,
                    size=one.size,
                    time=one.time,
                    duration=one.duration,
                    samples=one.samples,
                    key=one.key,
                )
            )

    def lost(self, number: int, packets: int, at: float) -> None:
        self._log.write(journal.Lost(part=number, at=at, packets=packets))

    def end(self, number: int) -> list[Fragment]:
        part = self._open.pop(number)
        fragments = part.file.close()
        self.grown(number, fragments)
        self._closed += part.file.size
        self._log.write(journal.PartEnded(part=number, size=part.file.size))
        return fragments

    def sync(self) -> None:
        """The bytes first, then their names."""
        for part in self._open.values():
            part.file.sync()
        if self._entered:
            self._entered = False
            mended.sync_names(self._folder)

    def close(self) -> None:
        with ExitStack() as each:
            for number in list(self._open):
                each.callback(self.end, number)


def _made(path: Path, opened: Open, sample: Sample) -> GrowingFile:
    each = _LIVE if opened.live else _QUIET
    if sample.codec == "opus":
        return Sound(path, each=each)
    if sample.codec == AAC:
        return Aac(path, each=each)
    if sample.codec in WEB:
        return WebPicture(path, sample.codec, sample.size)
    return Picture(path, sample.size, each=each)
