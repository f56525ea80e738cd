"""The rows of where people went back on recordings or slowed down."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from vtp.attendance.stirs import Stir
from vtp.db import Db
from vtp.ids import RecordingId, UserId


async def first(
    tx: Db, *, user_id: UserId, recording_id: RecordingId, visit: UUID, turn: int
) -> bool:
    """False where this report of a page was counted before."""
    tag = await tx.execute(
        """
        update watch_visit set told = told + int4multirange(int4range($4::int, $4::int, '[]'))
         where user_id = $1 and recording_id = $2 and id = $3 and not told @> $4::int
        """,
        user_id,
        recording_id,
        visit,
        turn,
    )
    return tag == "UPDATE 1"


async def add(tx: Db, *, recording_id: RecordingId, stirs: Mapping[int, Stir]) -> None:
    """In the order of the recording, so that two who do this at once do not wait for each other."""
    await tx.execute(
        """
        insert into watch_stir as kept (recording_id, bucket, backs, slows, again_ms)
        select $1, * from unnest($2::int[], $3::int[], $4::int[], $5::bigint[])
        on conflict (recording_id, bucket) do update
           set backs = kept.backs + excluded.backs, slows = kept.slows + excluded.slows,
               again_ms = kept.again_ms + excluded.again_ms
        """,
        recording_id,
        list(stirs),
        [one.backs for one in stirs.values()],
        [one.slows for one in stirs.values()],
        [one.again_ms for one in stirs.values()],
    )
