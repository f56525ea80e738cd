"""The rows of what is in the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from vtp.db import Db, Row
from vtp.ids import MediaId, UserId
from vtp.library.kinds import Kind, Visibility
from vtp.library.model import Media, Wanted

_ALL = """
    select media.*, app_user.name as owner_name, library_file.filmed_at is not null as filmed
      from media join app_user on app_user.id = media.owner_id
      left join library_file on library_file.sha256 = media.sha256
"""


async def insert(
    tx: Db,
    *,
    id: MediaId,
    owner_id: UserId,
    course_id: UUID | None,
    kind: Kind,
    title: str,
    file_name: str,
    at: datetime,
) -> None:
    """Whose file is on its way."""
    await tx.execute(
        """
        insert into media
               (id, owner_id, course_id, kind, title, file_name, state, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $6, 'uploading', $7, $7)
        """,
        id,
        owner_id,
        course_id,
        kind,
        title,
        file_name,
        at,
    )


async def insert_link(
    tx: Db,
    *,
    id: MediaId,
    owner_id: UserId,
    course_id: UUID | None,
    title: str,
    link: str,
    at: datetime,
) -> None:
    await tx.execute(
        """
        insert into media
               (id, owner_id, course_id, kind, title, link, state, created_at, changed_at)
        values ($1, $2, $3, 'link', $4, $5, 'ready', $6, $6)
        """,
        id,
        owner_id,
        course_id,
        title,
        link,
        at,
    )


async def by_id(db: Db, *, id: MediaId) -> Media | None:
    row = await db.fetchrow(f"{_ALL} where media.id = $1", id)
    return _media(row) if row else None


async def by_ids(db: Db, *, ids: Sequence[UUID]) -> list[Media]:
    rows = await db.fetch(f"{_ALL} where media.id = any($1)", list(ids))
    return [_media(row) for row in rows]


async def listed(
    db: Db, *, user_id: UserId, courses: Sequence[UUID], wanted: Wanted
) -> list[Media]:
    """Newest first: of one's own and of these courses, or of everybody."""
    rows = await db.fetch(
        f"""
        {_ALL}
         where media.deleted_at is null
           and ($1 or media.owner_id = $2 or media.course_id = any($3::uuid[]))
           and ($4::uuid is null or media.course_id = $4)
           and ($5::text is null or media.kind = $5)
           and ($6 = '' or media_words(media.title, media.file_name, media.tags) ilike $6)
           and ($7 = '' or $7 = any(media.tags))
           and (not $8 or media.uses = 0)
           and ($9::uuid is null or media.id < $9)
         order by media.id desc limit $10
        """,
        wanted.everywhere,
        user_id,
        list(courses),
        wanted.course_id,
        wanted.kind,
        _anywhere(wanted.words),
        wanted.tag,
        wanted.unused,
        wanted.before,
        wanted.limit,
    )
    return [_media(row) for row in rows]


def _anywhere(words: str) -> str:
    if not words:
        return ""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def alike(db: Db, *, media: Media, user_id: UserId, courses: Sequence[UUID]) -> list[Media]:
    """Others with the same content, oldest first."""
    rows = await db.fetch(
        f"""
        {_ALL}
         where media.sha256 = $1 and media.id <> $2 and media.deleted_at is null
           and (media.owner_id = $3 or media.course_id = any($4::uuid[]))
         order by media.id limit 5
        """,
        media.sha256,
        media.id,
        user_id,
        list(courses),
    )
    return [_media(row) for row in rows]


async def change(
    tx: Db,
    *,
    id: MediaId,
    title: str | None,
    description: str | None,
    tags: Sequence[str] | None,
    visibility: Visibility | None,
    at: datetime,
) -> None:
    await tx.execute(
        """
        update media set title = coalesce($2, title), description = coalesce($3, description),
               tags = coalesce($4, tags), visibility = coalesce($5, visibility), changed_at = $6
         where id = $1
        """,
        id,
        title,
        description,
        None if tags is None else list(tags),
        visibility,
        at,
    )


