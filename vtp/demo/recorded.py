"""The recordings of the classes of a course, and who watched them: files, rows and figures."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vtp.attendance.service.example import Viewed, put_viewed
from vtp.attendance.stirs import Stir, Stirred, counted
from vtp.courses.service.doors import Doors
from vtp.db import Database
from vtp.demo.board import Board
from vtp.demo.chance import Chance
from vtp.demo.films import Taken, film, put
from vtp.demo.lesson import Lesson
from vtp.demo.school import Course
from vtp.demo.term import Stretch
from vtp.demo.viewing import Viewing, viewings
from vtp.ids import RecordingId, uuid7
from vtp.recordings.model import Chapter, Made
from vtp.recordings.service.example import PastRecording, put_past_recordings

# s before the planned beginning from when on a class is recorded.
_EARLY = 45
_SECOND = timedelta(seconds=1)
# What the parts of a class are called, and after which part of it each begins.
_CHAPTERS = ((0.0, "Welcome"), (0.08, ""), (0.45, "Examples together"), (0.8, "Your questions"))


@dataclass(frozen=True, slots=True)
class _Tape:
    """A class and its recording, which lasts from second to second of the class."""

    id: RecordingId
    lesson: Lesson
    since: int
    until: int

    @property
    def length(self) -> int:
        """ms"""
        return (self.until - self.since) * 1000

    def placed(self, stretch: Stretch) -> Stretch:
        since, until = stretch
        return (since - self.since) * 1000, (until - self.since) * 1000


class Recorded:
    def __init__(self, db: Database, root: Path) -> None:
        self._db = db
        self._root = root

    async def put(
        self, course: Course, lessons: Sequence[Lesson], *, now: datetime
    ) -> list[RecordingId]:
        """Those of `lessons` that were recorded."""
        tapes = [_tape(one) for one in lessons if _is_recorded(course, one)]
        if not tapes:
            return []
        sizes = await asyncio.to_thread(self._filed, course, tapes)
        past = [_past(one, *size) for one, size in zip(tapes, sizes, strict=True)]
        await put_past_recordings(self._db, Doors(self._db), past)
        viewed, stirred = [], {}
        for tape in tapes:
            found = list(_viewings(tape, now))
            viewed += [_viewed(tape, email, one) for email, one in found]
            stirred[tape.id] = _stirred(tape, [one for _, one in found])
        await put_viewed(self._db, viewed, stirred)
        return [one.id for one in tapes]

    def _filed(self, course: Course, tapes: Sequence[_Tape]) -> list[tuple[int, int]]:
        """Their folders; bytes of each, and of its poster."""
        workplace = self._root / f"demo-{tapes[0].id}"
        try:
            longest = max(one.length for one in tapes) / 1000
            made = film(workplace, Board(course.curve), seconds=longest)
            return [put(self._root, made, _taken(one)) for one in tapes]
        finally:
            shutil.rmtree(workplace, ignore_errors=True)


def _is_recorded(course: Course, lesson: Lesson) -> bool:
    return Chance(f"{lesson.word}, recorded").happens(course.recorded)


def _tape(lesson: Lesson) -> _Tape:
    teacher = lesson.went.teacher
    since = max(-_EARLY, teacher[0][0])
    began = lesson.at(since)
    known = RecordingId(uuid7(int(began.timestamp() * 1000)))
    return _Tape(known, lesson, since, max(until for _, until in teacher))


def _taken(tape: _Tape) -> Taken:
    outage = tape.lesson.went.outage
    gone = None if outage is None else (outage[0] - tape.since, outage[1] - tape.since)
    return Taken(
        recording=str(tape.id),
        wall=tape.lesson.at(tape.since).timestamp(),
        seconds=tape.length / 1000,
        gap=gone,
        participant=str(tape.lesson.teaching),
    )


def _past(tape: _Tape, size: int, poster: int) -> PastRecording:
    lesson = tape.lesson
    length = tape.until - tape.since
    return PastRecording(
        id=tape.id,
        room_id=lesson.planned.room_id,
        meeting_id=lesson.meeting_id,
        title=lesson.planned.title,
        by=lesson.teacher,
        began_at=lesson.at(tape.since),
        ended_at=lesson.at(tape.until),
        bytes=size,
        poster=Made(name="poster", kind="poster", path="made/poster.jpg", bytes=poster),
        chapters=[
            Chapter(round(part * length) * 1000, title or lesson.planned.title)
            for part, title in _CHAPTERS
        ],
    )


def _viewings(tape: _Tape, now: datetime) -> Iterator[tuple[str, Viewing]]:
    """What lies ahead nobody has watched yet."""
    lesson = tape.lesson
    pupils = [one.pupil for one in lesson.known.values()]
    length = lesson.length
    for email, one in viewings(lesson.word, lesson.went, pupils, length=length).items():
        if lesson.planned.ends_at + one.after * _SECOND < now:
            yield email, one


def _viewed(tape: _Tape, email: str, one: Viewing) -> Viewed:
    lesson = tape.lesson
    return Viewed(
        user_id=lesson.known[email].user_id,
        recording_id=tape.id,
        length=tape.length,
        seen=[tape.placed(each) for each in one.seen],
        at=lesson.planned.ends_at + one.after * _SECOND,
    )


def _stirred(tape: _Tape, viewed: Sequence[Viewing]) -> dict[int, Stir]:
    """Of all together, by ten seconds."""
    said = Stirred(
        turn=0,
        back=[tape.placed((at, at))[0] for one in viewed for at in one.backs],
        slow=[tape.placed((at, at))[0] for one in viewed for at in one.slows],
    )
    found = counted(said, (), tape.length)
    for one in viewed:
        again = [tape.placed(each) for each in one.again]
        more = counted(Stirred(turn=0, again=again), again, tape.length)
        for bucket, stir in more.items():
            found.setdefault(bucket, Stir()).again_ms += stir.again_ms
    return found
