"""The rows of presence. All writes here may be repeated: they say what is, not what changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg

from vtp.attendance.ledger import Entry, Kind, Stretch
from vtp.db import Db
from vtp.db.losses import lost
from vtp.errors import Conflict, Unavailable
from vtp.ids import MeetingId, UserId


class CannotBeWritten(Conflict):
    """This will never fit into the database, as presence in a room that was deleted."""

    code = "cannot_be_written"


class NotNow(Unavailable):
    """The database did not take this. It may take it later."""

    code = "not_now"


@asynccontextmanager
async def told_apart() -> AsyncIterator[None]:
    """What can never be written, from what can be written later."""
    try:
        yield
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
        raise CannotBeWritten from error
    except asyncpg.PostgresError as error:
        if lost(error):
            raise
        raise NotNow from error


async def write(tx: Db, entries: Sequence[Entry]) -> None:
    """New spans are added, known ones follow; one that would overlap another is passed over."""
    async with told_apart():
        await _write(tx, _columns(entries))


async def _write(tx: Db, columns: list[list[object]]) -> None:
    await tx.execute(
        """
        insert into presence_span
               (id, meeting_id, participant_id, user_id, guest_id, kind,
                started_at, seen_at, ended_at)
        select id, meeting_id, participant_id, case when not guest then person end,
               case when guest then person end, kind, started_at, seen_at, ended_at
          from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::boolean[], $6::text[],
                      $7::timestamptz[], $8::timestamptz[], $9::timestamptz[])
               as new (id, meeting_id, participant_id, person, guest, kind,
                       started_at, seen_at, ended_at)
        on conflict do nothing
        """,
        *columns,
    )
    await tx.execute(
        """
        update presence_span span set seen_at = new.seen_at, ended_at = new.ended_at
          from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[])
               as new (id, seen_at, ended_at)
         where span.id = new.id and span.ended_at is null
        """,
        columns[0],
        columns[7],
        columns[8],
    )


def _columns(entries: Iterable[Entry]) -> list[list[object]]:
    rows = [
        (
            one.id,
            one.meeting_id,
            one.participant_id,
            one.person,
            one.guest,
            one.kind,
            one.started_at,
            one.seen_at,
            one.ended_at,
        )
        for one in entries
    ]
    return [list(column) for column in zip(*rows, strict=True)]


async def close_open(tx: Db) -> int:
    """After a crash: what was open ended when it was last seen. How many those were."""
    closed: int = await tx.fetchval(
        """
        with closed as (
            update presence_span set ended_at = seen_at where ended_at is null returning 1
        )
        select count(*) from closed
        """
    )
    return closed


async def last_seen(db: Db, *, meeting_ids: Collection[MeetingId]) -> dict[UUID, datetime]:
    """When anybody was last present; without those in which nobody ever was."""
    rows = await db.fetch(
        """
        select meeting_id, max(seen_at) as seen_at from presence_span
         where meeting_id = any($1) group by meeting_id
        """,
        list(meeting_ids),
    )
    return {row["meeting_id"]: row["seen_at"] for row in rows}


async def spans(
    db: Db, *, meeting_id: MeetingId, kinds: Collection[Kind], limit: int
) -> list[Stretch]:
    rows = await db.fetch(
        """
        select participant_id, kind, started_at, coalesce(ended_at, seen_at) as ended_at
          from presence_span where meeting_id = $1 and kind = any($2)
         order by started_at limit $3
        """,
        meeting_id,
        list(kinds),
        limit,
    )
    return [
        Stretch(row["participant_id"], row["kind"], row["started_at"], row["ended_at"])
        for row in rows
    ]


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    await tx.execute("update presence_span set user_id = $2 where user_id = $1", source, target)
