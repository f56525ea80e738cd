"""What happened in a class and on its recordings, counted by the database.

Reads the rows of rooms, attendance and recordings, and writes none. `Frame` is one class: its
window, its meetings, who taught, and how its recordings lie on its axis.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from vtp.analytics.confusion import Sign
from vtp.analytics.curves import BUCKET, Piece, Step
from vtp.db import Db
from vtp.ids import MeetingId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    since: datetime
    until: datetime
    length: int  # ms
    meetings: Sequence[MeetingId]
    staff: Collection[UserId]
    laid: Sequence[Piece]

    @property
    def values(self) -> list[Any]:
        """What every statement below begins with, $1 to $9."""
        return [
            self.since,
            self.until,
            self.length,
            list(self.meetings),
            list(self.staff),
            [one.recording_id for one in self.laid],
            [one.low for one in self.laid],
            [one.high for one in self.laid],
            [one.shift for one in self.laid],
        ]


# Who saw what of the axis, live and on recordings; united over devices, pages and replays.
_SEEN = """
    with piece as (
        select * from unnest($6::uuid[], $7::int[], $8::int[], $9::int[])
                   as piece (recording_id, low, high, shift)
    ), span as (
        select true as live, coalesce(user_id, guest_id) as person,
               int4range((extract(epoch from greatest(started_at, $1::timestamptz) - $1)
                          * 1000)::int,
                         (extract(epoch from least(coalesce(ended_at, seen_at), $2::timestamptz)
                                  - $1) * 1000)::int) as seen
          from presence_span
         where meeting_id = any($4::uuid[]) and kind = 'media'
           and started_at < $2 and coalesce(ended_at, seen_at) > $1
           and coalesce(user_id, guest_id) <> all($5::uuid[])
         union all
        select false, user_id,
               int4range(greatest(lower(one), low) + shift, least(upper(one), high) + shift)
          from watched join piece using (recording_id) cross join lateral unnest(seen) one
         where user_id <> all($5::uuid[]) and one && int4range(low, high)
    ), whole as (
        select live, person, range_agg(seen * int4range(0, $3::int)) as seen
          from span group by live, person
    )
"""
_STEPS = """
    , edge as (
        select (lower(one) + 999) / 1000 as at, live, 1 as step from whole, unnest(seen) one
         union all
        select (upper(one) + 999) / 1000, live, -1 from whole, unnest(seen) one
    )
    select at, (sum(sum(step) filter (where live)) over upto)::int as live,
           (sum(sum(step) filter (where not live)) over upto)::int as later
      from edge group by at window upto as (order by at) order by at
"""


async def steps(db: Db, frame: Frame) -> list[Step]:
    """Where the number of those who see it changes: what begins and ends in one second, is not."""
    rows = await db.fetch(_SEEN + _STEPS, *frame.values)
    return [Step(row["at"], row["live"] or 0, row["later"] or 0) for row in rows]


_PEOPLE = """
    , there as (
        select person, range_agg(int4range(lower(one) / $10::int,
                                           (upper(one) + $10::int - 1) / $10::int)) as seen
          from whole, unnest(seen) one group by person
    ), edge as (
        select lower(one) as at, 1 as step from there, unnest(seen) one
         union all
        select upper(one), -1 from there, unnest(seen) one
    ), level as (
        select at, lead(at) over (order by at) as until,
               (sum(sum(step)) over (order by at))::int as people
          from edge group by at
    )
    select bucket, people from level, generate_series(at, until - 1) as bucket
     where people > 0
"""


async def people(db: Db, frame: Frame) -> dict[int, int]:
    """How many saw something of each ten seconds, each person once."""
    rows = await db.fetch(
        _SEEN + _PEOPLE,
        *frame.values,
        BUCKET,
    )
    return {row["bucket"]: row["people"] for row in rows}


_SIGNS = """
    , sign as (
        select at, 'lost' as sign, 1::bigint as count from lost_moment
         where meeting_id = any($4)
         union all
        select started_at, 'question', 1 from presence_span
         where meeting_id = any($4) and kind = 'hand'
           and coalesce(user_id, guest_id) <> all($5)
         union all
        select sent_at, 'question', 1 from chat_message
         where meeting_id = any($4) and to_id is null and deleted_at is null
           and text ~ '[?\\uFF1F\\u061F]' and author_id <> all($5)
    ), stir as (
        select (bucket * $10::int + $10::int / 2 + shift) as at, backs, slows, again_ms
          from watch_stir join piece using (recording_id)
         where bucket * $10::int + $10::int / 2 between low and high - 1
    ), found as (
        select (extract(epoch from at - $1) * 1000)::int / $10::int as bucket, sign, count
          from sign where at >= $1 and at < $2
         union all
        select at / $10::int, sign, count from stir,
               lateral (values ('back', backs::bigint), ('slow', slows), ('again', again_ms))
               as told (sign, count)
         where at >= 0 and at < $3
    )
    select bucket, sign, sum(count)::int as count from found
     group by bucket, sign having sum(count) > 0 order by bucket, sign
