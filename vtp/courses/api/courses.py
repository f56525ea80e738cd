"""/api/v1/courses: courses, their staff, pictures and codes."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from msgspec import UNSET, Meta, Struct

from vtp.actor import Actor, Role
from vtp.courses import rights
from vtp.courses.api.asking import COURSES, OVERSEERS
from vtp.courses.api.shapes import (
    CourseChange,
    CourseIn,
    CoursesQuery,
    CourseView,
    HandOver,
    Id,
    StaffIn,
    StaffView,
    course_view,
    staff_view,
)
from vtp.courses.problems import (
    Archived,
    BadText,
    BadTimes,
    InUse,
    NoPicture,
    NoSuchPerson,
    OwnerOnly,
    OwnerStays,
    StaffDoNotEnrol,
    TeachersOnly,
)
from vtp.courses.service.catalogue import Wish
from vtp.courses.service.pictures import ACCEPTED, MADE, MAX_BYTES
from vtp.edge.bodies import chunks, require_type
from vtp.edge.paging import BadCursor, Page, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import only, owner, signed_in
from vtp.errors import Forbidden
from vtp.ids import CourseId, UserId

routes = Routes("courses")

# s; a year. The address names the version, and another picture has another one.
_KEPT = "private, max-age=31536000, immutable"


class SizeQuery(Struct, frozen=True):
    size: Annotated[Literal["small", "large"], Meta(description="640 or 1600 pixels.")] = "small"
    v: str = ""


@routes.post(
    "/api/v1/courses",
    rule=only(*OVERSEERS, Role.INSTRUCTOR, noun="courses", right="create", writes=True),
    status=201,
    errors=(BadText, BadTimes),
)
async def create(request: web.Request, actor: Actor, body: CourseIn) -> CourseView:
    """Make a course, as a draft with one section. You are its owner, and teach it."""
    wish = Wish(
        title=body.title,
        description=body.description,
        visibility=body.visibility,
        time_zone=body.time_zone,
        open_enrolment=body.open_enrolment,
        first_day=body.first_day,
        last_day=body.last_day,
        section=body.section,
        capacity=body.capacity,
    )
    return course_view(await request.app[COURSES].catalogue.create(actor, wish))


@routes.get("/api/v1/courses", rule=signed_in("courses", "list"), errors=(BadCursor, Forbidden))
async def listed(request: web.Request, actor: Actor, query: CoursesQuery) -> Page[CourseView]:
    """Courses, newest first: yours, those that everybody may find, or all of the school."""
    found = await request.app[COURSES].catalogue.listed(
        actor,
        scope=query.scope,
        words_=query.words.strip(),
        before=after(query.cursor, CourseId),
        limit=query.limit + 1,
    )
    return page(found, limit=query.limit, key=lambda yours: yours.course.id).each(course_view)


@routes.get("/api/v1/courses/{id}", rule=owner(*OVERSEERS, noun="courses", right="read"))
async def read(request: web.Request, actor: Actor, id: Id) -> CourseView:
    """One course, and what you are in it."""
    return course_view(await request.app[COURSES].catalogue.get(actor, CourseId(id)))


@routes.patch(
    "/api/v1/courses/{id}",
    rule=owner(*OVERSEERS, noun="courses", right="change", writes=True),
    errors=(TeachersOnly, Archived, BadText, BadTimes),
)
async def change(request: web.Request, actor: Actor, id: Id, body: CourseChange) -> CourseView:
    """Change a course, as who teaches it."""
    fields = {
        name: value
        for name in body.__struct_fields__
        if (value := getattr(body, name)) is not UNSET
    }
    return course_view(await request.app[COURSES].catalogue.change(actor, CourseId(id), fields))


@routes.delete(
    "/api/v1/courses/{id}",
    rule=owner(*OVERSEERS, noun="courses", right="delete", writes=True),
    status=204,
    errors=(OwnerOnly, InUse),
)
async def delete(request: web.Request, actor: Actor, id: Id) -> None:
    """Delete a course for good, as its owner, while nobody was ever enrolled."""
    await request.app[COURSES].catalogue.delete(actor, CourseId(id))


@routes.post(
    "/api/v1/courses/{id}/publish",
    rule=owner(*OVERSEERS, noun="courses", right="publish", writes=True),
    errors=(TeachersOnly, Archived),
)
async def publish(request: web.Request, actor: Actor, id: Id) -> CourseView:
    """From now on whom the course is for finds it."""
    return course_view(await request.app[COURSES].catalogue.publish(actor, CourseId(id)))


@routes.post(
    "/api/v1/courses/{id}/archive",
    rule=owner(*OVERSEERS, noun="courses", right="archive", writes=True),
    errors=(OwnerOnly,),
)
async def archive(request: web.Request, actor: Actor, id: Id) -> CourseView:
    """Nothing changes any more; whoever was in the course still sees it."""
    return course_view(await request.app[COURSES].catalogue.archive(actor, CourseId(id)))


@routes.post(
    "/api/v1/courses/{id}/restore",
    rule=owner(*OVERSEERS, noun="courses", right="restore", writes=True),
    errors=(OwnerOnly,),
)
async def restore(request: web.Request, actor: Actor, id: Id) -> CourseView:
    """Take a course out of the archive, or back from its readers: it is a draft again."""
    return course_view(await request.app[COURSES].catalogue.restore(actor, CourseId(id)))


@routes.post(
    "/api/v1/courses/{id}/code",
    rule=owner(*OVERSEERS, noun="courses", right="make_code", writes=True),
    errors=(TeachersOnly, Archived),
)
async def make_code(request: web.Request, actor: Actor, id: Id) -> CourseView:
    """Make a code by which people enrol themselves, in place of the one before."""
    return course_view(await request.app[COURSES].catalogue.make_code(actor, CourseId(id)))


@routes.delete(
    "/api/v1/courses/{id}/code",
    rule=owner(*OVERSEERS, noun="courses", right="drop_code", writes=True),
    errors=(TeachersOnly, Archived),
)
async def drop_code(request: web.Request, actor: Actor, id: Id) -> CourseView:
    """The code opens nothing any more."""
    return course_view(await request.app[COURSES].catalogue.drop_code(actor, CourseId(id)))


# --- picture --------------------------------------------------------------------------------
@routes.put(
    "/api/v1/courses/{id}/picture",
    rule=owner(*OVERSEERS, noun="courses", right="set_picture", writes=True),
    consumes=ACCEPTED,
    errors=(TeachersOnly, Archived),
)
async def set_picture(request: web.Request, actor: Actor, id: Id) -> CourseView:
    """Send a picture of up to 12 MiB. It is drawn anew before anybody sees it."""
    await request.app[COURSES].gate.taught(actor, CourseId(id))
    require_type(request, *ACCEPTED)
    content = chunks(request, limit=MAX_BYTES)
    return course_view(await request.app[COURSES].pictures.set(actor, CourseId(id), content))


@routes.delete(
    "/api/v1/courses/{id}/picture",
    rule=owner(*OVERSEERS, noun="courses", right="remove_picture", writes=True),
    errors=(TeachersOnly, Archived),
)
async def remove_picture(request: web.Request, actor: Actor, id: Id) -> CourseView:
    """Have no picture any more."""
    return course_view(await request.app[COURSES].pictures.remove(actor, CourseId(id)))


@routes.get(
    "/api/v1/courses/{id}/picture",
    rule=owner(*OVERSEERS, noun="courses", right="see_picture"),
    produces=MADE,
    errors=(NoPicture,),
)
async def picture(request: web.Request, actor: Actor, id: Id, query: SizeQuery) -> web.Response:
    """The picture of a course, as WebP."""
    pictures = request.app[COURSES].pictures
    version = await pictures.version(actor, CourseId(id))
    async with pictures.open(version, query.size) as reading:
        data = b"".join([chunk async for chunk in reading.chunks])
    return web.Response(body=data, content_type=MADE, headers={"Cache-Control": _KEPT})


@routes.post(
    "/api/v1/courses/{id}/owner",
    rule=owner(*OVERSEERS, noun="courses", right="hand_over", writes=True),
    errors=(OwnerOnly, NoSuchPerson, StaffDoNotEnrol),
)
async def hand_over(request: web.Request, actor: Actor, id: Id, body: HandOver) -> CourseView:
    """Give a course to somebody else, as its owner; whose it was stays as a co-teacher."""
    overseeing = request.app[COURSES].overseeing
    given = await overseeing.hand_over(actor, CourseId(id), email=body.email)
    return course_view(given)


# --- staff ----------------------------------------------------------------------------------
@routes.get("/api/v1/courses/{id}/staff", rule=owner(*OVERSEERS, noun="courses", right="see_staff"))
async def staff(request: web.Request, actor: Actor, id: Id) -> Page[StaffView]:
    """Who teaches a course; for its staff also who helps and who watches."""
    courses = request.app[COURSES]
    yours = await courses.gate.yours(actor, CourseId(id))
    found = await courses.sections.staff(actor, CourseId(id))
    return Page([staff_view(one, staff=rights.is_staff(yours.role)) for one in found])


@routes.post(
    "/api/v1/courses/{id}/staff",
    rule=owner(*OVERSEERS, noun="courses", right="put_staff", writes=True),
    errors=(OwnerOnly, NoSuchPerson, OwnerStays, StaffDoNotEnrol, Archived),
)
async def put_staff(request: web.Request, actor: Actor, id: Id, body: StaffIn) -> StaffView:
    """Add somebody to the staff, or change what they are there, as the owner of the course."""
    put = await request.app[COURSES].sections.put_staff(
        actor, CourseId(id), email=body.email, role=body.role
    )
    return staff_view(put, staff=True)


@routes.delete(
    "/api/v1/courses/{id}/staff/{user_id}",
    rule=owner(*OVERSEERS, noun="courses", right="remove_staff", writes=True),
    status=204,
    errors=(OwnerOnly, OwnerStays),
)
async def remove_staff(request: web.Request, actor: Actor, id: Id, user_id: UUID) -> None:
    """Take somebody out of the staff."""
    await request.app[COURSES].sections.remove_staff(actor, CourseId(id), UserId(user_id))
