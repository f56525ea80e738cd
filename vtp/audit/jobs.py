"""What happens to the record in the work process: sealed, looked at, kept and let go."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import msgspec
import structlog

from vtp.audit.chain import Fault
from vtp.audit.service.exporting import Export, Exported, Exporting
from vtp.audit.service.keeping import Keeping
from vtp.audit.service.sealing import Sealing
from vtp.audit.service.verifying import Verifying
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Archive:
    """What the handlers work with."""

    sealing: Sealing
    keeping: Keeping
    verifying: Verifying
    exporting: Exporting


class Verify(msgspec.Struct, frozen=True):
    """Work: look whether the record is as it was sealed."""


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What was found."""

    holds: bool
    rows: int
    seals: int
    unsealed: int
    fault: Fault | None = None
    seal: int | None = None
    entry_id: UUID | None = None


handlers: Handlers[Archive] = Handlers("audit")


@handlers.every("*/5 * * * *", retries=0, timeout=300)
async def seal(_job: Running, _tick: Tick, archive: Archive) -> None:
    """One more link for what is complete."""
    await archive.sealing.seal()


@handlers.every("23 * * * *")
async def make_months(_job: Running, _tick: Tick, archive: Archive) -> None:
    """The months to come; nothing waits for them."""
    if made := await archive.keeping.make_months():
        _log.info("audit.months_made", count=made)


@handlers.every("41 3 * * *")
async def let_go(_job: Running, _tick: Tick, archive: Archive) -> None:
    """Addresses and months whose time is over."""
    await archive.exporting.sweep()
    addresses = await archive.keeping.forget_addresses()
    months = await archive.keeping.drop_months()
    _log.info("audit.let_go", addresses=addresses, months=[one.isoformat() for one in months])


@handlers.on(Verify, retries=0, timeout=3600, concurrency=1)
async def verify(job: Running, _work: Verify, archive: Archive) -> Verified:
    async def tell(rows: int) -> None:
        await job.progress(0.5, f"{rows:,} rows hold so far")

    found = await archive.verifying.verify(tell)
    if found.broken is not None:
        _log.error("audit.broken", fault=found.broken.fault, seal=found.broken.seal)
    return Verified(
        holds=found.broken is None,
        rows=found.rows,
        seals=found.seals,
        unsealed=found.unsealed,
        fault=found.broken.fault if found.broken else None,
        seal=found.broken.seal if found.broken else None,
        entry_id=found.broken.entry_id if found.broken else None,
    )


@handlers.on(Export, retries=1, timeout=3600, concurrency=1)
async def export(job: Running, work: Export, archive: Archive) -> Exported:
    """The rows that somebody asked for, as a file."""

    async def tell(rows: int) -> None:
        await job.progress(0.5, f"{rows:,} rows so far")

    return await archive.exporting.write(job.id, work, tell)
