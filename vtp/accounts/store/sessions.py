"""Sessions, in PostgreSQL. One that ended has no row: nothing can mistake it for a live one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from vtp.accounts.model import Proof, ProvedBy, Session, SessionKind
from vtp.actor import Role
from vtp.db import Db, Row
from vtp.ids import SessionId, UserId


async def insert(
    db: Db, session: Session, *, cookie_hash: bytes | None, password_version: int
) -> bool:
    """False when the account was closed, or its password changed, since it was looked at.

    The lock on the account makes those changes wait, or us: none of them can miss this session.
    """
    tag = await db.execute(
        """
        insert into session
               (id, user_id, kind, cookie_hash, address, agent,
                created_at, last_seen_at, renewed_at, expires_at, proved_by, proved_at, time_zone)
        select $1, id, $3, $4, $5, $6, $7, $7, $7, $8, $10, $7, $11
          from app_user
         where id = $2 and password_version = $9 and disabled_at is null
           for share
        """,
        session.id,
        session.user_id,
        session.kind.value,
        cookie_hash,
        session.address,
        session.agent,
        session.created_at,
        session.expires_at,
        password_version,
        session.proved_by.value,
        session.time_zone,
    )
    return tag == "INSERT 0 1"


async def proof_of_cookie(db: Db, cookie_hash: bytes, *, now: datetime, demo: bool) -> Proof | None:
    row = await db.fetchrow(
        """
        select session.id, user_id, roles, last_seen_at
          from session join app_user on app_user.id = user_id
         where cookie_hash = $1 and expires_at > $2
           and disabled_at is null and (not app_user.demo or $3)
        """,
        cookie_hash,
        now,
        demo,
    )
    return _proof(row) if row else None


async def proof_of_client(
    db: Db, session_id: UUID, user_id: UUID, *, now: datetime, demo: bool
) -> Proof | None:
    row = await db.fetchrow(
        """
        select session.id, user_id, roles, last_seen_at
          from session join app_user on app_user.id = user_id
         where session.id = $1 and user_id = $2 and kind = 'client' and expires_at > $3
           and disabled_at is null and (not app_user.demo or $4)
        """,
        session_id,
        user_id,
        now,
        demo,
    )
    return _proof(row) if row else None


async def lock_client(
    db: Db, session_id: SessionId, *, now: datetime, demo: bool
) -> Session | None:
    """A client's session, if it may go on; nobody else renews it until the transaction ends."""
    row = await db.fetchrow(
        """
        select session.*
          from session join app_user on app_user.id = user_id
         where session.id = $1 and kind = 'client' and expires_at > $2
           and disabled_at is null and (not app_user.demo or $3)
           for update of session
        """,
        session_id,
        now,
        demo,
    )
    return _session(row) if row else None


async def renew(
    db: Db, session_id: SessionId, *, generation: int, now: datetime, expires_at: datetime
) -> None:
    await db.execute(
        """
        update session
           set generation = $2, renewed_at = $3, last_seen_at = $3, expires_at = $4
         where id = $1
        """,
        session_id,
        generation,
        now,
        expires_at,
    )


async def touch(
    db: Db,
    session_id: UUID,
    *,
    now: datetime,
    before: datetime,
    idle_until: datetime,
    ends: float,
) -> None:
    """Note that it is used, unless that was noted after `before`.

    A browser's session then lives until `idle_until`, but no longer than `ends` s in all.
    """
    await db.execute(
        """
        update session
           set last_seen_at = $2,
               expires_at = case kind
                   when 'browser' then least($4, created_at + make_interval(secs => $5))
                   else expires_at end
         where id = $1 and last_seen_at < $3
        """,
        session_id,
        now,
        before,
        idle_until,
        ends,
    )


async def of_user(
    db: Db, user_id: UserId, *, now: datetime, before: UUID | None, limit: int
) -> list[Session]:
    """The newest first."""
    rows = await db.fetch(
        """
        select * from session
         where user_id = $1 and expires_at > $2 and ($3::uuid is null or id < $3)
         order by id desc
         limit $4
        """,
        user_id,
        now,
        before,
        limit,
    )
    return [_session(row) for row in rows]


async def end(db: Db, session_id: UUID, *, user_id: UserId) -> bool:
    tag = await db.execute(
        "delete from session where id = $1 and user_id = $2", session_id, user_id
    )
    return tag == "DELETE 1"


async def end_of_cookie(db: Db, cookie_hash: bytes) -> tuple[SessionId, UserId] | None:
    row = await db.fetchrow(
        "delete from session where cookie_hash = $1 returning id, user_id", cookie_hash
    )
    return (SessionId(row["id"]), UserId(row["user_id"])) if row else None


async def end_all(db: Db, user_id: UserId, *, but: UUID | None = None) -> list[SessionId]:
    rows = await db.fetch(
        """
        delete from session where user_id = $1 and ($2::uuid is null or id <> $2)
        returning id
        """,
        user_id,
        but,
    )
    return [SessionId(row["id"]) for row in rows]


async def has_other(db: Db, user_id: UserId, *, agent: str, but: UUID) -> bool:
    """Whether the same program is signed in to this account already."""
    found: bool = await db.fetchval(
        "select exists (select from session where user_id = $1 and agent = $2 and id <> $3)",
        user_id,
        agent,
        but,
    )
    return found


async def prove(db: Db, session_id: UUID, *, user_id: UserId, now: datetime) -> bool:
    """Note that its person has just proved who they are once more."""
    tag = await db.execute(
        "update session set proved_at = $3 where id = $1 and user_id = $2",
        session_id,
        user_id,
        now,
    )
    return tag == "UPDATE 1"


async def proved_since(db: Db, session_id: UUID, *, user_id: UserId, since: datetime) -> bool:
    found: bool = await db.fetchval(
        """
        select exists (
            select from session
             where id = $1 and user_id = $2 and coalesce(proved_at, created_at) > $3
        )
        """,
        session_id,
        user_id,
        since,
    )
    return found


async def sweep(db: Db, *, now: datetime) -> int:
    tag = await db.execute("delete from session where expires_at <= $1", now)
    return int(tag.removeprefix("DELETE "))


def _proof(row: Row) -> Proof:
    return Proof(
        user_id=UserId(row["user_id"]),
        roles=frozenset(Role(name) for name in row["roles"]),
        credential_id=row["id"],
        scopes=None,
        seen_at=row["last_seen_at"],
    )


def _session(row: Row) -> Session:
    return Session(
        id=SessionId(row["id"]),
        user_id=UserId(row["user_id"]),
        kind=SessionKind(row["kind"]),
        address=row["address"],
        agent=row["agent"],
        created_at=row["created_at"],
        last_seen_at=row["last_seen_at"],
        expires_at=row["expires_at"],
        generation=row["generation"],
        renewed_at=row["renewed_at"],
        proved_by=ProvedBy(row["proved_by"]),
        time_zone=row["time_zone"],
    )
