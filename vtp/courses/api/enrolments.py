"""/api/v1/enrollments and what belongs to them: who is in a course, and how they came there."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web
from msgspec import UNSET

from vtp.actor import Actor
from vtp.courses.api.asking import COURSES, OVERSEERS
from vtp.courses.api.enrolment_shapes import (
    ChangeView,
    EnrolIn,
    EnrolmentView,
    FeedView,
    InvitationView,
    JoinCodeIn,
    LetterIn,
    ListQuery,
    LookedView,
    StepView,
    StudentChange,
    StudentIn,
    StudentsQuery,
    TokenIn,
    enrolment_view,
    invitation_view,
)
from vtp.courses.api.shapes import Id
from vtp.courses.problems import (
    Archived,
    BadCode,
    BadList,
    BadText,
    EnrolmentClosed,
    InvitationOver,
    NoSuchPerson,
    NoSuchSection,
    NotEnrolled,
    RosterChanged,
    StaffDoNotEnrol,
    StaffOnly,
    TeachersOnly,
)
from vtp.courses.rollcall import MOST_BYTES
from vtp.courses.service.rolls import Looked
from vtp.edge.bodies import require_type, whole
from vtp.edge.paging import BadCursor, Page, Paged, after, page
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone, owner, signed_in
from vtp.ids import CourseId, SectionId, UserId

routes = Routes("enrollments")

_CSV = "text/csv"


def _section(id: UUID | None) -> SectionId | None:
    return None if id is None else SectionId(id)


# --- oneself --------------------------------------------------------------------------------
@routes.post(
    "/api/v1/courses/{id}/enroll",
    rule=owner(*OVERSEERS, noun="enrollments", right="enrol", writes=True),
    errors=(EnrolmentClosed, StaffDoNotEnrol, NoSuchSection),
)
async def enrol(request: web.Request, actor: Actor, id: Id, body: EnrolIn) -> EnrolmentView:
    """Enrol yourself, where the course is open to that. Where no place is free, you wait."""
    enrolled = await request.app[COURSES].enrolling.enrol(
        actor, CourseId(id), section_id=_section(body.section_id)
    )
    return enrolment_view(enrolled)


@routes.delete(
    "/api/v1/courses/{id}/enroll",
    rule=owner(*OVERSEERS, noun="enrollments", right="leave", writes=True),
    status=204,
    errors=(NotEnrolled,),
)
async def leave(request: web.Request, actor: Actor, id: Id) -> None:
    """Leave a course. What you did there is kept."""
    await request.app[COURSES].enrolling.leave(actor, CourseId(id))


@routes.post(
    "/api/v1/enrollments/code",
    rule=signed_in("enrollments", "enrol_by_code", writes=True),
    errors=(BadCode, StaffDoNotEnrol, NoSuchSection),
)
async def by_code(request: web.Request, actor: Actor, body: JoinCodeIn) -> EnrolmentView:
    """Enrol yourself with the code that a teacher gave you."""
    enrolled = await request.app[COURSES].enrolling.by_code(
        actor, body.code, section_id=_section(body.section_id)
    )
    return enrolment_view(enrolled)


@routes.post(
    "/api/v1/enrollments/invitation",
    rule=signed_in("enrollments", "accept", writes=True),
    errors=(InvitationOver, StaffDoNotEnrol),
)
async def accept(request: web.Request, actor: Actor, body: TokenIn) -> EnrolmentView:
    """Accept an invitation. It counts once."""
    return enrolment_view(await request.app[COURSES].inviting.accept(actor, body.token))


@routes.get("/api/v1/enrollments", rule=signed_in("enrollments", "list"), errors=(BadCursor,))
async def mine(request: web.Request, actor: Actor, query: Paged) -> Page[EnrolmentView]:
    """Where you are or were enrolled, the newest course first."""
    found = await request.app[COURSES].enrolling.mine(
        actor, before=after(query.cursor, CourseId), limit=query.limit + 1
    )
    return page(found, limit=query.limit, key=lambda one: one.course_id).each(enrolment_view)


# --- staff ----------------------------------------------------------------------------------
@routes.get(
    "/api/v1/courses/{id}/students",
    rule=owner(*OVERSEERS, noun="enrollments", right="list_students"),
    errors=(BadCursor, StaffOnly),
)
async def students(
    request: web.Request, actor: Actor, id: Id, query: StudentsQuery
) -> Page[EnrolmentView]:
    """Who is, was or waits to be in a course; for its staff."""
    found = await request.app[COURSES].enrolling.students(
        actor,
        CourseId(id),
        status=query.status,
        section_id=_section(query.section_id),
        words_=query.words.strip(),
        after=after(query.cursor, UserId),
        limit=query.limit + 1,
    )
    return page(found, limit=query.limit, key=lambda one: one.user_id).each(enrolment_view)


@routes.post(
    "/api/v1/courses/{id}/students",
    rule=owner(*OVERSEERS, noun="enrollments", right="put_student", writes=True),
    errors=(TeachersOnly, Archived, NoSuchPerson, NoSuchSection, StaffDoNotEnrol),
)
async def put_student(request: web.Request, actor: Actor, id: Id, body: StudentIn) -> EnrolmentView:
    """Enrol somebody by hand, also where no place is free."""
    put = await request.app[COURSES].enrolling.put(
        actor, CourseId(id), email=body.email, section_id=_section(body.section_id)
    )
    return enrolment_view(put)


@routes.patch(
    "/api/v1/courses/{id}/students/{user_id}",
    rule=owner(*OVERSEERS, noun="enrollments", right="change_student", writes=True),
    errors=(TeachersOnly, Archived, NoSuchSection, NotEnrolled),
)
async def change_student(
    request: web.Request, actor: Actor, id: Id, user_id: UUID, body: StudentChange
) -> EnrolmentView:
    """Drop or readmit somebody, let in who waits, or move them to another section."""
    changed = await request.app[COURSES].enrolling.change(
        actor,
        CourseId(id),
        UserId(user_id),
        status=None if body.status is UNSET else body.status,
        section_id=None if body.section_id is UNSET else SectionId(body.section_id),
    )
    return enrolment_view(changed)


@routes.get(
    "/api/v1/courses/{id}/students/{user_id}/history",
    rule=owner(*OVERSEERS, noun="enrollments", right="see_history"),
    errors=(StaffOnly,),
)
async def history(request: web.Request, actor: Actor, id: Id, user_id: UUID) -> Page[ChangeView]:
    """What happened to an enrolment, in order; for staff, and your own."""
    found = await request.app[COURSES].enrolling.history(actor, CourseId(id), UserId(user_id))
    return Page(
        [
            ChangeView(status=one.status, section=one.section, how=one.how, by=one.by, at=one.at)
            for one in found
        ]
    )


@routes.post(
    "/api/v1/courses/{id}/roster/preview",
    rule=owner(*OVERSEERS, noun="enrollments", right="look_at_list", writes=True),
    consumes=(_CSV,),
    errors=(TeachersOnly, Archived, BadList),
)
async def look(request: web.Request, actor: Actor, id: Id, query: ListQuery) -> LookedView:
    """What a list (CSV with a column "email", perhaps "section") would do. Nothing is changed."""
    require_type(request, _CSV)
    raw = await whole(request, limit=MOST_BYTES)
    looked = await request.app[COURSES].rolls.look(actor, CourseId(id), raw, drops=query.drop)
    return _looked(looked)


@routes.post(
    "/api/v1/courses/{id}/roster",
    rule=owner(*OVERSEERS, noun="enrollments", right="apply_list", writes=True),
    consumes=(_CSV,),
    errors=(TeachersOnly, Archived, BadList, RosterChanged),
)
async def apply(request: web.Request, actor: Actor, id: Id, query: ListQuery) -> LookedView:
    """Do what was looked at, all or nothing: the same list, with the `digest` of the preview."""
    require_type(request, _CSV)
    raw = await whole(request, limit=MOST_BYTES)
    done = await request.app[COURSES].rolls.apply(
        actor, CourseId(id), raw, drops=query.drop, digest=query.digest
    )
    return _looked(done)


@routes.get(
    "/api/v1/courses/{id}/roster.csv",
    rule=owner(*OVERSEERS, noun="enrollments", right="take_list"),
    produces=_CSV,
    errors=(StaffOnly,),
)
async def take(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """The class as CSV."""
    text = await request.app[COURSES].rolls.taken_away(actor, CourseId(id))
    headers = {
        "Content-Disposition": 'attachment; filename="class.csv"',
        "Cache-Control": "no-store",
    }
    return web.Response(text=text, content_type=_CSV, charset="utf-8", headers=headers)


def _looked(looked: Looked) -> LookedView:
    return LookedView(
        digest=looked.digest,
        steps=[
            StepView(
                line=one.line,
                verb=one.verb,
                email=one.email,
                name=one.name,
                section=one.section,
                reason=one.reason,
            )
            for one in looked.steps
        ],
    )


# --- invitations and letters ------------------------------------------------------------------
@routes.get(
    "/api/v1/courses/{id}/invitations",
    rule=owner(*OVERSEERS, noun="enrollments", right="list_invitations"),
    errors=(StaffOnly,),
)
async def invitations(request: web.Request, actor: Actor, id: Id) -> Page[InvitationView]:
    """Who was invited and did not come yet."""
    found = await request.app[COURSES].inviting.invitations(actor, CourseId(id))
    return Page([invitation_view(one) for one in found])


@routes.post(
    "/api/v1/courses/{id}/invitations",
    rule=owner(*OVERSEERS, noun="enrollments", right="invite", writes=True),
    status=201,
    errors=(TeachersOnly, Archived, BadText, NoSuchSection),
)
async def invite(request: web.Request, actor: Actor, id: Id, body: StudentIn) -> InvitationView:
    """Invite an address, with or without an account. The link is shown this once."""
    made, link = await request.app[COURSES].inviting.invite(
        actor, CourseId(id), email=body.email, section_id=_section(body.section_id)
    )
    return invitation_view(made, link)


@routes.delete(
    "/api/v1/courses/{id}/invitations/{invitation_id}",
    rule=owner(*OVERSEERS, noun="enrollments", right="withdraw", writes=True),
    status=204,
    errors=(TeachersOnly, Archived),
)
async def withdraw(request: web.Request, actor: Actor, id: Id, invitation_id: UUID) -> None:
    """Take an invitation back."""
    await request.app[COURSES].inviting.withdraw(actor, CourseId(id), invitation_id)


@routes.post(
    "/api/v1/courses/{id}/letters",
    rule=owner(*OVERSEERS, noun="enrollments", right="write_letter", writes=True),
    status=202,
    errors=(TeachersOnly, Archived, BadText, NoSuchSection),
)
async def write(request: web.Request, actor: Actor, id: Id, body: LetterIn) -> None:
    """Write to everybody in a course or a section, as each of them wants to be told."""
    await request.app[COURSES].inviting.write(
        actor,
        CourseId(id),
        subject=body.subject,
        body=body.body,
        section_id=_section(body.section_id),
    )


# --- calendar -------------------------------------------------------------------------------
@routes.get("/api/v1/calendar", rule=signed_in("calendar", "read"))
async def feed(request: web.Request, actor: Actor) -> FeedView:
    """Whether there is a private address of your calendar."""
    return FeedView(await request.app[COURSES].feeds.since(actor))


@routes.post(
    "/api/v1/calendar", rule=signed_in("calendar", "make", writes=True, keys=False), status=201
)
async def make_feed(request: web.Request, actor: Actor) -> FeedView:
    """Make a private address for your calendar; the one before opens nothing any more."""
    feeds = request.app[COURSES].feeds
    url = await feeds.make(actor)
    return FeedView(await feeds.since(actor), url)


@routes.delete(
    "/api/v1/calendar", rule=signed_in("calendar", "end", writes=True, keys=False), status=204
)
async def end_feed(request: web.Request, actor: Actor) -> None:
    """The private address opens nothing any more."""
    await request.app[COURSES].feeds.end(actor)


@routes.get(
    "/calendar/{secret}.ics",
    rule=anyone("calendar", "subscribe"),
    produces="text/calendar",
    described=False,
)
async def calendar(request: web.Request, secret: str) -> web.Response:
    """Somebody's classes as iCalendar, for whoever knows the address."""
    text = await request.app[COURSES].feeds.read(secret)
    return web.Response(
        text=text,
        content_type="text/calendar",
        charset="utf-8",
        headers={"Cache-Control": "private, max-age=300"},
    )
