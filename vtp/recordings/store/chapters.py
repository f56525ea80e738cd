"""The rows of chapters."""

from __future__ import annotations

from collections.abc import Sequence

from vtp.db import Db
from vtp.ids import RecordingId
from vtp.recordings.model import Chapter


async def of_recording(db: Db, *, id: RecordingId) -> list[Chapter]:
    rows = await db.fetch(
        "select at_ms, title from recording_chapter where recording_id = $1 order by at_ms", id
    )
    return [Chapter(row["at_ms"], row["title"]) for row in rows]


async def replace(tx: Db, *, id: RecordingId, chapters: Sequence[Chapter]) -> None:
    await tx.execute("delete from recording_chapter where recording_id = $1", id)
    await tx.execute(
        """
        insert into recording_chapter (recording_id, at_ms, title)
        select $1, * from unnest($2::int[], $3::text[])
        """,
        id,
        [one.at_ms for one in chapters],
        [one.title for one in chapters],
    )
