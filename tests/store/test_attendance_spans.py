"""Presence on a real database: written in batches, repeatable, and closed after a crash."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.support.accounts import a_person, some_accounts
from vtp import settings
from vtp.attendance.service import Attendance, open_attendance
from vtp.clock import SetClock
from vtp.db import Database
from vtp.ids import MeetingId, uuid7

OPTIONS = settings.Attendance(flush_interval=3600.0)


@dataclass
class Lesson:
    """A meeting with somebody in it, as rooms would have written it."""

    db: Database
    meeting_id: MeetingId
    participant_id: UUID
    user_id: UUID

    async def spans(self) -> list[Any]:
        return await self.db.fetch("select * from presence_span order by started_at, kind")


@pytest.fixture
async def lesson(db: Database, clock: SetClock) -> Lesson:
    async with some_accounts(db, clock) as accounts:
        user = (await a_person(accounts, "Noor")).user
    room_id, meeting_id, participant_id = uuid7(), MeetingId(uuid7()), uuid7()
    async with db.transaction() as tx:
        await tx.execute(
            "insert into room values ($1, 'Algebra', $2, 'school', '{}', $3)",
            room_id,
            user.id,
            clock.now(),
        )
        await tx.execute(
            "insert into meeting values ($1, $2, $3)", meeting_id, room_id, clock.now()
        )
        await tx.execute(
            "insert into participant values ($1, $2, $3, 'Noor', 'member', $4)",
            participant_id,
            meeting_id,
            user.id,
            clock.now(),
        )
    return Lesson(db, meeting_id, participant_id, user.id)


@pytest.fixture
async def attendance(db: Database, clock: SetClock) -> AsyncIterator[Attendance]:
    async with open_attendance(db, clock=clock, options=OPTIONS) as made:
        yield made


async def test_writing_again_changes_nothing_but_what_is_new(
    attendance: Attendance, lesson: Lesson, clock: SetClock
) -> None:
    attendance.began(lesson.meeting_id, lesson.participant_id, lesson.user_id, "socket")
    await attendance.flush()
    clock.advance(15)
    await attendance.flush()
    [span] = await lesson.spans()
    assert (span["ended_at"], span["seen_at"]) == (None, clock.now())
    attendance.ended(lesson.participant_id, "socket")
    await attendance.flush()
    await attendance.flush()
    [span] = await lesson.spans()
    assert span["ended_at"] == clock.now()
    assert attendance.waiting == 0


async def test_what_can_never_be_written_holds_up_nothing_else(
    attendance: Attendance, lesson: Lesson, clock: SetClock
) -> None:
    attendance.began(MeetingId(uuid7()), uuid7(), lesson.user_id, "socket")  # of a deleted room
    attendance.began(lesson.meeting_id, lesson.participant_id, lesson.user_id, "socket")
    assert await attendance.flush()
    assert len(await lesson.spans()) == 1
    clock.advance(15)
    assert await attendance.flush()
    [span] = await lesson.spans()
    assert span["seen_at"] == clock.now()


async def test_after_a_crash_what_was_open_ended_when_it_was_last_seen(
    attendance: Attendance, lesson: Lesson, db: Database, clock: SetClock
) -> None:
    attendance.began(lesson.meeting_id, lesson.participant_id, lesson.user_id, "socket")
    clock.advance(15)
    await attendance.flush()
    seen = clock.now()
    clock.advance(9)
    async with open_attendance(db, clock=clock, options=OPTIONS) as after:
        [span] = await lesson.spans()
        assert span["ended_at"] == seen
        assert await after.last_seen([lesson.meeting_id]) == {lesson.meeting_id: seen}
        assert await after.last_seen([MeetingId(uuid7())]) == {}


async def test_at_the_end_everybody_has_left(db: Database, lesson: Lesson, clock: SetClock) -> None:
    async with open_attendance(db, clock=clock, options=OPTIONS) as attendance:
        attendance.began(lesson.meeting_id, lesson.participant_id, lesson.user_id, "media")
        clock.advance(3)
    [span] = await lesson.spans()
    assert (span["ended_at"] - span["started_at"]).total_seconds() == 3


async def test_a_clock_that_steps_back_loses_no_presence(
    attendance: Attendance, lesson: Lesson, clock: SetClock
) -> None:
    began = clock.now()
    for step in (10, -30, 40):
        attendance.began(lesson.meeting_id, lesson.participant_id, lesson.user_id, "socket")
        clock.step_wall(step)
        attendance.ended(lesson.participant_id, "socket")
    await attendance.flush()
    spans = await lesson.spans()
    assert len(spans) == 3
    assert spans[0]["started_at"] == began
    assert max(span["ended_at"] for span in spans) == clock.now()


async def test_spans_of_one_kind_cannot_overlap_in_the_database(lesson: Lesson) -> None:
    """Whatever a defect would try to write; the first is kept."""
    statement = """
        insert into presence_span
        select gen_random_uuid(), $1, $2, $3, 'socket', now(), now() + interval '1 minute',
               now() + interval '1 minute'
        on conflict do nothing
        """
    async with lesson.db.transaction() as tx:
        for _ in range(2):
            await tx.execute(statement, lesson.meeting_id, lesson.participant_id, lesson.user_id)
    assert len(await lesson.spans()) == 1
