"""A database that is there and says nothing: nobody waits for it longer than was set.

The limits of statements are short here and that of connections is long, so that a test which
ends has kept to the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.hanging import Hanging, hanging
from vtp.db import Database, open_database
from vtp.db.losses import DatabaseAway, OutcomeUnknown

_FAR_BELOW_ONE_CONNECT = 20.0  # s


@pytest.fixture(scope="module")
def server() -> Iterator[Hanging]:
    with hanging() as made:
        yield made


@pytest.fixture
async def db(server: Hanging) -> AsyncIterator[Database]:
    async with open_database(server.options()) as database:
        yield database
        # Whatever was cut off, it goes on once the server does.
        assert await database.fetchval("select 1") == 1


async def reading(db: Database) -> None:
    await db.fetchval("select 1")


async def beginning(db: Database) -> None:
    async with db.transaction():
        pass


@pytest.mark.parametrize("asking", [reading, beginning, Database.ping])
async def test_who_asks_is_told_that_it_is_away(
    server: Hanging, db: Database, asking: Callable[[Database], Awaitable[None]]
) -> None:
    with server.silent():
        async with asyncio.timeout(_FAR_BELOW_ONE_CONNECT):
            for _ in range(2):  # on the connection that there was, and on a new one
                with pytest.raises(DatabaseAway):
                    await asking(db)


async def test_those_who_find_no_free_connection_wait_no_longer(
    server: Hanging, db: Database
) -> None:
    with server.silent():
        async with asyncio.timeout(_FAR_BELOW_ONE_CONNECT):
            asked = (reading(db) for _ in range(10))
            ended = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(one) for one in ended} == {DatabaseAway}


async def test_a_transaction_that_was_begun_ends_without_a_farewell(
    server: Hanging, db: Database
) -> None:
    async with asyncio.timeout(_FAR_BELOW_ONE_CONNECT):
        with pytest.raises(DatabaseAway):
            async with db.transaction() as tx:
                await tx.execute("create table note (id int)")
                with server.silent():
                    await tx.execute("insert into note values (1)")
    assert await db.fetchval("select to_regclass('note')") is None


async def test_of_a_change_that_was_on_its_way_nobody_knows(server: Hanging, db: Database) -> None:
    with ExitStack() as held:
        async with asyncio.timeout(_FAR_BELOW_ONE_CONNECT):
            with pytest.raises(OutcomeUnknown):
                async with db.transaction() as tx:
                    await tx.execute("create temporary table note (id int) on commit drop")
                    held.enter_context(server.silent())
            with pytest.raises(OutcomeUnknown):
                await db.execute("analyze setup_link")
