"""The classes that go on in this process: opened by who comes first, ended when they are over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from msgspec.structs import replace

from vtp.db import Database
from vtp.edge.sockets.channels import Sid
from vtp.ids import MeetingId, RoomId, UserId, uuid7
from vtp.rooms import moves, state
from vtp.rooms.facts import Ending, Locks, Parting
from vtp.rooms.meeting import Meeting, Seat
from vtp.rooms.model import Held, Room
from vtp.rooms.outside import Outside
from vtp.rooms.problems import NotInMeeting, ServerStopping
from vtp.rooms.service.chronicle import NOBODY, By, Chronicle, Departure
from vtp.rooms.service.keeping import Keeping
from vtp.rooms.service.records import Records
from vtp.rooms.service.recovered import conversation
from vtp.rooms.state import Over, Rules
from vtp.rooms.store import meetings as store
from vtp.rooms.store import order

_log = structlog.get_logger()
_RETRY_AFTER = 5.0


class Live:
    def __init__(self, db: Database, *, outside: Outside, chronicle: Chronicle) -> None:
        self._db = db
        self.outside = outside
        options = outside.options
        self._rules = Rules(
            participants=options.participants,
            devices=options.devices,
            away_after=options.away_after,
            empty_for=options.empty_for,
        )
        self.chronicle = chronicle
        self.records = Records(db, chronicle)
        self.keeping = Keeping(db, outside.tasks)
        self._meetings: dict[MeetingId, Meeting] = {}
        self._of_room: dict[RoomId, Meeting] = {}
        # Classes that are over and have something of their order to be written.
        self._unwritten: list[Meeting] = []
        self._sockets: dict[Sid, tuple[Meeting, Seat]] = {}
        self._outside: dict[Sid, tuple[Meeting, UUID]] = {}
        self._opening = asyncio.Lock()
        self._stopping = False
        # Counts what may have taken a right from somebody: who is just coming in, asks again.
        self.changes = 0

    def __iter__(self) -> Iterator[Meeting]:
        return iter(list(self._meetings.values()))

    def get(self, meeting_id: MeetingId) -> Meeting | None:
        return self._meetings.get(meeting_id)

    def in_room(self, room_id: RoomId) -> Meeting | None:
        return self._of_room.get(room_id)

    @property
    def participants(self) -> int:
        return sum(len(meeting.seats) for meeting in self._meetings.values())

    # --- who sits where -----------------------------------------------------------------------
    async def enter(self, sid: Sid, meeting: Meeting) -> None:
        await self.outside.audience.enter(sid, meeting.id)

    async def leave(self, sid: Sid, meeting: Meeting) -> None:
        await self.outside.audience.leave(sid, meeting.id)

    def sits(self, sid: Sid, meeting: Meeting, seat: Seat) -> None:
        self._sockets[sid] = (meeting, seat)

    def place_of(self, sid: Sid) -> tuple[Meeting, Seat] | None:
        """The class that a socket is in; a seat that was taken over by another is not its own."""
        found = self._sockets.get(sid)
        if found is None:
            return None
        meeting, seat = found
        here = meeting.seats.get(seat.participant_id) is seat and seat.sid == sid
        return found if here else None

    def seated(self, sid: Sid) -> tuple[Meeting, Seat]:
        if (found := self.place_of(sid)) is None:
            raise NotInMeeting
        return found

    def waits(self, sid: Sid, meeting: Meeting, person: UUID) -> None:
        """This socket stands outside, for somebody who wants to be let in."""
        self._outside[sid] = (meeting, person)
        meeting.doorstep.come(sid, person)

    def is_outside(self, sid: Sid) -> bool:
        return sid in self._outside

    def waits_no_more(self, sid: Sid, *, for_good: bool) -> None:
        """It went away, or came in; who has no other socket there loses the place some time."""
        found = self._outside.pop(sid, None)
        if found is None:
            return
        meeting, person = found
        if meeting.doorstep.go(sid, person):
            meeting.do(moves.StopWaiting(person) if for_good else moves.Stray(person))

    def gone(self, sid: Sid, *, for_good: bool = False) -> UserId | None:
        """A socket has ended; whose place is kept for a while, unless it ended for good."""
        self.waits_no_more(sid, for_good=for_good)
        found = self.place_of(sid)
        self._sockets.pop(sid, None)
        if found is None:
            return None
        meeting, seat = found
        if for_good:
            meeting.leave(seat, moves.Leave(seat.participant_id))
        else:
            meeting.cut(seat)
        return seat.user_id

    # --- beginning and ending -----------------------------------------------------------------
    async def open(self, room: Room) -> Meeting:
        """The class of this room that goes on, or a new one."""
        if (found := self._of_room.get(room.id)) is not None:
            return found
        async with self._opening:
            if (found := self._of_room.get(room.id)) is not None:
                return found
            if self._stopping:
                raise ServerStopping(retry_after=_RETRY_AFTER)
            await self.records.flush()  # the end of the one before may still wait
            return await self._begin(room)

    async def _begin(self, room: Room) -> Meeting:
        now = self.outside.now()
        meeting_id = MeetingId(uuid7())
        began = state.opened(
            self._rules,
            room.member_sources,
            now=now,
            locks=room.locks,
            waiting_room=room.waiting_room,
        )
        async with self._db.transaction() as tx:
            for stale in await store.going_on(tx, room_id=room.id):
                _log.warning("rooms.stale_meeting", meeting_id=str(stale.id))
                await store.end(tx, meeting_id=stale.id, at=now.wall, how="lost")
            await store.insert(tx, meeting_id=meeting_id, room_id=room.id, started_at=now.wall)
            await order.put_rules(tx, meeting_id=meeting_id, order=began.order)
        _log.info("rooms.meeting_began", meeting_id=str(meeting_id), room_id=str(room.id))
        return self._add(meeting_id, room, began, started_at=now.wall)

    def _add(
        self, meeting_id: MeetingId, room: Room, began: state.State, *, started_at: datetime
    ) -> Meeting:
        meeting = Meeting(
            meeting_id,
            room,
            began,
            started_at=started_at,
            outside=self.outside,
            on_over=self._over,
            on_left=self._left,
        )
        self._meetings[meeting_id] = self._of_room[room.id] = meeting
        return meeting

    def _over(self, meeting: Meeting) -> None:
        over = meeting.state.over
        if over is None:
            return
        del self._meetings[meeting.id]
        del self._of_room[meeting.room.id]
        self.records.ended(meeting.id, meeting.room, over)
        if meeting.state.order is not meeting.stored:
            self._unwritten.append(meeting)
        _log.info("rooms.meeting_ended", meeting_id=str(meeting.id), how=over.how)

    def _left(self, meeting: Meeting, seat: Seat, how: Parting) -> None:
        departure = Departure(
            meeting_id=meeting.id,
            room=meeting.room,
            person=seat.user_id,
            guest=seat.guest,
            how=how,
            at=self.outside.clock.now(),
        )
        self.records.left(seat.participant_id, departure)

    def end(self, meeting: Meeting, how: Ending, by: By = NOBODY) -> None:
        if meeting.state.over is None:
            self.records.ending(meeting.id, by)
            meeting.do(moves.End(how))

    def room_changed(self, room: Room) -> Meeting | None:
        """The class that goes on there follows what its room says now."""
        self.changes += 1
        meeting = self._of_room.get(room.id)
        if meeting is None:
            return None
        before, meeting.room = meeting.room, room
        if room.closed_at is not None:
            self.end(meeting, "closed")
            return None
        meeting.do(_follow(before, room, meeting.state.locks))
        if before.records_cameras and not room.records_cameras:
            # At once. The other way only what is turned on later is kept: its sender was told so.
            for track in meeting.state.tracks.values():
                self.outside.recorded.track_changed(meeting.id, meeting.sent(track))
        return meeting

    # --- as time passes -----------------------------------------------------------------------
    async def sweep(self) -> None:
        """Give up who stays away and end what is empty; write what waits."""
        for meeting in self:
            meeting.do(moves.Tick())
        if await self._catch_up():
            await self.records.flush()

    async def _catch_up(self) -> bool:
        for meeting in [*self, *self._unwritten]:
            if not await self.keeping.catch_up(meeting):
                return False
            if meeting in self._unwritten:
                self._unwritten.remove(meeting)
        return True

    async def drain(self, force: asyncio.Event) -> None:
        """Begin no more classes, and return when nobody is connected to one, or when it must be.

        Those that go on are told; they end by themselves, at the limit, or when `force` is set.
        """
        self._stopping = True
        limit = self.outside.options.drain_limit
        by = self.outside.clock.now() + timedelta(seconds=limit)
        until = self.outside.clock.monotonic() + limit
        for meeting in self:
            meeting.do(moves.Warn(by))
        while self._anybody_connected() and not force.is_set():
            if self.outside.clock.monotonic() >= until:
                _log.warning("rooms.drained_late", meetings=len(self._meetings))
                return
            try:
                await asyncio.wait_for(force.wait(), self.outside.options.sweep)
            except TimeoutError:
                continue

    def _anybody_connected(self) -> bool:
        """Who is away comes back to the next server; there is nobody to wait for."""
        return any(
            one.connection == "live"
            for meeting in self
            for one in meeting.state.participants.values()
        )

    async def close(self) -> None:
        """The rest of the program may still call: it finds nobody here."""
        for meeting in self:
            meeting.let_go()
        await self._catch_up()
        for table in (self._sockets, self._outside, self._meetings, self._of_room):
            table.clear()
        await self.records.flush()

    # --- after a crash ------------------------------------------------------------------------
    async def recover(self) -> None:
        """Classes that a crash interrupted go on, or ended when anybody was last seen."""
        held = await store.going_on(self._db)
        seen = await self.outside.attendance.last_seen([one.id for one in held])
        for one in held:
            await self._take_up(one, seen_at=seen.get(one.id, one.started_at))
        await self.records.flush()

    async def _take_up(self, held: Held, *, seen_at: datetime) -> None:
        now = self.outside.now()
        away = (now.wall - seen_at).total_seconds()
        if held.room.closed_at is not None or away > self.outside.options.longest_outage:
            self.records.ended(held.id, held.room, Over("lost", seen_at))
            return
        async with self._db.transaction() as tx:
            await store.add_outage(tx, meeting_id=held.id, started_at=seen_at, ended_at=now.wall)
        again = state.reopened(
            self._rules,
            await order.of_meeting(self._db, meeting_id=held.id),
            seen_at=seen_at,
            talk=await conversation(self._db, held.id, now=now),
            now=now,
            waiting_room=held.room.waiting_room,
            fresh=not await store.begun(self._db, meeting_id=held.id),
        )
        self._add(held.id, held.room, again, started_at=held.started_at)
        _log.warning("rooms.meeting_taken_up", meeting_id=str(held.id), away=round(away, 1))


def _follow(before: Room, room: Room, locks: Locks) -> moves.ChangeRoom:
    """What was changed in the room is so in the class; what was not, stays as staff left it."""
    sources = (
        frozenset(room.member_sources) if room.member_sources != before.member_sources else None
    )
    if room.locks != before.locks:
        locks = replace(room.locks, entry=locks.entry)
    return moves.ChangeRoom(room.waiting_room, locks, sources)
