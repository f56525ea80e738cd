"""What was used: counted over the rows that are there, never kept beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from vtp.analytics.model import Active, Figures, Held, Hour, Passage, Point, Step, Wanted
from vtp.db import Db, Row


async def figures(db: Db, wanted: Wanted, *, grace: timedelta) -> Figures:
    """Of classes that ended within the range; `grace` is how much later than planned is on time."""
    row = await db.fetchrow(
        """
        select count(*) as planned, count(began_at) as held,
               count(*) filter (where began_at <= starts_at + $4::interval) as punctual,
               count(*) filter (where recordings > 0) as recorded,
               count(*) filter (where watched_by > 0) as watched,
               count(*) filter (where finished_by > 0) as finished,
               coalesce(sum(extract(epoch from taught_until - began_at)), 0)::float8 as taught_s,
               coalesce(sum(recorded_s), 0)::float8 as recorded_s,
               coalesce(sum(watched_s), 0)::float8 as watched_s
          from class_passage
         where ends_at > $1 and ends_at <= $2 and ($3::uuid is null or course_id = $3)
        """,
        wanted.since,
        wanted.until,
        wanted.course_id,
        grace,
    )
    return Figures(people=await people(db, wanted), **dict(row or {}))


# Who was in a class within the range, guests too, on each of their devices.
_THERE = """
    with there as (
        select coalesce(span.user_id, span.guest_id) as id, span.meeting_id, span.participant_id,
               tstzrange(greatest(span.started_at, $1),
                         least(coalesce(span.ended_at, span.seen_at), $2)) as during
          from meeting join presence_span span on span.meeting_id = meeting.id
         where span.kind = 'socket' and meeting.started_at < $2
           and (meeting.ended_at is null or meeting.ended_at > $1)
           and span.started_at < $2 and coalesce(span.ended_at, span.seen_at) > $1
           and ($3::uuid is null or meeting.room_id in
                (select room_id from section where course_id = $3))
    )
"""
# Besides, who watched a recording last within the range.
_LATER = """
    , later as (
        select watched.user_id as id, count(*) as recordings, max(watched.watched_at) as last_at
          from watched join recording on recording.id = watched.recording_id
         where watched.watched_at >= $1 and watched.watched_at < $2
           and ($3::uuid is null or recording.room_id in
                (select room_id from section where course_id = $3))
         group by 1
    )
"""
_COUNTED = "select count(*) from (select id from there union select id from later) active"
_NAMED = """
    , live as (
        select id, count(distinct meeting_id) as classes, max(upper(during)) as last_at,
               (array_agg(participant_id))[1] as seat, range_agg(during) as during
          from there group by id
    )
    select id, person.id is null as guest,
           coalesce(person.name, (select name from participant where id = live.seat)) as name,
           coalesce(classes, 0) as classes, coalesce(recordings, 0) as recordings,
           coalesce((select sum(extract(epoch from upper(one) - lower(one)))
                       from unnest(during) one), 0)::float8 as there_s,
           greatest(live.last_at, later.last_at) as last_at
      from live full join later using (id)
           left join app_user person using (id)
     where $4::timestamptz is null
        or (greatest(live.last_at, later.last_at), id) < ($4, $5::uuid)
     order by last_at desc, id desc limit $6
"""


async def people(db: Db, wanted: Wanted) -> int:
    """Who was in a class, or watched a recording, each once."""
    count: int = await db.fetchval(
        _THERE + _LATER + _COUNTED,
        wanted.since,
        wanted.until,
        wanted.course_id,
    )
    return count


async def active(
    db: Db, wanted: Wanted, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Active]:
    """One by one, who was seen last first."""
    at, last = before or (None, None)
    rows = await db.fetch(
        _THERE + _LATER + _NAMED,
        wanted.since,
        wanted.until,
        wanted.course_id,
        at,
        last,
        limit,
    )
    return [Active(**dict(row)) for row in rows]


_TOGETHER = """
    , united as (
        select unnest(range_agg(during)) as during from there group by id
    ), change as (
        select lower(during) as at, 1 as by from united
        union all
        select upper(during), -1 from united
        union all
        select begin, 0 from generate_series($1::timestamptz, $2, $4::interval) begin
    ), running as (
        select at, sum(by) over (order by at) as people from change
    )
    select date_bin($4::interval, at, $1) as since, max(people)::int as people,
           (array_agg(at order by people desc, at))[1] as at
      from running where at < $2 group by 1 order by 1
