"""Courses, put together for a process: with the rooms of this one, or those that are only rows."""

from __future__ import annotations

from functools import partial

from vtp.app.parts import Parts
from vtp.courses.outline import events as outline_events
from vtp.courses.outline.service import Outlines
from vtp.courses.service import Courses
from vtp.courses.service import courses as made
from vtp.courses.service.telling import Telling
from vtp.edge.sockets.facade import Sockets
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


def outlines(parts: Parts, made: Courses, sockets: Sockets) -> Outlines:
    """With the news of changes told to who looks at them; the library asks them who reads what."""
    opened = Outlines(
        parts.db,
        clock=parts.clock,
        audit=parts.audit,
        gate=made.gate,
        shelf=parts.library.shelf,
    )
    opened.on_done.append(partial(outline_events.tell, sockets))
    parts.library.gate.shelves = opened
    return opened


def telling(parts: Parts) -> Telling:
    return Telling(parts.db, jobs=parts.jobs, notices=parts.letterbox.notices)
