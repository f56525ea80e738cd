"""One PostgreSQL for a test run, and a fresh migrated database for each test that asks."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from tests.support.emptied import Emptying
from vtp import settings
from vtp.db import migrate
from vtp.serve.postgres import server as postgres

# Durability is tested by tests that start a cluster of their own; the others want speed.
_FAST = "\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n"
_TEMPLATE = "vtp_template"
_CUT_OFF = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1"


def chosen_programs() -> str:
    """The embedded server, or the system's with VTP_TEST_PG=system."""
    if os.environ.get("VTP_TEST_PG") != "system":
        return ""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not installed:
        raise RuntimeError("VTP_TEST_PG=system, but no PostgreSQL is installed")
    return str(installed[-1])


@dataclass
class TestCluster:
    url: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    # Used before, by nobody now.
    _spare: list[str] = field(default_factory=list)
    _emptying: Emptying | None = None

    __test__ = False

    def of(self, name: str) -> str:
        return self.url.replace("/vtp?", f"/{name}?", 1)

    def as_superuser(self, name: str) -> str:
        return self.of(name).replace("//vtp@", "//postgres@", 1)

    def options(self, name: str) -> settings.Database:
        return settings.Database(url=self.of(name), min_connections=1, max_connections=5)

    async def prepare_template(self) -> None:
        await self._admin(f"create database {_TEMPLATE} owner vtp")
        await migrate.upgrade(self.options(_TEMPLATE))
        connection = await asyncpg.connect(self.as_superuser(_TEMPLATE))
        try:
            self._emptying = await Emptying.of(connection)
        finally:
            await connection.close()

    async def lend(self) -> str:
        """A migrated database without rows of others: an old one, emptied, where there is one."""
        while self._spare:
            name = self._spare.pop()
            if self._emptying and await self._emptying.empty(self.as_superuser(name)):
                return name
            await self.drop(name)
        return await self.create()

    def take_back(self, name: str) -> None:
        self._spare.append(name)

    async def create(self, *, migrated: bool = True) -> str:
        name = f"t{next(self._numbers)}"
        source = f"template {_TEMPLATE} strategy file_copy" if migrated else ""
        await self._admin(f"create database {name} owner vtp {source}")
        return name

    async def close(self, name: str) -> None:
        """As if it went away: whoever is connected is cut off, and nobody comes in."""
        await self._admin(f"alter database {name} connection limit 0")
        await self._admin(_CUT_OFF, name)

    async def open(self, name: str) -> None:
        await self._admin(f"alter database {name} connection limit -1")

    async def drop(self, name: str) -> None:
        await self._admin(f"drop database if exists {name} with (force)")

    async def _admin(self, statement: str, *values: object) -> None:
        connection = await asyncpg.connect(self.as_superuser("postgres"))
        try:
            await connection.execute(statement, *values)
        finally:
            await connection.close()


@contextmanager
def cluster(folder: Path) -> Iterator[TestCluster]:
    server = postgres.prepare(folder, folder / "secrets", chosen=chosen_programs())
    with (server.cluster.path / "postgresql.conf").open("a") as conf:
        conf.write(_FAST)
    with postgres.running(server) as url:
        made = TestCluster(url)
        asyncio.run(made.prepare_template())
        yield made
