"""Courses, put together for a process: with the rooms of this one, or those that are only rows."""

from __future__ import annotations

from vtp.app.parts import Parts
from vtp.courses.service import Courses
from vtp.courses.service import courses as made
from vtp.courses.service.telling import Telling
from vtp.rooms.service.classrooms import Classrooms


def courses(parts: Parts, classrooms: Classrooms) -> Courses:
    box = parts.letterbox
    return made(
        parts.db,
        clock=parts.clock,
        audit=parts.audit,
        webhooks=parts.webhooks,
        jobs=parts.jobs,
        mails=box.mails,
        notices=box.notices,
        blobs=parts.blobs,
        sandbox=parts.sandbox,
        classrooms=classrooms,
        origin=parts.origins.public,
    )


def telling(parts: Parts) -> Telling:
    return Telling(parts.db, jobs=parts.jobs, notices=parts.letterbox.notices)
