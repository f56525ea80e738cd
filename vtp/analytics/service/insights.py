"""What the staff of a course may know of its classes: who watched when, and where it was hard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from vtp.actor import Actor
from vtp.analytics import confusion, curves, taking
from vtp.analytics.confusion import Lost, Moment
from vtp.analytics.curves import BUCKET, Piece, Step
from vtp.analytics.needing import LAST, Case, Needs, needing
from vtp.analytics.store import insights as store
from vtp.analytics.store import lessons
from vtp.analytics.store.insights import Frame
from vtp.analytics.store.lessons import Counted, Taken
from vtp.analytics.taking import Part, Together
from vtp.attendance.port import Meetings
from vtp.attendance.problems import NotHeldYet
from vtp.attendance.service.matrices import Matrices, Matrix, Row
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses import rights
from vtp.courses.model import ClassSession, Yours
from vtp.courses.problems import StaffOnly
from vtp.courses.service.expected import Expected, Named
from vtp.courses.service.gate import Gate
from vtp.db import Database
from vtp.ids import ClassId, CourseId, RecordingId

_MS = timedelta(milliseconds=1)
# Classes whose numbers are put side by side: more than a year has of one course.
_CLASSES = 200


Shares = Mapping[tuple[ClassId, UUID], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where students got lost: on the axis, on a recording, and under which heading."""

    found: confusion.Place
    at: datetime
    recording: tuple[UUID, int] | None
    chapter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    person: Named
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassInsight:
    planned: ClassSession
    length: int
    taught: int
    steps: tuple[Step, ...]
    lost: Lost
    places: tuple[Place, ...]
    lines: tuple[Line, ...]
    together: Together
    reactions: Mapping[str, int]
    laid: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseInsight:
    yours: Yours
    classes: tuple[tuple[ClassSession, Counted], ...]
    matrix: Matrix
    needing: tuple[tuple[Row, Needs], ...]


