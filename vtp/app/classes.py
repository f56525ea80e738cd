"""Live classes: the media plane, who was there, and the rooms that bring the two together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from vtp import secretfiles
from vtp.actor import Actor
from vtp.app.attending import attending
from vtp.app.parts import Parts
from vtp.attendance.service import Attendance, open_attendance
from vtp.attendance.service.books import Books
from vtp.attendance.service.learning import Learning
from vtp.attendance.service.viewing import Viewing
from vtp.attendance.service.watching import Watching
from vtp.blob.opening import elsewhere
from vtp.courses.service.doors import Doors
from vtp.edge.sockets.facade import Sockets
from vtp.ids import UserId
from vtp.media.sfu import turn
from vtp.media.sfu.plane import Plane, open_plane
from vtp.recordings.service import Recordings, open_recordings
from vtp.recordings.service.engines import engine_of
from vtp.rooms.events import Herald
from vtp.rooms.service import Rooms, open_rooms
from vtp.rooms.service.chronicle import Chronicle
from vtp.rooms.service.entrance import IceServer
from vtp.rooms.service.sittings import Sittings


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    plane: Plane
    attendance: Attendance
    recordings: Recordings
    watching: Watching
    viewing: Viewing
    learning: Learning
    books: Books
    rooms: Rooms


@asynccontextmanager
async def open_classes(parts: Parts, sockets: Sockets) -> AsyncIterator[Classes]:
    """In the web process alone, where the packets are. Classes close before the plane does."""
    chosen, clock = parts.settings, parts.clock
    async with (
        open_plane(chosen.media, clock=clock) as plane,
        open_attendance(parts.db, clock=clock, options=chosen.attendance) as attendance,
        open_recordings(
            parts.db,
            clock=clock,
            audit=parts.audit,
            options=chosen.recorder,
            delivery=chosen.delivery,
            link_key=secretfiles.read_or_create(chosen.secrets_dir, "media-link-key"),
            recheck=parts.standing,
            root=chosen.recordings_dir,
            jobs=parts.jobs,
            sandbox=parts.sandbox,
            copies=elsewhere(chosen.blob),
            engine=engine_of(chosen.processing),
        ) as recordings,
        open_rooms(
            parts.db,
            clock=clock,
            chronicle=Chronicle(parts.audit, parts.webhooks),
            options=chosen.rooms,
            accounts=parts.accounts,
            attendance=attendance,
            plane=plane,
            audience=Herald(sockets),
            blobs=parts.blobs,
            sandbox=parts.sandbox,
            recheck=parts.standing,
            recordings=recordings,
            ice_servers=partial(_relays, parts),
        ) as rooms,
    ):
        doors = Doors(parts.db)
        recordings.studio.follow(doors)
        rooms.entrance.open_by(doors)
        sockets.on_gone.append(rooms.standing.on_gone)
        sockets.on_roles_changed.append(rooms.standing.on_changed)
        parts.accounts.on_ended.append(rooms.standing.on_ended)
        parts.accounts.on_changed.append(rooms.standing.on_changed)
        books = attending(parts)
        viewing = Viewing(parts.db, clock=clock, shelf=parts.library.shelf)
        watching, learning = _learning(parts, recordings, books, viewing)
        yield Classes(
            plane=plane,
            attendance=attendance,
            recordings=recordings,
            watching=watching,
            viewing=viewing,
            learning=learning,
            books=books,
            rooms=rooms,
        )


def _learning(
    parts: Parts, recordings: Recordings, books: Books, viewing: Viewing
) -> tuple[Watching, Learning]:
    """What is watched may make a class up."""
    watching = Watching(parts.db, clock=parts.clock, recorded=recordings.library)
    watching.on_seen.append(books.catching.seen)
    return watching, Learning(
        parts.db,
        clock=parts.clock,
        films=recordings.library,
        viewing=viewing,
        meetings=Sittings(parts.db),
        catching=books.catching,
    )


async def standing(parts: Parts, rooms: Rooms, actors: Sequence[Actor]) -> Sequence[Actor | None]:
    """Each as they are now: accounts know about people, rooms about guests."""
    guests = iter(await rooms.guests.still([one for one in actors if one.guest is not None]))
    people = iter(await parts.standing([one for one in actors if one.guest is None]))
    return [next(people if one.guest is None else guests) for one in actors]


def _relays(parts: Parts, user_id: UserId) -> Sequence[IceServer]:
    """Relays for whoever cannot reach us, named so that the relay's log tells who it was."""
    at = parts.clock.now().timestamp()
    return [
        IceServer(urls=list(one.urls), username=one.username, credential=one.credential)
        for one in turn.ice_servers(parts.settings.media, str(user_id), at=at)
    ]
