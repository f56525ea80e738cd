"""The rows of what was seen of videos of the library; another content may take their place."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from vtp.attendance.seen import Watched
from vtp.attendance.store import watching
from vtp.attendance.store.watching import FILMS, Kept, watched_of
from vtp.db import Db
from vtp.ids import MediaId, UserId


async def read(db: Db, *, user_id: UserId, media_id: MediaId) -> tuple[Kept | None, bytes | None]:
    """As of recordings, with the content that it is about."""
    found = await watching.read(db, user_id=user_id, id=media_id, book=FILMS)
    return (found[1], found[0]["sha256"]) if found else (None, None)


async def write(
    tx: Db, *, user_id: UserId, media_id: MediaId, before: Kept | None, watched: Watched
) -> Kept | None:
    """As of recordings; of another content than before it is to be stamped as well."""
    return await watching.write(
        tx, user_id=user_id, id=media_id, before=before, watched=watched, book=FILMS
    )


async def stamp(tx: Db, *, user_id: UserId, media_id: MediaId, sha256: bytes) -> None:
    await tx.execute(
        "update film_watched set sha256 = $3 where user_id = $1 and media_id = $2",
        user_id,
        media_id,
        sha256,
    )


async def of_media(
    db: Db, *, user_id: UserId, media_ids: Collection[UUID]
) -> dict[UUID, tuple[bytes | None, Watched]]:
    """With the content that it is about."""
    rows = await db.fetch(
        "select * from film_watched where user_id = $1 and media_id = any($2)",
        user_id,
        list(media_ids),
    )
    return {row["media_id"]: (row["sha256"], watched_of(row)) for row in rows}
