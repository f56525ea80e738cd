"""Registers, put together for a process: with the timetable below them and the meetings above."""

from __future__ import annotations

from vtp.app.parts import Parts
from vtp.attendance.service.books import Books, books
from vtp.courses.service.gate import Gate
from vtp.rooms.service.sittings import Sittings


def attending(parts: Parts) -> Books:
    return books(
        parts.db,
        clock=parts.clock,
        gate=Gate(parts.db),
        audit=parts.audit,
        meetings=Sittings(parts.db),
    )
