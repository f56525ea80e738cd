"""Polls of a class: made and led by hosts, answered by the others, kept."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar
from uuid import UUID

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.db import Database
from vtp.edge.sockets.channels import Sid
from vtp.ids import MeetingId, uuid7
from vtp.rooms import news, rights
from vtp.rooms.facts import Participant
from vtp.rooms.meeting import Meeting
from vtp.rooms.problems import HostsDoNotAnswer, HostsOnly, NoSuchPoll, NotADraft, TooManyPolls
from vtp.rooms.service.committing import committed
from vtp.rooms.service.live import Live
from vtp.rooms.service.meetings import Meetings
from vtp.rooms.store import polls as store
from vtp.rooms.store.polls import Given
from vtp.rooms.talk import moves, polls
from vtp.rooms.talk.polls import Kind, MyAnswer, Poll, PollId, PollView, Stage
from vtp.rooms.talk.turns import poll_of

T = TypeVar("T")
_Change = Callable[[Poll], Poll]

# Answers that are shown of one poll; a class has no more people.
_MOST_GIVEN = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A poll that a host wants."""

    kind: Kind
    question: str
    options: Sequence[str]
    anonymous: bool
    live: bool
    open: bool  # at once


@dataclass(frozen=True, slots=True)
class Results:
    """What came of a poll; `given` has names where the poll is not anonymous and a host asks."""

    poll: PollView
    given: Sequence[Given]