"""


async def together(db: Db, wanted: Wanted, *, step: timedelta) -> list[Point]:
    """How many were in classes at once: the most within each `step`.

    The stretches of each person are united over their devices; then one more at each begin and
    one less at each end, added up in the order of time. Every step begins with a change by none,
    so that those who stay through a whole step are counted in it.
    """
    rows = await db.fetch(
        _THERE + _TOGETHER,
        wanted.since,
        wanted.until,
        wanted.course_id,
        step,
    )
    return [Point(row["since"], row["people"], row["at"]) for row in rows]


async def hours(db: Db, wanted: Wanted, *, zone: str) -> list[Hour]:
    """When rooms were used, by the hours of a week in `zone`."""
    rows = await db.fetch(
        """
        select extract(isodow from hour)::int as weekday, extract(hour from hour)::int as hour,
               count(*) as meetings
          from meeting
               cross join lateral generate_series(
                   date_trunc('hour', greatest(meeting.started_at, $1) at time zone $4),
                   (least(coalesce(meeting.ended_at, $2), $2) at time zone $4)
                       - interval '1 microsecond',
                   interval '1 hour') hour
         where meeting.started_at < $2 and (meeting.ended_at is null or meeting.ended_at > $1)
           and ($3::uuid is null or meeting.room_id in
                (select room_id from section where course_id = $3))
         group by 1, 2 order by 1, 2
        """,
        wanted.since,
        wanted.until,
        wanted.course_id,
        zone,
    )
    return [Hour(row["weekday"], row["hour"], row["meetings"]) for row in rows]


async def passages(
    db: Db,
    wanted: Wanted,
    *,
    step: Step,
    grace: timedelta,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Passage]:
    """The classes below a figure, the last first."""
    at, last = before or (None, None)
    rows: Sequence[Row] = await db.fetch(
        """
        select * from class_passage
         where ends_at > $1 and ends_at <= $2 and ($3::uuid is null or course_id = $3)
           and case $4 when 'held' then began_at is not null
                       when 'late' then began_at > starts_at + $5::interval
                       when 'recorded' then recordings > 0
                       when 'watched' then watched_by > 0
                       when 'finished' then finished_by > 0
                       else true end
           and ($6::timestamptz is null or (ends_at, id) < ($6, $7::uuid))
         order by ends_at desc, id desc limit $8
        """,
        wanted.since,
        wanted.until,
        wanted.course_id,
        step,
        grace,
        at,
        last,
        limit,
    )
    return [_passage(row) for row in rows]


async def held(db: Db, *, free: int) -> Held:
    """What takes how much now."""
    row = await db.fetchrow(
        """
        select (select coalesce(sum(bytes), 0)::bigint from recording) as recorded,
               (select coalesce(sum(bytes), 0)::bigint from recording_file) as made,
               (select coalesce(sum(bytes), 0)::bigint from media) as library
        """
    )
    return Held(row["recorded"], row["made"], row["library"], free) if row else Held(0, 0, 0, free)


async def courses(db: Db, *, limit: int) -> list[tuple[UUID, str]]:
    """Those that had classes, to choose from."""
    rows = await db.fetch(
        """
        select id, title from course
         where exists (select from class_session where course_id = course.id)
         order by lower(title), id limit $1
        """,
        limit,
    )
    return [(row["id"], row["title"]) for row in rows]


def _passage(row: Row) -> Passage:
    return Passage(
        id=row["id"],
        course_id=row["course_id"],
        course=row["course"],
        title=row["title"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        began_at=row["began_at"],
        taught_until=row["taught_until"],
        recordings=row["recordings"],
        recorded_s=row["recorded_s"],
        watched_by=row["watched_by"],
        finished_by=row["finished_by"],
        watched_s=float(row["watched_s"]),
    )
