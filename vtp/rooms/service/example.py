"""What the demo puts into rooms, made without the rest of the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.ids import MeetingId, RoomId, UserId, uuid7
from vtp.rooms.facts import SOURCES
from vtp.rooms.model import Attendee
from vtp.rooms.store import meetings, polls, talk
from vtp.rooms.store import rooms as store
from vtp.rooms.talk.messages import Message, MessageId
from vtp.rooms.talk.polls import Ballot, Poll, PollId, Voter

_ANSWERED_WITHIN = timedelta(seconds=90)


async def put_example(
    db: Database, *, clock: Clock, room_id: RoomId, title: str, owner: str
) -> None:
    """May be called again and again. `owner` is the email of a demo account."""
    await store.put_demo(
        db,
        room_id=room_id,
        title=title,
        owner=owner,
        member_sources=SOURCES,
        created_at=clock.now(),
    )


# --- a class that was ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Spoken:
    """What somebody wrote to all."""

    by: UserId
    name: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the teacher asked all, and who chose which answer."""

    text: str
    options: tuple[str, ...]
    by: UserId
    at: datetime
    answers: Sequence[tuple[UserId, str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastClass:
    meeting_id: MeetingId
    room_id: RoomId
    began_at: datetime
    ended_at: datetime
    outage: tuple[datetime, datetime] | None
    people: Sequence[Attendee]
    spoken: Sequence[Spoken]
    question: Question | None
    lost: Sequence[datetime]


async def put_past_class(db: Database, past: PastClass) -> None:
    async with db.transaction() as tx:
        meeting_id = past.meeting_id
        await meetings.insert(
            tx, meeting_id=meeting_id, room_id=past.room_id, started_at=past.began_at
        )
        await meetings.end(tx, meeting_id=meeting_id, at=past.ended_at, how="ended")
        if past.outage is not None:
            gone, back = past.outage
            await meetings.add_outage(tx, meeting_id=meeting_id, started_at=gone, ended_at=back)
        await meetings.insert_participants(tx, meeting_id, past.people)
        for spoken in past.spoken:
            await talk.insert(tx, meeting_id=meeting_id, message=_message(spoken), key=uuid7())
        for at in past.lost:
            await talk.insert_lost(tx, id=uuid7(), meeting_id=meeting_id, at=at)
        if past.question is not None:
            await _put_question(tx, meeting_id, past.question)


def _message(spoken: Spoken) -> Message:
    return Message(
        id=MessageId(uuid7(int(spoken.at.timestamp() * 1000))),
        author=spoken.by,
        name=spoken.name,
        role="member",
        sent_at=spoken.at,
        text=spoken.text,
    )


async def _put_question(tx: Db, meeting_id: MeetingId, question: Question) -> None:
    closed = question.at + _ANSWERED_WITHIN
    poll = Poll(
        id=PollId(uuid7(int(question.at.timestamp() * 1000))),
        kind="single",
        question=question.text,
        options=question.options,
        anonymous=False,
        live=False,
        created_at=question.at,
        opened_at=question.at,
        closed_at=closed,
        shared_at=closed,
    )
    await polls.insert(tx, meeting_id=meeting_id, poll=poll, created_by=question.by)
    await polls.step(tx, poll=poll)
    for number, (user_id, name, choice) in enumerate(question.answers):
        at = question.at + timedelta(seconds=10 + 3 * number)
        await polls.answer(
            tx,
            poll_id=poll.id,
            voter=Voter(user_id.bytes),
            ballot=Ballot(choices=(choice,)),
            person=(user_id, name, min(at, closed)),
        )