class Polls:
    def __init__(self, db: Database, *, live: Live, meetings: Meetings, clock: Clock) -> None:
        self._db = db
        self._live = live
        self._meetings = meetings
        self._clock = clock

    # --- by hosts -----------------------------------------------------------------------------
    async def create(self, sid: Sid, wish: Wish) -> PollView:
        meeting, me = self._leads(sid)
        draft = polls.drafted(
            PollId(uuid7()),
            kind=wish.kind,
            question=wish.question,
            options=wish.options,
            anonymous=wish.anonymous,
            live=wish.live,
            at=self._clock.now(),
        )
        made = await self._committed(meeting, partial(self._create, sid, draft, me.user_id))
        if wish.open:
            return await self.open(sid, made.id)
        return polls.view(made, hosts=True)

    async def _create(self, sid: Sid, draft: Poll, user_id: UUID) -> Poll:
        meeting, _ = self._leads(sid)
        if len(meeting.state.talk.polls) >= polls.MAX_POLLS:
            raise TooManyPolls
        async with self._db.transaction() as tx:
            await store.insert(tx, meeting_id=meeting.id, poll=draft, created_by=user_id)
        meeting.do(moves.PutPoll(draft))
        return draft

    async def open(self, sid: Sid, poll_id: PollId) -> PollView:
        return await self._step(sid, poll_id, self._opened)

    async def close(self, sid: Sid, poll_id: PollId) -> PollView:
        return await self._step(sid, poll_id, self._closed)

    async def share(self, sid: Sid, poll_id: PollId) -> PollView:
        return await self._step(sid, poll_id, self._shared)

    def _opened(self, poll: Poll) -> Poll:
        return polls.opened(poll, at=self._clock.now(), secret=secrets.token_bytes(32))

    def _closed(self, poll: Poll) -> Poll:
        return polls.closed(poll, at=self._clock.now())

    def _shared(self, poll: Poll) -> Poll:
        return polls.shared(poll, at=self._clock.now())

    async def _step(self, sid: Sid, poll_id: PollId, change: _Change) -> PollView:
        meeting, _ = self._leads(sid)
        return await self._committed(meeting, partial(self._step_now, sid, poll_id, change))

    async def _step_now(self, sid: Sid, poll_id: PollId, change: _Change) -> PollView:
        meeting, _ = self._leads(sid)
        was = poll_of(meeting.state.talk, poll_id)
        now = change(was)
        if now is not was:
            async with self._db.transaction() as tx:
                await store.step(tx, poll=now)
                if now.stage == "closed" and was.stage == "open" and now.anonymous:
                    await store.shuffle(tx, poll_id=poll_id)
            meeting.do(moves.PutPoll(now))
        return polls.view(now, hosts=True)

    async def discard(self, sid: Sid, poll_id: PollId) -> None:
        """A draft; what was asked stays."""
        meeting, _ = self._leads(sid)
        await self._committed(meeting, partial(self._discard, sid, poll_id))

    async def _discard(self, sid: Sid, poll_id: PollId) -> None:
        meeting, _ = self._leads(sid)
        if poll_of(meeting.state.talk, poll_id).stage != "draft":
            raise NotADraft
        async with self._db.transaction() as tx:
            await store.drop(tx, poll_id=poll_id)
        meeting.do(moves.DropDraft(poll_id))

    # --- by everybody else --------------------------------------------------------------------
    async def answer(
        self, sid: Sid, poll_id: PollId, *, choices: Sequence[int], text: str
    ) -> MyAnswer:
        meeting, _ = self._here(sid)
        work = partial(self._answer, sid, poll_id, choices=choices, text=text)
        return await self._committed(meeting, work)

    async def _answer(
        self, sid: Sid, poll_id: PollId, *, choices: Sequence[int], text: str
    ) -> MyAnswer:
        meeting, me = self._here(sid)
        if not rights.may_answer(me.role):
            raise HostsDoNotAnswer
        poll = self._asked(meeting, poll_id)
        ballot = polls.ballot(poll, choices=choices, text=text)
        voter = polls.voter(poll, me.user_id)
        person = None if poll.anonymous else (me.user_id, me.name, self._clock.now())
        async with self._db.transaction() as tx:
            await store.answer(tx, poll_id=poll_id, voter=voter, ballot=ballot, person=person)
        meeting.do(moves.Answer(poll_id, voter, ballot))
        mine = MyAnswer(poll=poll_id, choices=list(ballot.choices), text=ballot.text)
        meeting.tell_person(me.user_id, news.Answered(meeting=meeting.id, answer=mine))
        return mine

    def _asked(self, meeting: Meeting, poll_id: PollId) -> Poll:
        """A draft is not there for those who answer."""
        poll = poll_of(meeting.state.talk, poll_id)
        if poll.stage == "draft":
            raise NoSuchPoll
        return poll

    def listed(self, sid: Sid, *, stage: Stage | None) -> list[PollView]:
        """All, as one may see them; asked again by who became a host."""
        meeting, me = self._here(sid)
        views = meeting.state.talk.views(hosts=rights.may_poll(me.role))
        return [one for one in views if stage is None or one.stage == stage]

    async def results(self, sid: Sid, poll_id: PollId) -> Results:
        """For hosts at any time, for the others once it is shown to them."""
        meeting, me = self._here(sid)
        hosts = rights.may_poll(me.role)
        poll = poll_of(meeting.state.talk, poll_id)
        if not hosts and not poll.public:
            raise NoSuchPoll if poll.stage == "draft" else HostsOnly
        given = await store.given(self._db, poll_id=poll_id, limit=_MOST_GIVEN)
        told = given if hosts else [_unnamed(one) for one in given if one.text]
        return Results(polls.view(poll, hosts=hosts), told)

    # --- over HTTP, also when the class is over -----------------------------------------------
    async def of_meeting(self, actor: Actor, meeting_id: MeetingId) -> list[Results]:
        """All polls of a meeting with what came of them, for hosts."""
        await self._meetings.hosted(actor, meeting_id)
        found = await store.of_meeting(self._db, meeting_id=meeting_id)
        return [
            Results(
                polls.view(one, hosts=True),
                await store.given(self._db, poll_id=one.id, limit=_MOST_GIVEN),
            )
            for one in found
        ]

    # --- who asks -----------------------------------------------------------------------------
    def _here(self, sid: Sid) -> tuple[Meeting, Participant]:
        meeting, seat = self._live.seated(sid)
        return meeting, meeting.state.participants[seat.participant_id]

    def _leads(self, sid: Sid) -> tuple[Meeting, Participant]:
        meeting, me = self._here(sid)
        if not rights.may_poll(me.role):
            raise HostsOnly
        return meeting, me

    async def _committed(self, meeting: Meeting, work: Callable[[], Awaitable[T]]) -> T:
        return await committed(self._live.outside.tasks, meeting, work)


def _unnamed(given: Given) -> Given:
    return replace(given, user_id=None, name=None)
