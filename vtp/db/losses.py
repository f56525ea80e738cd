"""When the database went away: which errors mean that, and what may be tried again.

A `select` outside a transaction and the wait for a connection are tried again until a deadline.
A statement that changes something is never sent twice: nobody knows whether it was applied.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import asyncpg

from vtp.clock import Clock
from vtp.errors import Unavailable

T = TypeVar("T")

LOST: tuple[type[BaseException], ...] = (
    asyncpg.PostgresConnectionError,  # 08xxx, with ConnectionDoesNotExistError
    asyncpg.CannotConnectNowError,  # 57P03: starting up or recovering
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,
    OSError,  # refused, reset, socket file absent
    TimeoutError,
)
# What an operator mends in the address of the database; none of them quotes the password.
REFUSED: tuple[type[BaseException], ...] = (
    asyncpg.InvalidAuthorizationSpecificationError,  # 28xxx, with a wrong password
    asyncpg.InvalidCatalogNameError,  # 3D000
    asyncpg.ClientConfigurationError,  # an address that cannot be read
)
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.5


class DatabaseAway(Unavailable):
    """The database cannot be reached right now. Nothing was changed."""

    code = "database_away"


class OutcomeUnknown(Unavailable):
    """The database went away while this was being saved. Look before you send it again."""

    code = "outcome_unknown"


def lost(error: BaseException) -> bool:
    if isinstance(error, asyncpg.InterfaceError):
        # The same class says "connection is closed" and "you passed two arguments".
        return "clos" in str(error) or "released" in str(error)
    return isinstance(error, LOST)


def unreachable(error: BaseException) -> list[str]:
    """Why no connection came about, for who wrote the address; empty when it is something else."""
    reason = error.__cause__ if isinstance(error, DatabaseAway) else error
    if isinstance(error, (DatabaseAway, *REFUSED)):
        return [f"The database cannot be used: {reason or 'it did not answer in time'}"]
    return []


@contextmanager
def away_as_unavailable(problem: type[Unavailable] = DatabaseAway) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if lost(error):
            raise problem(retry_after=1) from error
        raise


async def pauses(clock: Clock, limit: float) -> AsyncIterator[None]:
    """One step per try, with growing pauses between them, until `limit` seconds are over."""
    until = clock.monotonic() + limit
    pause = _FIRST_PAUSE
    yield
    while clock.monotonic() < until:
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
        yield


async def retrying(work: Callable[[], Awaitable[T]], *, clock: Clock, limit: float) -> T:
    """The result of `work`, tried again while the database is away. Only for what may repeat."""
    last: BaseException | None = None
    async for _ in pauses(clock, limit):
        try:
            return await work()
        except Exception as error:
            if not lost(error):
                raise
            last = error
    raise DatabaseAway(retry_after=1) from last
