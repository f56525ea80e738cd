"""One class that goes on: its state, and those who carry out what the state asks for.

An actor without a mailbox: a move is carried out in one go at the moment it comes, so moves
have an order, nothing waits, and nothing can overflow. Whoever awaits something, does so outside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from vtp.attendance.ledger import Kind
from vtp.edge.sockets.channels import Sid
from vtp.ids import MeetingId, UserId
from vtp.media.rtp import ortc
from vtp.media.rtp.ortc_types import RtpCapabilities
from vtp.recordings.port import Sent
from vtp.rooms import effects, moves, rights
from vtp.rooms.asks import Asks
from vtp.rooms.codecs import CAMERA, Codecs
from vtp.rooms.doorstep import Doorstep
from vtp.rooms.facts import (
    Door,
    Participant,
    ParticipantId,
    ParticipantLeft,
    Parting,
    Track,
    TrackId,
)
from vtp.rooms.media import Consumer, Peer, Producer
from vtp.rooms.model import Room
from vtp.rooms.news import (
    Asked,
    AtTheDoor,
    Codec,
    Common,
    Layer,
    NotNow,
    Personal,
    Speaking,
    WaitOver,
    Wanted,
)
from vtp.rooms.order import Order
from vtp.rooms.outbox import Outbox
from vtp.rooms.outside import Outside
from vtp.rooms.replay import Ring
from vtp.rooms.state import State
from vtp.rooms.talk import told
from vtp.rooms.talk.reactions import Reaction
from vtp.rooms.turns import Turn, apply


@dataclass(slots=True, kw_only=True)
class Seat:
    """What a participant has here beside the state."""

    participant_id: ParticipantId
    user_id: UserId  # of the person: for a guest, of the guest
    guest: bool
    credential_id: UUID | None
    peer: Peer
    sid: Sid | None  # None while they are away
    producers: dict[TrackId, Producer] = field(default_factory=dict)
    # Called on the loop when media begins to flow and when it stops; returns at once.
    on_media: Callable[[], None] | None = None


class Meeting:
    def __init__(
        self,
        meeting_id: MeetingId,
        room: Room,
        state: State,
        *,
        started_at: datetime,
        outside: Outside,
        on_over: Callable[[Meeting], None],
        on_left: Callable[[Meeting, Seat, Parting], None],
    ) -> None:
        self.id = meeting_id
        self.room = room
        self.state = state
        self.started_at = started_at
        self.ring = Ring()
        self.seats: dict[ParticipantId, Seat] = {}
        screen = f"video/{outside.options.screen_codec}"
        self.codecs = Codecs({"camera": CAMERA, "screen": screen})
        # Held from the look at the state until what was decided by it is stored and told: what must
        # survive is written first, and everybody is told in the order in which it was written.
        self.committing = asyncio.Lock()
        # What of the order is in the database; `Keeping` writes the rest.
        self.stored = state.order
        self.doorstep = Doorstep()
        self.asks = Asks()
        self._outside = outside
        self._on_over = on_over
        self._on_left = on_left
        self._speaking: frozenset[ParticipantId] = frozenset()
        self._outbox = Outbox(
            meeting_id,
            outside.audience,
            interval=outside.options.news_interval,
            tasks=outside.tasks,
            where=self._where,
        )

    # --- moves --------------------------------------------------------------------------------
    def do(self, move: moves.Move) -> None:
        self._commit(self._try(move))

    def check(self, move: moves.Move) -> None:
        """Raise what `do` would raise now, and do nothing."""
        self._try(move)

    def foreseen(self, move: moves.Move) -> Order:
        """The order as `do` would leave it now."""
        return self._try(move).state.order

    def join(self, move: moves.Join, *, sid: Sid, credential_id: UUID | None) -> Participant:
        turn = self._try(move)
        hall = self._outside.plane.hall(str(self.id), self)
        news = MediaNews(self, move.participant_id)
        peer = self._outside.plane.peer(hall, str(move.participant_id), news)
        self.seats[move.participant_id] = Seat(
            participant_id=move.participant_id,
            user_id=UserId(move.user_id),
            guest=move.guest,
            credential_id=credential_id,
            peer=peer,
            sid=sid,
        )
        self._commit(turn)
        return self.state.participants[move.participant_id]

    def resume(
        self, participant_id: ParticipantId, *, sid: Sid, credential_id: UUID | None
    ) -> Participant:
        """The same participant over another socket; the old one, if it is there, is let go."""
        turn = self._try(moves.Resume(participant_id))
        seat = self.seats[participant_id]
        if seat.sid is not None and seat.sid != sid:
            self._outbox.leaving(seat.sid)
        seat.sid, seat.credential_id = sid, credential_id
        self._commit(turn)
        self._outbox.wake()
        return self.state.participants[participant_id]

    def cut(self, seat: Seat) -> None:
        """Their socket has gone; transports live on until they come back or are given up."""
        seat.sid = None
        self.do(moves.Cut(seat.participant_id))

    def leave(self, seat: Seat, move: moves.Leave) -> None:
        if seat.participant_id in self.seats:
            self.do(move)

    def publish(self, move: moves.Publish, begin: Callable[[Peer], Producer]) -> Track:
        """Asked of the rules first, then of the media plane; only then is it so."""
        turn = self._try(move)
        seat = self.seats[move.participant_id]
        seat.producers[move.track_id] = begin(seat.peer)
        self._commit(turn)
        self._ask_for_another(self.state.tracks[move.track_id])
        self._outside.recorded.track_began(self.id, self.sent(self.state.tracks[move.track_id]))
        return self.state.tracks[move.track_id]

    def _try(self, move: moves.Move) -> Turn:
        return apply(self.state, move, now=self._outside.now())

    def _commit(self, turn: Turn) -> None:
        self.state = turn.state
        self.ring.add(turn.events)
        self._outbox.changed(turn.events)
        for event in turn.events:
            if isinstance(event, ParticipantLeft) and event.participant_id in self.seats:
                self._on_left(self, self.seats[event.participant_id], event.how)
        for effect in turn.effects:
            self._carry_out(effect)

    def _carry_out(self, effect: effects.Effect) -> None:
        match effect:
            case effects.Begin(participant_id, kind):
                self._present(self.seats[participant_id], kind)
            case effects.Finish(participant_id, kind):
                self._outside.attendance.ended(participant_id, kind)
            case effects.Stop(track_id):
                self._stop(track_id)
            case effects.Hold(track_id, paused):
                self._hold(track_id, paused=paused)
            case effects.Drop(participant_id):
                self._drop(self.seats.pop(participant_id))
            case effects.Recast() | effects.KeepLarge() | effects.Close():
                self._tell_recorded(effect)
            case effects.ShowDoor(participant_id):
                self._show_door(participant_id)
            case effects.Answer(person, answer):
                over = WaitOver(room=self.room.id, answer=answer)
                for sid in self.doorstep.answered(person):
                    self._outbox.wait_over(sid, over)
            case _:
                told.carry_out(self, effect)

    def _tell_recorded(self, effect: effects.Recorded) -> None:
        recorded = self._outside.recorded
        match effect:
            case effects.Recast(track_id):
                recorded.track_changed(self.id, self.sent(self.state.tracks[track_id]))
            case effects.KeepLarge(participants):
                recorded.kept_large(self.id, {str(one) for one in participants})
            case effects.Close():
                recorded.meeting_ended(self.id)
                self._on_over(self)

    def _present(self, seat: Seat, kind: Kind) -> None:
        self._outside.attendance.began(
            self.id, seat.participant_id, seat.user_id, kind, guest=seat.guest
        )

    def _show_door(self, participant_id: ParticipantId) -> None:
        """Staff see who is outside; who is staff no more, sees nobody there."""
        staff = rights.is_staff(self.state.participants[participant_id].role)
        door = self.state.order.door if staff else Door(waiting=[], kept_out=[])
        news = AtTheDoor(meeting=self.id, waiting=door.waiting, kept_out=door.kept_out)
        self._outbox.personal(participant_id, news)

    def ask(self, participant_id: ParticipantId, news: Asked | NotNow) -> None:
        self._outbox.personal(participant_id, news)

    def _stop(self, track_id: TrackId) -> None:
        for seat in self.seats.values():
            if (producer := seat.producers.pop(track_id, None)) is not None:
                producer.close()
                self._outside.recorded.track_ended(self.id, str(track_id))

    def _hold(self, track_id: TrackId, *, paused: bool) -> None:
        producer = self.producer(track_id)
        if paused:
            producer.pause()
        else:
            producer.resume(self._outside.clock.monotonic())
        self._outside.recorded.track_held(self.id, str(track_id), paused=paused)

    def _drop(self, seat: Seat) -> None:
        """Nothing reaches or leaves them from here on; they hear that it is so."""
        seat.peer.close()
        self._outside.attendance.left(seat.participant_id)
        self._outbox.forget(seat.participant_id)
        self.codecs.forget(seat.participant_id)
        self.asks.forget(seat.participant_id)
        if seat.sid is not None:
            self._outbox.leaving(seat.sid)

    def let_go(self) -> None:
        """The process stops. The class is not ended by that: it may go on in the next one."""
        for seat in self.seats.values():
            seat.peer.close()
            self._outside.attendance.left(seat.participant_id)

    @property
    def fresh(self) -> bool:
        """Nobody was ever in."""
        return self.state.vacant is not None and self.state.vacant.fresh

    # --- questions ----------------------------------------------------------------------------
    def producer(self, track_id: TrackId) -> Producer:
        """Of a track that is in the state."""
        return self.seats[self.state.tracks[track_id].participant_id].producers[track_id]

    def sent(self, track: Track) -> Sent:
        """A track as recordings see it."""
        return Sent(
            track_id=str(track.id),
            participant_id=str(track.participant_id),
            source=track.source,
            host=rights.is_staff(self.state.participants[track.participant_id].role),
            everybody=self.room.records_cameras,
            paused=track.paused,
            producer=self.producer(track.id),
        )

    def of_user(self, user_id: UUID) -> list[Seat]:
        return [seat for seat in self.seats.values() if seat.user_id == user_id]

    @property
    def capabilities(self) -> RtpCapabilities:
        """What is offered to who publishes: the first codec is the one that cameras use."""
        return ortc.router_capabilities(self.codecs.offered, alone=True)

    def _where(self, participant_id: ParticipantId) -> Sid | None:
        seat = self.seats.get(participant_id)
        return seat.sid if seat is not None else None

    # --- what is told beside changes ----------------------------------------------------------
    def react(self, participant_id: ParticipantId, reaction: Reaction) -> None:
        self._outbox.reaction(participant_id, reaction)

    def tell_all(self, told: Common) -> None:
        self._outbox.common(told)

    def tell_person(self, user_id: UUID, told: Personal) -> None:
        """On all their devices that are connected; who comes back is given all anew."""
        for seat in self.of_user(user_id):
            if seat.sid is not None:
                self._outbox.personal(seat.participant_id, told)

    def tell_hosts(self, told: Personal) -> None:
        for one in self.state.participants.values():
            if rights.is_staff(one.role) and one.connection == "live":
                self._outbox.personal(one.id, told)

    # --- codecs -------------------------------------------------------------------------------
    def watches(
        self, watcher: ParticipantId, track: Track, capabilities: RtpCapabilities
    ) -> Producer | None:
        """What they want to watch. None when they cannot decode it: its source changes codec."""
        producer = self.producer(track.id)
        if track.kind == "video":
            self.codecs.watches(watcher, ortc.decodable(capabilities))
        if ortc.can_consume(producer.published, capabilities):
            return producer
        if self.codecs.cannot_decode(track.source):
            for other in self.state.tracks.values():
                self._ask_for_another(other)
        return None

    def _ask_for_another(self, track: Track) -> None:
        sent = self.producer(track.id).published.mime
        wanted = self.codecs.better(track.participant_id, track.source, sent)
        if wanted is not None:
            news = Codec(source=track.source, mime=wanted, replaces=track.id)
            self._outbox.personal(track.participant_id, news)

    # --- what the media plane tells -----------------------------------------------------------
    def speaking(self, active: str | None, speaking: tuple[str, ...]) -> None:
        """`vtp.rooms.media.HallEvents`."""
        now = frozenset(one for one in map(_participant, speaking) if one in self.seats)
        for one in self._speaking - now:
            self._outside.attendance.ended(one, "speaking")
        for one in now - self._speaking:
            self._present(self.seats[one], "speaking")
        self._speaking = now
        speaker = _participant(active) if active is not None else None
        self._outside.recorded.speaks(self.id, active)
        self._outbox.common(
            Speaking(
                meeting=self.id,
                active=speaker if speaker in self.seats else None,
                speaking=[one for one in map(_participant, speaking) if one in now],
            )
        )

    def flows(self, participant_id: ParticipantId, *, flowing: bool) -> None:
        seat = self.seats.get(participant_id)
        if seat is None:
            return
        if flowing:
            self._present(seat, "media")
        else:
            self._outside.attendance.ended(participant_id, "media")
        if seat.on_media is not None:
            seat.on_media()

    def wanted(self, participant_id: ParticipantId, news: Wanted) -> None:
        if news.track in self.state.tracks:
            self._outbox.personal(participant_id, news)

    def layer(self, participant_id: ParticipantId, news: Layer) -> None:
        if participant_id in self.seats:
            self._outbox.personal(participant_id, news)


class MediaNews:
    """What the media plane tells about one participant (`vtp.rooms.media.PeerEvents`)."""

    def __init__(self, meeting: Meeting, participant_id: ParticipantId) -> None:
        self._meeting = meeting
        self._participant_id = participant_id

    def media(self, *, flowing: bool) -> None:
        self._meeting.flows(self._participant_id, flowing=flowing)

    def wanted(self, producer: Producer, layers: tuple[bool, ...]) -> None:
        news = Wanted(track=TrackId(UUID(producer.id)), layers=list(layers))
        self._meeting.wanted(self._participant_id, news)

    def layer(self, consumer: Consumer, layer: int, reason: str) -> None:
        news = Layer(consumer=consumer.id, layer=layer, reason=reason)
        self._meeting.layer(self._participant_id, news)


def _participant(peer_id: str) -> ParticipantId:
    return ParticipantId(UUID(peer_id))
