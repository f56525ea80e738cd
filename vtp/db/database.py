"""The pool, as services see it: reads that survive a lost connection, and transactions.

Outside `transaction()` send only what may be sent twice; a `select` is, when the connection
was lost. Everything that changes something goes through a transaction.
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
        return await self._send(query, lambda: self._pool.execute(query, *args))

    async def executemany(self, query: str, args: Iterable[Sequence[Any]]) -> None:
        rows = list(args)
        await self._send(query, lambda: self._pool.executemany(query, rows))

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        return await self._send(query, lambda: self._pool.fetch(query, *args))

    async def fetchrow(self, query: str, *args: Any) -> Any | None:
        return await self._send(query, lambda: self._pool.fetchrow(query, *args))

    async def fetchval(self, query: str, *args: Any) -> Any:
        return await self._send(query, lambda: self._pool.fetchval(query, *args))

    async def _send(self, query: str, work: Callable[[], Awaitable[T]]) -> T:
        try:
            return await work()
        except Exception as error:
            if not lost(error):
                raise
            if not query.lstrip()[:6].lower() == "select":
                raise OutcomeUnknown(retry_after=1) from error
        return await retrying(work, clock=self._clock, limit=self._options.retry_for)

    # --- more than Db -----------------------------------------------------------------------
    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        """All or nothing. Committed when the block ends, rolled back when it raises."""
        connection, transaction = await retrying(
            self._begin, clock=self._clock, limit=self._options.retry_for
        )
        try:
            async with _finishing(transaction):
                yield connection
        finally:
            await self._release(connection)

    async def _begin(self) -> tuple[Any, Any]:
        """A connection with a transaction begun: one that died in the pool is found here."""
        connection = await self._pool.acquire(timeout=self._options.connect_timeout)
        transaction = connection.transaction()
        try:
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
        with away_as_unavailable():
            async with self._pool.acquire(timeout=self._options.connect_timeout) as connection:
                await connection.fetchval("select 1")

    def figures(self) -> PoolFigures:
        pool = self._pool
        return PoolFigures(pool.get_size(), pool.get_idle_size(), pool.get_max_size())


@asynccontextmanager
async def _finishing(transaction: Any) -> AsyncIterator[None]:
    try:
        with away_as_unavailable():  # before the commit: surely nothing was changed
            yield
    except BaseException:
        with suppress(*LOST, asyncpg.InterfaceError):  # a dead server has rolled back by itself
            await transaction.rollback()
        raise
    with away_as_unavailable(OutcomeUnknown):
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
                command_timeout=options.statement_timeout * 2,
                max_inactive_connection_lifetime=options.idle_lifetime,
                reset=_keep_session,
                server_settings=_session(options),
            )

    pool = await retrying(start, clock=clock, limit=options.retry_for)
    try:
        yield Database(pool, options, clock)
    finally:
        await _close(pool, options.connect_timeout)


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
