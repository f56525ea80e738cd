"""Queries of lists in a large school: each finds its rows by an index, and looks at few of them.

50,000 files, 5,000 courses, 200,000 enrolments. What counts is what the database says of its own
plan and of the blocks that it touched, so a busy machine changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import msgspec
import pytest

from tests.support.large_school import FILL, LISTS
from vtp import settings

# Tables that are large; a list never reads one of them from its begin to its end.
_LARGE = {
    *("media", "library_file", "course", "enrolment", "enrolment_change", "app_user", "section"),
    "film_watched",
}
# Of 8 kB each, also those that are in memory. A tenth of a millisecond takes about a hundred.
_MOST_BLOCKS = 5_000


@dataclass
class Explaining:
    """Asks of each query how it is carried out, and then carries it out."""

    connection: Any
    plans: list[dict[str, Any]] = field(default_factory=list)

    async def _explain(self, query: str, args: Sequence[Any]) -> None:
        told = await self.connection.fetchval(
            f"explain (analyze, buffers, timing off, format json) {query}", *args
        )
        self.plans.append(msgspec.json.decode(told)[0]["Plan"])

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        await self._explain(query, args)
        found: list[Any] = await self.connection.fetch(query, *args)
        return found

    async def fetchrow(self, query: str, *args: Any) -> Any | None:
        await self._explain(query, args)
        return await self.connection.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        await self._explain(query, args)
        return await self.connection.fetchval(query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        raise AssertionError("a list changes nothing")

    async def executemany(self, query: str, args: Iterable[Sequence[Any]]) -> None:
        raise AssertionError("a list changes nothing")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from _nodes(one)


def _read_whole(plan: dict[str, Any]) -> list[str]:
    return [
        one["Relation Name"]
        for one in _nodes(plan)
        if one["Node Type"] in {"Seq Scan", "Parallel Seq Scan"} and one["Relation Name"] in _LARGE
    ]


def _blocks(plan: dict[str, Any]) -> int:
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.mark.slow
async def test_every_list_of_a_large_school_uses_an_index(
    database_settings: settings.Database,
) -> None:
    connection: Any = await asyncpg.connect(database_settings.url)
    try:
        await connection.execute(FILL)
        await connection.execute("vacuum analyze")
        assert await connection.fetchval("select count(*) from enrolment") > 150_000
        wrong = []
        for name, ask in LISTS.items():
            db = Explaining(connection)
            await ask(db)
            assert db.plans, name
            for plan in db.plans:
                if whole := _read_whole(plan):
                    wrong.append(f"{name}: reads all of {', '.join(whole)}")
                if _blocks(plan) > _MOST_BLOCKS:
                    wrong.append(f"{name}: touches {_blocks(plan)} blocks")
        assert not wrong, "; ".join(wrong)
    finally:
        await connection.close(timeout=10)
