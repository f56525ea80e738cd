"""The rows of what is made of recordings: work that was asked for, files, copies elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from vtp.db import Db, Row
from vtp.ids import JobId, RecordingId
from vtp.recordings.kinds import FileKind, WorkKind
from vtp.recordings.model import Asked, Copy, Encoding, Made, Segments, Taken


# --- work -------------------------------------------------------------------------------------
async def ask(tx: Db, *, id: RecordingId, kind: WorkKind, job_id: JobId, at: datetime) -> None:
    await tx.execute(
        """
        insert into recording_work (recording_id, kind, job_id, asked_at) values ($1, $2, $3, $4)
        on conflict (recording_id, kind) do update
           set job_id = excluded.job_id, asked_at = excluded.asked_at
        """,
        id,
        kind,
        job_id,
        at,
    )


async def asked(db: Db, *, ids: Collection[UUID]) -> list[Asked]:
    rows = await db.fetch(
        "select * from recording_work where recording_id = any($1) order by asked_at, kind",
        list(ids),
    )
    return [Asked(RecordingId(row["recording_id"]), row["kind"], row["job_id"]) for row in rows]


async def untouched(db: Db, *, limit: int) -> list[RecordingId]:
    """What can be played, and of which nothing was ever made."""
    rows = await db.fetch(
        """
        select id from recording
         where state = 'ready' and deleted_at is null
           and not exists (select 1 from recording_work where recording_id = recording.id)
         order by id limit $1
        """,
        limit,
    )
    return [RecordingId(row["id"]) for row in rows]


# --- files ------------------------------------------------------------------------------------
async def put(tx: Db, *, id: RecordingId, made: Made, at: datetime) -> None:
    """In the place of the one that has its name."""
    await tx.execute(
        """
        insert into recording_file (recording_id, name, kind, path, bytes, of, language, label,
                                    codec, width, height, timescale, header, segments, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::text::jsonb, $15)
        on conflict (recording_id, name) do update
           set kind = excluded.kind, path = excluded.path, bytes = excluded.bytes,
               of = excluded.of, language = excluded.language, label = excluded.label,
               codec = excluded.codec, width = excluded.width, height = excluded.height,
               timescale = excluded.timescale, header = excluded.header,
               segments = excluded.segments, made_at = excluded.made_at
        """,
        id,
        made.name,
        made.kind,
        made.path,
        made.bytes,
        made.of,
        made.language,
        made.label,
        made.codec,
        made.width,
        made.height,
        made.timescale,
        made.header,
        msgspec.json.encode(made.segments).decode(),
        at,
    )


async def files(db: Db, *, id: RecordingId, kind: FileKind | None = None) -> list[Made]:
    rows = await db.fetch(
        """
        select *, segments::text as told from recording_file
         where recording_id = $1 and ($2::text is null or kind = $2) order by name
        """,
        id,
        kind,
    )
    return [_made(row) for row in rows]


async def file(db: Db, *, id: RecordingId, name: str) -> Made | None:
    row = await db.fetchrow(
        """
        select *, segments::text as told from recording_file
         where recording_id = $1 and name = $2
        """,
        id,
        name,
    )
    return _made(row) if row else None


async def names(db: Db, *, ids: Collection[UUID]) -> list[tuple[RecordingId, str]]:
    """Which files there are, without what is in them."""
    rows = await db.fetch(
        "select recording_id, name from recording_file where recording_id = any($1) order by name",
        list(ids),
    )
    return [(RecordingId(row["recording_id"]), row["name"]) for row in rows]


async def forget(tx: Db, *, id: RecordingId, name: str) -> bool:
    tag = await tx.execute(
        "delete from recording_file where recording_id = $1 and name = $2", id, name
    )
    return tag == "DELETE 1"


def _made(row: Row) -> Made:
    return Made(
        name=row["name"],
        kind=row["kind"],
        path=row["path"],
        bytes=row["bytes"],
        of=row["of"],
        language=row["language"],
        label=row["label"],
        codec=row["codec"],
        width=row["width"],
        height=row["height"],
        timescale=row["timescale"],
        header=row["header"],
        segments=msgspec.json.decode(row["told"], type=Segments),
    )


# --- copies -----------------------------------------------------------------------------------
async def copied(tx: Db, *, id: RecordingId, copy: Copy, at: datetime) -> None:
    await tx.execute(
        """
        insert into recording_copy (recording_id, path, bytes, sha256, copied_at)
        values ($1, $2, $3, $4, $5)
        on conflict (recording_id, path) do update
           set bytes = excluded.bytes, sha256 = excluded.sha256, copied_at = excluded.copied_at
        """,
        id,
        copy.path,
        copy.bytes,
        copy.sha256,
        at,
    )


async def copies(db: Db, *, id: RecordingId) -> dict[str, Copy]:
    rows = await db.fetch("select * from recording_copy where recording_id = $1", id)
    return {row["path"]: Copy(row["path"], row["bytes"], row["sha256"]) for row in rows}


async def forget_copy(tx: Db, *, id: RecordingId, path: str) -> None:
    await tx.execute("delete from recording_copy where recording_id = $1 and path = $2", id, path)


async def not_copied(db: Db, *, limit: int) -> list[RecordingId]:
    """Of which a file was made that stands on the disk alone."""
    rows = await db.fetch(
        """
        select distinct file.recording_id as id
          from recording_file file join recording on recording.id = file.recording_id
               left join recording_copy copy
                 on copy.recording_id = file.recording_id and copy.path = file.path
         where recording.state = 'ready' and recording.deleted_at is null
           and (copy.path is null or copy.copied_at < file.made_at)
         order by id limit $1
        """,
        limit,
    )
    return [RecordingId(row["id"]) for row in rows]


async def taken(db: Db) -> Taken:
    row = await db.fetchrow(
        """
        with each as (
            select recording.id, recording.bytes, recording.deleted_at,
                   (select coalesce(sum(file.bytes), 0) from recording_file file
                     where file.recording_id = recording.id) as made
              from recording
        )
        select count(*) as recordings, coalesce(sum(bytes), 0)::bigint as recorded,
               coalesce(sum(made), 0)::bigint as made,
               coalesce(sum(bytes + made) filter (where deleted_at is not null), 0)::bigint
                   as binned,
               (select coalesce(sum(bytes), 0)::bigint from recording_copy) as copied
          from each
        """
    )
    if row is None:
        raise LookupError("a count without a row")
    return Taken(
        recordings=row["recordings"],
        recorded=row["recorded"],
        made=row["made"],
        binned=row["binned"],
        copied=row["copied"],
    )


# --- encodings --------------------------------------------------------------------------------
async def encodings(db: Db, *, enabled: bool = False) -> list[Encoding]:
    """The largest first; only those in use when asked for."""
    rows = await db.fetch(
        "select * from encoding where enabled or not $1 order by height desc, name", enabled
    )
    return [_encoding(row) for row in rows]


async def set_encoding(tx: Db, one: Encoding) -> None:
    await tx.execute(
        """
        insert into encoding (name, codec, height, quality, most_bits, preset, enabled)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (name) do update
           set codec = excluded.codec, height = excluded.height, quality = excluded.quality,
               most_bits = excluded.most_bits, preset = excluded.preset,
               enabled = excluded.enabled
        """,
        one.name,
        one.codec,
        one.height,
        one.quality,
        one.most_bits,
        one.preset,
        one.enabled,
    )


async def remove_encoding(tx: Db, *, name: str) -> bool:
    return await tx.execute("delete from encoding where name = $1", name) == "DELETE 1"


def _encoding(row: Row) -> Encoding:
    return Encoding(
        name=row["name"],
        codec=row["codec"],
        height=row["height"],
        quality=row["quality"],
        most_bits=row["most_bits"],
        preset=row["preset"],
        enabled=row["enabled"],
    )
