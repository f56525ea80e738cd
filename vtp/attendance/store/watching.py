"""The rows of what was seen of recordings and videos, and of the pages that had them open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Range

from vtp.attendance.seen import MOST_VISITS, Visit, Watched
from vtp.attendance.stretches import Span
from vtp.db import Db, Row
from vtp.ids import RecordingId, UserId


@dataclass(frozen=True, slots=True)
class Book:
    """Where it is written: its tables have the same columns but for what was watched."""

    watched: str
    visits: str
    item: str

    def sql(self, told: str) -> str:
        """With its own names, in the place of these three."""
        named = told.replace("WATCHED", self.watched).replace("VISITS", self.visits)
        return named.replace("ITEM", self.item)


RECORDINGS = Book("watched", "watch_visit", "recording_id")
FILMS = Book("film_watched", "film_visit", "media_id")


async def lock(
    tx: Db, *, user_id: UserId, id: UUID, new: Watched, book: Book = RECORDINGS
) -> Watched:
    """What stands there, to be changed by this transaction alone."""
    row = await tx.fetchrow(
        book.sql("""
        insert into WATCHED (user_id, ITEM, position_at, watched_at)
        values ($1, $2, $3, $4)
        on conflict (user_id, ITEM) do update set user_id = excluded.user_id
        returning *
        """),
        user_id,
        id,
        new.position_at,
        new.watched_at,
    )
    visits = await tx.fetch(
        book.sql("select * from VISITS where user_id = $1 and ITEM = $2"), user_id, id
    )
    return watched_of(row, visits) if row else new


async def write(
    tx: Db, *, user_id: UserId, id: UUID, watched: Watched, book: Book = RECORDINGS
) -> None:
    ids = [one.id for one in watched.visits]
    # One round trip: this is what comes every five seconds from everybody who watches.
    await tx.execute(
        book.sql("""
        with changed as (
            update WATCHED
               set seen = $3, position_ms = $4, position_at = $5, open_ms = $6, watched_at = $7,
                   completed_at = $8
             where user_id = $1 and ITEM = $2
        )
        insert into VISITS as known (user_id, ITEM, id, began_at, heard_at)
        select $1, $2, * from unnest($9::uuid[], $10::timestamptz[], $11::timestamptz[])
        on conflict (user_id, ITEM, id) do update set heard_at = excluded.heard_at
         where known.heard_at <> excluded.heard_at
        """),
        user_id,
        id,
        [Range(start, end) for start, end in watched.seen],
        watched.position,
        watched.position_at,
        watched.open_before,
        watched.watched_at,
        watched.completed_at,
        ids,
        [one.began_at for one in watched.visits],
        [one.heard_at for one in watched.visits],
    )
    if len(ids) < MOST_VISITS:
        return  # none has become a number
    await tx.execute(
        book.sql("delete from VISITS where user_id = $1 and ITEM = $2 and id <> all($3)"),
        user_id,
        id,
        ids,
    )


async def by_id(db: Db, *, user_id: UserId, recording_id: RecordingId) -> Watched | None:
    """Without its visits."""
    row = await db.fetchrow(
        "select * from watched where user_id = $1 and recording_id = $2", user_id, recording_id
    )
    return watched_of(row, ()) if row else None


async def of_recordings(
    db: Db, *, user_id: UserId, recording_ids: Collection[RecordingId]
) -> dict[RecordingId, Watched]:
    rows = await db.fetch(
        "select * from watched where user_id = $1 and recording_id = any($2)",
        user_id,
        list(recording_ids),
    )
    return {RecordingId(row["recording_id"]): watched_of(row, ()) for row in rows}


async def of_people(
    db: Db, *, people: Collection[UserId], recording_ids: Collection[RecordingId]
) -> dict[UserId, dict[RecordingId, Watched]]:
    """What these people have seen of these recordings."""
    rows = await db.fetch(
        "select * from watched where user_id = any($1) and recording_id = any($2)",
        sorted(people),
        sorted(recording_ids),
    )
    found: dict[UserId, dict[RecordingId, Watched]] = {}
    for row in rows:
        theirs = found.setdefault(UserId(row["user_id"]), {})
        theirs[RecordingId(row["recording_id"])] = watched_of(row, ())
    return found


async def viewers(db: Db, *, recording_ids: Collection[RecordingId]) -> dict[RecordingId, int]:
    """How many people have seen something of each."""
    rows = await db.fetch(
        """
        select recording_id, count(*) as people from watched
         where recording_id = any($1) and not isempty(seen) group by recording_id
        """,
        list(recording_ids),
    )
    return {RecordingId(row["recording_id"]): row["people"] for row in rows}


async def lately(
    db: Db, *, user_id: UserId, before: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[RecordingId, Watched]]:
    """What was watched last comes first."""
    at, last = before or (None, None)
    rows = await db.fetch(
        """
        select * from watched
         where user_id = $1
           and ($2::timestamptz is null or (watched_at, recording_id) < ($2, $3::uuid))
         order by watched_at desc, recording_id desc limit $4
        """,
        user_id,
        at,
        last,
        limit,
    )
    return [(RecordingId(row["recording_id"]), watched_of(row, ())) for row in rows]


async def erase(tx: Db, *, user_id: UserId, book: Book = RECORDINGS) -> None:
    await tx.execute(book.sql("delete from WATCHED where user_id = $1"), user_id)


async def move(tx: Db, *, source: UserId, target: UserId, book: Book = RECORDINGS) -> None:
    """What either has seen, the one has seen now; where they stopped is where either did last."""
    await tx.execute(
        book.sql("""
        insert into WATCHED as kept
               (user_id, ITEM, seen, position_ms, position_at, open_ms, watched_at,
                completed_at)
        select $2, ITEM, seen, position_ms, position_at,
               open_ms + coalesce((select sum(extract(epoch from heard_at - began_at) * 1000)
                                     from VISITS visit
                                    where visit.user_id = $1
                                      and visit.ITEM = known.ITEM), 0)::bigint,
               watched_at, completed_at
          from WATCHED known where user_id = $1
        on conflict (user_id, ITEM) do update
           set seen = kept.seen + excluded.seen,
               position_ms = case when excluded.position_at > kept.position_at
                                  then excluded.position_ms else kept.position_ms end,
               position_at = greatest(kept.position_at, excluded.position_at),
               open_ms = kept.open_ms + excluded.open_ms,
               watched_at = greatest(kept.watched_at, excluded.watched_at),
               completed_at = least(kept.completed_at, excluded.completed_at)
        """),
        source,
        target,
    )
    await erase(tx, user_id=source, book=book)


def watched_of(row: Row, visits: Collection[Row]) -> Watched:
    return Watched(
        seen=tuple(_spans(row["seen"])),
        position=row["position_ms"],
        position_at=row["position_at"],
        watched_at=row["watched_at"],
        completed_at=row["completed_at"],
        open_before=row["open_ms"],
        visits=tuple(
            Visit(id=one["id"], began_at=one["began_at"], heard_at=one["heard_at"])
            for one in visits
        ),
    )


def _spans(ranges: Any) -> list[Span]:
    return [(one.lower, one.upper) for one in ranges]