async def set_content(
    tx: Db,
    *,
    id: MediaId,
    kind: Kind,
    content_type: str,
    file_name: str,
    sha256: bytes,
    size: int,
    at: datetime,
) -> bytes | None:
    """Its file has come, and is to be looked at; the content that it had before."""
    before: bytes | None = await tx.fetchval(
        "select sha256 from media where id = $1 for update", id
    )
    await tx.execute(
        """
        update media set kind = $2, content_type = $3, file_name = $4, sha256 = $5, bytes = $6,
               state = 'processing', reason = '', seconds = null, width = null, height = null,
               facts = '{}', changed_at = $7
         where id = $1
        """,
        id,
        kind,
        content_type,
        file_name,
        sha256,
        size,
        at,
    )
    return before


async def set_ready(
    tx: Db,
    *,
    id: MediaId,
    sha256: bytes,
    kind: Kind,
    content_type: str,
    seconds: float | None,
    width: int | None,
    height: int | None,
    facts: Mapping[str, Any],
    poster_id: UUID | None,
) -> bool:
    """False when another file has taken the place of the one that was looked at."""
    tag = await tx.execute(
        """
        update media set state = 'ready', kind = $3, content_type = $4, seconds = $5, width = $6,
               height = $7, facts = $8::jsonb, poster_id = $9
         where id = $1 and sha256 = $2
        """,
        id,
        sha256,
        kind,
        content_type,
        seconds,
        width,
        height,
        msgspec.json.encode(facts).decode(),
        poster_id,
    )
    return tag == "UPDATE 1"


async def set_failed(tx: Db, *, id: MediaId, sha256: bytes, reason: str) -> None:
    await tx.execute(
        """
        update media set state = 'failed', reason = left($3, 300) where id = $1 and sha256 = $2
        """,
        id,
        sha256,
        reason,
    )


async def set_deleted(tx: Db, *, id: MediaId, at: datetime | None) -> None:
    await tx.execute("update media set deleted_at = $2 where id = $1", id, at)


async def count_uses(tx: Db, *, changes: Mapping[UUID, int]) -> None:
    """By how much each stands in more places than before."""
    await tx.execute(
        """
        update media set uses = greatest(0, media.uses + change.by)
          from unnest($1::uuid[], $2::int[]) as change (id, by)
         where media.id = change.id
        """,
        list(changes),
        list(changes.values()),
    )


async def count_view(tx: Db, *, id: MediaId) -> int:
    views: int = await tx.fetchval(
        "update media set views = views + 1 where id = $1 returning views", id
    )
    return views


async def deleted_before(db: Db, *, before: datetime, limit: int) -> list[Media]:
    rows = await db.fetch(
        f"{_ALL} where media.deleted_at < $1 and media.uses = 0 order by media.deleted_at limit $2",
        before,
        limit,
    )
    return [_media(row) for row in rows]


async def remove(tx: Db, *, id: MediaId) -> None:
    await tx.execute("delete from media where id = $1", id)


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    await tx.execute("update media set owner_id = $2 where owner_id = $1", source, target)


def _media(row: Row) -> Media:
    return Media(
        id=MediaId(row["id"]),
        owner_id=UserId(row["owner_id"]),
        owner_name=row["owner_name"],
        course_id=row["course_id"],
        kind=row["kind"],
        title=row["title"],
        description=row["description"],
        tags=tuple(row["tags"]),
        visibility=row["visibility"],
        state=row["state"],
        reason=row["reason"],
        file_name=row["file_name"],
        content_type=row["content_type"],
        sha256=row["sha256"],
        bytes=row["bytes"],
        link=row["link"],
        seconds=row["seconds"],
        width=row["width"],
        height=row["height"],
        facts=msgspec.json.decode(row["facts"], type=dict[str, Any]),
        poster_id=row["poster_id"],
        uses=row["uses"],
        views=row["views"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        deleted_at=row["deleted_at"],
        filmed=row["filmed"],
    )
