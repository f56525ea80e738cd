"""What staff do in a class that goes on: as participants of it, or from outside over HTTP.

First the class is asked for, with the right to steer it: `staffed`, `hosted` or `from_outside`.
What is done then is one move; two who do opposite things at once are served one after the other,
and everybody is told in that order.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from uuid import UUID

from msgspec.structs import replace

from vtp.actor import Actor
from vtp.audit.model import Detail
from vtp.db import Database, Db
from vtp.edge.sockets.channels import Sid
from vtp.ids import MeetingId
from vtp.rooms import moves, rights
from vtp.rooms.facts import Askable, Participant, ParticipantId, Role, Source, Track, TrackId
from vtp.rooms.meeting import Meeting, Seat
from vtp.rooms.news import Asked, NotNow
from vtp.rooms.problems import (
    CannotAsk,
    HostsOnly,
    MeetingOver,
    NoSuchParticipant,
    NotAsked,
    StaffOnly,
)
from vtp.rooms.service.chronicle import By
from vtp.rooms.service.keeping import Note
from vtp.rooms.service.live import Live
from vtp.rooms.service.meetings import Meetings
from vtp.rooms.store import meetings as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be locked or unlocked; None leaves it as it is."""

    entry: bool | None = None
    chat: bool | None = None
    private_chat: bool | None = None
    microphone: bool | None = None
    camera: bool | None = None
    screen: bool | None = None

    def said(self) -> dict[str, bool]:
        return {name: wish for name, wish in asdict(self).items() if wish is not None}


