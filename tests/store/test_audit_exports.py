"""The record as a file: page by page, all of it, as it was at one moment."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest

from tests.support.jobs import some_jobs
from vtp import settings
from vtp.actor import SYSTEM
from vtp.audit.service import Audit
from vtp.audit.service.exporting import Export, Exporting, Progress
from vtp.audit.service.keeping import Keeping
from vtp.audit.signing import Signer
from vtp.audit.store import months
from vtp.blob.memory import MemoryBlobs
from vtp.blob.threads import Threads
from vtp.clock import SetClock
from vtp.db import Database
from vtp.ids import JobId, uuid7

JOB = JobId(uuid7())
# One row every two hours, from the first of March on: 600 of them reach into April.
ROWS = """
    insert into audit_entry (id, seq, at, via, action, noun, target_id, result, details,
                             request_id, agent, network, address_digest)
    select audit_bound(born), 0, born, 'session',
           (array['made', 'changed', 'closed'])[1 + number % 3], 'room', 'room ' || number, 'done',
           jsonb_build_object('title', 'Algebra ' || number), '', '=1+1', '203.0.113.0/24', null
      from (select number, '2026-03-01Z'::timestamptz + number * interval '2 hours' as born
              from generate_series(1, $1::int) as number) as rows
"""
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANCHOR = """
    insert into audit_anchor (n, hash, before, signature, dropped_at)
    values (0, '', audit_bound('2026-05-01Z'), '', now())
"""
ADDRESSES = """
    insert into audit_address (entry_id, address, salt)
    select id, '203.0.113.9', '' from audit_entry where noun = 'room'
"""


NEWCOMER = """
    insert into audit_entry (id, seq, at, via, action, noun, result, details, request_id, agent,
                             network)
    values (audit_bound('2026-03-01 00:00:01Z'::timestamptz + $1 * interval '1 ms'), 0, now(),
            'session', 'made', 'room', 'done', '{}', '', '', '')
"""


@pytest.fixture
async def blobs(clock: SetClock) -> AsyncIterator[MemoryBlobs]:
    async with Threads(1) as threads:
        yield MemoryBlobs(threads, clock)


class Office:
    """Writes files of the record, tells after each page."""

    def __init__(self, db: Database, clock: SetClock, blobs: MemoryBlobs, *, at_once: int) -> None:
        self.exporting = Exporting(
            db,
            clock=clock,
            audit=Audit(db, clock),
            blobs=blobs,
            jobs=some_jobs(db),
            at_once=at_once,
        )

    async def lines(self, work: Export, progress: Progress) -> list[str]:
        made = await self.exporting.write(JOB, work, progress)
        async with self.exporting.open(JOB) as opened:
            whole = b"".join([piece async for piece in opened])
        lines = whole.decode().splitlines()
        assert made.rows == len(lines) - (work.format == "csv")
        return lines


async def a_record_of(db: Database, rows: int) -> None:
    async with db.transaction() as tx:
        for month in (MARCH, APRIL):
            await tx.execute("select audit_make_month($1)", month)
        await tx.execute(ROWS, rows)
        await tx.execute(ADDRESSES)


@pytest.mark.parametrize(("at_once", "pages"), [(1, 600), (250, 3), (600, 1)])
async def test_every_row_is_there_once_however_small_the_pages(
    db: Database, clock: SetClock, blobs: MemoryBlobs, at_once: int, pages: int
) -> None:
    await a_record_of(db, 600)
    told: list[int] = []

    async def tell(rows: int) -> None:
        told.append(rows)

    office = Office(db, clock, blobs, at_once=at_once)
    rows = list(csv.DictReader(await office.lines(Export(format="csv", noun="room"), tell)))
    assert [row["target_id"] for row in rows] == [f"room {600 - n}" for n in range(600)]
    assert {row["address"] for row in rows} == {"203.0.113.9"}
    assert {row["agent"] for row in rows} == {"'=1+1"}
    assert (len(told), told[0], told[-1]) == (pages, min(at_once, 600), 600)


async def test_what_was_asked_for_alone_is_written(
    db: Database, clock: SetClock, blobs: MemoryBlobs
) -> None:
    await a_record_of(db, 600)

    async def tell(_rows: int) -> None:
        pass

    office = Office(db, clock, blobs, at_once=100)
    wanted = Export(format="json", noun="room", action="closed", since=NOON, result="done")
    told = [json.loads(line) for line in await office.lines(wanted, tell)]
    assert Counter(row["action"] for row in told) == {"closed": 198}
    assert told[0]["details"] == {"title": "Algebra 599"}


async def test_a_file_is_of_one_moment_whatever_happens_meanwhile(
    db: Database, clock: SetClock, blobs: MemoryBlobs
) -> None:
    await a_record_of(db, 3000)
    audit = Audit(db, clock)
    keeping = Keeping(
        db, clock=clock, audit=audit, signer=Signer(b"s" * 32), options=settings.Audit()
    )
    clock.advance(400 * 86_400)

    async def meanwhile(rows: int) -> None:
        """A row as old as those still to be written, one of now, and addresses that go."""
        async with db.transaction() as tx:
            await tx.execute(NEWCOMER, float(rows))
            await audit.record(tx, SYSTEM, action="made", noun="room")
        await keeping.forget_addresses()

    office = Office(db, clock, blobs, at_once=500)
    rows = list(csv.DictReader(await office.lines(Export(format="csv", noun="room"), meanwhile)))
    assert [row["target_id"] for row in rows] == [f"room {3000 - n}" for n in range(3000)]
    assert {row["address"] for row in rows} == {"203.0.113.9"}
    assert await db.fetchval("select count(*) from audit_address") == 0


async def test_a_month_does_not_go_while_it_is_written(
    db: Database, clock: SetClock, blobs: MemoryBlobs
) -> None:
    """Who waited to take it away would keep everybody else waiting who writes to the record."""
    await a_record_of(db, 10)
    refused: list[str] = []

    async def meanwhile(_rows: int) -> None:
        with pytest.raises(months.MonthsBusy):
            async with db.transaction() as tx:
                await tx.execute(ANCHOR)
                await months.drop(tx, MARCH)
        refused.append("busy")

    await Office(db, clock, blobs, at_once=100).lines(Export(format="csv"), meanwhile)
    assert refused == ["busy"]
    async with db.transaction() as tx:
        await tx.execute(ANCHOR)
        assert await months.drop(tx, MARCH) == 10
