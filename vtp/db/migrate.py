"""Brings a database to the revision of this program, or back; one process at a time.

Alembic orders and applies the files of `migrations/versions`. Beside its own table stands
`schema_checksum`, so that an edited file is noticed. The lock is polled: a session that waits
in `pg_advisory_lock` holds a snapshot that `create index concurrently` would wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from vtp import resources, settings
from vtp.db.database import connect
from vtp.db.losses import away_as_unavailable
from vtp.db.revisions import Applied, SchemaMismatch, Shipped, pending
from vtp.db.schema import read_applied, shipped

_LOCK = 0x7674_7001  # "vtp", then what is locked
_POLL = 0.1  # s
_log = structlog.get_logger()


async def upgrade(options: settings.Database, *, directory: Path | None = None) -> list[str]:
    """Apply what is missing; the revisions that this call applied."""
    async with _alone(options) as connection:
        ours = shipped(directory)
        todo = pending(await read_applied(connection), ours)
        if todo:
            await _walk(options, directory, lambda config: command.upgrade(config, "head"))
            _log.info("database.migrated", revisions=todo)
        return todo


async def downgrade(options: settings.Database, to: str, *, directory: Path | None = None) -> None:
    """Take revisions back until `to` ("base" takes back all). Data that they held is lost."""
    async with _alone(options) as connection:
        done = _done(await read_applied(connection), shipped(directory))
        if to not in ("base", *done):
            raise SchemaMismatch(f"The database does not have revision {to} now.")
        await _walk(options, directory, lambda config: command.downgrade(config, to))
        _log.info("database.taken_back", to=to)


def _done(applied: Applied, ours: Shipped) -> Sequence[str]:
    todo = pending(applied, ours)
    return ours.order[: len(ours.order) - len(todo)]


@asynccontextmanager
async def _alone(options: settings.Database) -> AsyncIterator[Any]:
    with away_as_unavailable():
        connection = await connect(options)
    try:
        await _take_lock(connection)
        await connection.execute(
            """
            create table if not exists schema_checksum (
                revision text primary key,
                checksum text not null,
                applied_at timestamptz not null default now()
            )
            """
        )
        yield connection
    finally:
        await connection.close(timeout=options.connect_timeout)  # which lets go of the lock


async def _take_lock(connection: Any) -> None:
    while True:
        if await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
            return
        await asyncio.sleep(_POLL)


async def _walk(
    options: settings.Database, directory: Path | None, steps: Callable[[Config], None]
) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: connect(options),
        poolclass=pool.NullPool,
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_apply, _config(directory), steps)
    finally:
        await engine.dispose()


def _apply(connection: Connection, config: Config, steps: Callable[[Config], None]) -> None:
    config.attributes["connection"] = connection
    steps(config)


def run_environment() -> None:
    """What `migrations/env.py` calls: each revision in a transaction of its own."""
    config = context.config
    checksums = shipped(Path(config.get_main_option("script_location") or "")).checksums

    def record(ctx: Any, step: Any, *_: Any, **__: Any) -> None:
        _record(ctx.connection, step, checksums)

    context.configure(
        connection=config.attributes["connection"],
        transaction_per_migration=True,
        on_version_apply=record,
    )
    with context.begin_transaction():
        context.run_migrations()


def _record(connection: Connection, step: Any, checksums: Mapping[str, str]) -> None:
    """In the transaction of the revision itself."""
    revision = step.up_revision_id
    if step.is_upgrade:
        connection.execute(
            text("insert into schema_checksum (revision, checksum) values (:r, :c)"),
            {"r": revision, "c": checksums[revision]},
        )
    else:
        connection.execute(text("delete from schema_checksum where revision = :r"), {"r": revision})


def _config(directory: Path | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(directory or resources.migrations()))
    return config
