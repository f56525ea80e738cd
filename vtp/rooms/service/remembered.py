"""Classes as those see them who watch a recording later (`vtp.recordings.port.Memory`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vtp.attendance.ledger import Stretch as Span
from vtp.attendance.service import Attendance
from vtp.db import Database
from vtp.ids import MeetingId
from vtp.recordings.port import Poll, Remembered, Stretch
from vtp.rooms.store import polls, remembered
from vtp.rooms.talk import polls as shapes

_MOST_MESSAGES = 2_000
_MOST_SPANS = 20_000


class RememberedClasses:
    def __init__(self, db: Database, *, attendance: Attendance) -> None:
        self._db = db
        self._attendance = attendance

    async def remembered(
        self, meeting_id: MeetingId, *, since: datetime, until: datetime
    ) -> Remembered:
        """What everybody in the class could see, and nothing else."""
        said = await remembered.messages(
            self._db, meeting_id=meeting_id, since=since, until=until, limit=_MOST_MESSAGES
        )
        asked = await polls.of_meeting(self._db, meeting_id=meeting_id)
        spans = await self._attendance.spans(meeting_id, ("speaking", "hand"), most=_MOST_SPANS)
        stretches = await self._named(meeting_id, [one for one in spans if one.ended_at > since])
        return Remembered(
            messages=said,
            polls=[made for one in asked if (made := _poll(one)) is not None],
            hands=[one for kind, one in stretches if kind == "hand"],
            voices=[one for kind, one in stretches if kind == "speaking"],
        )

    async def _named(
        self, meeting_id: MeetingId, spans: Iterable[Span]
    ) -> list[tuple[str, Stretch]]:
        people = await remembered.people(self._db, meeting_id=meeting_id)
        made: list[tuple[str, Stretch]] = []
        for one in spans:
            person, name, host = people[one.participant_id]
            stretch = Stretch(
                person=person, name=name, host=host, since=one.started_at, until=one.ended_at
            )
            made.append((one.kind, stretch))
        return made


def _poll(poll: shapes.Poll) -> Poll | None:
    """What people wrote themselves is not shown, nor a result that the class did not see."""
    if poll.opened_at is None:
        return None
    shown = poll.public and poll.kind != "text"
    return Poll(
        id=poll.id,
        question=poll.question,
        options=poll.options,
        opened_at=poll.opened_at,
        closed_at=poll.closed_at,
        answered=poll.answered,
        counts=poll.counts if shown else None,
    )
