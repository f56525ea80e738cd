"""What people have of the recordings of a class: received live, or watched later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from vtp.attendance.marking import can_be_made_up
from vtp.attendance.onfilm import Covered, Gained, covered, gained, together
from vtp.attendance.policy import Policy
from vtp.attendance.port import Meetings, Tapes
from vtp.attendance.register import Caught, Marked, stretch
from vtp.attendance.store import policies, watching
from vtp.attendance.store import registers as store
from vtp.attendance.stretches import Span
from vtp.courses.model import ClassSession
from vtp.db import Database
from vtp.ids import RecordingId, UserId


@dataclass(frozen=True, slots=True)
class Having:
    """Of all recordings of a class; `at`: when somebody watched of them last."""

    parts: tuple[Covered, ...]
    at: datetime | None


class Coverage:
    def __init__(self, db: Database, *, meetings: Meetings, tapes: Tapes) -> None:
        self._db = db
        self._meetings = meetings
        self._tapes = tapes

    async def of(self, planned: ClassSession, people: Collection[UserId]) -> dict[UserId, Having]:
        """Nothing where nothing was recorded, or nothing can be watched yet."""
        made = [RecordingId(one) for one in planned.recordings]
        tapes = await self._tapes.taped(made) if made and people else ()
        if not tapes:
            return {}
        there = await self._there(planned, people)
        free = await self._breaks(planned)
        watched = await watching.of_people(
            self._db, people=people, recording_ids=[RecordingId(one.id) for one in tapes]
        )
        found = {}
        for person in people:
            theirs = watched.get(person, {})
            seen: dict[UUID, Sequence[Span]] = {known: one.seen for known, one in theirs.items()}
            parts = covered(tapes, there.get(person, ()), free, seen)
            last = max((one.watched_at for one in theirs.values() if one.seen), default=None)
            found[person] = Having(tuple(parts), last)
        return found

    async def _there(
        self, planned: ClassSession, people: Collection[UserId]
    ) -> dict[UserId, list[Span]]:
        sittings = await self._meetings.sittings(
            planned.room_id, since=planned.starts_at, until=planned.ends_at
        )
        received = await store.received(
            self._db, meeting_ids=[one.id for one in sittings], people=people
        )
        return {one: [span for device in all_ for span in device] for one, all_ in received.items()}

    async def _breaks(self, planned: ClassSession) -> list[Span]:
        found = await policies.breaks(self._db, planned.id)
        return [stretch(since, until or planned.ends_at) for since, until in found]

    async def settled(
        self, planned: ClassSession, marks: Sequence[Marked], policy: Policy
    ) -> list[Marked]:
        """These marks, with what was made up."""
        open_ = [
            one.user_id
            for one in marks
            if one.caught or can_be_made_up(one.computed, policy, after=timedelta())
        ]
        having = await self.of(planned, open_)
        return [_settled(one, planned.ends_at, having.get(one.user_id), policy) for one in marks]


def _settled(mark: Marked, ended: datetime, having: Having | None, policy: Policy) -> Marked:
    before = Gained(mark.caught.share, mark.caught.at - ended) if mark.caught else None
    parts, at = (having.parts, having.at) if having else ((), None)
    made = together(parts, after=(at or ended) - ended)
    got = gained(mark.computed, made, policy, before=before)
    return replace(mark, caught=Caught(ended + got.after, got.share) if got else None)