"""


async def signs(db: Db, frame: Frame) -> dict[int, dict[Sign, int]]:
    """What told in each ten seconds that somebody was lost; of people who did not teach."""
    rows = await db.fetch(
        _SEEN + _SIGNS,
        *frame.values,
        BUCKET,
    )
    made: dict[int, dict[Sign, int]] = {}
    for row in rows:
        made.setdefault(row["bucket"], {})[cast("Sign", row["sign"])] = row["count"]
    return made


@dataclass(frozen=True, slots=True)
class Saw:
    """ms of what was taught: live, and with what was watched since."""

    live: int
    seen: int


_SAW = """
    , each as (
        select person, range_agg(one) filter (where live) as live, range_agg(one) as seen
          from whole, unnest(seen) one group by person
    )
    select person,
           coalesce((select sum(upper(one) - lower(one))
                       from unnest(live * int4multirange(int4range($10::int, $11::int))) one),
                    0)::int as live,
           coalesce((select sum(upper(one) - lower(one))
                       from unnest(seen * int4multirange(int4range($10::int, $11::int))) one),
                    0)::int as seen
      from each
"""


async def saw(db: Db, frame: Frame, taught: tuple[int, int]) -> dict[UUID, Saw]:
    """How much each saw of what was taught."""
    rows = await db.fetch(
        _SEEN + _SAW,
        *frame.values,
        *taught,
    )
    return {row["person"]: Saw(row["live"], row["seen"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Did:
    asked: int = 0
    answered: int = 0
    messages: int = 0
    hands: int = 0
    spoke: int = 0  # ms


async def did(db: Db, frame: Frame) -> dict[UUID, Did]:
    """Of each: messages to all, hands, speech, polls that they could answer and did."""
    rows = await db.fetch(
        """
        with presence as (
            select coalesce(user_id, guest_id) as person, kind,
                   greatest(started_at, $1) as since,
                   least(coalesce(ended_at, seen_at), $2) as until
              from presence_span
             where meeting_id = any($3::uuid[]) and kind in ('media', 'hand', 'speaking')
               and started_at < $2 and coalesce(ended_at, seen_at) > $1
        ), asked as (
            select id, opened_at, coalesce(closed_at, $2) as closed_at from poll
             where meeting_id = any($3) and not anonymous
               and opened_at < $2 and coalesce(closed_at, $2) > $1
        ), fact as (
            select person, count(distinct asked.id) as asked, 0 as answered, 0 as messages,
                   0 as hands, 0 as spoke
              from presence join asked on since < closed_at and until > opened_at
             where kind = 'media' group by person
             union all
            select user_id, 0, count(*), 0, 0, 0 from poll_answer join asked on id = poll_id
             where user_id is not null group by user_id
             union all
            select author_id, 0, 0, count(*), 0, 0 from chat_message
             where meeting_id = any($3) and to_id is null and deleted_at is null
               and sent_at >= $1 and sent_at < $2 group by author_id
             union all
            select person, 0, 0, 0, count(*) filter (where kind = 'hand'),
                   coalesce(sum(extract(epoch from until - since) * 1000)
                            filter (where kind = 'speaking'), 0)
              from presence where kind in ('hand', 'speaking') group by person
        )
        select person, sum(asked)::int as asked, sum(answered)::int as answered,
               sum(messages)::int as messages, sum(hands)::int as hands, sum(spoke)::int as spoke
          from fact group by person
        """,
        frame.since,
        frame.until,
        list(frame.meetings),
    )
    return {
        row["person"]: Did(
            row["asked"], row["answered"], row["messages"], row["hands"], row["spoke"]
        )
        for row in rows
    }


async def reactions(db: Db, frame: Frame) -> dict[str, int]:
    """How often each was sent; of whom, nobody knows."""
    rows = await db.fetch(
        """
        select reaction, sum(count)::int as count from reaction_count
         where meeting_id = any($1) and minute >= date_trunc('minute', $2::timestamptz)
           and minute < $3
         group by reaction order by count desc, reaction
        """,
        list(frame.meetings),
        frame.since,
        frame.until,
    )
    return {row["reaction"]: row["count"] for row in rows}