class Insights:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        audit: Audit,
        meetings: Meetings,
        matrices: Matrices,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._audit = audit
        self._meetings = meetings
        self._matrices = matrices
        self._expected = Expected(db)

    async def of_class(self, actor: Actor, class_id: ClassId) -> ClassInsight:
        """For the staff of the course. Reading about others is written down."""
        made = await self._of_class(await self._staffed(actor, class_id))
        await self._audit.record_alone(actor, action="read", noun="insights", target_id=class_id)
        return made

    async def of_recording(self, actor: Actor, recording_id: RecordingId) -> ClassInsight | None:
        """Of the class that a recording is of; its caller tells of nobody by name."""
        class_id = await lessons.class_of(self._db, recording_id)
        if class_id is None:
            return None
        return await self._of_class(await self._staffed(actor, class_id))

    async def _staffed(self, actor: Actor, class_id: ClassId) -> ClassSession:
        yours, planned = await self._gate.session(actor, class_id)
        if not rights.is_staff(yours.role):
            raise StaffOnly
        if self._clock.now() < planned.starts_at:
            raise NotHeldYet
        return planned

    async def _of_class(self, planned: ClassSession) -> ClassInsight:
        taken = await lessons.recordings(self._db, planned.id)
        frame = await self._frame(planned, taken, self._clock.now())
        moments = await self._moments(frame)
        taught = await self._taught(planned, frame)
        lines = await self._lines(planned.id, frame, taught)
        found = confusion.lost(moments)
        return ClassInsight(
            planned=planned,
            length=frame.length,
            taught=taught[1] - taught[0],
            steps=tuple(await store.steps(self._db, frame)),
            lost=found,
            places=tuple(_place(one, frame, taken) for one in found.places),
            lines=lines,
            together=taking.together([one.part for one in lines], taught[1] - taught[0]),
            reactions=await store.reactions(self._db, frame),
            laid=tuple(frame.laid),
        )

    async def _frame(self, planned: ClassSession, taken: Iterable[Taken], now: datetime) -> Frame:
        since, until = planned.starts_at, min(planned.ends_at, now)
        sittings = await self._meetings.sittings(planned.room_id, since=since, until=until)
        return Frame(
            since=since,
            until=until,
            length=_ms(until - since),
            meetings=[one.id for one in sittings],
            staff=await lessons.staff(self._db, planned.id),
            laid=[piece for one in taken for piece in _laid(one, since)],
        )

    async def _moments(self, frame: Frame) -> list[Moment]:
        people = await store.people(self._db, frame)
        signs = await store.signs(self._db, frame)
        count = -(-frame.length // BUCKET)
        return [Moment(at, people.get(at, 0), signs.get(at, {})) for at in range(count)]

    async def _taught(self, planned: ClassSession, frame: Frame) -> tuple[int, int]:
        """On the axis; where no register says it, all of it."""
        known = await lessons.taught(self._db, planned.id)
        if known is None:
            return 0, frame.length
        start, end = (_ms(one - frame.since) for one in known)
        return max(0, start), max(0, start, min(end, frame.length))

    async def _lines(
        self, class_id: ClassId, frame: Frame, taught: tuple[int, int]
    ) -> tuple[Line, ...]:
        """Everybody who was expected, by name."""
        expecting = await self._expected.of_class(class_id)
        students = [one.user_id for one in expecting.students] if expecting else []
        named = await self._expected.names(students)
        saw = await store.saw(self._db, frame, taught)
        did = await store.did(self._db, frame)
        lines = [
            Line(person=named[one], part=_part(one, saw.get(one), did.get(one)))
            for one in students
            if one in named
        ]
        lines.sort(key=lambda one: (one.person.name.casefold(), one.person.user_id))
        return tuple(lines)

    # --- a course -----------------------------------------------------------------------------
    async def of_course(self, actor: Actor, course_id: CourseId) -> CourseInsight:
        """For staff: every class that was held in a few numbers, and who needs a word."""
        yours = await self._gate.staffed(actor, course_id)
        matrix = await self._matrices.of_course(actor, course_id, section_id=None)
        held = matrix.held[-_CLASSES:]
        staff = await lessons.course_staff(self._db, course_id)
        counted = await lessons.of_course(self._db, [one.id for one in held], staff)
        await self._audit.record_alone(actor, action="read", noun="insights", target_id=course_id)
        return CourseInsight(
            yours=yours,
            classes=tuple((one, counted[one.id]) for one in held if one.id in counted),
            matrix=matrix,
            needing=await self._needing(matrix),
        )

    async def _needing(self, matrix: Matrix) -> tuple[tuple[Row, Needs], ...]:
        since = max(0, len(matrix.held) - LAST * 4)
        lately = [one.id for one in matrix.held[since:]]
        live = await lessons.live_share(self._db, lately)
        watched = await lessons.watched_share(self._db, lately)
        rows = {UUID(str(row.person.user_id)): row for row in matrix.rows}
        cases = [
            Case(
                person=person,
                so_far=row.standing.so_far,
                at_risk=row.at_risk,
                lately=tuple(_lately(row, matrix.held, since, live, watched)),
            )
            for person, row in rows.items()
        ]
        return tuple((rows[one.case.person], one) for one in needing(cases))


def _lately(
    row: Row, held: Sequence[ClassSession], since: int, live: Shares, watched: Shares
) -> list[float]:
    """How much they saw of each of their last classes: the better of live and on recordings."""
    mine = [
        (mark, (held[place].id, row.person.user_id)) for place, mark in row.strip.marks(since=since)
    ]
    found = [
        1.0 if mark == "excused" else max(live.get(key, 0.0), watched.get(key, 0.0))
        for mark, key in mine
    ]
    return found[-LAST:]


def _laid(taken: Taken, since: datetime) -> list[Piece]:
    pauses = [
        (_ms(start - since), None if end is None else _ms(end - since))
        for start, end in taken.pauses
    ]
    return curves.pieces(taken.id, _ms(taken.began_at - since), pauses)


def _place(found: confusion.Place, frame: Frame, taken: Sequence[Taken]) -> Place:
    at = found.start * BUCKET
    on = curves.on_recording(frame.laid, at)
    chapters = next((one.chapters for one in taken if on and one.id == on[0]), ())
    passed = [title for begins, title in chapters if on and begins <= on[1] + BUCKET]
    return Place(
        found=found,
        at=frame.since + at * _MS,
        recording=on,
        chapter=passed[-1] if passed else "",
    )


def _part(person: UUID, saw: store.Saw | None, did: store.Did | None) -> Part:
    saw, did = saw or store.Saw(0, 0), did or store.Did()
    return Part(
        person=person,
        live=saw.live,
        seen=saw.seen,
        asked=did.asked,
        # Who came in after a poll had closed for others may have answered it all the same.
        answered=min(did.answered, did.asked),
        messages=did.messages,
        hands=did.hands,
        spoke=did.spoke,
    )


def _ms(span: timedelta) -> int:
    return span // _MS
