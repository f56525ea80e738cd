"""The rows of what was seen of videos of the library; another content may take their place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from vtp.attendance.seen import Watched
from vtp.attendance.store import watching
from vtp.attendance.store.watching import FILMS, watched_of
from vtp.db import Db
from vtp.ids import MediaId, UserId


async def lock(
    tx: Db, *, user_id: UserId, media_id: MediaId, sha256: bytes, new: Watched
) -> Watched:
    """As of recordings. Of a content that went only stays that somebody was done with it."""
    done_at = await tx.fetchval(
        """
        delete from film_watched where user_id = $1 and media_id = $2 and sha256 <> $3
        returning completed_at
        """,
        user_id,
        media_id,
        sha256,
    )
    found = await watching.lock(tx, user_id=user_id, id=media_id, new=new, book=FILMS)
    await tx.execute(
        """
        update film_watched set sha256 = $3
         where user_id = $1 and media_id = $2 and sha256 is null
        """,
        user_id,
        media_id,
        sha256,
    )
    return found if done_at is None else replace(found, completed_at=done_at)


async def of_media(
    db: Db, *, user_id: UserId, media_ids: Collection[UUID]
) -> dict[UUID, tuple[bytes | None, Watched]]:
    """With the content that it is about."""
    rows = await db.fetch(
        "select * from film_watched where user_id = $1 and media_id = any($2)",
        user_id,
        list(media_ids),
    )
    return {row["media_id"]: (row["sha256"], watched_of(row, ())) for row in rows}
