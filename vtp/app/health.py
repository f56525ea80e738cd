"""What a healthy server is: its parts, and what each is asked."""

from __future__ import annotations

from vtp.app.parts import Parts
from vtp.blob.opening import check as check_blobs
from vtp.errors import Unavailable
from vtp.telemetry.health import Health

_LIMIT = 2.0  # s, for each part
_GIB = 1024**3


def of(parts: Parts) -> Health:
    """Without the database or the storage the server is not ready; without a worker, degraded."""
    health = Health(parts.clock, limit=_LIMIT)

    async def database() -> str:
        await parts.db.ping()
        figures = parts.db.figures()
        return f"{figures.size - figures.idle} of {figures.limit} connections in use."

    async def storage() -> str:
        await check_blobs(parts.blobs, limit=_LIMIT)
        return "Files can be written and read."

    async def limits() -> str:
        await parts.limiter.check()
        return "Requests can be counted."

    async def work() -> str:
        count = len((await parts.jobs.figures()).workers)
        if count == 0:
            raise Unavailable("No work process runs, so background jobs wait.")
        return "1 work process." if count == 1 else f"{count} work processes."

    async def disk() -> str:
        free = parts.metrics.disk_free()
        if free < _GIB:
            raise Unavailable(f"Only {free / _GIB:.1f} GiB are free.")
        return f"{free / _GIB:.0f} GiB free."

    health.watch("database", database)
    health.watch("storage", storage)
    health.watch("limits", limits)
    health.watch("work", work, required=False)
    health.watch("disk", disk, required=False)
    return health
