"""The rows of pages that played: told by each, looked at together."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from vtp.analytics.model import By, Day, Play, Quality, Seat, Told, Wanted
from vtp.db import Db, Row
from vtp.ids import UserId

_TOLD_BY = """
    insert into play_session (
        id, user_id, meeting_id, recording_id, began_at, heard_at, startup_ms, watched_ms,
        stalled_ms, stalls, height_ms, sized_ms, changes, received, lost, rtt_ms, broken,
        browser, network, connection)
    select $1, $2, case $3 when 'class' then $4::uuid end,
           case $3 when 'recording' then $4::uuid end, $5, $5, $6, $7, $8, $9, $10, $11, $12,
           $13, $14, $15, $16, $17, $18, $19
     where case $3
           when 'class' then exists (
               select from participant where meeting_id = $4 and user_id = $2)
           else exists (select from watched where recording_id = $4 and user_id = $2) end
    on conflict (id) do update
       set heard_at = greatest(play_session.heard_at, excluded.heard_at),
           startup_ms = coalesce(excluded.startup_ms, play_session.startup_ms),
           watched_ms = excluded.watched_ms, stalled_ms = excluded.stalled_ms,
           stalls = excluded.stalls, height_ms = excluded.height_ms,
           sized_ms = excluded.sized_ms, changes = excluded.changes,
           received = excluded.received, lost = excluded.lost,
           rtt_ms = coalesce(excluded.rtt_ms, play_session.rtt_ms), broken = excluded.broken
     where play_session.user_id = excluded.user_id
       and play_session.watched_ms <= excluded.watched_ms
