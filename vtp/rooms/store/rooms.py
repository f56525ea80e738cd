"""The rows of rooms and their members.

Names and emails of members are read beside them; `app_user` is written by accounts alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from vtp.db import Db, Row
from vtp.ids import RoomId, UserId
from vtp.rooms.facts import RoomRole, Source
from vtp.rooms.model import Member, Room, Seen
from vtp.rooms.rights import Access


async def insert(tx: Db, room: Room) -> None:
    await tx.execute(
        """
        insert into room (id, title, owner_id, access, member_sources, created_at,
                          waiting_room, member_chat, member_private_chat,
                          records_itself, records_cameras)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        room.id,
        room.title,
        room.owner_id,
        room.access,
        list(room.member_sources),
        room.created_at,
        room.waiting_room,
        room.member_chat,
        room.member_private_chat,
        room.records_itself,
        room.records_cameras,
    )


async def put_demo(
    db: Db,
    *,
    room_id: RoomId,
    title: str,
    owner: str,
    member_sources: Sequence[Source],
    created_at: datetime,
) -> None:
    """A room of the demo account with the email `owner`, unless it is there."""
    await db.execute(
        """
        insert into room (id, title, owner_id, access, member_sources, created_at)
        select $1, $2, app_user.id, 'school', $4, $5 from app_user where email = $3 and demo
        on conflict (id) do nothing
        """,
        room_id,
        title,
        owner,
        list(member_sources),
        created_at,
    )


async def by_id(db: Db, *, room_id: RoomId, user_id: UserId | None) -> Seen | None:
    row = await db.fetchrow(
        """
        select room.*, member.role as member_as
          from room left join room_member member on member.room_id = id and member.user_id = $2
         where id = $1
        """,
        room_id,
        user_id,
    )
    return Seen(room_of(row), row["member_as"]) if row else None


async def titles(db: Db, *, room_ids: Collection[RoomId]) -> dict[RoomId, str]:
    rows = await db.fetch("select id, title from room where id = any($1)", list(room_ids))
    return {RoomId(row["id"]): row["title"] for row in rows}


async def listed(
    db: Db, *, user_id: UserId | None, before: RoomId | None, limit: int
) -> list[Seen]:
    """Newest first: those that somebody owns or belongs to, or all for None."""
    rows = await db.fetch(
        """
        select room.*, member.role as member_as
          from room left join room_member member on member.room_id = id and member.user_id = $1
         where ($1::uuid is null or owner_id = $1 or member.role is not null)
           and ($2::uuid is null or id < $2)
         order by id desc limit $3
        """,
        user_id,
        before,
        limit,
    )
    return [Seen(room_of(row), row["member_as"]) for row in rows]


async def change(
    tx: Db,
    *,
    room_id: RoomId,
    title: str | None,
    access: Access | None,
    member_sources: Sequence[Source] | None,
    waiting_room: bool | None,
    member_chat: bool | None,
    member_private_chat: bool | None,
    records_itself: bool | None = None,
    records_cameras: bool | None = None,
) -> Room | None:
    """None leaves a field as it is."""
    row = await tx.fetchrow(
        """
        update room set title = coalesce($2, title), access = coalesce($3, access),
               member_sources = coalesce($4::text[], member_sources),
               waiting_room = coalesce($5, waiting_room),
               member_chat = coalesce($6, member_chat),
               member_private_chat = coalesce($7, member_private_chat),
               records_itself = coalesce($8, records_itself),
               records_cameras = coalesce($9, records_cameras)
         where id = $1
        returning *
        """,
        room_id,
        title,
        access,
        None if member_sources is None else list(member_sources),
        waiting_room,
        member_chat,
        member_private_chat,
        records_itself,
        records_cameras,
    )
    return room_of(row) if row else None


async def close(tx: Db, *, room_id: RoomId, at: datetime) -> None:
    await tx.execute(
        "update room set closed_at = $2 where id = $1 and closed_at is null", room_id, at
    )


async def members(db: Db, *, room_id: RoomId, after: UUID | None, limit: int) -> list[Member]:
    rows = await db.fetch(
        """
        select member.*, person.name, person.email
          from room_member member join app_user person on person.id = member.user_id
         where room_id = $1 and ($2::uuid is null or user_id > $2)
         order by user_id limit $3
        """,
        room_id,
        after,
        limit,
    )
    return [_member(row) for row in rows]


async def put_member(
    tx: Db, *, room_id: RoomId, user_id: UserId, role: RoomRole, at: datetime
) -> None:
    await tx.execute(
        """
        insert into room_member (room_id, user_id, role, added_at) values ($1, $2, $3, $4)
        on conflict (room_id, user_id) do update set role = excluded.role
        """,
        room_id,
        user_id,
        role,
        at,
    )


async def remove_member(tx: Db, *, room_id: RoomId, user_id: UserId) -> bool:
    tag = await tx.execute(
        "delete from room_member where room_id = $1 and user_id = $2", room_id, user_id
    )
    return tag == "DELETE 1"


async def rename(tx: Db, *, room_id: RoomId, title: str) -> None:
    await tx.execute("update room set title = $2 where id = $1", room_id, title)


async def give(tx: Db, *, room_id: RoomId, owner_id: UserId) -> None:
    await tx.execute("update room set owner_id = $2 where id = $1", room_id, owner_id)


async def set_members(
    tx: Db,
    *,
    room_id: RoomId,
    hosts: Collection[UserId],
    members: Collection[UserId],
    at: datetime,
) -> frozenset[UserId]:
    """Exactly these; everybody for whom that changes something."""
    rows = await tx.fetch(
        """
        with wanted as (
            select person as user_id, 'host' as role from unnest($2::uuid[]) person
             union all select person, 'member' from unnest($3::uuid[]) person
        ), gone as (
            delete from room_member where room_id = $1
               and user_id not in (select user_id from wanted) returning user_id
        ), put as (
            insert into room_member (room_id, user_id, role, added_at)
            select $1, user_id, role, $4 from wanted
            on conflict (room_id, user_id) do update set role = excluded.role
             where room_member.role <> excluded.role
            returning user_id
        )
        select user_id from gone union select user_id from put
        """,
        room_id,
        sorted(set(hosts)),
        sorted(set(members) - set(hosts)),
        at,
    )
    return frozenset(row["user_id"] for row in rows)


async def role_of(db: Db, *, room_id: RoomId, user_id: UserId) -> RoomRole | None:
    role: RoomRole | None = await db.fetchval(
        "select role from room_member where room_id = $1 and user_id = $2", room_id, user_id
    )
    return role


def room_of(row: Row, prefix: str = "") -> Room:
    return Room(
        id=row[prefix + "id"],
        title=row[prefix + "title"],
        owner_id=row[prefix + "owner_id"],
        access=row[prefix + "access"],
        member_sources=tuple(row[prefix + "member_sources"]),
        created_at=row[prefix + "created_at"],
        closed_at=row[prefix + "closed_at"],
        waiting_room=row[prefix + "waiting_room"],
        member_chat=row[prefix + "member_chat"],
        member_private_chat=row[prefix + "member_private_chat"],
        guest_token=row[prefix + "guest_token"],
        records_itself=row[prefix + "records_itself"],
        records_cameras=row[prefix + "records_cameras"],
    )


def _member(row: Row) -> Member:
    return Member(
        user_id=row["user_id"],
        role=row["role"],
        name=row["name"],
        email=row["email"],
        added_at=row["added_at"],
    )
