"""Links that were mailed, in PostgreSQL: one that was used has no row."""

from __future__ import annotations

from datetime import datetime

from vtp.accounts.model import MailedLink, Purpose
from vtp.db import Db, Row
from vtp.ids import UserId


async def insert(db: Db, token_hash: bytes, link: MailedLink) -> None:
    await db.execute(
        """
        insert into mailed_link
               (token_hash, user_id, purpose, address, password_version, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        token_hash,
        link.user_id,
        link.purpose.value,
        link.address,
        link.password_version,
        link.created_at,
        link.expires_at,
    )


async def look(
    db: Db, token_hash: bytes, purpose: Purpose, *, now: datetime, demo: bool
) -> MailedLink | None:
    """One that may still be used: its account is open, and has the password that it had."""
    row = await db.fetchrow(
        """
        select mailed_link.*
          from mailed_link join app_user on app_user.id = user_id
         where token_hash = $1 and purpose = $2 and expires_at > $3
           and disabled_at is null and (not app_user.demo or $4)
           and (purpose not in ('password', 'invite')
                or mailed_link.password_version = app_user.password_version)
           and (purpose not in ('password', 'verify', 'invite') or address = app_user.email)
        """,
        token_hash,
        purpose.value,
        now,
        demo,
    )
    return _link(row) if row else None


async def use(db: Db, token_hash: bytes) -> bool:
    """False when somebody else used it first."""
    tag = await db.execute("delete from mailed_link where token_hash = $1", token_hash)
    return tag == "DELETE 1"


async def end(db: Db, user_id: UserId, *purposes: Purpose) -> None:
    await db.execute(
        "delete from mailed_link where user_id = $1 and purpose = any($2)",
        user_id,
        [purpose.value for purpose in purposes],
    )


async def end_later(db: Db, user_id: UserId, *, since: datetime) -> None:
    """All that were made from `since` on."""
    await db.execute(
        "delete from mailed_link where user_id = $1 and created_at >= $2", user_id, since
    )


async def sweep(db: Db, *, now: datetime) -> int:
    tag = await db.execute("delete from mailed_link where expires_at <= $1", now)
    return int(tag.removeprefix("DELETE "))


def _link(row: Row) -> MailedLink:
    return MailedLink(
        user_id=UserId(row["user_id"]),
        purpose=Purpose(row["purpose"]),
        address=row["address"],
        password_version=row["password_version"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
