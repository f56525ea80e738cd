"""What a lost connection does to reads, to writes and to the pool."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.postgres import TestCluster
from vtp import settings
from vtp.clock import SetClock
from vtp.db import Database, open_database
from vtp.db.losses import DatabaseAway, OutcomeUnknown, lost, retrying
from vtp.errors import Conflict


async def cut_others(db: Database) -> None:
    """End every connection of the pool but the one that does it."""
    await db.fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )


@pytest.fixture
async def two(db: Database, database_settings: settings.Database) -> Database:
    """`db`, with both of its connections in use before, so that some are there to be cut."""
    await asyncio.gather(*(db.fetchval("select pg_sleep(0.01)") for _ in range(4)))
    return db


async def test_a_read_survives_the_loss_of_its_connection(
    two: Database, database_settings: settings.Database
) -> None:
    async with open_database(database_settings) as other:
        await cut_others(other)
    got = await asyncio.gather(*(two.fetchval("select $1::int", n) for n in range(6)))
    assert got == list(range(6))


async def test_a_transaction_begins_on_a_living_connection(
    two: Database, database_settings: settings.Database
) -> None:
    async with open_database(database_settings) as other:
        await cut_others(other)
    for _ in range(4):
        async with two.transaction() as tx:
            assert await tx.fetchval("select 1") == 1


async def test_a_loss_before_the_commit_changed_nothing(
    two: Database, database_settings: settings.Database
) -> None:
    async with two.transaction() as tx:
        await tx.execute("create table note (id int)")
    with pytest.raises(DatabaseAway):
        async with two.transaction() as tx:
            await tx.execute("insert into note values (1)")
            async with open_database(database_settings) as other:
                await cut_others(other)
            await tx.execute("insert into note values (2)")
    assert await two.fetchval("select count(*) from note") == 0


async def test_a_loss_at_the_commit_says_that_the_outcome_is_unknown(
    two: Database, database_settings: settings.Database
) -> None:
    with pytest.raises(OutcomeUnknown):
        async with two.transaction() as tx:
            await tx.execute("create table note (id int)")
            async with open_database(database_settings) as other:
                await cut_others(other)


async def test_a_change_outside_a_transaction_is_never_sent_twice(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute("create sequence tries")
    with pytest.raises(OutcomeUnknown):
        # A sequence keeps its steps whatever becomes of the statement.
        await db.execute(
            "do $$ begin perform nextval('tries');"
            " perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1); end $$"
        )
    assert await db.fetchval("select last_value from tries") == 1


async def test_an_error_of_ours_rolls_back_and_comes_through(db: Database) -> None:
    with pytest.raises(Conflict):
        async with db.transaction() as tx:
            await tx.execute("create table note (id int)")
            raise Conflict
    assert await db.fetchval("select to_regclass('note')") is None


async def test_our_own_mistakes_do_not_look_like_an_outage(db: Database) -> None:
    with pytest.raises(Exception, match="argument") as error:
        await db.fetchval("select $1::int", 1, 2)
    assert not lost(error.value)


async def test_a_server_that_is_not_there_is_unavailable_after_the_limit(
    postgres_cluster: TestCluster,
) -> None:
    nowhere = settings.Database(url="postgresql://vtp@127.0.0.1:1/vtp", retry_for=0.01)
    with pytest.raises(DatabaseAway):
        async with open_database(nowhere):
            pass


async def test_retrying_stops_at_its_limit_on_the_given_clock() -> None:
    clock, tries = SetClock(), 0

    async def away() -> None:
        nonlocal tries
        tries += 1
        clock.advance(3)
        raise ConnectionRefusedError

    with pytest.raises(DatabaseAway):
        await retrying(away, clock=clock, limit=5)
    assert tries == 2


async def test_the_pool_tells_its_figures(db: Database) -> None:
    await db.ping()
    figures = db.figures()
    assert figures.limit == 5
    assert 0 <= figures.idle <= figures.size <= figures.limit
