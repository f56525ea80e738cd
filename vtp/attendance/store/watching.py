"""The rows of what was seen of recordings and videos, and of the pages that had them open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Range

from vtp.attendance.seen import Visit, Watched
from vtp.attendance.stretches import Span
from vtp.db import Db, Row
from vtp.ids import RecordingId, UserId


@dataclass(frozen=True, slots=True)
class Book:
    """Where it is written: its tables have the same columns but for what was watched."""

    watched: str
    visits: str
    item: str


@cache
def _named(book: Book, told: str) -> str:
    """With the names of a book, in the place of these three."""
    named = told.replace("WATCHED", book.watched).replace("VISITS", book.visits)
    return named.replace("ITEM", book.item)


RECORDINGS = Book("watched", "watch_visit", "recording_id")
FILMS = Book("film_watched", "film_visit", "media_id")


class Kept(NamedTuple):
    """What stands there, and in which state: it is written over that state only."""

    watched: Watched
    version: int


async def read(
    db: Db, *, user_id: UserId, id: UUID, book: Book = RECORDINGS
) -> tuple[Row, Kept] | None:
    """With the row itself: of films it has more."""
    row = await db.fetchrow(_named(book, _READ), user_id, id)
    return (row, Kept(watched_of(row, _visits(row)), row["version"])) if row else None


# Of one moment, in one round trip: this is what comes every five seconds from all who watch.
_READ = """
    select known.*, known.xmin as version, visit.*
      from WATCHED known
           cross join lateral (
               select array_agg(id) as ids, array_agg(began_at) as began,
                      array_agg(heard_at) as heard
                 from VISITS where user_id = $1 and ITEM = $2
           ) visit
     where user_id = $1 and ITEM = $2
"""
_FIRST = """
    insert into WATCHED (user_id, ITEM, seen, position_ms, position_at, open_ms, watched_at,
                         completed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict do nothing returning xmin as version
"""
# Every change of what was watched changes its row, and with it `xmin`.
_NEXT = """
    update WATCHED
       set seen = $3, position_ms = $4, position_at = $5, open_ms = $6, watched_at = $7,
           completed_at = $8
     where user_id = $1 and ITEM = $2 and xmin = $12 returning xmin as version
"""
_VISIT = """
    insert into VISITS (user_id, ITEM, id, began_at, heard_at)
    select $1, $2, $9::uuid, $10::timestamptz, $11::timestamptz from kept where $9 is not null
    on conflict (user_id, ITEM, id) do update
       set began_at = excluded.began_at, heard_at = excluded.heard_at
"""
_FEWER = """
    delete from VISITS
     where user_id = $1 and ITEM = $2 and id = any($13) and exists (select from kept)
"""
_KEEP = "with kept as (KEPT), visited as (VISITED) select version from kept"
_INSERT = _KEEP.replace("KEPT", _FIRST).replace("VISITED", _VISIT)
_UPDATE = _KEEP.replace("KEPT", _NEXT).replace("VISITED", _VISIT)
_UPDATE_FEWER = _UPDATE.replace(" select version", f", gone as ({_FEWER}) select version")


async def write(
    db: Db,
    *,
    user_id: UserId,
    id: UUID,
    before: Kept | None,
    watched: Watched,
    book: Book = RECORDINGS,
) -> Kept | None:
    """All or nothing, without a lock. None: somebody has written since that was read."""
    known = before.watched.visits if before else ()
    # A report is of one visit; the others are as they were, or have become a number.
    heard = next((one for one in reversed(watched.visits) if one not in known), None)
    values: list[Any] = [
        user_id,
        id,
        [Range(start, end) for start, end in watched.seen],
        watched.position,
        watched.position_at,
        watched.open_before,
        watched.watched_at,
        watched.completed_at,
        *((heard.id, heard.began_at, heard.heard_at) if heard else (None, None, None)),
    ]
    statement = _INSERT
    if before is not None:
        statement = _UPDATE
        values.append(before.version)
        left = {one.id for one in watched.visits}
        if gone := [one.id for one in known if one.id not in left]:
            statement = _UPDATE_FEWER
            values.append(gone)
    version: int | None = await db.fetchval(_named(book, statement), *values)
    return None if version is None else Kept(watched, version)


async def by_id(db: Db, *, user_id: UserId, recording_id: RecordingId) -> Watched | None:
    """Without its visits."""
    row = await db.fetchrow(
        "select * from watched where user_id = $1 and recording_id = $2", user_id, recording_id
    )
    return watched_of(row) if row else None


async def of_recordings(
    db: Db, *, user_id: UserId, recording_ids: Collection[RecordingId]
) -> dict[RecordingId, Watched]:
    rows = await db.fetch(
        "select * from watched where user_id = $1 and recording_id = any($2)",
        user_id,
        list(recording_ids),
    )
    return {RecordingId(row["recording_id"]): watched_of(row) for row in rows}


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
        theirs[RecordingId(row["recording_id"])] = watched_of(row)
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
    return [(RecordingId(row["recording_id"]), watched_of(row)) for row in rows]


async def erase(tx: Db, *, user_id: UserId, book: Book = RECORDINGS) -> None:
    await tx.execute(_named(book, "delete from WATCHED where user_id = $1"), user_id)


async def move(tx: Db, *, source: UserId, target: UserId, book: Book = RECORDINGS) -> None:
    """What either has seen, the one has seen now; where they stopped is where either did last."""
    await tx.execute(
        _named(
            book,
            """
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
        """,
        ),
        source,
        target,
    )
    await erase(tx, user_id=source, book=book)


def _visits(row: Row) -> Iterator[Visit]:
    told = zip(row["ids"] or (), row["began"] or (), row["heard"] or (), strict=True)
    return (Visit(id=one, began_at=began, heard_at=heard) for one, began, heard in told)


def watched_of(row: Row, visits: Iterable[Visit] = ()) -> Watched:
    return Watched(
        seen=tuple(_spans(row["seen"])),
        position=row["position_ms"],
        position_at=row["position_at"],
        watched_at=row["watched_at"],
        completed_at=row["completed_at"],
        open_before=row["open_ms"],
        visits=tuple(visits),
    )


def _spans(ranges: Any) -> list[Span]:
    return [(one.lower, one.upper) for one in ranges]
