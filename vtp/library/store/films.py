"""The rows of what is made of uploaded videos."""

from __future__ import annotations

from datetime import datetime

import msgspec

from vtp.db import Db, Row
from vtp.ids import MediaId
from vtp.library.model import Film, Segments


async def ask(tx: Db, *, sha256: bytes, at: datetime) -> bool:
    """False when it was made already."""
    asked: bool | None = await tx.fetchval(
        """
        update library_file set film_asked_at = $2
         where sha256 = $1 and filmed_at is null returning true
        """,
        sha256,
        at,
    )
    return bool(asked)


async def unasked(db: Db, *, limit: int) -> list[tuple[MediaId, bytes]]:
    """Videos of which nothing was ever made."""
    rows = await db.fetch(
        """
        select distinct on (file.sha256) media.id, file.sha256
          from library_file file join media on media.sha256 = file.sha256
         where file.film_asked_at is null and media.kind = 'video' and media.state = 'ready'
           and media.deleted_at is null
         order by file.sha256, media.id limit $1
        """,
        limit,
    )
    return [(MediaId(row["id"]), row["sha256"]) for row in rows]


async def keep(tx: Db, *, sha256: bytes, made: list[Film], at: datetime) -> bool:
    """All of it, in the place of what there was; False when nobody wants it any more."""
    there = await tx.fetchval(
        "update library_file set filmed_at = $2 where sha256 = $1 returning true", sha256, at
    )
    if not there:
        return False
    await tx.execute("delete from library_film where sha256 = $1", sha256)
    for one in made:
        await tx.execute(
            """
            insert into library_film (sha256, name, kind, key, bytes, codec, width, height,
                                      timescale, header, segments)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::jsonb)
            """,
            sha256,
            one.name,
            one.kind,
            one.key,
            one.bytes,
            one.codec,
            one.width,
            one.height,
            one.timescale,
            one.header,
            msgspec.json.encode(one.segments).decode(),
        )
    return True


async def of(db: Db, *, sha256: bytes) -> list[Film]:
    rows = await db.fetch(
        "select *, segments::text as told from library_film where sha256 = $1 order by name",
        sha256,
    )
    return [_film(row) for row in rows]


async def keys(db: Db, *, sha256: bytes) -> list[str]:
    """Under which all of it lies."""
    rows = await db.fetch("select key from library_film where sha256 = $1", sha256)
    return [row["key"] for row in rows]


def _film(row: Row) -> Film:
    return Film(
        name=row["name"],
        kind=row["kind"],
        key=row["key"],
        bytes=row["bytes"],
        codec=row["codec"],
        width=row["width"],
        height=row["height"],
        timescale=row["timescale"],
        header=row["header"],
        segments=msgspec.json.decode(row["told"], type=Segments),
    )
