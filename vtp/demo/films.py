"""The recordings of the demo on the disk: one film for each course, behind all of its classes.

It is encoded once, as a few seconds that come again and again, and stands on the disk once: a
folder of a recording has its own journal, and links to the files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from vtp.demo.board import PICTURES, SECONDS, SIZE, TICKS, Board
from vtp.demo.board import sound as drawn_sound
from vtp.demo.term import Stretch
from vtp.media.recorder import drawn, journal
from vtp.media.recorder.boxes import Fragment
from vtp.media.recorder.shelf import AAC
from vtp.media.recorder.turns import Turn

_KEYS = PICTURES // 4
_POSTER = "poster.jpg"


@dataclass(frozen=True, slots=True)
class _Told:
    """A fragment: seconds, where it ends in its file, and its line, which is the same for all."""

    since: float
    until: float
    end: int
    line: bytes


@dataclass(frozen=True, slots=True)
class _Part:
    began: journal.PartBegan
    fragments: tuple[_Told, ...]


@dataclass(frozen=True, slots=True)
class Film:
    """In a folder of its own, from which it is linked."""

    folder: Path
    parts: tuple[_Part, ...]

    @property
    def poster(self) -> Path:
        return self.folder / _POSTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How long a recording is, what of it is missing, and who is to be seen."""

    recording: str
    wall: float
    seconds: float
    gap: Stretch | None
    participant: str


def film(folder: Path, board: Board, *, seconds: float) -> Film:
    """At least so long."""
    folder.mkdir(parents=True)
    pictures = list(board.pictures())
    (folder / _POSTER).write_bytes(drawn.still(pictures[PICTURES // 5], SIZE))
    times = int(seconds / SECONDS) + 1
    shown, codec = drawn.shown(folder / "shown", pictures, size=SIZE, ticks=TICKS, every=_KEYS)
    heard = _heard()
    camera = journal.PartBegan(
        part=1,
        file="0001.mp4",
        track="camera",
        participant="",
        source="camera",
        mime="video/h264",
        codec=codec,
        timescale=90_000,
        width=SIZE[0],
        height=SIZE[1],
    )
    parts = [
        _written(folder, camera, shown, times),
        _written(folder, _mix(2, "mix-opus", "audio/opus", "opus"), heard["opus"], times),
        _written(folder, _mix(3, "mix-aac", "audio/aac", AAC), heard["aac"], times),
    ]
    return Film(folder, tuple(parts))


@cache
def _heard() -> dict[str, Turn]:
    """The same for all."""
    with TemporaryDirectory() as folder:
        return drawn.heard(Path(folder), drawn_sound())


def _mix(part: int, track: str, mime: str, codec: str) -> journal.PartBegan:
    return journal.PartBegan(
        part=part,
        file=f"{part:04d}.mp4",
        track=track,
        participant="",
        source="mix",
        mime=mime,
        codec=codec,
        timescale=48_000,
    )


def _written(folder: Path, began: journal.PartBegan, turn: Turn, times: int) -> _Part:
    fragments = []
    with (folder / began.file).open("wb") as file:
        file.write(turn.header)
        for one, data in turn.played(times):
            file.write(data)
            fragments.append(_told(began, one))
    return _Part(began, tuple(fragments))


def put(root: Path, film: Film, taken: Taken) -> tuple[int, int]:
    """The folder of a recording, and how many bytes it and its poster have."""
    folder = root / taken.recording
    (folder / "made").mkdir(parents=True)
    _link(film.poster, folder / "made" / _POSTER)
    for one in film.parts:
        _link(film.folder / one.began.file, folder / one.began.file)
    (folder / journal.NAME).write_bytes(b"".join(_lines(film, taken)))
    return sum(_size(one, taken) for one in film.parts), film.poster.stat().st_size


def _size(part: _Part, taken: Taken) -> int:
    return max((one.end for one in part.fragments if one.until <= taken.seconds), default=0)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a disk that has none
        shutil.copyfile(source, target)


def _lines(film: Film, taken: Taken) -> Iterator[bytes]:
    yield journal.written(journal.Began(recording=taken.recording, wall=taken.wall))
    gone, back = taken.gap or (taken.seconds, taken.seconds)
    for part in film.parts:
        own = taken.participant if part.began.source == "camera" else ""
        yield journal.written(msgspec.structs.replace(part.began, participant=own))
        for one in part.fragments:
            if one.until <= taken.seconds and (one.until <= gone or one.since >= back):
                yield one.line
        yield journal.written(journal.PartEnded(part=part.began.part, size=_size(part, taken)))
    if taken.gap is not None:
        yield journal.written(journal.Gap(at=gone, until=back))
    yield journal.written(journal.Ended(at=taken.seconds))


def _told(began: journal.PartBegan, one: Fragment) -> _Told:
    line = journal.Grown(
        part=began.part,
        offset=one.offset,
        size=one.size,
        time=one.time,
        duration=one.duration,
        samples=one.samples,
        key=one.key,
    )
    until = (one.time + one.duration) / began.timescale
    since = one.time / began.timescale
    return _Told(since, until, one.offset + one.size, journal.written(line))
