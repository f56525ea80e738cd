"""When classes are: series of every week, single ones, exceptions, holidays, and free times."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from vtp.actor import Actor
from vtp.audit.model import Detail
from vtp.clock import Clock
from vtp.courses import rights, series, slots, words
from vtp.courses.model import ClassSession, Course, Holiday, Section, Series
from vtp.courses.problems import BadTimes, DoubleBooked, NoSuchVenue
from vtp.courses.series import Occurrence, Weekly
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.service.gate import Gate
from vtp.courses.service.telling import Telling
from vtp.courses.store import classes as store
from vtp.courses.store import courses
from vtp.courses.store import sections as section_store
from vtp.db import Database, Db
from vtp.errors import NotFound
from vtp.ids import ClassId, CourseId, SectionId, SeriesId, VenueId, uuid7

HOLIDAY = "holiday"
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Classes as somebody wants them; `weekdays` empty is one class, on the first day."""

    title: str
    at: time
    minutes: int
    first_day: date
    last_day: date | None = None
    weekdays: tuple[int, ...] = ()
    every: int = 1
    venue_id: VenueId | None = None
    time_zone: str = ""


class Timetable:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        chronicle: Chronicle,
        telling: Telling,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._chronicle = chronicle
        self._telling = telling

    # --- looking ------------------------------------------------------------------------------
    async def of_course(
        self, actor: Actor, course_id: CourseId, *, since: datetime, until: datetime, limit: int
    ) -> list[ClassSession]:
        """All of it for staff, those of their section for a student."""
        yours = await self._gate.inside(actor, course_id)
        own = None if rights.is_staff(yours.role) else yours.seen.section_id
        return await store.of_course(
            self._db, course_id, section_id=own, since=since, until=until, limit=limit
        )

    async def these(
        self, actor: Actor, course_id: CourseId, ids: Collection[UUID]
    ) -> dict[UUID, ClassSession]:
        """Those of these classes that one goes to, or is on the staff of."""
        yours = await self._gate.inside(actor, course_id)
        own = None if rights.is_staff(yours.role) else yours.seen.section_id
        found = await store.by_ids(self._db, ids, course_id=course_id, section_id=own)
        return {one.id: one for one in found}

    async def of_person(
        self, actor: Actor, *, since: datetime, until: datetime, limit: int
    ) -> list[ClassSession]:
        """What somebody goes to, in all their courses."""
        return await store.of_person(
            self._db, actor.require_user(), since=since, until=until, limit=limit
        )

    async def get(self, actor: Actor, class_id: ClassId) -> ClassSession:
        return (await self._gate.session(actor, class_id))[1]

    async def series(self, actor: Actor, course_id: CourseId) -> list[Series]:
        yours = await self._gate.inside(actor, course_id)
        found = await store.series_of_course(self._db, course_id)
        if rights.is_staff(yours.role):
            return found
        return [one for one in found if one.section_id == yours.seen.section_id]

    async def holidays(self, actor: Actor, course_id: CourseId) -> list[Holiday]:
        await self._gate.yours(actor, course_id)
        return await courses.holidays(self._db, course_id)

    # --- planning -----------------------------------------------------------------------------
    async def plan(self, actor: Actor, section_id: SectionId, plan: Plan) -> list[ClassSession]:
        """All of the classes, or none where one of them cannot be held."""
        yours, section = await self._gate.taught_section(actor, section_id)
        planned, held = await self._occurrences(yours.course, plan)
        made = None if not planned.weekdays else _series(section_id, planned)
        wanted = [_class(section, planned, one, made) for one in held]
        await self._require_venue(planned.venue_id)
        try:
            async with self._db.transaction() as tx:
                await section_store.lock(tx, section_id)
                if made is not None:
                    await store.insert_series(tx, made, at=self._clock.now())
                await store.insert(tx, wanted, teachers=section.teachers)
                details: dict[str, Detail] = {"title": planned.title, "classes": len(wanted)}
                await self._chronicle.wrote(tx, actor, "classes_planned", yours.course.id, details)
        except DoubleBooked as problem:
            raise await self._with_free(problem, section, planned, held) from None
        return wanted

    async def _occurrences(self, course: Course, plan: Plan) -> tuple[Plan, list[Occurrence]]:
        zone = words.zone(plan.time_zone or course.time_zone)
        title = words.line(plan.title or course.title, field="title")
        last = plan.last_day or (course.last_day if plan.weekdays else plan.first_day)
        if last is None:
            raise BadTimes(fields={"last_day": "Say the last day, or give the course a term."})
        planned = replace(plan, title=title, time_zone=zone, last_day=last)
        weekly = _weekly(planned)
        _require_sense(weekly)
        free = {one.day for one in await courses.holidays(self._db, course.id)}
        held = series.expand(weekly, without=free if planned.weekdays else ())
        if not held:
            raise BadTimes(fields={"last_day": "There is no class in this time."})
        if len(held) > series.MOST or series.overlaps(held):
            raise BadTimes(fields={"last_day": "These are too many classes, or too long ones."})
        return planned, held

    async def _require_venue(self, venue_id: VenueId | None) -> None:
        if venue_id is not None and await section_store.venue(self._db, venue_id) is None:
            raise NoSuchVenue

    async def _with_free(
        self,
        problem: DoubleBooked,
        section: Section,
        plan: Plan,
        held: Sequence[Occurrence],
        besides: ClassId | None = None,
    ) -> DoubleBooked:
        """With the times at which all of it would fit."""
        day = timedelta(days=2)
        busy = await store.busy(
            self._db,
            section_id=section.id,
            venue_id=plan.venue_id,
            teachers=section.teachers,
            since=held[0].starts_at - day,
            until=held[-1].ends_at + day,
            besides=besides,
        )
        clashes = [
            one.day
            for one in held
            if any(b.starts_at < one.ends_at and one.starts_at < b.ends_at for b in busy)
        ]
        # Thousands of comparisons: not on the loop.
        free = await asyncio.to_thread(
            slots.free,
            busy,
            days=[one.day for one in held],
            minutes=plan.minutes,
            zone=plan.time_zone,
            near=plan.at,
        )
        return DoubleBooked(
            more={
                **problem.more,
                "days": [one.isoformat() for one in clashes],
                "free": [f"{one:%H:%M}" for one in free],
            }
        )

    # --- exceptions ---------------------------------------------------------------------------
    async def change(self, actor: Actor, class_id: ClassId, fields: dict[str, Any]) -> ClassSession:
        """One class: its title, its venue, or its time; a series stays as it is."""
        _, before = await self._gate.taught_session(actor, class_id)
        cleaned = {name: value for name, value in fields.items() if name in {"title", "venue_id"}}
        if "title" in cleaned:
            cleaned["title"] = words.line(cleaned["title"], field="title")
        await self._require_venue(cleaned.get("venue_id"))
        starts_at = fields.get("starts_at", before.starts_at)
        ends_at = fields.get("ends_at", starts_at + (before.ends_at - before.starts_at))
        if not _SHORTEST <= ends_at - starts_at <= _LONGEST:
            raise BadTimes(fields={"ends_at": "A class lasts from 5 minutes to a day."})
        moved = (starts_at, ends_at) != (before.starts_at, before.ends_at)
        try:
            async with self._db.transaction() as tx:
                await store.lock(tx, class_id)
                if moved:
                    await store.move(tx, class_id, starts_at=starts_at, ends_at=ends_at)
                if cleaned:
                    await store.change(tx, class_id, cleaned)
                await self._changed(tx, actor, class_id, "class_changed", tell=moved)
        except DoubleBooked as problem:
            section = (await self._gate.section(actor, before.section_id))[1]
            plan = _plan_of(before, starts_at, ends_at, cleaned.get("venue_id", before.venue_id))
            held = [Occurrence(plan.first_day, starts_at, ends_at)]
            raise await self._with_free(problem, section, plan, held, class_id) from None
        return await self.get(actor, class_id)

    async def cancel(self, actor: Actor, class_id: ClassId, *, reason: str) -> ClassSession:
        """Its time is free again; who was to come is told."""
        said = words.line(reason or "cancelled", field="reason")
        return await self._set_cancelled(actor, class_id, said)

    async def restore(self, actor: Actor, class_id: ClassId) -> ClassSession:
        """It is held after all, where nothing else is at its time by now."""
        return await self._set_cancelled(actor, class_id, None)

    async def _set_cancelled(
        self, actor: Actor, class_id: ClassId, reason: str | None
    ) -> ClassSession:
        _, before = await self._gate.taught_session(actor, class_id)
        if (before.cancelled is None) != (reason is None):
            async with self._db.transaction() as tx:
                await store.change(tx, class_id, {"cancelled": reason})
                action = "class_cancelled" if reason else "class_restored"
                await self._changed(tx, actor, class_id, action, tell=True)
        return await self.get(actor, class_id)

    async def _changed(
        self, tx: Db, actor: Actor, class_id: ClassId, action: str, *, tell: bool
    ) -> None:
        now = await store.by_id(tx, class_id)
        if now is None:
            raise NotFound
        details = {"class_id": str(class_id), "title": now.title}
        await self._chronicle.wrote(tx, actor, action, now.course_id, details)
        if tell and now.ends_at > self._clock.now():
            await self._telling.class_changed(tx, now)

    async def end_series(self, actor: Actor, series_id: SeriesId) -> int:
        """No more classes of it from now on; how many that were."""
        found = await store.series(self._db, series_id)
        if found is None:
            raise NotFound
        yours, _ = await self._gate.taught_section(actor, found.section_id)
        async with self._db.transaction() as tx:
            gone = await store.end_series(tx, series_id, since=self._clock.now())
            details: dict[str, Detail] = {"title": found.title, "classes": gone}
            await self._chronicle.wrote(tx, actor, "series_ended", yours.course.id, details)
        return gone

    # --- holidays -----------------------------------------------------------------------------
    async def put_holiday(self, actor: Actor, course_id: CourseId, holiday: Holiday) -> int:
        """Classes of series on that day are cancelled; how many."""
        yours = await self._gate.taught(actor, course_id)
        named = Holiday(holiday.day, words.line(holiday.name, field="name", most=words.NAME))
        since, until = _whole(named.day, yours.course.time_zone)
        async with self._db.transaction() as tx:
            await courses.put_holiday(tx, course_id, named)
            struck = await store.on_day(tx, course_id, since=since, until=until, cancelled=None)
            for class_id in struck:
                await store.change(tx, class_id, {"cancelled": HOLIDAY})
            details: dict[str, Detail] = {"day": named.day.isoformat(), "classes": len(struck)}
            await self._chronicle.wrote(tx, actor, "holiday_put", course_id, details)
        return len(struck)

    async def remove_holiday(self, actor: Actor, course_id: CourseId, day: date) -> None:
        """The classes that it struck are held again, unless something else took their time."""
        yours = await self._gate.taught(actor, course_id)
        since, until = _whole(day, yours.course.time_zone)
        async with self._db.transaction() as tx:
            if await courses.remove_holiday(tx, course_id, day) is None:
                raise NotFound
            await self._chronicle.wrote(
                tx, actor, "holiday_removed", course_id, {"day": day.isoformat()}
            )
        struck = await store.on_day(
            self._db, course_id, since=since, until=until, cancelled=HOLIDAY
        )
        for class_id in struck:
            await self._held_again(class_id)

    async def _held_again(self, class_id: ClassId) -> None:
        try:
            async with self._db.transaction() as tx:
                await store.change(tx, class_id, {"cancelled": None})
        except DoubleBooked:
            return

    async def free(self, actor: Actor, section_id: SectionId, plan: Plan) -> list[time]:
        """Local times at which all of these classes could be held."""
        yours, section = await self._gate.taught_section(actor, section_id)
        planned, held = await self._occurrences(yours.course, plan)
        found = await self._with_free(DoubleBooked(), section, planned, held)
        times: Any = found.more["free"]
        return [time.fromisoformat(one) for one in times]


