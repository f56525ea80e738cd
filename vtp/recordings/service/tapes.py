"""Recordings as attendance sees them (`vtp.attendance.port.Tapes`): when each of its parts was."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vtp.attendance.onfilm import Piece, Taped
from vtp.attendance.register import ms
from vtp.db import Database
from vtp.ids import RecordingId
from vtp.recordings import store
from vtp.recordings.model import Pause, Recording


class Tapes:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def taped(self, ids: Collection[RecordingId]) -> Sequence[Taped]:
        found = [one for one in await store.by_ids(self._db, ids=ids) if _is_shown(one)]
        found.sort(key=lambda one: one.started_at)
        return [_taped(one, await store.pauses(self._db, id=one.id)) for one in found]


def _is_shown(one: Recording) -> bool:
    return one.state == "ready" and one.visibility == "room" and one.deleted_at is None


def _taped(one: Recording, pauses: Sequence[Pause]) -> Taped:
    """Pauses are no part of it: what comes after one begins where the one before ended."""
    length = round(one.seconds * 1000)
    since, at = ms(one.started_at), 0
    pieces = []
    for pause in pauses:
        stopped = max(since, ms(pause.since))
        pieces.append(Piece(since, stopped, at))
        at += stopped - since
        since = stopped if pause.until is None else max(stopped, ms(pause.until))
    pieces.append(Piece(since, since + max(0, length - at), at))
    return Taped(id=one.id, length=length, pieces=tuple(pieces))