class Moderation:
    def __init__(self, db: Database, *, live: Live, meetings: Meetings) -> None:
        self._db = db
        self._live = live
        self._meetings = meetings

    # --- the class, for those who may steer it ------------------------------------------------
    def staffed(self, sid: Sid) -> Meeting:
        meeting, seat = self._live.seated(sid)
        if not rights.is_staff(_role(meeting, seat)):
            raise StaffOnly
        return meeting

    def hosted(self, sid: Sid) -> Meeting:
        meeting, seat = self._live.seated(sid)
        if not rights.may_host(_role(meeting, seat)):
            raise HostsOnly
        return meeting

    async def from_outside(self, actor: Actor, meeting_id: MeetingId) -> Meeting:
        """For hosts of its room, while it goes on."""
        await self._meetings.hosted(actor, meeting_id)
        if (meeting := self._live.get(meeting_id)) is None:
            raise MeetingOver
        return meeting

    # --- who comes in -------------------------------------------------------------------------
    async def admit(self, meeting: Meeting, person: UUID | None) -> None:
        """None: everybody who waits."""
        move = moves.AdmitAll() if person is None else moves.Admit(person)
        await self._live.keeping.do(meeting, move)

    async def decline(self, meeting: Meeting, person: UUID | None, *, by: Actor) -> None:
        """As `admit`."""
        if person is None:
            every = partial(self._note_all_declined, meeting, by)
            await self._live.keeping.do(meeting, moves.DeclineAll(), every)
            return
        note = self._noted(meeting, by, "person_declined", person=str(person))
        await self._live.keeping.do(meeting, moves.Decline(person), note)

    async def _note_all_declined(self, meeting: Meeting, by: Actor, tx: Db) -> None:
        """Who waits when it is written, which is who is turned away."""
        for one in meeting.state.order.waiting:
            await self._noted(meeting, by, "person_declined", person=str(one.person))(tx)

    async def remove(self, meeting: Meeting, participant_id: ParticipantId, *, by: Actor) -> None:
        """A person with all their devices, at once; also where the database is away."""
        move = await self._somebody(meeting, participant_id)
        self._live.changes += 1
        note = self._noted(meeting, by, "person_removed", person=str(move.user_id))
        await self._live.keeping.do_at_once(meeting, move, note)

    async def readmit(self, meeting: Meeting, person: UUID, *, by: Actor) -> None:
        """Let somebody in again who was removed or turned away."""
        note = self._noted(meeting, by, "person_readmitted", person=str(person))
        await self._live.keeping.do(meeting, moves.Readmit(person), note)

    def _noted(self, meeting: Meeting, by: Actor, action: str, **details: Detail) -> Note:
        return partial(
            self._live.chronicle.moderated,
            meeting_id=meeting.id,
            action=action,
            details=details,
            by=By.of(by),
        )

    async def person_of(self, meeting: Meeting, participant_id: ParticipantId) -> UUID:
        return (await self._somebody(meeting, participant_id)).user_id

    async def _somebody(self, meeting: Meeting, participant_id: ParticipantId) -> moves.Remove:
        """Who is there, or was."""
        here = meeting.state.participants.get(participant_id)
        if here is not None:
            return moves.Remove(here.user_id, here.name, here.guest)
        was = await store.participant(
            self._db, meeting_id=meeting.id, participant_id=participant_id
        )
        if was is None:
            raise NoSuchParticipant
        return moves.Remove(was.person, was.name, was.guest)

    # --- what is sent -------------------------------------------------------------------------
    def mute(self, meeting: Meeting, track_id: TrackId) -> Track:
        """Forward nothing of it, whatever its sender does, until they go on themselves."""
        meeting.do(moves.Mute(track_id))
        return meeting.state.tracks[track_id]

    def mute_all(self, meeting: Meeting) -> None:
        meeting.do(moves.MuteAll())

    def ask(self, sid: Sid, participant_id: ParticipantId, source: Askable) -> None:
        """A question, no more: nobody is ever unmuted by somebody else."""
        meeting = self.staffed(sid)
        _, seat = self._live.seated(sid)
        asked = _there(meeting, participant_id)
        if not rights.may_publish(asked.role, source, meeting.state.member_sources):
            raise CannotAsk
        name = meeting.state.participants[seat.participant_id].name
        meeting.asks.put(participant_id, source, by=seat.participant_id)
        meeting.ask(participant_id, Asked(source=source, by=name))

    def rather_not(self, sid: Sid, source: Askable) -> None:
        """The answer of who was asked; who agrees simply turns it on."""
        meeting, seat = self._live.seated(sid)
        by = meeting.asks.take(seat.participant_id, source)
        if by is None:
            raise NotAsked
        meeting.ask(by, NotNow(participant=seat.participant_id, source=source))

    # --- what is locked, who is what, whose hand is up ----------------------------------------
    async def lock(self, meeting: Meeting, wish: Wish, *, by: Actor) -> None:
        """The tracks that nobody may send any more end at once."""
        state = meeting.state
        locks = replace(
            state.locks,
            entry=_either(wished=wish.entry, before=state.locks.entry),
            chat=_either(wished=wish.chat, before=state.locks.chat),
            private_chat=_either(wished=wish.private_chat, before=state.locks.private_chat),
        )
        sources = _unlocked(state.member_sources, wish)
        note = self._noted(meeting, by, "locked", **wish.said())
        await self._live.keeping.do(meeting, moves.Lock(locks, sources), note)

    async def promote(
        self, meeting: Meeting, participant_id: ParticipantId, *, cohost: bool, by: Actor
    ) -> None:
        person = str(_there(meeting, participant_id).user_id)
        note = self._noted(meeting, by, "cohost_made" if cohost else "cohost_ended", person=person)
        await self._live.keeping.do(meeting, moves.Promote(participant_id, cohost), note)

    async def pin(self, meeting: Meeting, participant_id: ParticipantId | None) -> None:
        """Large for everybody; None: nobody any more."""
        await self._live.keeping.do(meeting, moves.Pin(participant_id))

    async def lower(self, meeting: Meeting, participant_id: ParticipantId | None) -> None:
        """None: every hand."""
        move: moves.Move = moves.LowerAll()
        if participant_id is not None:
            move = moves.RaiseHand(participant_id, raised=False)
        await self._live.keeping.do(meeting, move)

    async def end(self, meeting: Meeting, *, by: Actor) -> None:
        """For everybody who is in it."""
        self._live.end(meeting, "ended", By.of(by))
        await self._live.records.flush()


def _role(meeting: Meeting, seat: Seat) -> Role:
    return meeting.state.participants[seat.participant_id].role


def _there(meeting: Meeting, participant_id: ParticipantId) -> Participant:
    if (found := meeting.state.participants.get(participant_id)) is None:
        raise NoSuchParticipant
    return found


def _either(*, wished: bool | None, before: bool) -> bool:
    return before if wished is None else wished


def _unlocked(before: frozenset[Source], wish: Wish) -> frozenset[Source]:
    wished: tuple[tuple[bool | None, frozenset[Source]], ...] = (
        (wish.microphone, frozenset({"microphone"})),
        (wish.camera, frozenset({"camera"})),
        # The sound of a screen goes with its picture.
        (wish.screen, frozenset({"screen", "screen_audio"})),
    )
    for locked, sources in wished:
        if locked is not None:
            before = before - sources if locked else before | sources
    return before
