"""What attendance tells students about certificates, in the work process."""

from __future__ import annotations

import structlog

from vtp.attendance.service.earning import Earning
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running

_log = structlog.get_logger()

handlers: Handlers[Earning] = Handlers("earning")


@handlers.every("4-59/10 * * * *", timeout=300)
async def tell(_job: Running, _tick: Tick, earning: Earning) -> None:
    """Those who may take the certificate of a course now, and do not know it yet."""
    if told := await earning.tell_due():
        _log.info("attendance.earned_told", people=told)
