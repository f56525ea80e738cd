"""The chain of seals: what was sealed cannot be touched unnoticed, and nobody waits for it."""

from __future__ import annotations

import asyncio
import random
from datetime import date
from pathlib import Path

import pytest

from tests.support.tampering import WAYS, as_superuser
from vtp import settings
from vtp.actor import ORIGIN, Actor, Origin, Role, Via
from vtp.audit import signing
from vtp.audit.head import HeadFile
from vtp.audit.service import Audit
from vtp.audit.service import sealing as sealing_module
from vtp.audit.service.keeping import Keeping
from vtp.audit.service.sealing import Sealing
from vtp.audit.service.verifying import Verifying, verify
from vtp.audit.signing import Signer
from vtp.audit.store import seals
from vtp.clock import SetClock
from vtp.db import Database, open_database
from vtp.ids import UserId, uuid7

ADMIN = Actor(UserId(uuid7()), frozenset({Role.ADMIN}), Via.SESSION, uuid7())
DAY = 86_400.0


@pytest.fixture
def audit(db: Database, clock: SetClock) -> Audit:
    return Audit(db, clock)


@pytest.fixture
def signer() -> Signer:
    return Signer(b"s" * 32)


@pytest.fixture
def head(tmp_path: Path) -> HeadFile:
    return HeadFile(tmp_path / "audit" / "head.json")


@pytest.fixture
def sealing(
    db: Database, clock: SetClock, signer: Signer, head: HeadFile, monkeypatch: pytest.MonkeyPatch
) -> Sealing:
    monkeypatch.setattr(sealing_module, "AT_ONCE", 10)
    return Sealing(db, clock=clock, signer=signer, head=head)


@pytest.fixture
def verifying(db: Database, signer: Signer, head: HeadFile) -> Verifying:
    return Verifying(db, signer=signer, head=head)


@pytest.fixture
def keeping(db: Database, clock: SetClock, audit: Audit, signer: Signer) -> Keeping:
    options = settings.Audit(keep_months=2)
    return Keeping(db, clock=clock, audit=audit, signer=signer, options=options)


async def write(audit: Audit, clock: SetClock, count: int) -> None:
    for number in range(count):
        ORIGIN.set(Origin(f"203.0.113.{number % 250}", "Firefox", f"request-{number}"))
        clock.advance(1)
        await audit.record_alone(
            ADMIN,
            action=("made", "closed", "changed")[number % 3],
            noun="room",
            target_id=uuid7(),
            details={"title": f"Algebra {number}"},
        )


async def seal_all(sealing: Sealing) -> int:
    """The first call notes how far it may go, the second goes there."""
    return await sealing.seal() + await sealing.seal()


async def test_what_was_sealed_holds(
    audit: Audit, clock: SetClock, sealing: Sealing, verifying: Verifying
) -> None:
    await write(audit, clock, 25)
    assert await sealing.seal() == 0
    assert await sealing.seal() == 25
    await write(audit, clock, 3)
    found = await verifying.verify()
    assert (found.rows, found.seals, found.unsealed, found.broken) == (25, 3, 3, None)


async def test_a_row_whose_transaction_goes_on_is_waited_for(
    db: Database, audit: Audit, clock: SetClock, sealing: Sealing, verifying: Verifying
) -> None:
    async with db.transaction() as slow:
        await audit.record(slow, ADMIN, action="made", noun="room")
        await write(audit, clock, 2)
        assert await seal_all(sealing) == 0
        assert await sealing.seal() == 0
    assert await sealing.seal() == 3
    assert (await verifying.verify()).broken is None


async def test_rows_that_were_rolled_back_leave_no_hole(
    db: Database, audit: Audit, clock: SetClock, sealing: Sealing, verifying: Verifying
) -> None:
    await write(audit, clock, 2)
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await audit.record(tx, ADMIN, action="made", noun="room")
            raise ZeroDivisionError
    await write(audit, clock, 2)
    assert await seal_all(sealing) == 4
    assert (await verifying.verify()).broken is None


async def test_of_two_processes_that_seal_at_once_one_does(
    db: Database,
    database_settings: settings.Database,
    audit: Audit,
    clock: SetClock,
    sealing: Sealing,
    signer: Signer,
    head: HeadFile,
    verifying: Verifying,
    tmp_path: Path,
) -> None:
    elsewhere = HeadFile(tmp_path / "elsewhere" / "head.json")
    async with open_database(database_settings) as other:
        there = Sealing(other, clock=clock, signer=signer, head=elsewhere)
        sealed = 0
        for _ in range(3):
            await write(audit, clock, 25)
            both = [one.seal() for _ in range(2) for one in (sealing, there)]
            sealed += sum(await asyncio.gather(*both))
        sealed += await seal_all(there)
    assert sealed == 75
    found = await verifying.verify()
    assert (found.rows, found.broken) == (75, None)
    # Each wrote down an end that there was, whoever was the last.
    for written in (head.read(), elsewhere.read()):
        if written is not None:
            told = await db.fetchval("select hash from audit_seal where n = $1", written.n)
            assert told == written.hash


