"""Certificates over HTTP: what a course asks, one's own, and those of a course."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web
from msgspec import Meta, Struct

from vtp.actor import Actor
from vtp.attendance.certifying import Rule
from vtp.attendance.papers_api import PDF, taken
from vtp.attendance.problems import NoCertificate, NoReason, NotEarned, RevokedOne
from vtp.attendance.sentences import Say
from vtp.attendance.service.certificates import Certificates, Prospect
from vtp.attendance.shapes import Id, Why
from vtp.attendance.store.certificates import Certificate
from vtp.courses.api.asking import OVERSEERS
from vtp.courses.problems import Archived, StaffOnly, TeachersOnly
from vtp.edge.html import TEXTS
from vtp.edge.origins import ORIGINS
from vtp.edge.routes import Routes
from vtp.edge.rules import owner, signed_in
from vtp.ids import CourseId

CERTIFICATES: web.AppKey[Certificates] = web.AppKey("certificates", Certificates)

routes = Routes("certificates")


class RevokeIn(Struct, frozen=True, forbid_unknown_fields=True):
    why: Why


class RevokedView(Struct, frozen=True, kw_only=True):
    at: datetime
    why: str


class CertificateView(Struct, frozen=True, kw_only=True):
    id: Id
    serial: Annotated[str, Meta(examples=["7K3M-QX4T-92HD"])]
    course_id: Annotated[UUID | None, Meta(description="null: the course is gone.")]
    course: str
    user_id: Id
    name: Annotated[str, Meta(description="As its holder was called then.")]
    issued_at: datetime
    attendance: Annotated[float | None, Meta(description="Of all classes, when it was given.")]
    done: int
    total: int
    link: Annotated[str, Meta(description="Where anybody sees whether it holds.")]
    revoked: RevokedView | None


class ProspectView(Struct, frozen=True, kw_only=True):
    rule: Annotated[Rule | None, Meta(description="null: this course gives none.")]
    attendance: Annotated[
        float | None,
        Meta(description="What is certain of all classes: those to come count as missed."),
    ]
    done: int
    total: int
    earned: Annotated[bool, Meta(description="Whether `POST` gives it now.")]
    certificate: CertificateView | None


class CertificatesView(Struct, frozen=True, kw_only=True):
    items: list[CertificateView]


def view(request: web.Request, one: Certificate) -> CertificateView:
    revoked, evidence = one.revoked, one.evidence
    return CertificateView(
        id=one.id,
        serial=one.serial,
        course_id=one.course_id,
        course=evidence.course,
        user_id=one.user_id,
        name=evidence.name,
        issued_at=one.issued_at,
        attendance=evidence.attendance,
        done=evidence.done,
        total=evidence.total,
        link=link_of(request, one),
        revoked=RevokedView(at=revoked.at, why=revoked.why) if revoked else None,
    )


def link_of(request: web.Request, one: Certificate) -> str:
    return f"{request.app[ORIGINS].public}/certificates/{one.serial}"


@routes.put(
    "/api/v1/courses/{id}/certificates/rule",
    rule=owner(*OVERSEERS, noun="certificates", right="set_rule", writes=True),
    status=204,
    errors=(TeachersOnly, Archived),
)
async def set_rule(request: web.Request, actor: Actor, id: Id, body: Rule) -> None:
    """What this course asks for its certificate, from now on. At least one of the two."""
    await request.app[CERTIFICATES].choose(actor, CourseId(id), body)


@routes.delete(
    "/api/v1/courses/{id}/certificates/rule",
    rule=owner(*OVERSEERS, noun="certificates", right="drop_rule", writes=True),
    status=204,
    errors=(TeachersOnly, Archived),
)
async def drop_rule(request: web.Request, actor: Actor, id: Id) -> None:
    """This course gives no certificates any more. Those that were given stay."""
    await request.app[CERTIFICATES].choose(actor, CourseId(id), None)


@routes.get(
    "/api/v1/courses/{id}/certificates/own",
    rule=owner(*OVERSEERS, noun="certificates", right="read_prospect"),
)
async def prospect(request: web.Request, actor: Actor, id: Id) -> ProspectView:
    """What the course asks for its certificate, and how far you are."""
    found = await request.app[CERTIFICATES].prospect(actor, CourseId(id))
    return _prospect(request, found)


def _prospect(request: web.Request, found: Prospect) -> ProspectView:
    reached = found.reached
    return ProspectView(
        rule=found.rule,
        attendance=reached.attendance if reached else None,
        done=reached.done if reached else 0,
        total=(reached.total or 0) if reached else 0,
        earned=found.earned,
        certificate=view(request, found.certificate) if found.certificate else None,
    )


@routes.post(
    "/api/v1/courses/{id}/certificates/own",
    rule=owner(*OVERSEERS, noun="certificates", right="take", writes=True),
    errors=(NoCertificate, NotEarned),
)
async def issue(request: web.Request, actor: Actor, id: Id) -> CertificateView:
    """Your certificate, once you have earned it; asked again, the same one."""
    return view(request, await request.app[CERTIFICATES].issue(actor, CourseId(id)))


@routes.get(
    "/api/v1/courses/{id}/certificates",
    rule=owner(*OVERSEERS, noun="certificates", right="list_course"),
    errors=(StaffOnly,),
)
async def of_course(request: web.Request, actor: Actor, id: Id) -> CertificatesView:
    """Those that a course gave, the newest first. Your reading is written down."""
    found = await request.app[CERTIFICATES].of_course(actor, CourseId(id))
    return CertificatesView(items=[view(request, one) for one in found])


@routes.get("/api/v1/certificates", rule=signed_in("certificates", "list"))
async def own(request: web.Request, actor: Actor) -> CertificatesView:
    """Your certificates, the newest first."""
    found = await request.app[CERTIFICATES].own(actor)
    return CertificatesView(items=[view(request, one) for one in found])


@routes.get(
    "/api/v1/certificates/{id}",
    rule=owner(*OVERSEERS, noun="certificates", right="take_paper"),
    produces=PDF,
    errors=(RevokedOne,),
)
async def paper(request: web.Request, actor: Actor, id: Id) -> web.Response:
    """A certificate as a page to print (PDF), for its holder and the staff of its course."""
    one = await request.app[CERTIFICATES].get(actor, id)
    if one.revoked is not None:
        raise RevokedOne
    made = await asyncio.to_thread(_drawn, one, link_of(request, one), request.app[TEXTS])
    return taken(made, PDF, f"certificate-{one.serial}.pdf")


def _drawn(one: Certificate, link: str, say: Say) -> bytes:
    # Late: what draws takes memory and time that few requests need.
    from vtp.attendance.papers.diploma import diploma

    at = one.issued_at.astimezone(ZoneInfo(one.evidence.time_zone))
    return diploma(one.evidence, serial=one.serial, link=link, at=at, say=say)


@routes.put(
    "/api/v1/certificates/{id}/revocation",
    rule=owner(*OVERSEERS, noun="certificates", right="revoke", writes=True),
    errors=(TeachersOnly, NoReason),
)
async def revoke(request: web.Request, actor: Actor, id: Id, body: RevokeIn) -> CertificateView:
    """It holds no longer: whoever checks it is told so, and its holder learns why."""
    return view(request, await request.app[CERTIFICATES].revoke(actor, id, body.why))


@routes.delete(
    "/api/v1/certificates/{id}/revocation",
    rule=owner(*OVERSEERS, noun="certificates", right="restore", writes=True),
    errors=(TeachersOnly,),
)
async def restore(request: web.Request, actor: Actor, id: Id) -> CertificateView:
    """It holds again."""
    return view(request, await request.app[CERTIFICATES].restore(actor, id))
