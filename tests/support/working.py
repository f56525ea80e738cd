"""The work process as a task of a test, beside the application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.application import Application
from vtp.app.work import bound
from vtp.jobs.worker import run_worker


@asynccontextmanager
async def work(app: Application) -> AsyncIterator[None]:
    stop, parts = asyncio.Event(), app.parts
    async with asyncio.TaskGroup() as group:
        group.create_task(
            run_worker(
                parts.db,
                parts.settings.database,
                parts.settings.jobs,
                parts.jobs,
                bound(parts),
                stop=stop,
                shutdown_timeout=5,
            )
        )
        try:
            yield
        finally:
            stop.set()
