"""What somebody was asked to prove, in PostgreSQL. Who takes a challenge ends it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from vtp.accounts.model import Challenge
from vtp.db import Db, Row
from vtp.ids import UserId


class Find(Protocol):
    """Either of `held` and `take`."""

    async def __call__(
        self, db: Db, token_hash: bytes, *, kind: str, now: datetime
    ) -> Challenge | None: ...


async def insert(db: Db, challenge: Challenge, *, token_hash: bytes, now: datetime) -> None:
    await db.execute(
        """
        insert into challenge (token_hash, kind, user_id, facts, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        token_hash,
        challenge.kind,
        challenge.user_id,
        challenge.facts.decode(),
        now,
        challenge.expires_at,
    )


async def held(db: Db, token_hash: bytes, *, kind: str, now: datetime) -> Challenge | None:
    """It goes on; nobody else takes it until the transaction ends."""
    row = await db.fetchrow(
        """
        select * from challenge
         where token_hash = $1 and kind = $2 and expires_at > $3
           for update
        """,
        token_hash,
        kind,
        now,
    )
    return _challenge(row) if row else None


async def take(db: Db, token_hash: bytes, *, kind: str, now: datetime) -> Challenge | None:
    """It ends; of two who come with it at once, one gets it."""
    row = await db.fetchrow(
        """
        delete from challenge
         where token_hash = $1 and kind = $2 and expires_at > $3
        returning *
        """,
        token_hash,
        kind,
        now,
    )
    return _challenge(row) if row else None


async def failed(db: Db, token_hash: bytes, *, most: int) -> None:
    """Count a wrong answer; after `most` of them it ends."""
    await db.execute(
        "update challenge set failures = failures + 1 where token_hash = $1", token_hash
    )
    await db.execute(
        "delete from challenge where token_hash = $1 and failures >= $2", token_hash, most
    )


async def end_of_user(db: Db, user_id: UserId) -> None:
    await db.execute("delete from challenge where user_id = $1", user_id)


async def sweep(db: Db, *, now: datetime) -> int:
    tag = await db.execute("delete from challenge where expires_at <= $1", now)
    return int(tag.removeprefix("DELETE "))


def _challenge(row: Row) -> Challenge:
    facts: str = row["facts"]
    return Challenge(
        kind=row["kind"],
        user_id=UserId(row["user_id"]) if row["user_id"] else None,
        facts=facts.encode(),
        expires_at=row["expires_at"],
    )
