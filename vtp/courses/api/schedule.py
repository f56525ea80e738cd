"""/api/v1/sections, sessions, series, venues: when and where the classes of a course are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from msgspec import UNSET, Struct

from vtp.actor import Actor, Role
from vtp.courses import rights
from vtp.courses.api.asking import COURSES, OVERSEERS
from vtp.courses.api.shapes import (
    ClassChange,
    ClassesIn,
    ClassesQuery,
    ClassView,
    Day,
    FreeView,
    HolidayIn,
    HolidayView,
    Id,
    Reason,
    SectionChange,
    SectionIn,
    SectionView,
    SeriesView,
    Struck,
    VenueIn,
    VenueView,
    class_view,
    section_view,
    series_view,
)
from vtp.courses.model import Holiday
from vtp.courses.problems import (
    Archived,
    BadText,
    BadTimes,
    DoubleBooked,
    NameTaken,
    NoSuchVenue,
    NotStaff,
    SectionInUse,
    TeachersOnly,
    VenueInUse,
)
from vtp.courses.service.timetable import Plan
from vtp.edge.health import CLOCK
from vtp.edge.paging import Page
from vtp.edge.routes import Routes
from vtp.edge.rules import only, owner, signed_in
from vtp.ids import ClassId, CourseId, SectionId, SeriesId, UserId, VenueId

routes = Routes("sections")

_PLANNING = (TeachersOnly, Archived, BadText, BadTimes, NoSuchVenue, DoubleBooked)
_AHEAD = timedelta(days=366)


# --- sections -------------------------------------------------------------------------------
@routes.get(
    "/api/v1/courses/{id}/sections",
    rule=owner(*OVERSEERS, noun="sections", right="list"),
)
async def sections(request: web.Request, actor: Actor, id: Id) -> Page[SectionView]:
    """The sections of a course, with how many places they have."""
    courses = request.app[COURSES]
    yours = await courses.gate.yours(actor, CourseId(id))
    found = await courses.sections.listed(actor, CourseId(id))
    staff = rights.is_staff(yours.role)
    return Page(
        [section_view(one, inside=staff or one.id == yours.seen.section_id) for one in found]
    )


@routes.post(
    "/api/v1/courses/{id}/sections",
    rule=owner(*OVERSEERS, noun="sections", right="create", writes=True),
    status=201,
    errors=(TeachersOnly, Archived, BadText, NameTaken),
)
async def make_section(request: web.Request, actor: Actor, id: Id, body: SectionIn) -> SectionView:
    """Make a section, with a room of its own."""
    made = await request.app[COURSES].sections.create(
        actor, CourseId(id), name=body.name, capacity=body.capacity
    )
    return section_view(made, inside=True)


@routes.patch(
    "/api/v1/sections/{id}",
    rule=owner(*OVERSEERS, noun="sections", right="change", writes=True),
    errors=(TeachersOnly, Archived, BadText, NameTaken, NotStaff, DoubleBooked),
)
async def change_section(
    request: web.Request, actor: Actor, id: Id, body: SectionChange
) -> SectionView:
    """Change a section, or who teaches it from now on. Who waits gets what places there are."""
    courses, section_id = request.app[COURSES], SectionId(id)
    fields = _given(body)
    teachers = fields.pop("teachers", None)
    changed = await courses.sections.change(actor, section_id, fields)
    if teachers is not None:
        changed = await courses.sections.set_teachers(
            actor, section_id, [UserId(one) for one in teachers]
        )
    if "capacity" in fields:
        await courses.enrolling.advance(actor, section_id)
        changed = (await courses.gate.section(actor, section_id))[1]
    return section_view(changed, inside=True)


@routes.delete(
    "/api/v1/sections/{id}",
    rule=owner(*OVERSEERS, noun="sections", right="delete", writes=True),
    status=204,
    errors=(TeachersOnly, Archived, SectionInUse),
)
async def delete_section(request: web.Request, actor: Actor, id: Id) -> None:
    """Delete a section in which nobody is or was, and its room."""
    await request.app[COURSES].sections.delete(actor, SectionId(id))


# --- venues ---------------------------------------------------------------------------------
@routes.get("/api/v1/venues", rule=signed_in("venues", "list"))
async def venues(request: web.Request, actor: Actor) -> Page[VenueView]:
    """The places of the school in which classes are held."""
    found = await request.app[COURSES].sections.venues(actor)
    return Page([VenueView(id=one.id, name=one.name, seats=one.seats) for one in found])


@routes.post(
    "/api/v1/venues",
    rule=only(*OVERSEERS, Role.INSTRUCTOR, noun="venues", right="create", writes=True),
    status=201,
    errors=(BadText, NameTaken),
)
async def add_venue(request: web.Request, actor: Actor, body: VenueIn) -> VenueView:
    """Add a place."""
    made = await request.app[COURSES].sections.add_venue(actor, name=body.name, seats=body.seats)
    return VenueView(id=made.id, name=made.name, seats=made.seats)


@routes.put(
    "/api/v1/venues/{id}",
    rule=only(*OVERSEERS, noun="venues", right="change", writes=True),
    errors=(BadText, NameTaken),
)
async def change_venue(request: web.Request, actor: Actor, id: Id, body: VenueIn) -> VenueView:
    """Give a place another name, or another number of seats."""
    made = await request.app[COURSES].sections.change_venue(
        actor, VenueId(id), name=body.name, seats=body.seats
    )
    return VenueView(id=made.id, name=made.name, seats=made.seats)


@routes.delete(
    "/api/v1/venues/{id}",
    rule=only(*OVERSEERS, noun="venues", right="delete", writes=True),
    status=204,
    errors=(VenueInUse,),
)
async def delete_venue(request: web.Request, actor: Actor, id: Id) -> None:
    """Delete a place in which no class was or is to be held."""
    await request.app[COURSES].sections.delete_venue(actor, VenueId(id))


# --- classes --------------------------------------------------------------------------------
@routes.post(
    "/api/v1/sections/{id}/sessions",
    rule=owner(*OVERSEERS, noun="sessions", right="plan", writes=True),
    status=201,
    errors=_PLANNING,
)
async def plan(request: web.Request, actor: Actor, id: Id, body: ClassesIn) -> Page[ClassView]:
    """Plan one class, or those of every week: all of them, or none.

    Where something is taken, 409 `double_booked` says what is `busy`, on which `days`, and at
    which times all would be `free`.
    """
    made = await request.app[COURSES].timetable.plan(actor, SectionId(id), _plan(body))
    return Page([class_view(one) for one in made])


@routes.post(
    "/api/v1/sections/{id}/free",
    rule=owner(*OVERSEERS, noun="sessions", right="find_free", writes=True),
    errors=(TeachersOnly, Archived, BadText, BadTimes),
)
async def free(request: web.Request, actor: Actor, id: Id, body: ClassesIn) -> FreeView:
    """Times at which such classes could be held. Nothing is planned."""
    found = await request.app[COURSES].timetable.free(actor, SectionId(id), _plan(body))
    return FreeView([f"{one:%H:%M}" for one in found])


@routes.get(
    "/api/v1/courses/{id}/sessions",
    rule=owner(*OVERSEERS, noun="sessions", right="list_of_course"),
)
async def of_course(
    request: web.Request, actor: Actor, id: Id, query: ClassesQuery
) -> Page[ClassView]:
    """The classes of a course in order of time; a student sees those of their section."""
    since, until = _window(request, query)
    found = await request.app[COURSES].timetable.of_course(
        actor, CourseId(id), since=since, until=until, limit=query.limit
    )
    return Page([class_view(one) for one in found])


@routes.get("/api/v1/sessions", rule=signed_in("sessions", "list"))
async def mine(request: web.Request, actor: Actor, query: ClassesQuery) -> Page[ClassView]:
    """What you go to, in all your courses, in order of time."""
    since, until = _window(request, query)
    found = await request.app[COURSES].timetable.of_person(
        actor, since=since, until=until, limit=query.limit
    )
    return Page([class_view(one) for one in found])


@routes.get("/api/v1/sessions/{id}", rule=owner(*OVERSEERS, noun="sessions", right="read"))
async def read(request: web.Request, actor: Actor, id: Id) -> ClassView:
    """One class."""
    return class_view(await request.app[COURSES].timetable.get(actor, ClassId(id)))


@routes.patch(
    "/api/v1/sessions/{id}",
    rule=owner(*OVERSEERS, noun="sessions", right="change", writes=True),
    errors=_PLANNING,
)
async def change(request: web.Request, actor: Actor, id: Id, body: ClassChange) -> ClassView:
    """Move or rename one class; the others of its series stay. Who comes is told."""
    fields = _given(body)
    changed = await request.app[COURSES].timetable.change(actor, ClassId(id), fields)
    return class_view(changed)


@routes.post(
    "/api/v1/sessions/{id}/cancel",
    rule=owner(*OVERSEERS, noun="sessions", right="cancel", writes=True),
    errors=(TeachersOnly, Archived, BadText),
)
async def cancel(request: web.Request, actor: Actor, id: Id, body: Reason) -> ClassView:
    """Do not hold one class. Who was to come is told."""
    cancelled = await request.app[COURSES].timetable.cancel(actor, ClassId(id), reason=body.reason)
    return class_view(cancelled)


@routes.post(
    "/api/v1/sessions/{id}/restore",
    rule=owner(*OVERSEERS, noun="sessions", right="restore", writes=True),
    errors=(TeachersOnly, Archived, DoubleBooked),
)
async def restore(request: web.Request, actor: Actor, id: Id) -> ClassView:
    """Hold it after all."""
    return class_view(await request.app[COURSES].timetable.restore(actor, ClassId(id)))


@routes.get("/api/v1/courses/{id}/series", rule=owner(*OVERSEERS, noun="series", right="list"))
async def series(request: web.Request, actor: Actor, id: Id) -> Page[SeriesView]:
    """The classes of every week, as they were planned."""
    found = await request.app[COURSES].timetable.series(actor, CourseId(id))
    return Page([series_view(one) for one in found])


@routes.delete(
    "/api/v1/series/{id}",
    rule=owner(*OVERSEERS, noun="series", right="end", writes=True),
    errors=(TeachersOnly, Archived),
)
async def end_series(request: web.Request, actor: Actor, id: Id) -> Struck:
    """No more classes of it from now on; those that were stay."""
    return Struck(await request.app[COURSES].timetable.end_series(actor, SeriesId(id)))


# --- holidays -------------------------------------------------------------------------------
@routes.get(
    "/api/v1/courses/{id}/holidays", rule=owner(*OVERSEERS, noun="courses", right="see_holidays")
)
async def holidays(request: web.Request, actor: Actor, id: Id) -> Page[HolidayView]:
    """Days on which no series has a class."""
    found = await request.app[COURSES].timetable.holidays(actor, CourseId(id))
    return Page([HolidayView(one.day, one.name) for one in found])


@routes.put(
    "/api/v1/courses/{id}/holidays/{day}",
    rule=owner(*OVERSEERS, noun="courses", right="put_holiday", writes=True),
    errors=(TeachersOnly, Archived, BadText),
)
async def put_holiday(
    request: web.Request, actor: Actor, id: Id, day: Day, body: HolidayIn
) -> Struck:
    """Cancel what series have on a day."""
    holiday = Holiday(day, body.name)
    struck = await request.app[COURSES].timetable.put_holiday(actor, CourseId(id), holiday)
    return Struck(struck)


@routes.delete(
    "/api/v1/courses/{id}/holidays/{day}",
    rule=owner(*OVERSEERS, noun="courses", right="remove_holiday", writes=True),
    status=204,
    errors=(TeachersOnly, Archived),
)
async def remove_holiday(request: web.Request, actor: Actor, id: Id, day: Day) -> None:
    """Hold again what the holiday struck, where nothing else took its time."""
    await request.app[COURSES].timetable.remove_holiday(actor, CourseId(id), day)


def _plan(body: ClassesIn) -> Plan:
    return Plan(
        title=body.title,
        at=body.at,
        minutes=body.minutes,
        first_day=body.first_day,
        last_day=body.last_day,
        weekdays=tuple(body.weekdays),
        every=body.every,
        venue_id=None if body.venue_id is None else VenueId(body.venue_id),
        time_zone=body.time_zone,
    )


def _window(request: web.Request, query: ClassesQuery) -> tuple[datetime, datetime]:
    since = _aware(query.since) if query.since else request.app[CLOCK].now()
    return since, _aware(query.until) if query.until else since + _AHEAD


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _given(body: Struct) -> dict[str, Any]:
    """Only what was sent."""
    found = {
        name: value
        for name in body.__struct_fields__
        if (value := getattr(body, name)) is not UNSET
    }
    return {
        name: _aware(value) if isinstance(value, datetime) else value
        for name, value in found.items()
    }
