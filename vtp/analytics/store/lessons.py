"""Classes and courses as insights are made of them: who taught, what was recorded, who came."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtp.db import Db, Row
from vtp.ids import ClassId, CourseId, RecordingId, UserId


async def staff(db: Db, class_id: ClassId) -> list[UserId]:
    """Who teaches a class, and all of the staff of its course: they are no audience."""
    rows = await db.fetch(
        """
        select user_id from class_teacher where session_id = $1
         union
        select user_id from course_staff join class_session class using (course_id)
         where class.id = $1
         union
        select owner_id from course join class_session class on class.course_id = course.id
         where class.id = $1
        """,
        class_id,
    )
    return [row["user_id"] for row in rows]


async def taught(db: Db, class_id: ClassId) -> tuple[datetime, datetime] | None:
    """As its register has it."""
    row = await db.fetchrow(
        """
        select lower(taught) as since, upper(taught) as until from class_register
         where session_id = $1 and taught is not null
        """,
        class_id,
    )
    return (row["since"], row["until"]) if row else None


async def class_of(db: Db, recording_id: RecordingId) -> ClassId | None:
    found: ClassId | None = await db.fetchval(
        """
        select session_id from class_recording join recording on recording.id = recording_id
         where recording_id = $1 and deleted_at is null
        """,
        recording_id,
    )
    return found


@dataclass(frozen=True, slots=True)
class Taken:
    """A recording: when it began and where it paused; the end of the last pause may be its own."""

    id: UUID
    began_at: datetime
    pauses: tuple[tuple[datetime, datetime | None], ...]
    chapters: tuple[tuple[int, str], ...]


async def recordings(db: Db, class_id: ClassId) -> list[Taken]:
    rows = await db.fetch(
        """
        select recording.id, started_at,
               array(select since from recording_pause
                      where recording_id = recording.id order by since) as paused,
               array(select until from recording_pause
                      where recording_id = recording.id order by since) as resumed,
               array(select at_ms from recording_chapter
                      where recording_id = recording.id order by at_ms) as chapter_at,
               array(select title from recording_chapter
                      where recording_id = recording.id order by at_ms) as chapter
          from recording join class_recording on recording_id = recording.id
         where session_id = $1 and deleted_at is null order by started_at
        """,
        class_id,
    )
    return [
        Taken(
            row["id"],
            row["started_at"],
            tuple(zip(row["paused"], row["resumed"], strict=True)),
            tuple(zip(row["chapter_at"], row["chapter"], strict=True)),
        )
        for row in rows
    ]


# --- a course -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A class in numbers; `share`: of what was required of all, what was received live."""

    expected: int
    live: int
    later: int
    share: float | None
    messages: int
    hands: int
    lost: int


async def of_course(
    db: Db, class_ids: Iterable[ClassId], staff: Collection[UserId]
) -> dict[ClassId, Counted]:
    """From what stands in rows: registers, recordings, meetings."""
    rows = await db.fetch(
        """
        select class.id, count(mark.user_id)::int as expected,
               (count(mark.user_id) filter (where mark.present_ms > 0))::int as live,
               (sum(mark.present_ms)::float8 / nullif(sum(mark.need_ms), 0)) as share,
               (select count(distinct user_id) from watched
                  join class_recording using (recording_id)
                 where session_id = class.id and not isempty(seen)
                   and user_id <> all($2::uuid[]))::int as later,
               (select count(*) from chat_message message join meeting on meeting.id = meeting_id
                 where room_id = class.room_id and sent_at between class.starts_at and class.ends_at
                   and to_id is null and deleted_at is null
                   and author_id <> all($2))::int as messages,
               (select count(*) from presence_span span join meeting on meeting.id = meeting_id
                 where room_id = class.room_id and kind = 'hand'
                   and span.started_at between class.starts_at and class.ends_at)::int as hands,
               (select count(*) from lost_moment join meeting on meeting.id = meeting_id
                 where room_id = class.room_id
                   and at between class.starts_at and class.ends_at)::int as lost
          from class_session class left join class_mark mark on mark.session_id = class.id
         where class.id = any($1::uuid[])
         group by class.id order by class.starts_at
        """,
        list(class_ids),
        list(staff),
    )
    return {row["id"]: _counted(row) for row in rows}


def _counted(row: Row) -> Counted:
    return Counted(
        expected=row["expected"],
        live=row["live"],
        later=row["later"],
        share=row["share"],
        messages=row["messages"],
        hands=row["hands"],
        lost=row["lost"],
    )


async def course_staff(db: Db, course_id: CourseId) -> list[UserId]:
    rows = await db.fetch(
        """
        select user_id from course_staff where course_id = $1
         union select owner_id from course where id = $1
        """,
        course_id,
    )
    return [row["user_id"] for row in rows]


async def watched_share(db: Db, class_ids: Iterable[ClassId]) -> dict[tuple[ClassId, UUID], float]:
    """Of the recordings of each of these classes, how much everybody has seen."""
    rows = await db.fetch(
        """
        select session_id, user_id,
               sum((select sum(upper(one) - lower(one)) from unnest(seen) one))::float8
               / 1000 / nullif((select sum(seconds) from recording
                                  join class_recording other on other.recording_id = recording.id
                                 where other.session_id = mine.session_id
                                   and deleted_at is null), 0) as share
          from class_recording mine join watched using (recording_id)
         where session_id = any($1::uuid[]) and not isempty(seen)
         group by session_id, user_id
        """,
        list(class_ids),
    )
    return {(row["session_id"], row["user_id"]): min(1.0, row["share"] or 0.0) for row in rows}


async def live_share(db: Db, class_ids: Iterable[ClassId]) -> dict[tuple[ClassId, UUID], float]:
    """Of what each of these classes required of somebody, how much they received live."""
    rows = await db.fetch(
        """
        select session_id, user_id,
               coalesce(present_ms::float8 / nullif(need_ms, 0), 1.0) as share
          from class_mark where session_id = any($1::uuid[])
        """,
        list(class_ids),
    )
    return {(row["session_id"], row["user_id"]): row["share"] for row in rows}
