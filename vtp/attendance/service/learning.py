"""How far somebody is in a course: what they opened, watched, and which classes they came to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from vtp.actor import Actor
from vtp.attendance.service.viewing import Viewing
from vtp.attendance.service.watching import Watching
from vtp.attendance.store import learning as store
from vtp.attendance.stretches import total
from vtp.clock import Clock
from vtp.courses.port import Filmed, Played
from vtp.db import Database
from vtp.ids import ClassId, CourseId, RecordingId
from vtp.library.model import Media


class Films(Protocol):
    """Recordings, as far as somebody may see them; `recordings` answers."""

    async def films(
        self, actor: Actor, ids: Collection[RecordingId]
    ) -> Mapping[RecordingId, Filmed]: ...


class Learning:
    """Answers `courses.port.Learning`."""

    def __init__(
        self, db: Database, *, clock: Clock, watching: Watching, films: Films, viewing: Viewing
    ) -> None:
        self._db = db
        self._clock = clock
        self._watching = watching
        self._films = films
        self._viewing = viewing

    async def opened(self, actor: Actor, course_id: CourseId) -> Mapping[UUID, bool]:
        return await store.opened(self._db, user_id=actor.require_user(), course_id=course_id)

    async def note(
        self, actor: Actor, course_id: CourseId, item_id: UUID, *, done: bool | None
    ) -> None:
        async with self._db.transaction() as tx:
            await store.note(
                tx,
                user_id=actor.require_user(),
                course_id=course_id,
                item_id=item_id,
                at=self._clock.now(),
                done=done,
            )

    async def filmed(
        self, actor: Actor, ids: Collection[RecordingId]
    ) -> Mapping[RecordingId, Filmed]:
        """With how much of each one has seen."""
        films = await self._films.films(actor, ids) if ids else {}
        progress = await self._watching.of(actor, films.keys()) if films else {}
        return {
            known: film.watched(
                seconds=total(progress[known].seen) / 1000,
                done=progress[known].completed_at is not None,
            )
            if known in progress
            else film
            for known, film in films.items()
        }

    async def played(self, actor: Actor, media: Collection[Media]) -> Mapping[UUID, Played]:
        return await self._viewing.played(actor, media)

    async def attended(self, actor: Actor, classes: Collection[ClassId]) -> Collection[ClassId]:
        if not classes:
            return ()
        return await store.attended(self._db, user_id=actor.require_user(), class_ids=classes)
