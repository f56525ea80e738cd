"""Figures that nobody tells and somebody has to ask for: the pool and the queue of jobs."""

from __future__ import annotations

import asyncio

import structlog

from vtp.app.parts import Parts
from vtp.errors import Unavailable
from vtp.jobs.model import LIVE, JobView
from vtp.telemetry.metrics import Metrics

_log = structlog.get_logger()

_EVERY = 10.0  # s


def watch_pool(parts: Parts) -> None:
    """Gauges that are read when somebody looks."""
    figure, db = parts.metrics.figure, parts.db
    figure("vtp_db_connections", "Connections of the pool", lambda: db.figures().size)
    figure("vtp_db_connections_idle", "Of them idle", lambda: db.figures().idle)
    figure("vtp_db_connections_limit", "The most there may be", lambda: db.figures().limit)


async def count_ended(metrics: Metrics, job: JobView) -> None:
    """Called with every job that changed."""
    if job.state not in LIVE:
        metrics.jobs_ended.labels(job.kind, job.state.value).inc()


async def watch_jobs(parts: Parts) -> None:
    """Runs until it is cancelled by its owner."""
    while True:
        try:
            await _ask(parts)
        except Unavailable:
            _log.debug("figures.jobs_unknown")
        await asyncio.sleep(_EVERY)


async def _ask(parts: Parts) -> None:
    figures, metrics = await parts.jobs.figures(), parts.metrics
    metrics.jobs.clear()
    metrics.jobs_oldest.clear()
    for figure in figures.jobs:
        metrics.jobs.labels(figure.kind, figure.state.value).set(figure.count)
        metrics.jobs_oldest.labels(figure.kind, figure.state.value).set(figure.oldest_seconds)
    metrics.workers.set(len(figures.workers))