"""


async def tell(db: Db, told: Told, *, user_id: UserId, seat: Seat, at: datetime) -> None:
    """Only who was let in: who sits in the class, or has opened the recording.

    What is older than what is known, and what names a row of somebody else, changes nothing.
    """
    await db.execute(
        _TOLD_BY,
        told.id,
        user_id,
        told.kind,
        told.of,
        at,
        told.startup_ms,
        told.watched_ms,
        told.stalled_ms,
        told.stalls,
        told.height_ms,
        told.sized_ms,
        told.changes,
        told.received,
        told.lost,
        told.rtt_ms,
        told.broken,
        seat.browser,
        seat.network,
        told.connection,
    )


async def count(db: Db, *, user_id: UserId, since: datetime) -> int:
    """How many somebody has begun."""
    found: int = await db.fetchval(
        "select count(*) from play_session where user_id = $1 and began_at > $2", user_id, since
    )
    return found


async def known(db: Db, *, id: UUID) -> bool:
    return bool(await db.fetchval("select exists (select from play_session where id = $1)", id))


async def quality(db: Db, wanted: Wanted, *, by: By | None, limit: int) -> list[Quality]:
    """All together, or those that are alike in one thing; most of the time played first."""
    rows = await db.fetch(
        """
        select case $4 when 'connection' then play.connection when 'browser' then play.browser
                       when 'network' then play.network
                       when 'kind' then case when play.meeting_id is null
                                             then 'recording' else 'class' end
                       else '' end as name,
               count(*) as plays, count(distinct play.user_id) as people,
               sum(play.watched_ms) / 1000.0 as watched_s,
               sum(play.stalled_ms) / 1000.0 as stalled_s,
               sum(play.stalls)::bigint as stalls,
               percentile_disc(0.5) within group (order by play.startup_ms) as startup_ms,
               percentile_disc(0.95) within group (order by play.startup_ms) as startup_slow_ms,
               sum(play.height_ms) / nullif(sum(play.sized_ms), 0) as height,
               sum(play.lost) / nullif(sum(play.lost + play.received), 0) as lost,
               percentile_disc(0.5) within group (order by play.rtt_ms) as rtt_ms,
               count(*) filter (where play.broken) as broken
          from play_session play
               left join meeting on meeting.id = play.meeting_id
               left join recording on recording.id = play.recording_id
         where play.began_at >= $1 and play.began_at < $2
           and ($3::uuid is null or coalesce(meeting.room_id, recording.room_id) in
                (select room_id from section where course_id = $3))
         group by 1 order by watched_s desc, name limit $5
        """,
        wanted.since,
        wanted.until,
        wanted.course_id,
        by or "",
        limit,
    )
    return [_quality(row) for row in rows]


async def days(db: Db, wanted: Wanted, *, step: timedelta) -> list[Day]:
    """How much was played and stood still in each `step`; those with nothing are there too."""
    rows = await db.fetch(
        """
        with told as (
            select date_bin($4::interval, play.began_at, $1) as since,
                   sum(play.watched_ms) / 1000.0 as watched_s,
                   sum(play.stalled_ms) / 1000.0 as stalled_s
              from play_session play
                   left join meeting on meeting.id = play.meeting_id
                   left join recording on recording.id = play.recording_id
             where play.began_at >= $1 and play.began_at < $2
               and ($3::uuid is null or coalesce(meeting.room_id, recording.room_id) in
                    (select room_id from section where course_id = $3))
             group by 1
        )
        select since, coalesce(watched_s, 0) as watched_s, coalesce(stalled_s, 0) as stalled_s
          from generate_series($1::timestamptz, $2::timestamptz - interval '1 microsecond',
                               $4::interval) since
               left join told using (since)
         order by since
        """,
        wanted.since,
        wanted.until,
        wanted.course_id,
        step,
    )
    return [Day(row["since"], float(row["watched_s"]), float(row["stalled_s"])) for row in rows]


async def rows(
    db: Db,
    wanted: Wanted,
    *,
    by: By | None,
    name: str,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Play]:
    """The plays below a figure, the last first."""
    at, last = before or (None, None)
    found = await db.fetch(
        """
        select play.*, person.name,
               coalesce(recording.title, room.title) as title
          from play_session play
               left join app_user person on person.id = play.user_id
               left join meeting on meeting.id = play.meeting_id
               left join recording on recording.id = play.recording_id
               left join room on room.id = meeting.room_id
         where play.began_at >= $1 and play.began_at < $2
           and ($3::uuid is null or coalesce(meeting.room_id, recording.room_id) in
                (select room_id from section where course_id = $3))
           and case $4 when 'connection' then play.connection = $5
                       when 'browser' then play.browser = $5
                       when 'network' then play.network = $5
                       when 'kind' then (play.meeting_id is null) = ($5 = 'recording')
                       else true end
           and ($6::timestamptz is null or (play.began_at, play.id) < ($6, $7::uuid))
         order by play.began_at desc, play.id desc limit $8
        """,
        wanted.since,
        wanted.until,
        wanted.course_id,
        by or "",
        name,
        at,
        last,
        limit,
    )
    return [_play(row) for row in found]


async def invent(db: Db, *, meeting_ids: list[UUID]) -> None:
    """For a demo: how a class arrived at each who received it, the same for the same name."""
    await db.execute(
        """
        insert into play_session (
            id, user_id, meeting_id, began_at, heard_at, startup_ms, watched_ms, stalled_ms,
            stalls, height_ms, sized_ms, changes, received, lost, rtt_ms, broken, browser,
            network, connection)
        select seat.id, seat.user_id, seat.meeting_id, seat.joined_at, there.until,
               280 + chance % 900, there.ms, there.ms * poor / 2000, poor * 2,
               there.ms * (array[720, 480, 480, 270])[1 + poor % 4], there.ms, poor,
               there.ms / 20, there.ms / 20 * poor / 1500, 18 + chance % 40 + 20 * poor, false,
               (array['Chrome', 'Firefox', 'Safari', 'Edge'])[1 + chance % 4],
               (array['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'])[1 + chance % 3],
               (array['wifi', 'wired', 'unknown', 'mobile'])[1 + poor % 4]
          from participant seat
               join lateral (
                   select max(coalesce(span.ended_at, span.seen_at)) as until,
                          sum(extract(epoch from coalesce(span.ended_at, span.seen_at)
                                                 - span.started_at) * 1000)::bigint as ms
                     from presence_span span
                    where span.participant_id = seat.id and span.kind = 'media'
               ) there on there.ms > 0
               cross join lateral (
                   select ('x' || left(md5(seat.name), 5))::bit(20)::int as chance
               ) dice
               cross join lateral (select dice.chance / 7 % 5 as poor) line
         where seat.meeting_id = any($1) and seat.role = 'member'
            on conflict do nothing
        """,
        meeting_ids,
    )


async def invent_later(db: Db, *, recording_ids: list[UUID]) -> None:
    """For a demo: how these recordings arrived at each who watched them."""
    await db.execute(
        """
        insert into play_session (
            id, user_id, recording_id, began_at, heard_at, startup_ms, watched_ms, stalled_ms,
            stalls, height_ms, sized_ms, changes, received, lost, broken, browser, network,
            connection)
        select md5(watched.recording_id::text || watched.user_id)::uuid, watched.user_id,
               watched.recording_id, watched_at - open_ms * interval '1 millisecond', watched_at,
               190 + chance % 700, open_ms, open_ms * poor / 3000, poor, open_ms * 360, open_ms,
               0, 0, 0, false,
               (array['Chrome', 'Firefox', 'Safari', 'Edge'])[1 + chance % 4],
               (array['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'])[1 + chance % 3],
               (array['wifi', 'wired', 'unknown', 'mobile'])[1 + poor % 4]
          from watched join app_user person on person.id = watched.user_id
               cross join lateral (
                   select ('x' || left(md5(person.name), 5))::bit(20)::int as chance
               ) dice
               cross join lateral (select dice.chance / 7 % 5 as poor) line
         where recording_id = any($1) and open_ms > 0
            on conflict do nothing
        """,
        recording_ids,
    )


async def sweep(db: Db, *, before: datetime) -> int:
    """What was heard last before then is forgotten; how many there were."""
    done = await db.execute("delete from play_session where heard_at < $1", before)
    return int(done.split()[-1])


async def forget(db: Db, *, user_id: UserId) -> None:
    """What was counted stays, of nobody."""
    await db.execute("update play_session set user_id = null where user_id = $1", user_id)


async def move(db: Db, *, source: UserId, target: UserId) -> None:
    await db.execute("update play_session set user_id = $2 where user_id = $1", source, target)


def _quality(row: Row) -> Quality:
    return Quality(
        name=row["name"],
        plays=row["plays"],
        people=row["people"],
        watched_s=float(row["watched_s"]),
        stalled_s=float(row["stalled_s"]),
        stalls=row["stalls"],
        startup_ms=row["startup_ms"],
        startup_slow_ms=row["startup_slow_ms"],
        height=_float(row["height"]),
        lost=_float(row["lost"]),
        rtt_ms=row["rtt_ms"],
        broken=row["broken"],
    )


def _play(row: Row) -> Play:
    lost, received = row["lost"], row["received"]
    return Play(
        id=row["id"],
        user_id=row["user_id"],
        name=row["name"],
        kind="class" if row["recording_id"] is None else "recording",
        of=row["recording_id"] or row["meeting_id"],
        title=row["title"],
        began_at=row["began_at"],
        startup_ms=row["startup_ms"],
        watched_s=row["watched_ms"] / 1000,
        stalled_s=row["stalled_ms"] / 1000,
        stalls=row["stalls"],
        height=row["height_ms"] / row["sized_ms"] if row["sized_ms"] else None,
        changes=row["changes"],
        lost=lost / (lost + received) if lost + received else None,
        rtt_ms=row["rtt_ms"],
        broken=row["broken"],
        browser=row["browser"],
        network=row["network"],
        connection=row["connection"],
    )


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
