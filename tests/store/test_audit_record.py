"""Rows of the record: in the transaction of the change, and never changed afterwards."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from vtp.actor import OPERATOR, ORIGIN, Actor, Origin, Role, Via
from vtp.audit.service import Audit, SecretInRecord
from vtp.clock import SetClock, SystemClock
from vtp.db import Database
from vtp.ids import UserId, uuid7

ADMIN = Actor(UserId(uuid7()), frozenset({Role.ADMIN}), Via.SESSION, uuid7())


@pytest.fixture
def audit(db: Database, clock: SetClock) -> Audit:
    return Audit(db, clock)


async def test_a_row_says_who_did_what_to_whom_and_from_where(db: Database, audit: Audit) -> None:
    ORIGIN.set(Origin("203.0.113.9", "Firefox\r\nSet-Cookie: x", "req-12345"))
    target = uuid7()
    await audit.record_alone(
        ADMIN, action="disabled", noun="user", target_id=target, details={"why": "left\x00school"}
    )
    row = await db.fetchrow("select * from audit_entry")
    assert row is not None
    assert (row["actor_id"], row["noun"], row["action"]) == (ADMIN.user_id, "user", "disabled")
    assert (row["target_id"], row["result"], row["via"]) == (str(target), "done", "session")
    assert (row["request_id"], row["network"]) == ("req-12345", "203.0.113.0/24")
    assert row["agent"] == "Firefox  Set-Cookie: x"
    assert row["details"] == '{"why": "left school"}'
    whole = await db.fetchrow("select address from audit_address where entry_id = $1", row["id"])
    assert whole is not None
    assert whole["address"] == "203.0.113.9"


async def test_what_is_rolled_back_was_not_done(db: Database, audit: Audit) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await audit.record(tx, ADMIN, action="made", noun="room")
            raise ZeroDivisionError
    assert await db.fetchval("select count(*) from audit_entry") == 0


async def test_an_operator_at_the_terminal_has_no_address(db: Database, audit: Audit) -> None:
    ORIGIN.set(Origin("203.0.113.9", "curl", "req-12345"))
    await audit.record_alone(OPERATOR, action="made", noun="user")
    row = await db.fetchrow("select via, network, agent, actor_id from audit_entry")
    assert row is not None
    assert tuple(row) == ("terminal", "", "", None)


async def test_a_detail_named_like_a_secret_is_a_mistake_of_ours(audit: Audit) -> None:
    with pytest.raises(SecretInRecord):
        await audit.record_alone(ADMIN, action="set", noun="user", details={"new_password": "x"})


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entry set action = 'made'",
        "delete from audit_entry",
        "truncate audit_entry cascade",
        "truncate audit_elsewhere",
        "delete from audit_elsewhere",
        "update audit_address set address = '192.0.2.1'",
        "truncate audit_address",
        "truncate audit_seal",
    ],
)
async def test_rows_are_not_changed_deleted_or_emptied(
    db: Database, audit: Audit, statement: str
) -> None:
    ORIGIN.set(Origin("203.0.113.9"))
    await audit.record_alone(ADMIN, action="made", noun="room")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.transaction() as tx:
            await tx.execute(statement)
    assert await db.fetchval("select count(*) from audit_entry") == 1


async def test_addresses_of_today_are_not_forgotten(db: Database) -> None:
    ORIGIN.set(Origin("203.0.113.9"))
    await Audit(db, SystemClock()).record_alone(ADMIN, action="made", noun="room")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.transaction() as tx:
            await tx.execute("delete from audit_address")


async def test_writers_do_not_wait_for_each_other(db: Database, audit: Audit) -> None:
    async with db.transaction() as first:
        await audit.record(first, ADMIN, action="made", noun="room")
        for _ in range(3):
            async with asyncio.timeout(5):
                await audit.record_alone(ADMIN, action="closed", noun="room")
    assert await db.fetchval("select count(*) from audit_entry") == 4


async def test_who_writes_cannot_choose_its_place_in_the_order(db: Database) -> None:
    async with db.transaction() as tx:
        for _ in range(2):
            await tx.execute(
                """
                insert into audit_entry (id, seq, at, via, action, noun, result, details,
                                         request_id, agent, network)
                values ($1, 1000, now(), 'system', 'made', 'room', 'done', '{}', '', '', '')
                """,
                uuid7(),
            )
    rows = await db.fetch("select seq from audit_entry order by seq")
    assert [row["seq"] for row in rows] == [1, 2]


async def test_rows_that_came_before_their_month_move_into_it(
    db: Database, audit: Audit, clock: SetClock
) -> None:
    await audit.record_alone(ADMIN, action="made", noun="room")
    clock.advance(timedelta(days=31).total_seconds())
    await audit.record_alone(ADMIN, action="closed", noun="room")
    before = await db.fetch("select * from audit_entry order by seq")
    async with db.transaction() as tx:
        assert await tx.fetchval("select audit_make_month('2026-03-20')") is True
        assert await tx.fetchval("select audit_make_month('2026-03-01')") is False
    assert await db.fetchval("select count(*) from audit_2026_03") == 1
    assert await db.fetchval("select count(*) from audit_elsewhere") == 1
    assert await db.fetch("select * from audit_entry order by seq") == before
    for statement in ("delete from audit_2026_03", "truncate audit_2026_03"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction() as tx:
                await tx.execute(statement)
    for statement in ("delete from audit_elsewhere", "truncate audit_elsewhere"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.transaction() as tx:
                await tx.execute(statement)
