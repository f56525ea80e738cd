"""Courses: the services of one application, made together."""

from __future__ import annotations

from dataclasses import dataclass

from vtp.audit.service import Audit
from vtp.blob.port import Blobs
from vtp.clock import Clock
from vtp.courses.port import Classrooms
from vtp.courses.service.catalogue import Catalogue
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.service.doors import Doors
from vtp.courses.service.enrolling import Enrolling
from vtp.courses.service.feeds import Feeds
from vtp.courses.service.gate import Gate
from vtp.courses.service.inviting import Inviting
from vtp.courses.service.overseeing import Overseeing
from vtp.courses.service.pictures import Pictures
from vtp.courses.service.places import Places
from vtp.courses.service.rolls import Rolls
from vtp.courses.service.sections import Sections
from vtp.courses.service.telling import Enqueue, Telling
from vtp.courses.service.timetable import Timetable
from vtp.db import Database
from vtp.mail.service import Mails
from vtp.media.pack.confined import Confined
from vtp.notices.service import Notices
from vtp.webhooks.service import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    gate: Gate  # what one is in a course: everybody else asks here
    catalogue: Catalogue
    overseeing: Overseeing
    sections: Sections  # with their rooms, the staff, and venues
    timetable: Timetable
    enrolling: Enrolling
    inviting: Inviting
    rolls: Rolls  # lists of a class
    feeds: Feeds
    pictures: Pictures


def courses(
    db: Database,
    *,
    clock: Clock,
    audit: Audit,
    webhooks: Webhooks,
    jobs: Enqueue,
    mails: Mails,
    notices: Notices,
    blobs: Blobs,
    sandbox: Confined,
    classrooms: Classrooms,
    origin: str,
) -> Courses:
    gate, chronicle = Gate(db), Chronicle(audit, webhooks)
    telling = Telling(db, jobs=jobs, notices=notices)
    sections = Sections(db, clock=clock, gate=gate, classrooms=classrooms, chronicle=chronicle)
    overseeing = Overseeing(db, clock=clock, gate=gate, sections=sections, chronicle=chronicle)
    places = Places(db, clock=clock, sections=sections, chronicle=chronicle, telling=telling)
    inviting = Inviting(
        db,
        clock=clock,
        gate=gate,
        sections=sections,
        places=places,
        chronicle=chronicle,
        telling=telling,
        mails=mails,
    )
    return Courses(
        gate=gate,
        catalogue=Catalogue(
            db,
            clock=clock,
            gate=gate,
            sections=sections,
            classrooms=classrooms,
            chronicle=chronicle,
        ),
        overseeing=overseeing,
        sections=sections,
        timetable=Timetable(db, clock=clock, gate=gate, chronicle=chronicle, telling=telling),
        enrolling=Enrolling(db, gate=gate, sections=sections, places=places, chronicle=chronicle),
        inviting=inviting,
        rolls=Rolls(
            db,
            gate=gate,
            sections=sections,
            places=places,
            inviting=inviting,
            chronicle=chronicle,
        ),
        feeds=Feeds(db, clock=clock, chronicle=chronicle, origin=origin),
        pictures=Pictures(db, gate=gate, blobs=blobs, sandbox=sandbox, chronicle=chronicle),
    )


__all__ = ["Courses", "Doors", "courses"]
