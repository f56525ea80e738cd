"""The work process: background jobs, and nothing that listens."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack

import structlog

from vtp.accounts.jobs import Bench
from vtp.accounts.jobs import handlers as accounts_handlers
from vtp.accounts.takeout_jobs import handlers as takeout_handlers
from vtp.analytics.jobs import Sieve
from vtp.analytics.jobs import handlers as analytics_handlers
from vtp.app.archive import archive
from vtp.app.attending import attending, earning, reports
from vtp.app.courses import telling
from vtp.app.hooks import delivering
from vtp.app.letterbox import desk
from vtp.app.library import darkroom
from vtp.app.loop import Told, fed
from vtp.app.own_data import takeouts
from vtp.app.parts import Parts, demo_wanted, open_parts
from vtp.app.workbench import workbench
from vtp.attendance.earning_jobs import handlers as earning_handlers
from vtp.attendance.jobs import handlers as attendance_handlers
from vtp.attendance.paper_jobs import handlers as paper_handlers
from vtp.audit.jobs import handlers as audit_handlers
from vtp.courses.jobs import handlers as courses_handlers
from vtp.jobs.handlers import Bound
from vtp.jobs.jobs import Broom
from vtp.jobs.jobs import handlers as jobs_handlers
from vtp.jobs.worker import run_worker
from vtp.library.jobs import handlers as library_handlers
from vtp.mail.jobs import handlers as mail_handlers
from vtp.notices.jobs import Dustpan
from vtp.notices.jobs import handlers as notices_handlers
from vtp.recordings.jobs import handlers as recordings_handlers
from vtp.rooms.jobs import Attic
from vtp.rooms.jobs import handlers as rooms_handlers
from vtp.settings import Settings
from vtp.tasks import Tasks
from vtp.telemetry import logs
from vtp.telemetry.watchdog import Watchdog
from vtp.webhooks.jobs import handlers as webhooks_handlers

_log = structlog.get_logger()


async def run(chosen: Settings, told: Told) -> int:
    logs.set_up(chosen.log, process="work")
    dog = Watchdog(os.environ)
    async with (
        open_parts(chosen, demo=demo_wanted(chosen.server)) as parts,
        fed(dog),
        AsyncExitStack() as stack,
    ):
        tasks = Tasks(_report)
        stack.push_async_callback(tasks.close)
        tasks.start("settings.follow", parts.runtime.follow())
        await _tell_walls(parts)
        dog.ready()
        await run_worker(
            parts.db,
            chosen.database,
            chosen.jobs,
            parts.jobs,
            bound(parts),
            stop=told.stop,
            shutdown_timeout=chosen.server.shutdown_timeout,
        )
    return 0


def bound(parts: Parts) -> list[Bound]:
    """Every kind of job with what its handler needs."""
    bench = Bench(
        db=parts.db,
        blobs=parts.blobs,
        sandbox=parts.sandbox,
        jobs=parts.jobs,
        clock=parts.clock,
        recovery=parts.accounts.recovery,
        imports=parts.accounts.imports,
    )
    chosen = parts.settings
    registers = attending(parts)
    attic = Attic(db=parts.db, blobs=parts.blobs, clock=parts.clock)
    return [
        *accounts_handlers.bind(bench),
        *takeout_handlers.bind(takeouts(parts)),
        *audit_handlers.bind(archive(parts)),
        *mail_handlers.bind(desk(chosen, parts.letterbox, parts.db, clock=parts.clock)),
        *notices_handlers.bind(Dustpan(parts.db, chosen.notices, parts.clock)),
        *library_handlers.bind(darkroom(parts)),
        *courses_handlers.bind(telling(parts)),
        *attendance_handlers.bind(registers),
        *paper_handlers.bind(reports(parts, registers)),
        *earning_handlers.bind(earning(parts, registers)),
        *analytics_handlers.bind(Sieve(db=parts.db, clock=parts.clock)),
        *jobs_handlers.bind(Broom(db=parts.db, options=chosen.jobs)),
        *recordings_handlers.bind(workbench(parts)),
        *rooms_handlers.bind(attic),
        *webhooks_handlers.bind(delivering(parts)),
    ]


async def _tell_walls(parts: Parts) -> None:
    """What protects this machine from the files of others, for the log."""
    report = await parts.sandbox.report()
    tell = _log.info if report.holds else _log.warning
    tell("sandbox.walls", walls=report.walls, open=report.open)


def _report(task: str, error: BaseException) -> None:
    _log.error("work.task_failed", task=task, exc_info=error)
