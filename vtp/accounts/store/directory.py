"""Everybody, by name: looked through, searched and filtered, on the index of names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from vtp.accounts.model import Standing, User
from vtp.accounts.store.users import of_row
from vtp.actor import Role
from vtp.db import Db

_LIKE = re.compile(r"([\\%_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Who is looked for; what is empty is not asked for."""

    words: str = ""  # in name or email
    role: Role | None = None
    standing: Standing | None = None


async def listed(
    db: Db, sought: Sought, *, after: tuple[str, UUID] | None, limit: int
) -> list[User]:
    """The case says what `User.standing` says."""
    rows = await db.fetch(
        """
        select * from app_user
         where ($1 = '' or name || ' ' || email::text ilike '%' || $1 || '%')
           and ($2::text is null or roles @> array[$2])
           and ($3::text is null or $3 = case
                   when disabled_at is not null then 'disabled'
                   when invited_at is not null then 'invited'
                   when email_verified_at is null then 'unconfirmed'
                   else 'active'
               end)
           and ($4::text is null or (lower(name), id) > (lower($4), $5::uuid))
         order by lower(name), id
         limit $6
        """,
        _LIKE.sub(r"\\\1", sought.words),
        sought.role.value if sought.role else None,
        sought.standing,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [of_row(row) for row in rows]


async def names(db: Db, ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = await db.fetch("select id, name from app_user where id = any($1::uuid[])", list(ids))
    return {row["id"]: row["name"] for row in rows}


async def by_emails(db: Db, emails: Iterable[str]) -> dict[str, User]:
    """By the address in small letters; in a transaction nobody else changes them meanwhile."""
    rows = await db.fetch(
        "select * from app_user where email = any($1::citext[]) order by id for update",
        list(emails),
    )
    return {row["email"].lower(): of_row(row) for row in rows}
