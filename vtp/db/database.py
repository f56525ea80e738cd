"""The pool, as services see it: reads that survive a lost connection, and transactions.

Outside `transaction()` send only what may be sent twice; a `select` is, when the connection
was lost. What changes something goes through a transaction, or is one statement that its caller
may say again: nobody knows of the lost one whether it was applied. A server that
hangs is waited for as long as for one statement, or as tries are repeated: a connection, the
answer and all further tries together.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import asyncpg

from vtp import settings
from vtp.clock import Clock, SystemClock
from vtp.db.connection import Db
from vtp.db.losses import LOST, OutcomeUnknown, away_as_unavailable, lost, retrying

T = TypeVar("T")
_MARGIN = 0.5  # s, in which the server can say that a statement took too long
_SHORTEST = 0.001  # s; no time at all is no limit that asyncpg takes


@dataclass(frozen=True, slots=True)
class PoolFigures:
    size: int
    idle: int
    limit: int


class Database:
    """Own it with `open_database`, which closes it."""

    def __init__(self, pool: Any, options: settings.Database, clock: Clock) -> None:
        self._pool = pool
        self._options = options
        self._clock = clock

    # --- what Db asks for -------------------------------------------------------------------
    async def execute(self, query: str, *args: Any) -> str:
        return await self._send(query, lambda one, left: one.execute(query, *args, timeout=left))

    async def executemany(self, query: str, args: Iterable[Sequence[Any]]) -> None:
        rows = list(args)
        await self._send(query, lambda one, left: one.executemany(query, rows, timeout=left))

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        return await self._send(query, lambda one, left: one.fetch(query, *args, timeout=left))

    async def fetchrow(self, query: str, *args: Any) -> Any | None:
        return await self._send(query, lambda one, left: one.fetchrow(query, *args, timeout=left))

    async def fetchval(self, query: str, *args: Any) -> Any:
        return await self._send(query, lambda one, left: one.fetchval(query, *args, timeout=left))

    async def _send(self, query: str, work: Callable[[Any, float], Awaitable[T]]) -> T:
        async def once() -> T:
            async with self._connection(until) as one:
                return await work(one, self._left(until))

        until = self._until()
        if query.lstrip()[:6].lower() == "select":
            return await retrying(once, clock=self._clock, limit=self._options.retry_for)
        with away_as_unavailable(OutcomeUnknown):
            return await once()

    @asynccontextmanager
    async def _connection(self, until: float) -> AsyncIterator[Any]:
        connection = await self._pool.acquire(timeout=self._left(until))
        try:
            with _dropping(connection):
                yield connection
        finally:
            await self._release(connection)

    def _until(self) -> float:
        return self._clock.monotonic() + max(_longest(self._options), self._options.retry_for)

    def _left(self, until: float) -> float:
        """Seconds for the next step: what is left in all, and no more than a statement gets."""
        return max(_SHORTEST, min(_longest(self._options), until - self._clock.monotonic()))

    # --- more than Db -----------------------------------------------------------------------
    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        """All or nothing. Committed when the block ends, rolled back when it raises."""
        until = self._until()
        connection, transaction = await retrying(
            lambda: self._begin(until), clock=self._clock, limit=self._options.retry_for
        )
        try:
            async with _finishing(connection, transaction):
                yield connection
        finally:
            await self._release(connection)

    async def _begin(self, until: float) -> tuple[Any, Any]:
        """A connection with a transaction begun: one that died in the pool is found here."""
        connection = await self._pool.acquire(timeout=self._left(until))
        transaction = connection.transaction()
        try:
            with _dropping(connection):
                async with asyncio.timeout(self._left(until)):
                    await transaction.start()
        except BaseException:
            await self._release(connection)
            raise
        return connection, transaction

    async def _release(self, connection: Any) -> None:
        with suppress(*LOST, asyncpg.InterfaceError):
            await self._pool.release(connection)

    async def ping(self) -> None:
        """One round trip, without any retry: for health."""
        until = self._until()
        with away_as_unavailable():
            async with self._connection(until) as connection:
                await connection.fetchval("select 1", timeout=self._left(until))

    def figures(self) -> PoolFigures:
        pool = self._pool
        return PoolFigures(pool.get_size(), pool.get_idle_size(), pool.get_max_size())


@contextmanager
def _dropping(connection: Any) -> Iterator[None]:
    """Who did not answer in time is not asked again, neither to roll back nor to cancel."""
    try:
        yield
    except Exception as error:
        if lost(error):
            connection.terminate()
        raise


@asynccontextmanager
async def _finishing(connection: Any, transaction: Any) -> AsyncIterator[None]:
    try:
        # Before the commit: surely nothing was changed.
        with away_as_unavailable(), _dropping(connection):
            yield
    except BaseException:
        with suppress(*LOST, asyncpg.InterfaceError):  # a dead server has rolled back by itself
            await transaction.rollback()
        raise
    with away_as_unavailable(OutcomeUnknown), _dropping(connection):
        await transaction.commit()


async def _keep_session(_connection: Any) -> None:
    """No round trip when a connection goes back: nothing of ours leaves state in a session."""


async def connect(options: settings.Database, *, statement_timeout: float = 0.0) -> Any:
    """One connection of its own, for LISTEN and for migrations; the caller closes it."""
    server = {"application_name": "vtp", "timezone": "UTC"}
    if statement_timeout:
        server["statement_timeout"] = str(int(statement_timeout * 1000))
    with _naming_the_host(options.url):
        return await asyncpg.connect(
            options.url, timeout=options.connect_timeout, server_settings=server
        )


@contextmanager
def _naming_the_host(url: str) -> Iterator[None]:
    """A resolver says that there is no such name, and not which."""
    try:
        yield
    except socket.gaierror as error:
        parts = urlsplit(url)
        named = parse_qs(parts.query).get("host", [""])
        host = parts.netloc.rpartition("@")[2] or named[-1]
        raise OSError(f"its host {host} is not found ({error.strerror})") from error


@asynccontextmanager
async def open_database(
    options: settings.Database, *, clock: Clock | None = None
) -> AsyncIterator[Database]:
    clock = clock or SystemClock()

    async def start() -> Any:
        with _naming_the_host(options.url):
            return await asyncpg.create_pool(
                options.url,
                min_size=options.min_connections,
                max_size=options.max_connections,
                timeout=options.connect_timeout,
                command_timeout=_longest(options),
                max_inactive_connection_lifetime=options.idle_lifetime,
                reset=_keep_session,
                server_settings=_session(options),
            )

    pool = await retrying(start, clock=clock, limit=options.retry_for)
    try:
        yield Database(pool, options, clock)
    finally:
        await _close(pool, options.connect_timeout)


def _longest(options: settings.Database) -> float:
    """Seconds after which an answer is not waited for: the server gives up before, and says why."""
    return options.statement_timeout + _MARGIN


def _session(options: settings.Database) -> dict[str, str]:
    def milliseconds(seconds: float) -> str:
        return str(int(seconds * 1000))

    return {
        "application_name": "vtp",
        "timezone": "UTC",
        "jit": "off",  # every query of ours is short; compiling one costs more than running it
        "statement_timeout": milliseconds(options.statement_timeout),
        "lock_timeout": milliseconds(options.lock_timeout),
        "idle_in_transaction_session_timeout": milliseconds(options.statement_timeout * 6),
    }


async def _close(pool: Any, limit: float) -> None:
    try:
        await asyncio.wait_for(pool.close(), limit)
    except TimeoutError:
        pool.terminate()