def _weekly(plan: Plan) -> Weekly:
    days = plan.weekdays or (plan.first_day.isoweekday(),)
    return Weekly(
        weekdays=days,
        every=plan.every,
        at=plan.at,
        minutes=plan.minutes,
        zone=plan.time_zone,
        first=plan.first_day,
        last=plan.last_day or plan.first_day,
    )


def _require_sense(weekly: Weekly) -> None:
    if weekly.first > weekly.last:
        raise BadTimes(fields={"last_day": "The last day is before the first."})
    if weekly.last - weekly.first > timedelta(days=800):
        raise BadTimes(fields={"last_day": "Plan up to two years at once."})
    if not _SHORTEST <= timedelta(minutes=weekly.minutes) <= _LONGEST:
        raise BadTimes(fields={"minutes": "A class lasts from 5 minutes to a day."})


def _series(section_id: SectionId, plan: Plan) -> Series:
    return Series(
        id=SeriesId(uuid7()),
        section_id=section_id,
        title=plan.title,
        weekdays=tuple(sorted(set(plan.weekdays))),
        every=plan.every,
        local_start=plan.at,
        minutes=plan.minutes,
        time_zone=plan.time_zone,
        first_day=plan.first_day,
        last_day=plan.last_day or plan.first_day,
        venue_id=plan.venue_id,
    )


def _class(section: Section, plan: Plan, one: Occurrence, made: Series | None) -> ClassSession:
    return ClassSession(
        id=ClassId(uuid7()),
        course_id=section.course_id,
        section_id=section.id,
        title=plan.title,
        room_id=section.room_id,
        time_zone=plan.time_zone,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        series_id=made.id if made else None,
        series_day=one.day if made else None,
        venue_id=plan.venue_id,
        section=section.name,
    )


def _plan_of(
    before: ClassSession, starts_at: datetime, ends_at: datetime, venue_id: VenueId | None
) -> Plan:
    there = starts_at.astimezone(ZoneInfo(before.time_zone))
    minutes = int((ends_at - starts_at).total_seconds()) // 60
    return Plan(
        title=before.title,
        at=there.time(),
        minutes=minutes,
        first_day=there.date(),
        venue_id=venue_id,
        time_zone=before.time_zone,
    )


def _whole(day: date, zone: str) -> tuple[datetime, datetime]:
    """A day where the course is."""
    begin = partial(series.instant, at=time(0), zone=zone)
    return begin(day), begin(day + timedelta(days=1)).astimezone(UTC)
