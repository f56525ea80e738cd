"""People, in PostgreSQL.

An account is open when it is not disabled and, outside of a demo, not a demo account; each query
that lets somebody in is told whether this is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from vtp.accounts.model import Login, NewUser, User
from vtp.actor import Role
from vtp.db import Db, Row
from vtp.ids import UserId


async def insert(db: Db, user: NewUser) -> bool:
    """False when there is an account with this email."""
    tag = await db.execute(
        """
        insert into app_user
               (id, email, name, roles, password_hash, created_at, time_zone, demo, invited_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (email) do nothing
        """,
        user.id,
        user.email,
        user.name,
        names_of(user.roles),
        user.password_hash,
        user.created_at,
        user.time_zone,
        user.demo,
        user.invited_at,
    )
    return tag == "INSERT 0 1"


async def by_id(db: Db, user_id: UUID) -> User | None:
    row = await db.fetchrow("select * from app_user where id = $1", user_id)
    return of_row(row) if row else None


async def by_email(db: Db, email: str) -> User | None:
    row = await db.fetchrow("select * from app_user where email = $1", email)
    return of_row(row) if row else None


async def login(db: Db, email: str, *, demo: bool) -> Login | None:
    row = await db.fetchrow(
        """
        select id, password_hash, password_version, roles,
               disabled_at is null and (not demo or $2) as open
          from app_user where email = $1
        """,
        email,
        demo,
    )
    return _login(row) if row else None


async def login_of(db: Db, user_id: UserId, *, demo: bool) -> Login | None:
    row = await db.fetchrow(
        """
        select id, password_hash, password_version, roles,
               disabled_at is null and (not demo or $2) as open
          from app_user where id = $1
        """,
        user_id,
        demo,
    )
    return _login(row) if row else None


async def set_profile(
    db: Db,
    user_id: UserId,
    *,
    name: str | None,
    time_zone: str | None,
    theme: str | None,
    language: str | None = None,
) -> User | None:
    """None leaves a field as it is."""
    row = await db.fetchrow(
        """
        update app_user
           set name = coalesce($2, name),
               time_zone = coalesce($3, time_zone),
               theme = coalesce($4, theme),
               language = coalesce($5, language)
         where id = $1
        returning *
        """,
        user_id,
        name,
        time_zone,
        theme,
        language,
    )
    return of_row(row) if row else None


async def set_roles(db: Db, user_id: UserId, roles: frozenset[Role]) -> User | None:
    row = await db.fetchrow(
        "update app_user set roles = $2 where id = $1 returning *", user_id, names_of(roles)
    )
    return of_row(row) if row else None


async def set_disabled(db: Db, user_id: UserId, at: datetime | None) -> User | None:
    """None when there is nobody: what was erased stays so."""
    row = await db.fetchrow(
        """
        update app_user set disabled_at = $2
         where id = $1 and erased_at is null returning *
        """,
        user_id,
        at,
    )
    return of_row(row) if row else None


async def set_password(
    db: Db, user_id: UserId, password_hash: str, *, version: int | None = None
) -> bool:
    """A new password; False when `version` is given and is not the present one any more."""
    tag = await db.execute(
        """
        update app_user
           set password_hash = $2, password_version = password_version + 1, invited_at = null
         where id = $1 and ($3::integer is null or password_version = $3)
        """,
        user_id,
        password_hash,
        version,
    )
    return tag == "UPDATE 1"


async def set_verified(db: Db, user_id: UserId, *, address: str, at: datetime) -> bool:
    """False when `address` is not theirs any more; the first time counts."""
    tag = await db.execute(
        """
        update app_user set email_verified_at = coalesce(email_verified_at, $3)
         where id = $1 and email = $2
        """,
        user_id,
        address,
        at,
    )
    return tag == "UPDATE 1"


async def set_email(db: Db, user_id: UserId, email: str, *, at: datetime) -> bool:
    """An address that was proved; False when it belongs to another account."""
    try:
        await db.execute(
            "update app_user set email = $2, email_verified_at = $3 where id = $1",
            user_id,
            email,
            at,
        )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def lock(db: Db, user_id: UserId) -> User | None:
    """Until the end of the transaction nobody else changes this account."""
    row = await db.fetchrow("select * from app_user where id = $1 for update", user_id)
    return of_row(row) if row else None


async def close_password(db: Db, user_id: UserId) -> None:
    """No password opens the account until a new one is chosen."""
    await db.execute(
        """
        update app_user set password_hash = null, password_version = password_version + 1
         where id = $1
        """,
        user_id,
    )


async def rehash(db: Db, user_id: UserId, *, old: str, new: str) -> None:
    """The same password under another hash."""
    await db.execute(
        "update app_user set password_hash = $3 where id = $1 and password_hash = $2",
        user_id,
        old,
        new,
    )


async def lock_admins(db: Db, *, demo: bool) -> frozenset[UserId]:
    """Whoever is an admin and may sign in. Until the end of the transaction only we change that.

    In the order of their ids, so that two who come at once never wait for each other.
    """
    rows = await db.fetch(
        """
        select id from app_user
         where roles @> array['admin'] and disabled_at is null and (not demo or $1)
         order by id
           for update
        """,
        demo,
    )
    return frozenset(UserId(row["id"]) for row in rows)


async def has_admin(db: Db, *, demo: bool) -> bool:
    found: bool = await db.fetchval(
        """
        select exists (
            select from app_user
             where roles @> array['admin'] and disabled_at is null and (not demo or $1)
        )
        """,
        demo,
    )
    return found


async def set_upload(db: Db, user_id: UserId, upload_id: UUID) -> tuple[bool, UUID | None]:
    """The upload that is to become the picture; False without a user, and the one before."""
    row = await db.fetchrow(
        """
        update app_user new set picture_upload_id = $2
          from (select id, picture_upload_id from app_user where id = $1 for update) old
         where new.id = old.id
        returning old.picture_upload_id
        """,
        user_id,
        upload_id,
    )
    return (True, row["picture_upload_id"]) if row else (False, None)


async def awaited_upload(db: Db, user_id: UserId) -> UUID | None:
    awaited: UUID | None = await db.fetchval(
        "select picture_upload_id from app_user where id = $1", user_id
    )
    return awaited


async def set_picture(db: Db, user_id: UserId, upload_id: UUID) -> tuple[bool, UUID | None]:
    """Whether the upload was still awaited and is the picture now; the picture before."""
    row = await db.fetchrow(
        """
        update app_user new set picture_id = $2, picture_upload_id = null
          from (select id, picture_id from app_user where id = $1 for update) old
         where new.id = old.id and new.picture_upload_id = $2
        returning old.picture_id
        """,
        user_id,
        upload_id,
    )
    return (True, row["picture_id"]) if row else (False, None)


async def forget_upload(db: Db, user_id: UserId, upload_id: UUID) -> bool:
    """False when it was not awaited any more."""
    tag = await db.execute(
        """
        update app_user set picture_upload_id = null
         where id = $1 and picture_upload_id = $2
        """,
        user_id,
        upload_id,
    )
    return tag == "UPDATE 1"


async def remove_picture(db: Db, user_id: UserId) -> tuple[UUID | None, UUID | None]:
    """No picture any more, and none awaited; the picture and the upload that were."""
    row = await db.fetchrow(
        """
        update app_user new set picture_id = null, picture_upload_id = null
          from (
              select id, picture_id, picture_upload_id from app_user where id = $1 for update
          ) old
         where new.id = old.id
        returning old.picture_id, old.picture_upload_id
        """,
        user_id,
    )
    return (row["picture_id"], row["picture_upload_id"]) if row else (None, None)


async def put_demo(db: Db, user: NewUser) -> None:
    """A demo account as it should be; an account of somebody else keeps its email."""
    await db.execute(
        """
        insert into app_user
               (id, email, name, roles, password_hash, created_at, time_zone, demo,
                email_verified_at)
        values ($1, $2, $3, $4, $5, $6, $7, true, $6)
        on conflict (email) do update
           set roles = excluded.roles, password_hash = excluded.password_hash,
               password_version = 0, disabled_at = null
         where app_user.demo
        """,
        user.id,
        user.email,
        user.name,
        names_of(user.roles),
        user.password_hash,
        user.created_at,
        user.time_zone,
    )


async def put_classmates(tx: Db, people: Sequence[NewUser]) -> dict[str, UserId]:
    """Demo accounts by their email; somebody else's keeps it, and is not among them."""
    rows = await tx.fetch(
        """
        insert into app_user (id, email, name, roles, created_at, time_zone, demo,
                              email_verified_at)
        select id, email, name, array['student'], at, zone, true, at
          from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
               as new (id, email, name, at, zone)
        on conflict (email) do update set name = excluded.name where app_user.demo
        returning id, email::text
        """,
        [one.id for one in people],
        [one.email for one in people],
        [one.name for one in people],
        [one.created_at for one in people],
        [one.time_zone for one in people],
    )
    return {row["email"]: UserId(row["id"]) for row in rows}


def names_of(roles: frozenset[Role]) -> list[str]:
    return sorted(role.value for role in roles)


def _login(row: Row) -> Login:
    roles = frozenset(Role(name) for name in row["roles"])
    return Login(
        UserId(row["id"]), row["password_hash"], row["password_version"], row["open"], roles
    )


def of_row(row: Row) -> User:
    return User(
        id=UserId(row["id"]),
        email=row["email"],
        name=row["name"],
        time_zone=row["time_zone"],
        theme=row["theme"],
        roles=frozenset(Role(name) for name in row["roles"]),
        picture_id=row["picture_id"],
        created_at=row["created_at"],
        disabled_at=row["disabled_at"],
        language=row["language"],
        email_verified_at=row["email_verified_at"],
        invited_at=row["invited_at"],
        merged_into=row["merged_into"],
    )