async def test_while_somebody_else_seals_there_is_nothing_to_do(
    db: Database, audit: Audit, clock: SetClock, sealing: Sealing
) -> None:
    await write(audit, clock, 3)
    await sealing.seal()
    async with db.transaction() as elsewhere:
        assert await seals.stand_alone(elsewhere)
        assert await sealing.seal() == 0
    assert await sealing.seal() == 3


async def test_sealing_goes_on_in_another_server_that_was_given_the_same_rows(
    db: Database, audit: Audit, clock: SetClock, sealing: Sealing
) -> None:
    """A dump that is restored counts transactions from the beginning."""
    await write(audit, clock, 2)
    await sealing.seal()
    async with db.transaction() as tx:
        await tx.execute("update audit_horizon set xid = '4000000000'")
    assert await seal_all(sealing) == 2


async def test_a_superuser_who_touches_sealed_rows_in_a_hundred_ways_is_found_each_time(
    database_url: str,
    db: Database,
    audit: Audit,
    clock: SetClock,
    sealing: Sealing,
    keeping: Keeping,
    signer: Signer,
    head: HeadFile,
) -> None:
    await keeping.make_months()
    await write(audit, clock, 60)
    await seal_all(sealing)
    await write(audit, clock, 3)
    superuser = await as_superuser(database_url)
    try:
        sound = await verify(superuser, signer=signer, head=head.read())
        assert (sound.rows, sound.broken) == (60, None)
        unnoticed = []
        for trial in range(100):
            rng, way = random.Random(trial), WAYS[trial % len(WAYS)]
            attempt = superuser.transaction()
            await attempt.start()
            await way(superuser, rng)
            found = await verify(superuser, signer=signer, head=head.read())
            if found.broken is None:
                unnoticed.append((trial, way.__name__))
            await attempt.rollback()
        assert unnoticed == []
    finally:
        await superuser.close()


async def test_the_row_that_was_changed_is_named(
    database_url: str,
    audit: Audit,
    clock: SetClock,
    sealing: Sealing,
    verifying: Verifying,
) -> None:
    await write(audit, clock, 25)
    await seal_all(sealing)
    superuser = await as_superuser(database_url)
    try:
        victims = await superuser.fetch("select id from audit_entry where seq in (7, 18)")
        await superuser.execute("update audit_entry set agent = 'x' where seq = 18")
        await superuser.execute("delete from audit_entry where seq = 7")
    finally:
        await superuser.close()
    found = await verifying.verify()
    assert found.broken is not None
    assert (found.broken.fault, found.broken.seal) == ("row_missing", 1)
    assert found.broken.entry_id in {one["id"] for one in victims}


async def test_months_go_when_their_time_is_over_and_the_rest_still_holds(
    db: Database,
    audit: Audit,
    clock: SetClock,
    sealing: Sealing,
    keeping: Keeping,
    verifying: Verifying,
) -> None:
    for _ in range(4):
        await keeping.make_months()
        await write(audit, clock, 13)
        await seal_all(sealing)
        clock.advance(31 * DAY)
    assert await keeping.drop_months() == [date(2026, 3, 1), date(2026, 4, 1)]
    assert await keeping.drop_months() == []
    found = await verifying.verify()
    assert found.broken is None
    kept = await db.fetch(
        "select to_char(at, 'YYYY-MM') as m from audit_entry group by 1 order by 1"
    )
    assert [row["m"] for row in kept] == ["2026-05", "2026-06", "2026-07"]
    gone = await db.fetch(
        "select details ->> 'month' as m from audit_entry where noun = 'audit' order by 1"
    )
    assert [row["m"] for row in gone] == ["2026-03", "2026-04"]
    await seal_all(sealing)
    assert (await verifying.verify()).broken is None


async def test_a_month_that_is_not_sealed_stays(
    audit: Audit, clock: SetClock, keeping: Keeping
) -> None:
    await keeping.make_months()
    await write(audit, clock, 2)
    clock.advance(200 * DAY)
    assert await keeping.drop_months() == []


async def test_addresses_are_forgotten_and_the_chain_still_holds(
    db: Database,
    audit: Audit,
    clock: SetClock,
    sealing: Sealing,
    keeping: Keeping,
    verifying: Verifying,
) -> None:
    await write(audit, clock, 12)
    await seal_all(sealing)
    clock.advance(31 * DAY)
    await write(audit, clock, 3)
    await seal_all(sealing)
    assert await keeping.forget_addresses() == 12
    assert await db.fetchval("select count(*) from audit_address") == 3
    assert await db.fetchval("select count(*) from audit_entry where network = ''") == 1
    await seal_all(sealing)
    assert (await verifying.verify()).broken is None


async def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first, again = signing.load(tmp_path), signing.load(tmp_path)
    assert first.public == again.public
    assert (tmp_path / "audit-key").stat().st_mode & 0o077 == 0
