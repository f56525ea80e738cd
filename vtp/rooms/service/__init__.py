"""Rooms and their classes: the services of one application, made and closed together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from vtp import settings
from vtp.accounts.service import Accounts
from vtp.attendance.service import Attendance
from vtp.blob.port import Blobs
from vtp.clock import Clock
from vtp.db import Database
from vtp.edge.sockets.recheck import Recheck
from vtp.errors import Unavailable
from vtp.ids import UserId
from vtp.media.pack.confined import Confined
from vtp.recordings.service import Recordings
from vtp.rooms.callers import Callers
from vtp.rooms.media import Plane
from vtp.rooms.news import Audience
from vtp.rooms.outside import Outside
from vtp.rooms.service.catalogue import Catalogue
from vtp.rooms.service.chronicle import Chronicle
from vtp.rooms.service.classrooms import Classrooms
from vtp.rooms.service.desk import Desk
from vtp.rooms.service.entrance import Entrance, IceServer
from vtp.rooms.service.guests import Guests
from vtp.rooms.service.images import Images
from vtp.rooms.service.live import Live
from vtp.rooms.service.meetings import Meetings
from vtp.rooms.service.moderation import Moderation
from vtp.rooms.service.polls import Polls
from vtp.rooms.service.recorded import RecordedClasses
from vtp.rooms.service.remembered import RememberedClasses
from vtp.rooms.service.sessions import Sessions
from vtp.rooms.service.standing import Standing
from vtp.rooms.service.talk import Talk
from vtp.tasks import Tasks

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Own it with `open_rooms`, which closes it."""

    catalogue: Catalogue  # rooms and their members
    entrance: Entrance  # join, come back, leave
    desk: Desk  # the media of who is in
    sessions: Sessions  # who sends or watches over HTTP alone
    meetings: Meetings  # what hosts see
    moderation: Moderation  # what staff do in a class
    guests: Guests  # links for those who have no account
    talk: Talk  # messages, reactions, who is lost
    images: Images  # in messages
    polls: Polls
    standing: Standing  # who may be here, asked again
    live: Live  # the classes that go on
    classrooms: Classrooms  # of courses

    async def sweep(self) -> None:
        """What follows from time that has passed."""
        self.sessions.sweep()
        await self.sessions.recheck()
        await self.live.sweep()
        self.talk.sweep()
        self.images.sweep()
        await self.write_reactions()
        await self.standing.look_again()

    async def write_reactions(self) -> None:
        try:
            await self.talk.flush()
        except Unavailable as problem:
            _log.warning("rooms.reactions_wait", code=problem.code)

    async def drain(self, force: asyncio.Event) -> None:
        """Begin no more classes, and let those that go on come to their end; see `Live.drain`."""
        await self.live.drain(force)


def no_relays(_user_id: UserId) -> Sequence[IceServer]:
    return ()


@asynccontextmanager
async def open_rooms(
    db: Database,
    *,
    clock: Clock,
    chronicle: Chronicle,
    options: settings.Rooms,
    accounts: Accounts,
    attendance: Attendance,
    plane: Plane,
    audience: Audience,
    blobs: Blobs,
    sandbox: Confined,
    recheck: Recheck,
    recordings: Recordings,
    ice_servers: Callable[[UserId], Sequence[IceServer]] = no_relays,
) -> AsyncIterator[Rooms]:
    """For the one process that holds classes: it takes up what its predecessor left behind."""
    tasks, callers = Tasks(_report), Callers(audience)
    outside = Outside(
        clock, options, attendance, plane, audience=callers, tasks=tasks, recorded=recordings.studio
    )
    live = Live(db, outside=outside, chronicle=chronicle)
    standing = Standing(db, live=live, people=accounts.people)
    catalogue = Catalogue(
        db, clock=clock, accounts=accounts, standing=standing, chronicle=chronicle
    )
    entrance = Entrance(db, live=live, people=accounts.people, plane=plane, ice_servers=ice_servers)
    desk = Desk(live=live, clock=clock)
    meetings = Meetings(db, live=live, plane=plane)
    images = Images(db, live=live, meetings=meetings, blobs=blobs, sandbox=sandbox, clock=clock)
    rooms = Rooms(
        catalogue=catalogue,
        entrance=entrance,
        desk=desk,
        sessions=Sessions(
            live=live,
            catalogue=catalogue,
            entrance=entrance,
            desk=desk,
            callers=callers,
            standing=standing,
            recheck=recheck,
            clock=clock,
        ),
        meetings=meetings,
        moderation=Moderation(db, live=live, meetings=meetings),
        guests=Guests(db, live=live, catalogue=catalogue, standing=standing),
        talk=Talk(db, live=live, meetings=meetings, images=images, clock=clock),
        images=images,
        polls=Polls(db, live=live, meetings=meetings, clock=clock),
        standing=standing,
        live=live,
        classrooms=Classrooms(on_changed=standing.membership_changed),
    )
    recordings.studio.attach(RecordedClasses(db, live=live))
    recordings.timelines.attach(RememberedClasses(db, attendance=attendance))
    async with _living(rooms, tasks, options.sweep, recordings):
        yield rooms


@asynccontextmanager
async def _living(
    rooms: Rooms, tasks: Tasks, interval: float, recordings: Recordings
) -> AsyncIterator[None]:
    await rooms.live.recover()
    await recordings.studio.recover()
    tasks.start("rooms.sweep", _sweep(rooms, interval, tasks))
    try:
        yield
    finally:
        await rooms.write_reactions()
        await rooms.live.close()
        await tasks.close()


async def _sweep(rooms: Rooms, interval: float, tasks: Tasks) -> None:
    while True:
        await asyncio.sleep(interval)
        # A task each time: a defect in one round must not keep the next from happening.
        await asyncio.wait([tasks.start("rooms.sweep_round", rooms.sweep())])


def _report(task: str, error: BaseException) -> None:
    _log.error("rooms.task_failed", task=task, exc_info=error)
