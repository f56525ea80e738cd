"""Registers and what follows from them, put together for a process."""

from __future__ import annotations

from datetime import timedelta

from vtp.app.courses import courses, read_outlines
from vtp.app.parts import Parts
from vtp.attendance.service.books import Books, books
from vtp.attendance.service.certificates import Certificates, Outlined
from vtp.attendance.service.earning import Earning
from vtp.attendance.service.learning import Learning
from vtp.attendance.service.reports import Reports
from vtp.attendance.service.viewing import Viewing
from vtp.courses.outline.reading import Reader
from vtp.courses.service.gate import Gate
from vtp.edge.texts import Texts
from vtp.recordings.service.filming import Filming
from vtp.recordings.service.tapes import Tapes
from vtp.rooms.service.classrooms import Classrooms
from vtp.rooms.service.roles import Roles
from vtp.rooms.service.sittings import Sittings


def attending(parts: Parts) -> Books:
    return books(
        parts.db,
        clock=parts.clock,
        gate=Gate(parts.db),
        audit=parts.audit,
        meetings=Sittings(parts.db),
        tapes=Tapes(parts.db),
        notices=parts.letterbox.notices,
        settles=timedelta(seconds=parts.settings.attendance.settle_time),
    )


def certificates(parts: Parts, made: Books, outlined: Outlined) -> Certificates:
    return Certificates(
        parts.db,
        clock=parts.clock,
        gate=Gate(parts.db),
        audit=parts.audit,
        matrices=made.matrices,
        outlined=outlined,
        notices=parts.letterbox.notices,
        school=parts.settings.school,
    )


def reports(parts: Parts, made: Books) -> Reports:
    return Reports(
        parts.db,
        clock=parts.clock,
        gate=Gate(parts.db),
        audit=parts.audit,
        matrices=made.matrices,
        notices=parts.letterbox.notices,
        texts=Texts(),
    )


def earning(parts: Parts, made: Books) -> Earning:
    """For the work process: what students see of themselves, out of rows alone."""
    return Earning(
        parts.db,
        clock=parts.clock,
        certificates=certificates(parts, made, _reader(parts, made)),
        notices=parts.letterbox.notices,
    )


def _reader(parts: Parts, made: Books) -> Reader:
    planned = courses(parts, Classrooms())
    learning = Learning(
        parts.db,
        clock=parts.clock,
        films=Filming(parts.db, role_in=Roles(parts.db).role),
        viewing=Viewing(parts.db, clock=parts.clock, shelf=parts.library.shelf),
        meetings=Sittings(parts.db),
        catching=made.catching,
    )
    return Reader(
        clock=parts.clock,
        gate=planned.gate,
        outlines=read_outlines(parts, planned),
        timetable=planned.timetable,
        learning=learning,
    )
