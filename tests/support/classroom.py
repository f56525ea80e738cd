"""Rooms for tests: the real services on a test's database, with a media plane that is quiet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from tests.support.accounts import Person, a_person, some_accounts
from tests.support.chronicle import a_chronicle
from tests.support.quiet_plane import Peer, QuietPlane, sound, video
from tests.support.recordings import recorded
from vtp import settings
from vtp.accounts.service import Accounts
from vtp.accounts.service.standing import Standing
from vtp.actor import Actor, Role
from vtp.attendance.service import Attendance, open_attendance
from vtp.blob.memory import MemoryBlobs
from vtp.blob.threads import Threads
from vtp.clock import SetClock, SystemClock
from vtp.db import Database
from vtp.edge.sockets import endings
from vtp.edge.sockets.channels import Sid
from vtp.ids import MeetingId, RoomId
from vtp.recordings.service import Recordings
from vtp.rooms import news
from vtp.rooms.facts import AnyEvent, ParticipantId, Source, Track
from vtp.rooms.rights import Access
from vtp.rooms.service import Rooms, open_rooms
from vtp.rooms.service.entrance import Entry
from vtp.sandbox.runner import Sandbox

# Nothing happens by itself; news go out at the next turn of the loop.
STILL = settings.Rooms(sweep=3600.0, news_interval=0.0)
UNWRITTEN = settings.Attendance(flush_interval=3600.0)


@dataclass
class Listeners:
    """Who is told what (`vtp.rooms.news.Audience`)."""

    inside: set[tuple[Sid, MeetingId]] = field(default_factory=set)
    batches: list[list[AnyEvent]] = field(default_factory=list)
    spoken: list[news.Speaking] = field(default_factory=list)
    common_told: list[news.Common] = field(default_factory=list)
    told: list[tuple[Sid, news.Personal]] = field(default_factory=list)
    answers: list[tuple[Sid, news.WaitOver]] = field(default_factory=list)
    ended: set[Sid] = field(default_factory=set)

    def here(self, sid: Sid) -> bool:
        return sid not in self.ended

    async def enter(self, sid: Sid, meeting_id: MeetingId) -> None:
        self.inside.add((sid, meeting_id))

    async def leave(self, sid: Sid, meeting_id: MeetingId) -> None:
        self.inside.discard((sid, meeting_id))

    async def events(self, meeting_id: MeetingId, events: Sequence[AnyEvent]) -> None:
        self.batches.append(list(events))

    async def common(self, told: news.Common) -> None:
        if isinstance(told, news.Speaking):
            self.spoken.append(told)
        else:
            self.common_told.append(told)

    async def personal(self, sid: Sid, told: news.Personal) -> None:
        self.told.append((sid, told))

    async def wait_over(self, sid: Sid, told: news.WaitOver) -> None:
        self.answers.append((sid, told))


@dataclass
class School:
    """Everything of one process that holds classes."""

    db: Database
    clock: SetClock
    accounts: Accounts
    attendance: Attendance
    plane: QuietPlane
    listeners: Listeners
    rooms: Rooms
    blobs: MemoryBlobs
    recordings: Recordings
    _sockets: int = 0

    async def person(self, name: str, *roles: Role) -> Attender:
        person = await a_person(self.accounts, name, *roles)
        return Attender(self, person, await person.by_client(), self.socket())

    async def room(
        self, owner: Attender, *, access: Access = "school", title: str = "Algebra"
    ) -> RoomId:
        made = await self.rooms.catalogue.create(
            owner.actor, title=title, access=access, member_sources=("microphone", "camera")
        )
        return made.room.id

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.rooms.sweep()

    def socket(self) -> Sid:
        self._sockets += 1
        return Sid(f"socket-{self._sockets}")

    def peer(self, participant_id: UUID) -> Peer:
        return self.plane.peers[str(participant_id)]


@dataclass
class Attender:
    """Somebody with a browser."""

    school: School
    person: Person
    actor: Actor
    sid: Sid
    entry: Entry | None = None

    @property
    def id(self) -> ParticipantId:
        assert self.entry
        return self.entry.me.id

    @property
    def meeting_id(self) -> MeetingId:
        assert self.entry
        return self.entry.meeting.id

    @property
    def peer(self) -> Peer:
        return self.school.peer(self.id)

    async def join(self, room_id: RoomId, *, token: str = "", seen: int = 0) -> Entry:
        """With a new socket."""
        self.sid = self.school.socket()
        self.entry = await self.school.rooms.entrance.join(
            self.actor, self.sid, room_id=room_id, token=token, seen=seen
        )
        return self.entry

    def lose_socket(self) -> None:
        self.school.rooms.standing.on_gone(self.sid, self.actor, endings.LOST)

    def close_page(self) -> None:
        self.school.rooms.standing.on_gone(self.sid, self.actor, endings.UNLOADED)

    def send(self, source: Source = "microphone", *, mime: str = "video/H264") -> Track:
        desk = self.school.rooms.desk
        transport = desk.transport(self.sid, direction="send")
        audio = source in {"microphone", "screen_audio"}
        return desk.produce(
            self.sid,
            transport=transport.id,
            kind="audio" if audio else "video",
            source=source,
            parameters=sound() if audio else video(mime),
            paused=False,
        )

    def is_in(self) -> bool:
        return self.school.rooms.live.place_of(self.sid) is not None


@asynccontextmanager
async def a_process(
    db: Database,
    clock: SetClock,
    accounts: Accounts,
    *,
    options: settings.Rooms = STILL,
    root: Path | None = None,
) -> AsyncIterator[School]:
    """One process that holds classes; opened beside another one, as after its crash."""
    plane, listeners = QuietPlane(), Listeners()
    async with (
        Threads(1) as threads,
        open_attendance(db, clock=clock, options=UNWRITTEN) as attendance,
        recorded(db, root=root) as recordings,
        open_rooms(
            db,
            clock=clock,
            chronicle=a_chronicle(db, clock),
            options=options,
            accounts=accounts,
            attendance=attendance,
            plane=plane,
            audience=listeners,
            blobs=(blobs := MemoryBlobs(threads, clock)),
            sandbox=Sandbox(settings.Sandbox(), clock=SystemClock()),
            recheck=Standing(db, clock=clock, demo=False),
            recordings=recordings,
        ) as rooms,
    ):
        yield School(db, clock, accounts, attendance, plane, listeners, rooms, blobs, recordings)


@asynccontextmanager
async def a_school(
    db: Database,
    clock: SetClock,
    *,
    options: settings.Rooms = STILL,
    root: Path | None = None,
) -> AsyncIterator[School]:
    """`root` is where its recorder listens; without one nothing can be recorded."""
    async with (
        some_accounts(db, clock) as accounts,
        a_process(db, clock, accounts, options=options, root=root) as school,
    ):
        accounts.on_ended.append(school.rooms.standing.on_ended)
        accounts.on_changed.append(school.rooms.standing.on_changed)
        yield school
