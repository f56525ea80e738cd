"""What attendance writes to staff, in the work process: the reports that they chose."""

from __future__ import annotations

import structlog

from vtp.attendance.service.reports import Reports
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running

_log = structlog.get_logger()

handlers: Handlers[Reports] = Handlers("papers")


@handlers.every("17 * * * *", timeout=600)
async def report(_job: Running, _tick: Tick, reports: Reports) -> None:
    """Those that are due: each is chosen for a day, and comes in its morning."""
    if sent := await reports.send_due():
        _log.info("attendance.reports_sent", count=sent)
