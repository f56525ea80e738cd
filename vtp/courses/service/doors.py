"""What rooms and recordings ask of the timetable: when a room opens, and which class it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from vtp.courses.store import windows as store
from vtp.db import Database, Db
from vtp.ids import ClassId, RecordingId, RoomId

# A room opens so long before its class, and stays open so long after it for who goes on talking.
OPENS_BEFORE = timedelta(minutes=15)
CLOSES_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Window:
    """A class in a room."""

    class_id: ClassId
    title: str
    starts_at: datetime
    ends_at: datetime

    @property
    def opens_at(self) -> datetime:
        return self.starts_at - OPENS_BEFORE

    def open(self, at: datetime) -> bool:
        return self.opens_at <= at <= self.ends_at + CLOSES_AFTER


@dataclass(frozen=True, slots=True)
class Door:
    """Whether members may begin to come in now; else when they may, if that is known."""

    open: bool
    opens_at: datetime | None = None


class Doors:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def door(self, room_id: RoomId, *, at: datetime) -> Door:
        """A room that belongs to no section has no times, and is always open."""
        if await store.section_of_room(self._db, room_id) is None:
            return Door(open=True)
        found = await self._windows(self._db, room_id, at)
        if any(window.open(at) for window in found):
            return Door(open=True)
        return Door(open=False, opens_at=found[0].opens_at if found else None)

    async def recorded(
        self, tx: Db, recording_id: RecordingId, room_id: RoomId, at: datetime
    ) -> str | None:
        """A recording began: it belongs to the class that is held, whose title is given back."""
        window = _nearest(await self._windows(tx, room_id, at), at)
        if window is None:
            return None
        await store.put_recording(tx, recording_id=recording_id, class_id=window.class_id)
        return window.title

    async def _windows(self, db: Db, room_id: RoomId, at: datetime) -> list[Window]:
        found = await store.windows(db, room_id, since=at - CLOSES_AFTER)
        return [Window(one, title, starts, ends) for one, starts, ends, title in found]


def _nearest(windows: list[Window], at: datetime) -> Window | None:
    """Of two classes in a row the one that goes on; before and between them the next."""
    open_ = [window for window in windows if window.open(at)]
    coming = [window for window in open_ if at < window.ends_at]
    return next(iter(coming or open_), None)
