"""What was recorded: lists, names, who may see it, its files, and the bin."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path

from vtp.actor import Actor
from vtp.attendance.service.watching import Length
from vtp.clock import Clock
from vtp.courses.port import Filmed
from vtp.db import Database
from vtp.errors import NotFound
from vtp.ids import RecordingId, RoomId
from vtp.media.recorder import journal
from vtp.recordings import store
from vtp.recordings.kinds import Visibility
from vtp.recordings.model import Listed, Recording
from vtp.recordings.problems import StillRecording
from vtp.recordings.service.filming import Filming
from vtp.recordings.service.studio import Studio
from vtp.recordings.store import shelf

_OVERSEERS = frozenset({"admin", "manager"})


class Library:
    def __init__(self, db: Database, *, studio: Studio, clock: Clock, root: Path) -> None:
        self._db = db
        self._studio = studio
        self._clock = clock
        self._root = root

    # --- lists --------------------------------------------------------------------------------
    async def listed(
        self, actor: Actor, *, room_id: RoomId | None, before: RecordingId | None, limit: int
    ) -> list[Recording]:
        """Newest first: of one room, or of all that one owns or belongs to."""
        if room_id is None:
            return await store.of_person(
                self._db,
                user_id=actor.require_user(),
                everywhere=not _OVERSEERS.isdisjoint(actor.roles),
                before=before,
                limit=limit,
            )
        role = await self._studio.stage.role(actor, room_id)
        if role is None:
            raise NotFound
        return await store.of_room(
            self._db, room_id=room_id, hosts=role == "host", before=before, limit=limit
        )

    async def shelf(
        self, actor: Actor, *, words: str, binned: bool, before: RecordingId | None, limit: int
    ) -> list[Listed]:
        """Of all rooms that one owns or belongs to, with what is in the bin or without."""
        return await shelf.of_person(
            self._db,
            user_id=actor.require_user(),
            everywhere=not _OVERSEERS.isdisjoint(actor.roles),
            words=words,
            binned=binned,
            before=before,
            limit=limit,
        )

    async def get(self, actor: Actor, id: RecordingId) -> Recording:
        return (await self._studio.seen(actor, id)).recording

    async def length(self, actor: Actor, id: RecordingId) -> Length:
        """For what is kept of watching (`attendance`)."""
        seen = await self._studio.seen(actor, id)
        found, host = seen.recording, seen.role == "host"
        if found.state in {"ready", "failed"}:
            return Length(round(found.seconds * 1000), grows=False, host=host)
        until = found.stopped_at or self._clock.now()
        length = round((until - found.started_at).total_seconds() * 1000)
        return Length(length, grows=True, host=host)

    async def films(self, actor: Actor, ids: Collection[RecordingId]) -> dict[RecordingId, Filmed]:
        """Those of these that are for somebody: courses show them in their outlines."""
        return await Filming(self._db, role_in=self._studio.stage.role).films(actor, ids)

    # --- changes ------------------------------------------------------------------------------
    async def change(
        self,
        actor: Actor,
        id: RecordingId,
        *,
        title: str | None,
        visibility: Visibility | None,
        downloads: bool | None = None,
    ) -> Recording:
        await self._studio.changeable(actor, id)
        async with self._db.transaction() as tx:
            made = await store.change(
                tx, id=id, title=title, visibility=visibility, downloads=downloads
            )
            await self._studio.wrote(tx, actor, "changed", id)
        return _there(made)

    async def delete(self, actor: Actor, id: RecordingId) -> Recording:
        """Into the bin, from which it can be taken back."""
        found = await self._studio.changeable(actor, id)
        if found.goes_on:
            raise StillRecording
        async with self._db.transaction() as tx:
            await self._studio.wrote(tx, actor, "deleted", id)
            return _there(await store.set_deleted(tx, id=id, at=self._clock.now()))

    async def restore(self, actor: Actor, id: RecordingId) -> Recording:
        await self._studio.changeable(actor, id)
        async with self._db.transaction() as tx:
            await self._studio.wrote(tx, actor, "restored", id)
            return _there(await store.set_deleted(tx, id=id, at=None))

    # --- files --------------------------------------------------------------------------------
    async def parts(self, actor: Actor, id: RecordingId) -> list[journal.PartStory]:
        """The files that it is made of, for those who host the room."""
        await self._studio.changeable(actor, id)
        story = await self._story(id)
        return [
            part
            for number, part in story.parts.items()
            if part.fragments and number not in story.replaced
        ]

    async def names(self, actor: Actor, id: RecordingId) -> dict[str, str]:
        """How those were called who sent them."""
        found = await self._studio.changeable(actor, id)
        return await store.names(self._db, meeting_id=found.meeting_id)

    async def file(self, actor: Actor, id: RecordingId, number: int) -> tuple[Path, str]:
        """One of them, and its type."""
        for part in await self.parts(actor, id):
            if part.began.part == number:
                kind = "audio" if part.began.mime.startswith("audio/") else "video"
                suffix = part.began.file.rpartition(".")[2]
                return self._root / str(id) / part.began.file, f"{kind}/{suffix}"
        raise NotFound

    async def _story(self, id: RecordingId) -> journal.Story:
        path = self._root / str(id) / journal.NAME

        def read() -> journal.Story:
            try:
                return journal.read(path.read_bytes())
            except FileNotFoundError:
                return journal.Story()

        return await asyncio.to_thread(read)


def _there(found: Recording | None) -> Recording:
    if found is None:
        raise NotFound
    return found
