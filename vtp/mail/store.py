"""Mails and bounces, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from vtp.db import Db, Row
from vtp.ids import MailId, UserId
from vtp.mail.model import Bounce, Mail, Recipient, State


async def insert(db: Db, mail: Mail, *, key: str | None) -> bool:
    """False when there was one with this key already."""
    tag = await db.execute(
        """
        insert into mail
               (id, user_id, address, topic, language, time_zone, values, path, sealed,
                state, dedupe_key, created_at, not_after, ended_at)
        values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10, $11, $12, $13, $14)
        on conflict (dedupe_key) do nothing
        """,
        mail.id,
        mail.to.user_id,
        mail.to.address,
        mail.topic,
        mail.to.language,
        mail.to.time_zone,
        msgspec.json.encode(mail.values).decode(),
        mail.path,
        mail.sealed,
        mail.state.value,
        key,
        mail.created_at,
        mail.not_after,
        mail.ended_at,
    )
    return tag == "INSERT 0 1"


async def by_id(db: Db, mail_id: UUID) -> Mail | None:
    row = await db.fetchrow("select * from mail where id = $1", mail_id)
    return _mail(row) if row else None


async def lock(db: Db, mail_id: UUID) -> Mail | None:
    row = await db.fetchrow("select * from mail where id = $1 for update", mail_id)
    return _mail(row) if row else None


async def listed(
    db: Db, *, states: list[State] | None, before: UUID | None, limit: int
) -> list[Mail]:
    """The newest first."""
    rows = await db.fetch(
        """
        select * from mail
         where ($1::text[] is null or state = any($1)) and ($2::uuid is null or id < $2)
         order by id desc
         limit $3
        """,
        None if states is None else [state.value for state in states],
        before,
        limit,
    )
    return [_mail(row) for row in rows]


async def begin(db: Db, mail_id: MailId, run: UUID) -> bool:
    """From here on it may arrive; False when it is not waiting any more."""
    tag = await db.execute(
        """
        update mail set state = 'sending', run = $2, attempts = attempts + 1
         where id = $1 and state = 'waiting'
        """,
        mail_id,
        run,
    )
    return tag == "UPDATE 1"


async def put_off(db: Db, mail_id: MailId, run: UUID, *, reason: str) -> None:
    """It was surely not sent: it waits again."""
    await db.execute(
        """
        update mail
           set state = 'waiting', run = null, error = $3,
               attempts = attempts + case state when 'waiting' then 1 else 0 end
         where id = $1 and (state = 'waiting' or (state = 'sending' and run = $2))
        """,
        mail_id,
        run,
        reason,
    )


async def end(
    db: Db, mail_id: MailId, run: UUID | None, *, state: State, reason: str, at: datetime
) -> bool:
    """What became of it, and no secret any more; False where this run may not say so.

    A run that was given up for lost still knows better than whoever called it uncertain.
    """
    tag = await db.execute(
        """
        update mail
           set state = $3, error = $4, ended_at = $5, sealed = null, run = null
         where id = $1
           and (state = 'waiting' or ($2::uuid is null and state = 'sending')
                or (run = $2 and state in ('sending', 'uncertain')))
        """,
        mail_id,
        run,
        state.value,
        reason,
        at,
    )
    return tag == "UPDATE 1"


async def call_uncertain(db: Db, mail_id: MailId, *, reason: str, at: datetime) -> None:
    """Who began to send it was not heard of again; should they be, `end` takes their word."""
    await db.execute(
        """
        update mail set state = 'uncertain', error = $2, ended_at = $3, sealed = null
         where id = $1 and state = 'sending'
        """,
        mail_id,
        reason,
        at,
    )


async def counts(db: Db) -> dict[State, int]:
    rows = await db.fetch("select state, count(*) as count from mail group by state")
    return {State(row["state"]): row["count"] for row in rows}


async def sweep(db: Db, *, before: datetime, now: datetime) -> int:
    """Delete what ended before `before`, and forget secrets that are of no use any more."""
    await db.execute(
        "update mail set sealed = null where sealed is not null and not_after < $1", now
    )
    tag = await db.execute("delete from mail where ended_at < $1", before)
    return int(tag.removeprefix("DELETE "))


# --- bounces ----------------------------------------------------------------------------------
async def put_bounce(db: Db, address: str, *, reason: str, at: datetime) -> None:
    await db.execute(
        """
        insert into mail_bounce (address, reason, bounced_at) values ($1, $2, $3)
        on conflict (address) do update
           set reason = excluded.reason, bounced_at = excluded.bounced_at
        """,
        address,
        reason,
        at,
    )


async def forget_bounce(db: Db, address: str) -> None:
    await db.execute("delete from mail_bounce where address = $1", address)


async def bounce_of(db: Db, address: str) -> Bounce | None:
    row = await db.fetchrow("select * from mail_bounce where address = $1", address)
    return _bounce(row) if row else None


async def bounces(db: Db, *, limit: int) -> list[Bounce]:
    rows = await db.fetch("select * from mail_bounce order by bounced_at desc limit $1", limit)
    return [_bounce(row) for row in rows]


def _bounce(row: Row) -> Bounce:
    return Bounce(address=row["address"], reason=row["reason"], bounced_at=row["bounced_at"])


def _mail(row: Row) -> Mail:
    return Mail(
        id=MailId(row["id"]),
        to=Recipient(
            address=row["address"],
            user_id=UserId(row["user_id"]) if row["user_id"] else None,
            language=row["language"],
            time_zone=row["time_zone"],
        ),
        topic=row["topic"],
        values=msgspec.json.decode(row["values"], type=dict[str, str]),
        path=row["path"],
        sealed=row["sealed"],
        state=State(row["state"]),
        attempts=row["attempts"],
        error=row["error"],
        created_at=row["created_at"],
        not_after=row["not_after"],
        ended_at=row["ended_at"],
    )
