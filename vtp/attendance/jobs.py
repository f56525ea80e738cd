"""What attendance does in the work process: registers of what ended, and what is made up."""

from __future__ import annotations

import structlog

from vtp.attendance.service.books import Books
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running

_log = structlog.get_logger()

handlers: Handlers[Books] = Handlers("attendance")


@handlers.every("* * * * *", timeout=300)
async def call(_job: Running, _tick: Tick, books: Books) -> None:
    """Those that ended since, and those that become final."""
    if written := await books.registers.call_due():
        _log.info("attendance.called", registers=written)


@handlers.every("1-59/10 * * * *", timeout=300)
async def catch_up(_job: Running, _tick: Tick, books: Books) -> None:
    """Who watched what they had missed, and who can."""
    if told := await books.catching.sweep():
        _log.info("attendance.told", people=told)
