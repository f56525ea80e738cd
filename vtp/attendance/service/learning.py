"""How far somebody is in a course: what they opened, watched, and which classes they came to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from vtp.actor import Actor
from vtp.attendance.port import Meetings
from vtp.attendance.register import stretch
from vtp.attendance.service.catching import CatchingUp
from vtp.attendance.service.viewing import Viewing
from vtp.attendance.store import learning as store
from vtp.attendance.store import registers, watching
from vtp.attendance.stretches import common, merged, total
from vtp.clock import Clock
from vtp.courses.port import Filmed, Missed, Played
from vtp.courses.service.expected import Expected
from vtp.db import Database
from vtp.ids import ClassId, CourseId, RecordingId, UserId
from vtp.library.model import Media


class Films(Protocol):
    """Recordings, as far as somebody may see them; `recordings` answers."""

    async def films(
        self, actor: Actor, ids: Collection[RecordingId]
    ) -> Mapping[RecordingId, Filmed]: ...


class Learning:
    """Answers `courses.port.Learning`."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        films: Films,
        viewing: Viewing,
        meetings: Meetings,
        catching: CatchingUp,
    ) -> None:
        self._db = db
        self._clock = clock
        self._films = films
        self._viewing = viewing
        self._meetings = meetings
        self._catching = catching
        self._expected = Expected(db)

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
        progress = await watching.of_recordings(
            self._db, user_id=actor.require_user(), recording_ids=films.keys()
        )
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
        """By the register of each; before there is one, by whether its media reached them."""
        if not classes:
            return ()
        user_id = actor.require_user()
        marks = await registers.marks(self._db, classes, user_id=user_id)
        came = {one.class_id for one in marks if one.facts.present and one.mark != "absent"}
        came |= {one.class_id for one in marks if one.mark in {"present", "made_up"}}
        called = await registers.registers(self._db, classes)
        for class_id in set(classes) - set(called):
            if await self._received(class_id, user_id):
                came.add(class_id)
        return came

    async def _received(self, class_id: ClassId, user_id: UserId) -> bool:
        planned = await self._expected.planned(class_id)
        if planned is None:
            return False
        sittings = await self._meetings.sittings(
            planned.room_id, since=planned.starts_at, until=planned.ends_at
        )
        received = await registers.received(
            self._db, meeting_ids=[one.id for one in sittings], people=[user_id]
        )
        window = [stretch(planned.starts_at, planned.ends_at)]
        return any(common(merged(spans), window) for spans in received.get(user_id, []))

    async def missed(self, actor: Actor, classes: Collection[ClassId]) -> Mapping[ClassId, Missed]:
        """Those of these classes that they can still make up."""
        return {
            one.planned.id: Missed(path=one.path, minutes=-(-one.left // 60_000), until=one.until)
            for one in await self._catching.chances(actor, classes)
        }
