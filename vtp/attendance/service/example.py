"""When people of the demo were there, and what they watched, written without anybody there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vtp.attendance import store
from vtp.attendance.ledger import Entry
from vtp.attendance.seen import Watched, complete
from vtp.attendance.stirs import Stir
from vtp.attendance.store import stirs, watching
from vtp.attendance.stretches import Span, clipped, total
from vtp.db import Database
from vtp.ids import RecordingId, UserId

_AT_ONCE = 1000


async def put_spans(db: Database, entries: Sequence[Entry]) -> None:
    for start in range(0, len(entries), _AT_ONCE):
        async with db.transaction() as tx:
            await store.write(tx, entries[start : start + _AT_ONCE])


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    """What somebody saw of a recording of so many ms, and when they were done."""

    user_id: UserId
    recording_id: RecordingId
    length: int
    seen: Sequence[Span]
    at: datetime


async def put_viewed(
    db: Database, viewed: Iterable[Viewed], stirred: Mapping[RecordingId, Mapping[int, Stir]]
) -> None:
    async with db.transaction() as tx:
        for one in viewed:
            made = _watched(one)
            if made.seen:
                await watching.write(
                    tx, user_id=one.user_id, id=one.recording_id, before=None, watched=made
                )
        for recording_id, found in stirred.items():
            await stirs.add(tx, recording_id=recording_id, stirs=found)


def _watched(one: Viewed) -> Watched:
    seen = tuple(clipped(one.seen, one.length))
    return Watched(
        seen=seen,
        position=seen[-1][1] if seen else 0,
        position_at=one.at,
        watched_at=one.at,
        completed_at=one.at if complete(seen, one.length) else None,
        open_before=total(seen),
    )
