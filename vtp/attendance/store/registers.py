"""The rows of registers and their marks, and of the policies that made them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from asyncpg import Range

from vtp.attendance.facts import Facts
from vtp.attendance.ledger import Kind
from vtp.attendance.policy import Mark
from vtp.attendance.register import Caught, Contest, Marked, Override, Register, moment, stretch
from vtp.attendance.stretches import Span
from vtp.db import Db, Row
from vtp.ids import ClassId, MeetingId, UserId

MEDIA: tuple[Kind, ...] = ("media",)
SENT: tuple[Kind, ...] = ("media", "microphone", "camera", "screen")


# --- what is known --------------------------------------------------------------------------
async def received(
    db: Db, *, meeting_ids: Collection[MeetingId], people: Collection[UserId]
) -> dict[UserId, list[list[Span]]]:
    """When media reached each of these people, device by device."""
    rows = await db.fetch(
        """
        select user_id, participant_id,
               array_agg(started_at order by started_at) as since,
               array_agg(coalesce(ended_at, seen_at) order by started_at) as until
          from presence_span
         where meeting_id = any($1) and kind = any($2) and user_id = any($3)
         group by user_id, participant_id order by user_id, participant_id
        """,
        list(meeting_ids),
        list(MEDIA),
        sorted(people),
    )
    found: dict[UserId, list[list[Span]]] = {}
    for row in rows:
        spans = [stretch(*pair) for pair in zip(row["since"], row["until"], strict=True)]
        found.setdefault(row["user_id"], []).append(spans)
    return found


async def taught_since(
    db: Db, *, meeting_ids: Collection[MeetingId], hosts: Collection[UserId], after: datetime
) -> datetime | None:
    """When the first of who teaches was there with sound or pictures, after `after`."""
    since: datetime | None = await db.fetchval(
        """
        select greatest(min(started_at), $4) from presence_span
         where meeting_id = any($1) and kind = any($2) and user_id = any($3)
           and coalesce(ended_at, seen_at) > $4
        having count(*) > 0
        """,
        list(meeting_ids),
        list(SENT),
        sorted(hosts),
        after,
    )
    return since


async def is_kept(db: Db, *, meeting_ids: Collection[MeetingId], at: datetime) -> bool:
    """Whether it is still held that somebody was there with sound or pictures at a moment.

    Moments of registers are whole milliseconds.
    """
    found: bool = await db.fetchval(
        """
        select exists(select from presence_span
                       where meeting_id = any($1) and kind = any($2)
                         and started_at < $3::timestamptz + interval '1 millisecond'
                         and coalesce(ended_at, seen_at) >= $3)
        """,
        list(meeting_ids),
        list(SENT),
        at,
    )
    return found


# --- registers ------------------------------------------------------------------------------
async def write(tx: Db, register: Register, marks: Sequence[Marked]) -> None:
    """As it was found now. What people decided or said stays."""
    await tx.execute(
        """
        insert into class_register (session_id, policy_version, taught, outages, computed_at,
                                    final_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (session_id) do update
           set policy_version = excluded.policy_version, taught = excluded.taught,
               outages = excluded.outages, computed_at = excluded.computed_at,
               final_at = excluded.final_at
        """,
        register.class_id,
        register.policy_version,
        None if register.taught is None else _range(register.taught),
        [_range(one) for one in register.outages],
        register.computed_at,
        register.final_at,
    )
    await tx.execute(
        """
        delete from class_mark
         where session_id = $1 and user_id <> all($2) and override is null and contested is null
        """,
        register.class_id,
        [one.user_id for one in marks],
    )
    await tx.execute(
        """
        insert into class_mark (session_id, user_id, facts, need_ms, present_ms, computed,
                                made_up_at, made_up_share)
        select $1, * from unnest($2::uuid[], $3::jsonb[], $4::bigint[], $5::bigint[], $6::text[],
                                 $7::timestamptz[], $8::float8[])
        on conflict (session_id, user_id) do update
           set facts = excluded.facts, need_ms = excluded.need_ms,
               present_ms = excluded.present_ms, computed = excluded.computed,
               made_up_at = excluded.made_up_at, made_up_share = excluded.made_up_share
        """,
        register.class_id,
        [one.user_id for one in marks],
        [msgspec.json.encode(one.facts).decode() for one in marks],
        [one.facts.need for one in marks],
        [one.facts.present for one in marks],
        [one.computed for one in marks],
        [one.caught.at if one.caught else None for one in marks],
        [one.caught.share if one.caught else None for one in marks],
    )


def _range(span: Span) -> Range[datetime]:
    return Range(moment(span[0]), moment(span[1]))


async def register(db: Db, class_id: ClassId) -> Register | None:
    found = await registers(db, [class_id])
    return found.get(class_id)


async def registers(db: Db, class_ids: Collection[ClassId]) -> dict[ClassId, Register]:
    rows = await db.fetch(
        "select * from class_register where session_id = any($1)", list(class_ids)
    )
    return {row["session_id"]: _register(row) for row in rows}


async def lock(tx: Db, class_id: ClassId) -> Register | None:
    row = await tx.fetchrow(
        "select * from class_register where session_id = $1 for update", class_id
    )
    return _register(row) if row else None


async def told(tx: Db, class_id: ClassId, *, at: datetime) -> None:
    """Those who missed it know that they can catch up."""
    await tx.execute("update class_register set told_at = $2 where session_id = $1", class_id, at)


async def forget_told(tx: Db, class_id: ClassId) -> None:
    """The class went on after they were told: others may have missed of it by now."""
    await tx.execute("update class_register set told_at = null where session_id = $1", class_id)


async def untold(db: Db, *, since: datetime, limit: int) -> list[ClassId]:
    """Recorded classes of which nobody was told yet that one can catch up."""
    rows = await db.fetch(
        """
        select session_id from class_register register
          join class_session class on class.id = session_id
         where told_at is null and ends_at > $1
           and exists (select from class_recording made where made.session_id = class.id)
         order by ends_at limit $2
        """,
        since,
        limit,
    )
    return [row["session_id"] for row in rows]


async def unsettled(
    db: Db, *, watched_since: datetime, ended_since: datetime
) -> list[tuple[ClassId, UserId]]:
    """Who watched lately of classes of which they made up nothing yet."""
    rows = await db.fetch(
        """
        select distinct mark.session_id, mark.user_id
          from class_session class
          join class_mark mark on mark.session_id = class.id and made_up_at is null
          join class_recording made on made.session_id = class.id
          join watched on watched.user_id = mark.user_id
               and watched.recording_id = made.recording_id and watched_at >= $1
         where class.ends_at > $2 and cancelled is null
        """,
        watched_since,
        ended_since,
    )
    return [(row["session_id"], row["user_id"]) for row in rows]


async def confirm(tx: Db, class_id: ClassId, *, by: UserId | None, at: datetime) -> None:
    await tx.execute(
        "update class_register set confirmed_at = $2, confirmed_by = $3 where session_id = $1",
        class_id,
        at,
        by,
    )


# --- marks ----------------------------------------------------------------------------------
async def marks(
    db: Db, class_ids: Collection[ClassId], *, user_id: UserId | None = None
) -> list[Marked]:
    """Of everybody, or of one."""
    rows = await db.fetch(
        """
        select *, facts::text as fact from class_mark
         where session_id = any($1) and ($2::uuid is null or user_id = $2)
         order by session_id, user_id
        """,
        list(class_ids),
        user_id,
    )
    return [_marked(row) for row in rows]


async def caught(tx: Db, class_id: ClassId, user_id: UserId, what: Caught | None) -> None:
    """They made it up, or did not after all."""
    await tx.execute(
        """
        update class_mark set made_up_at = $3, made_up_share = $4
         where session_id = $1 and user_id = $2
        """,
        class_id,
        user_id,
        what.at if what else None,
        what.share if what else None,
    )


async def override(tx: Db, class_id: ClassId, user_id: UserId, given: Override | None) -> None:
    await tx.execute(
        """
        update class_mark
           set override = $3, override_why = $4, override_by = $5, override_at = $6
         where session_id = $1 and user_id = $2
        """,
        class_id,
        user_id,
        given.mark if given else None,
        given.why if given else None,
        given.by if given else None,
        given.at if given else None,
    )


async def contest(tx: Db, class_id: ClassId, user_id: UserId, said: Contest) -> None:
    await tx.execute(
        """
        update class_mark
           set contested = $3, contested_at = $4, answer = $5, answered_at = $6
         where session_id = $1 and user_id = $2
        """,
        class_id,
        user_id,
        said.text,
        said.at,
        said.answer,
        said.answered_at,
    )


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    """To another account of theirs; where both have a mark, that of the one which stays counts."""
    await tx.execute(
        """
        delete from class_mark mine
         where user_id = $1
           and exists (select from class_mark
                        where user_id = $2 and session_id = mine.session_id)
        """,
        source,
        target,
    )
    await tx.execute("update class_mark set user_id = $2 where user_id = $1", source, target)


def _register(row: Row) -> Register:
    taught = row["taught"]
    return Register(
        class_id=row["session_id"],
        policy_version=row["policy_version"],
        taught=stretch(taught.lower, taught.upper) if taught else None,
        outages=tuple(stretch(one.lower, one.upper) for one in row["outages"]),
        computed_at=row["computed_at"],
        final_at=row["final_at"],
        confirmed_at=row["confirmed_at"],
    )


def _marked(row: Row) -> Marked:
    return Marked(
        class_id=row["session_id"],
        user_id=row["user_id"],
        facts=msgspec.json.decode(row["fact"], type=Facts),
        computed=row["computed"],
        caught=Caught(row["made_up_at"], row["made_up_share"]) if row["made_up_at"] else None,
        override=_override(row),
        contest=_contest(row),
    )


def _override(row: Any) -> Override | None:
    mark: Mark | None = row["override"]
    if mark is None:
        return None
    return Override(
        mark=mark, why=row["override_why"], by=row["override_by"], at=row["override_at"]
    )


def _contest(row: Any) -> Contest | None:
    if row["contested"] is None:
        return None
    return Contest(
        text=row["contested"],
        at=row["contested_at"],
        answer=row["answer"],
        answered_at=row["answered_at"],
    )
