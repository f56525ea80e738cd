"""Registers and what follows from them, put together for a process."""

from __future__ import annotations

from vtp.app.parts import Parts
from vtp.attendance.service.books import Books, books
from vtp.attendance.service.certificates import Certificates, Outlined
from vtp.attendance.service.reports import Reports
from vtp.courses.service.gate import Gate
from vtp.edge.texts import Texts
from vtp.recordings.service.tapes import Tapes
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
