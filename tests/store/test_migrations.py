"""Migrations, on real PostgreSQL: up and down, one at a time, and never on sand."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.support.postgres import TestCluster
from vtp import resources, settings
from vtp.db import migrate, open_database
from vtp.db.revisions import SchemaMismatch
from vtp.db.schema import read_applied, require_schema, shipped

# Everything that a person can see of a schema, in one order.
_SCHEMA = """
select 'column' as kind, table_name as a, column_name as b,
       concat_ws(' ', data_type, is_nullable, column_default) as c
  from information_schema.columns where table_schema = 'public'
union all
select 'index', tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
union all
select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace
union all
select 'function', proname, '', md5(prosrc) from pg_proc where pronamespace = 'public'::regnamespace
union all
select 'trigger', tgrelid::regclass::text, tgname, '' from pg_trigger where not tgisinternal
union all
select 'type', typname, '', '' from pg_type where typnamespace = 'public'::regnamespace
union all
select 'extension', extname, '', '' from pg_extension
order by 1, 2, 3, 4
"""


async def schema(url: str) -> list[tuple[str, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(_SCHEMA)]
    finally:
        await connection.close()


@pytest.fixture
async def empty(postgres_cluster: TestCluster) -> AsyncIterator[settings.Database]:
    name = await postgres_cluster.create(migrated=False)
    yield postgres_cluster.options(name)
    await postgres_cluster.drop(name)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The migrations of the program, to be tampered with."""
    return Path(shutil.copytree(resources.migrations(), tmp_path / "migrations"))


def newest(directory: Path) -> Path:
    return max((directory / "versions").glob("0*.py"))


async def test_up_down_and_up_again_give_the_same_schema(empty: settings.Database) -> None:
    bare = await schema(empty.url)
    await migrate.upgrade(empty)
    first = await schema(empty.url)
    await migrate.downgrade(empty, "base")
    left = [row for row in await schema(empty.url) if "schema_checksum" not in str(row)]
    assert [row for row in left if "alembic_version" not in str(row)] == bare
    await migrate.upgrade(empty)
    assert await schema(empty.url) == first


async def test_each_step_down_leaves_what_was_there_before_the_step_up(
    empty: settings.Database, copy: Path
) -> None:
    files = sorted((copy / "versions").glob("0*.py"))
    sources = {file: file.read_bytes() for file in files}
    for file in files:
        file.unlink()
    seen = {}
    for file, revision in zip(files, shipped().order, strict=True):
        file.write_bytes(sources[file])
        assert await migrate.upgrade(empty, directory=copy) == [revision]
        seen[revision] = await schema(empty.url)
    for revision in reversed(shipped().order[:-1]):
        await migrate.downgrade(empty, revision)
        assert await schema(empty.url) == seen[revision], revision


async def test_only_a_revision_that_is_applied_can_be_gone_back_to(
    empty: settings.Database,
) -> None:
    await migrate.upgrade(empty)
    first, *_, before = shipped().order[:-1]
    await migrate.downgrade(empty, first)
    for never in (before, "0000"):
        with pytest.raises(SchemaMismatch, match=f"does not have revision {never}"):
            await migrate.downgrade(empty, never)


async def test_of_several_that_start_at_once_one_migrates(empty: settings.Database) -> None:
    applied = await asyncio.gather(*(migrate.upgrade(empty) for _ in range(4)))
    assert sorted(map(len, applied)) == [0, 0, 0, len(shipped().order)]


async def test_a_database_without_all_revisions_is_refused_with_the_way_out(
    empty: settings.Database,
) -> None:
    async with open_database(empty) as db:
        with pytest.raises(SchemaMismatch, match="vtp migrate"):
            await require_schema(db)
        await migrate.upgrade(empty)
        await require_schema(db)


async def test_an_edited_revision_is_refused(empty: settings.Database, copy: Path) -> None:
    await migrate.upgrade(empty, directory=copy)
    with newest(copy).open("a") as file:
        file.write("\n# one more thing\n")
    with pytest.raises(SchemaMismatch, match="edited"):
        await migrate.upgrade(empty, directory=copy)


async def test_a_revision_of_a_newer_program_is_refused(
    empty: settings.Database, copy: Path
) -> None:
    await migrate.upgrade(empty, directory=copy)
    newest(copy).unlink()
    with pytest.raises(SchemaMismatch, match="newer vtp"):
        await migrate.upgrade(empty, directory=copy)


async def test_a_failing_revision_leaves_nothing(empty: settings.Database, copy: Path) -> None:
    last = shipped(copy).head
    (copy / "versions" / "9999_bad.py").write_text(
        '"""Bad."""\nfrom vtp.db.scripts import run\n'
        f'revision = "9999"\ndown_revision = "{last}"\n'
        'def upgrade():\n    run("create table half_done (id int); select no_such_function()")\n'
        "def downgrade():\n    pass\n"
    )
    with pytest.raises(asyncpg.UndefinedFunctionError):
        await migrate.upgrade(empty, directory=copy)
    async with open_database(empty) as db:
        assert await db.fetchval("select to_regclass('half_done')") is None
        assert (await read_applied(db)).current == last


async def test_an_index_is_built_beside_writers_after_an_interrupted_try(
    empty: settings.Database, copy: Path
) -> None:
    last = shipped(copy).head
    (copy / "versions" / "9999_index.py").write_text(
        '"""An index."""\nfrom vtp.db.scripts import drop_index_concurrently, index_concurrently\n'
        f'revision = "9999"\ndown_revision = "{last}"\n'
        'def upgrade():\n    index_concurrently("schema_when", "on schema_checksum (applied_at)")\n'
        'def downgrade():\n    drop_index_concurrently("schema_when")\n'
    )
    await migrate.upgrade(empty, directory=resources.migrations())
    connection = await asyncpg.connect(empty.url.replace("//vtp@", "//postgres@"))
    await connection.execute("create index schema_when on schema_checksum (applied_at)")
    await connection.execute(
        "update pg_index set indisvalid = false where indexrelid = 'schema_when'::regclass"
    )
    # Two at once: the waiter's snapshot must not block the one that builds.
    await asyncio.gather(*(migrate.upgrade(empty, directory=copy) for _ in range(2)))
    valid = "select indisvalid from pg_index where indexrelid = 'schema_when'::regclass"
    assert await connection.fetchval(valid) is True
    await connection.close()
