"""Registers, what people say about them, and the matrix: made together for a process."""

from __future__ import annotations

from dataclasses import dataclass

from vtp.attendance.port import Meetings
from vtp.attendance.service.deciding import Deciding
from vtp.attendance.service.matrices import Matrices
from vtp.attendance.service.overviews import Overviews
from vtp.attendance.service.registers import Registers
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses.service.gate import Gate
from vtp.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    registers: Registers
    deciding: Deciding
    matrices: Matrices
    overviews: Overviews


def books(db: Database, *, clock: Clock, gate: Gate, audit: Audit, meetings: Meetings) -> Books:
    registers = Registers(db, clock=clock, gate=gate, audit=audit, meetings=meetings)
    return Books(
        registers=registers,
        deciding=Deciding(db, clock=clock, gate=gate, audit=audit, registers=registers),
        matrices=Matrices(db, clock=clock, gate=gate, audit=audit),
        overviews=Overviews(db, clock=clock, audit=audit),
    )
