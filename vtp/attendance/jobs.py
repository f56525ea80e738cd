"""What attendance does in the work process: call the registers of classes that have ended."""

from __future__ import annotations

import structlog

from vtp.attendance.service.registers import Registers
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running

_log = structlog.get_logger()

handlers: Handlers[Registers] = Handlers("attendance")


@handlers.every("*/2 * * * *", timeout=300)
async def call(_job: Running, _tick: Tick, registers: Registers) -> None:
    """Those that ended since, and those that become final."""
    if written := await registers.call_due():
        _log.info("attendance.called", registers=written)
