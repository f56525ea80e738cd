"""What administrators look at: figures, the curves of them, and the rows below."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from vtp.actor import Actor, Role
from vtp.analytics.model import (
    Active,
    By,
    Day,
    Figures,
    Held,
    Hour,
    Passage,
    Play,
    Point,
    Quality,
    Step,
    Wanted,
)
from vtp.analytics.ranges import step_of
from vtp.analytics.store import plays, usage
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Forbidden
from vtp.recordings.service.upkeep import Upkeep

# A class that begins up to so much later than planned began on time.
GRACE = timedelta(minutes=5)
_DAY = timedelta(days=1)
_AT_ONCE = 500
_MOST_NAMES, _MOST_COURSES = 30, 500

Before = tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class Curve:
    step: timedelta
    points: Sequence[Point]

    @property
    def peak(self) -> Point | None:
        return max(self.points, key=lambda one: (one.people, one.at), default=None)


@dataclass(frozen=True, slots=True)
class Streams:
    """All plays together, those that are alike in one thing, and day by day."""

    together: Quality | None
    parts: Sequence[Quality]
    days: Sequence[Day]


class Looking:
    def __init__(self, db: Database, *, clock: Clock, audit: Audit, upkeep: Upkeep) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._upkeep = upkeep

    async def figures(self, actor: Actor, wanted: Wanted) -> tuple[Figures, Figures]:
        """Of this time, and of as much time just before."""
        _require_admin(actor)
        now = await usage.figures(self._db, self._until_now(wanted), grace=GRACE)
        return now, await usage.figures(self._db, wanted.before(), grace=GRACE)

    async def together(self, actor: Actor, wanted: Wanted) -> tuple[Curve, Curve]:
        """How many were in classes at once; then the same of as much time just before."""
        _require_admin(actor)
        step = step_of(wanted.length)
        now = await usage.together(self._db, wanted, step=step)
        before = await usage.together(self._db, wanted.before(), step=step)
        return Curve(step, now), Curve(step, before)

    async def hours(self, actor: Actor, wanted: Wanted, *, zone: str) -> list[Hour]:
        _require_admin(actor)
        return await usage.hours(self._db, wanted, zone=zone)

    async def held(self, actor: Actor) -> Held:
        _require_admin(actor)
        storage = await self._upkeep.storage(actor)
        return await usage.held(self._db, free=storage.free)

    async def courses(self, actor: Actor) -> list[tuple[UUID, str]]:
        _require_admin(actor)
        return await usage.courses(self._db, limit=_MOST_COURSES)

    async def passages(
        self, actor: Actor, wanted: Wanted, *, step: Step, before: Before, limit: int
    ) -> list[Passage]:
        _require_admin(actor)
        return await usage.passages(
            self._db, self._until_now(wanted), step=step, grace=GRACE, before=before, limit=limit
        )

    async def all_passages(
        self, actor: Actor, wanted: Wanted, *, step: Step
    ) -> AsyncIterator[list[Passage]]:
        """Page by page, so that a long list keeps nobody waiting."""
        before: Before = None
        while found := await self.passages(actor, wanted, step=step, before=before, limit=_AT_ONCE):
            yield found
            before = found[-1].ends_at, found[-1].id

    async def people(
        self, actor: Actor, wanted: Wanted, *, before: Before, limit: int
    ) -> list[Active]:
        """Who was active, by name: that somebody looked is written down."""
        _require_admin(actor)
        found = await usage.active(self._db, wanted, before=before, limit=limit)
        await self._audit.record_alone(actor, action="read", noun="people_active")
        return found

    async def all_people(self, actor: Actor, wanted: Wanted) -> AsyncIterator[list[Active]]:
        _require_admin(actor)
        await self._audit.record_alone(actor, action="exported", noun="people_active")
        before: Before = None
        while found := await usage.active(self._db, wanted, before=before, limit=_AT_ONCE):
            yield found
            before = found[-1].last_at, found[-1].id

    async def streams(self, actor: Actor, wanted: Wanted, *, by: By) -> Streams:
        """How well classes and recordings arrived."""
        _require_admin(actor)
        together = await plays.quality(self._db, wanted, by=None, limit=1)
        return Streams(
            together[0] if together else None,
            await plays.quality(self._db, wanted, by=by, limit=_MOST_NAMES),
            await self.days(actor, wanted),
        )

    async def days(self, actor: Actor, wanted: Wanted) -> Sequence[Day]:
        _require_admin(actor)
        return await plays.days(self._db, wanted, step=_DAY)

    async def plays(
        self, actor: Actor, wanted: Wanted, *, by: By | None, name: str, before: Before, limit: int
    ) -> list[Play]:
        """One by one, with whose they are: that somebody looked is written down."""
        _require_admin(actor)
        found = await plays.rows(self._db, wanted, by=by, name=name, before=before, limit=limit)
        await self._audit.record_alone(actor, action="read", noun="plays")
        return found

    async def all_plays(
        self, actor: Actor, wanted: Wanted, *, by: By | None, name: str
    ) -> AsyncIterator[list[Play]]:
        _require_admin(actor)
        await self._audit.record_alone(actor, action="exported", noun="plays")
        before: Before = None
        while found := await plays.rows(
            self._db, wanted, by=by, name=name, before=before, limit=_AT_ONCE
        ):
            yield found
            before = found[-1].began_at, found[-1].id

    def _until_now(self, wanted: Wanted) -> Wanted:
        """A class that is still to come was not missed."""
        return replace(wanted, until=min(wanted.until, self._clock.now()))


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise Forbidden
