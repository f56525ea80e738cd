"""What the staff of courses may know of their classes, put together for the web process."""

from __future__ import annotations

from vtp.analytics.service.insights import Insights
from vtp.app.parts import Parts
from vtp.attendance.service.books import Books
from vtp.courses.service.gate import Gate
from vtp.rooms.service.sittings import Sittings


def insights(parts: Parts, made: Books) -> Insights:
    return Insights(
        parts.db,
        clock=parts.clock,
        gate=Gate(parts.db),
        audit=parts.audit,
        meetings=Sittings(parts.db),
        matrices=made.matrices,
    )
