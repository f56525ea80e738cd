"""Who is in a class over HTTP alone: encoders that speak WHIP, players that speak WHEP.

A session is a participant like any other, come in through the same entrance. In place of a socket
it has one transport: while that is cut off they are away, and when it ends they have left.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

import structlog

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.edge.sockets.channels import Sid
from vtp.edge.sockets.recheck import Recheck
from vtp.errors import NotFound, Unavailable
from vtp.ids import MeetingId, RoomId, UserId
from vtp.media.rtp import sdp, sdp_answer, sdp_fragment
from vtp.media.rtp.ortc_types import TransportParameters
from vtp.media.rtp.sdp import Offer
from vtp.media.rtp.sdp_answer import Accepted
from vtp.media.rtp.sdp_fragment import Fragment
from vtp.media.rtp.sdp_lines import BadSdp
from vtp.rooms import callers, moves, rights
from vtp.rooms.callers import Callers
from vtp.rooms.facts import Kind, Parting, Source
from vtp.rooms.media import Transport
from vtp.rooms.meeting import Meeting, Seat
from vtp.rooms.problems import MayNotPublish, NoSuchParticipant
from vtp.rooms.service.catalogue import Catalogue
from vtp.rooms.service.desk import Desk
from vtp.rooms.service.entrance import Entrance, Entry, IceServer
from vtp.rooms.service.live import Live
from vtp.rooms.service.standing import Standing
from vtp.rooms.watching import Watching, Wish

Protocol = Literal["whip", "whep"]

_log = structlog.get_logger()

_SENDING = frozenset({"sendrecv", "sendonly"})
_CAMERA: dict[Kind, Source] = {"audio": "microphone", "video": "camera"}
_SCREEN: dict[Kind, Source] = {"audio": "screen_audio", "video": "screen"}


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    id: str  # hard to guess, and of use to nobody but who made it
    protocol: Protocol
    room_id: RoomId
    actor: Actor
    sid: Sid
    meeting: Meeting
    seat: Seat
    transport: Transport
    offer: Offer
    mids: tuple[str, ...]  # of the m-lines that were taken
    remote: Fragment  # the credentials of the other side
    etag: str  # of the ICE session; another one after a restart
    watching: Watching | None = None

    @property
    def user_id(self) -> UserId:
        return self.actor.require_user()

    @property
    def goes_on(self) -> bool:
        return self.meeting.seats.get(self.seat.participant_id) is self.seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    session: Session
    answer: str
    ice_servers: Sequence[IceServer]


class Sessions:
    def __init__(
        self,
        *,
        live: Live,
        catalogue: Catalogue,
        entrance: Entrance,
        desk: Desk,
        callers: Callers,
        standing: Standing,
        recheck: Recheck,
        clock: Clock,
    ) -> None:
        self._live = live
        self._catalogue = catalogue
        self._entrance = entrance
        self._desk = desk
        self._clock = clock
        self._standing = standing
        self._recheck = recheck
        self._rechecked = clock.monotonic()
        self._sessions: dict[str, Session] = {}
        callers.on_change.append(self._changed)

    # --- coming in ----------------------------------------------------------------------------
    async def publish(self, actor: Actor, room_id: RoomId, *, text: str, screen: bool) -> Opened:
        """Send sound and picture into the class of a room; of each one m-line at most."""
        offer = sdp.parse_offer(text)
        sources = _SCREEN if screen else _CAMERA
        kinds = [one.kind for one in offer.sections if one.kind and one.direction in _SENDING]
        await self._require_right(actor, room_id, {sources[kind] for kind in kinds})
        async with self._inside(actor, room_id) as caller:
            transport = self._desk.transport(caller.sid, direction="send")
            answer, accepted = sdp_answer.publish_answer(
                offer,
                _parameters(transport),
                camera=_order(caller.entry.meeting, sources["video"]),
                session_id=_number(),
            )
            if len(accepted) < len(kinds):
                # RFC 9725, 4.4.3: half of what is sent would be taken for all of it.
                raise BadSdp("Offer one sound and one picture at most, in codecs of this server.")
            for one in accepted:
                self._produce(caller, transport, sources[one.kind], one)
            session = caller.session("whip", transport, offer, [one.mid for one in accepted])
            await self._open(session)
        return Opened(session=session, answer=answer, ice_servers=caller.entry.ice_servers)

    async def watch(self, actor: Actor, room_id: RoomId, *, text: str, wish: Wish) -> Opened:
        """Receive what is on in the class of a room, now and later, in the m-lines offered."""
        offer = sdp.parse_offer(text)
        async with self._inside(actor, room_id) as caller:
            meeting = caller.entry.meeting
            if wish.participant and wish.participant not in meeting.state.participants:
                raise NoSuchParticipant
            transport = self._desk.transport(caller.sid, direction="recv")
            watching = Watching(meeting, caller.seat, transport, wish)
            given = watching.answer(offer)
            answer = sdp_answer.watch_answer(
                offer, _parameters(transport), given, session_id=_number()
            )
            session = caller.session("whep", transport, offer, list(given))
            session.watching = watching
            await self._open(session)
        return Opened(session=session, answer=answer, ice_servers=caller.entry.ice_servers)

    async def _require_right(self, actor: Actor, room_id: RoomId, sources: set[Source]) -> None:
        """Before anybody sees them come, and go."""
        yours = await self._catalogue.get(actor, room_id)
        for source in sources:
            if not rights.may_publish(yours.role, source, yours.room.member_sources):
                raise MayNotPublish

    @asynccontextmanager
    async def _inside(self, actor: Actor, room_id: RoomId) -> AsyncIterator[_Caller]:
        """In the class; and out again where nothing comes of it."""
        sid = callers.new()
        entry = await self._entrance.join(actor, sid, room_id=room_id)
        caller = _Caller(actor, room_id, sid, entry, entry.meeting.seats[entry.me.id])
        try:
            yield caller
        except BaseException:
            entry.meeting.leave(caller.seat, moves.Leave(entry.me.id))
            self._live.gone(sid)
            raise

    def _produce(
        self, caller: _Caller, transport: Transport, source: Source, accepted: Accepted
    ) -> None:
        self._desk.produce(
            caller.sid,
            transport=transport.id,
            kind=accepted.kind,
            source=source,
            parameters=accepted.parameters,
            paused=False,
        )

    async def _open(self, session: Session) -> None:
        await self._desk.connect(
            session.sid, transport=session.transport.id, dtls=session.offer.dtls
        )
        session.seat.on_media = partial(self._media, session)
        self._sessions[session.id] = session
        _log.info(
            "rooms.session_opened",
            protocol=session.protocol,
            meeting_id=str(session.meeting.id),
            participant_id=str(session.seat.participant_id),
        )

    # --- by its address -----------------------------------------------------------------------
    def get(self, actor: Actor, protocol: Protocol, room_id: RoomId, session_id: str) -> Session:
        """For who made it; for all others there is none."""
        found = self._sessions.get(session_id)
        if found is None or not found.goes_on or found.user_id != actor.user_id:
            raise NotFound
        if (found.protocol, found.room_id) != (protocol, room_id):
            raise NotFound
        return found

    def patch(self, session: Session, fragment: Fragment) -> str | None:
        """Candidates are learnt from checks, so only a restart is answered: with our side of it."""
        if fragment == session.remote:
            return None
        session.transport.restart_ice()
        session.remote, session.etag = fragment, _etag()
        return sdp_fragment.write_fragment(
            session.offer, session.mids, _parameters(session.transport)
        )

    def end(self, session: Session) -> None:
        """By who made it, at once."""
        self._leave(session, "left")

    # --- as time passes -----------------------------------------------------------------------
    def sweep(self) -> None:
        for session in list(self._sessions.values()):
            if session.goes_on:
                self._look(session)
            else:
                self._forget(session)

    async def recheck(self) -> None:
        """What ended in another process ends here too; of sockets `edge.sockets` takes care."""
        now = self._clock.monotonic()
        if now - self._rechecked < self._live.outside.options.recheck_interval:
            return
        self._rechecked, sessions = now, list(self._sessions.values())
        try:
            found = await self._recheck([session.actor for session in sessions])
        except Unavailable as problem:  # all stay, and are asked about next time
            _log.warning("rooms.recheck_failed", code=problem.code)
            return
        for session, actor in zip(sessions, found, strict=True):
            if actor is None:
                self._leave(session, "signed_out")
            elif actor.roles != session.actor.roles:
                session.actor = actor
                await self._standing.on_changed(session.user_id)

    def _media(self, session: Session) -> None:
        if session.goes_on:
            self._look(session)

    def _look(self, session: Session) -> None:
        """Let the class know what has become of the transport."""
        transport, meeting, seat = session.transport, session.meeting, session.seat
        match transport.state:
            case "closed":
                self._leave(session, "left")
            case "failed":
                self._leave(session, "lost")
            case "disconnected" if not transport.reachable:
                self._leave(session, "lost")
            case "disconnected" if seat.sid is not None:
                meeting.cut(seat)
            case "connected":
                self._connected(session)

    def _connected(self, session: Session) -> None:
        meeting, seat = session.meeting, session.seat
        if seat.sid is None:
            meeting.resume(
                seat.participant_id, sid=session.sid, credential_id=session.actor.credential_id
            )
        if session.watching is not None:
            session.watching.begin(self._clock.monotonic())

    def _changed(self, meeting_id: MeetingId) -> None:
        """Something in a class has changed: show it, or be gone."""
        for session in [one for one in self._sessions.values() if one.meeting.id == meeting_id]:
            # A task each: a defect with one player must not keep the news from a whole class.
            self._live.outside.tasks.start("rooms.session_follows", self._follow(session))

    async def _follow(self, session: Session) -> None:
        if not session.goes_on:
            self._forget(session)
        elif session.watching is not None:
            session.watching.feed(self._clock.monotonic())
        elif not any(session.meeting.state.sent_by(session.seat.participant_id)):
            self._leave(session, "not_allowed")  # nothing that it sends may be sent any more

    def _leave(self, session: Session, how: Parting) -> None:
        session.meeting.leave(session.seat, moves.Leave(session.seat.participant_id, how))
        self._forget(session)

    def _forget(self, session: Session) -> None:
        if self._sessions.pop(session.id, None) is not None:
            self._live.gone(session.sid)
            _log.info(
                "rooms.session_ended",
                protocol=session.protocol,
                meeting_id=str(session.meeting.id),
                participant_id=str(session.seat.participant_id),
            )


@dataclass(frozen=True, slots=True)
class _Caller:
    """Somebody who has just come in."""

    actor: Actor
    room_id: RoomId
    sid: Sid
    entry: Entry
    seat: Seat

    def session(
        self, protocol: Protocol, transport: Transport, offer: Offer, mids: Sequence[str]
    ) -> Session:
        return Session(
            id=secrets.token_urlsafe(16),
            protocol=protocol,
            room_id=self.room_id,
            actor=self.actor,
            sid=self.sid,
            meeting=self.entry.meeting,
            seat=self.seat,
            transport=transport,
            offer=offer,
            mids=tuple(mids),
            remote=Fragment(offer.ufrag, offer.password),
            etag=_etag(),
        )


def _parameters(transport: Transport) -> TransportParameters:
    return TransportParameters(
        ice_parameters=transport.ice_parameters(),
        ice_candidates=tuple(transport.candidates()),
        dtls_parameters=transport.dtls_parameters(),
    )


def _order(meeting: Meeting, source: Source) -> tuple[str, ...]:
    """What others send from there, that all in the class can decode."""
    wanted = meeting.codecs.of(source)
    return (wanted,) if wanted is not None else ()


def _etag() -> str:
    return f'"{secrets.token_urlsafe(8)}"'


def _number() -> int:
    """RFC 9429, 5.2.1: of an answer, below 2^63."""
    return secrets.randbits(62)
