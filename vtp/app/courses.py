"""Courses, put together for a process: with the rooms of this one, or those that are only rows."""

from __future__ import annotations

from functools import partial

from vtp.actor import Actor
from vtp.app.parts import Parts
from vtp.courses.outline import events as outline_events
from vtp.courses.outline.company import Company
from vtp.courses.outline.reading import Reader
from vtp.courses.outline.service import Outlines
from vtp.courses.pages.learning import Desk
from vtp.courses.port import Learning
from vtp.courses.service import Courses
from vtp.courses.service import courses as made
from vtp.courses.service.telling import Telling
from vtp.edge.sockets.channels import Sid
from vtp.edge.sockets.endings import Ending
from vtp.edge.sockets.facade import Sockets
from vtp.edge.sockets.hub import OnGone
from vtp.recordings import pages as recordings_pages
from vtp.rooms.service.classrooms import Classrooms
from vtp.tasks import Tasks


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
    opened = read_outlines(parts, made)
    opened.on_done.append(partial(outline_events.tell, sockets))
    parts.library.gate.shelves = opened
    return opened


def read_outlines(parts: Parts, made: Courses) -> Outlines:
    """For a process in which nobody changes them."""
    return Outlines(
        parts.db,
        clock=parts.clock,
        audit=parts.audit,
        gate=made.gate,
        shelf=parts.library.shelf,
    )


def leaving(tasks: Tasks, sockets: Sockets, company: Company) -> OnGone:
    """Whoever looked at an outline is told when somebody else does not any more."""

    def on_gone(sid: Sid, _actor: Actor, _how: Ending) -> None:
        tasks.start("outline.left", outline_events.left(sockets, company, sid))

    return on_gone


def desk(parts: Parts, made: Courses, outlines: Outlines, learning: Learning) -> Desk:
    """What students read, with how far they are; recordings play in their places."""
    reader = Reader(
        clock=parts.clock,
        gate=made.gate,
        outlines=outlines,
        timetable=made.timetable,
        learning=learning,
    )
    return Desk(reader, recordings_pages.player, learning)


def telling(parts: Parts) -> Telling:
    return Telling(parts.db, jobs=parts.jobs, notices=parts.letterbox.notices)
