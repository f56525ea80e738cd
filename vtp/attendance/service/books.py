"""Registers, policies, what people say about them, and the matrix: made together for a process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from vtp.attendance.port import Meetings, Tapes
from vtp.attendance.service.breaks import Breaks
from vtp.attendance.service.catching import CatchingUp
from vtp.attendance.service.coverage import Coverage
from vtp.attendance.service.deciding import Deciding
from vtp.attendance.service.matrices import Matrices
from vtp.attendance.service.overviews import Overviews
from vtp.attendance.service.policies import Policies
from vtp.attendance.service.registers import Registers
from vtp.attendance.service.rollcall import RollCall
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses.service.expected import Expected
from vtp.courses.service.gate import Gate
from vtp.db import Database
from vtp.notices.service import Notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    registers: Registers
    deciding: Deciding
    breaks: Breaks
    policies: Policies
    catching: CatchingUp
    matrices: Matrices
    overviews: Overviews


def books(
    db: Database,
    *,
    clock: Clock,
    gate: Gate,
    audit: Audit,
    meetings: Meetings,
    tapes: Tapes,
    notices: Notices,
    settles: timedelta = timedelta(minutes=2),
) -> Books:
    expected = Expected(db)
    roll = RollCall(db, expected=expected, meetings=meetings)
    coverage = Coverage(db, meetings=meetings, tapes=tapes)
    registers = Registers(
        db,
        clock=clock,
        gate=gate,
        audit=audit,
        expected=expected,
        roll=roll,
        coverage=coverage,
        settles=settles,
    )
    catching = CatchingUp(
        db,
        clock=clock,
        gate=gate,
        expected=expected,
        roll=roll,
        coverage=coverage,
        notices=notices,
    )
    return Books(
        registers=registers,
        deciding=Deciding(
            db, clock=clock, gate=gate, audit=audit, registers=registers, notices=notices
        ),
        breaks=Breaks(db, clock=clock, gate=gate, audit=audit, registers=registers),
        policies=Policies(
            db,
            clock=clock,
            gate=gate,
            audit=audit,
            expected=expected,
            roll=roll,
            coverage=coverage,
            notices=notices,
        ),
        catching=catching,
        matrices=Matrices(db, clock=clock, gate=gate, audit=audit),
        overviews=Overviews(db, clock=clock, audit=audit, catching=catching),
    )
