"""How many moves does the outline of a course take, beside renumbering what stands there?

Sixteen people move 300 items of one chapter at once, on a PostgreSQL that writes to its disk. Ours
is the whole of it: the gate, the log with inverses, and the answer. Renumbering asks the same gate
and writes the place of every item, in one statement or, as it is found most, in one for each.

    python -m bench.builder [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bench.peers.servers import database
from tests.support.application import some_settings
from vtp import settings
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.app.courses import courses
from vtp.app.parts import Parts, open_parts
from vtp.courses.outline.service import Outlines
from vtp.courses.outline.service import Wish as Change
from vtp.courses.outline.tree import Added, Moved, ordered
from vtp.courses.service.catalogue import Wish
from vtp.courses.service.gate import Gate
from vtp.db import Database
from vtp.ids import CourseId, uuid7
from vtp.rooms.service.classrooms import Classrooms

_WRITERS, _ITEMS = 16, 300
_PEER = """
    create table naive_course (id uuid primary key);
    create table naive_item (
        id uuid primary key, course_id uuid not null references naive_course,
        title text not null, position int not null);
    create index naive_item_in_order on naive_item (course_id, position);
"""

Move = Callable[[random.Random], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ours:
    outlines: Outlines
    actor: Actor
    course: CourseId
    chapter: UUID
    items: tuple[UUID, ...]

    async def __call__(self, chance: random.Random) -> None:
        item, after = chance.sample(self.items, 2)
        step = Moved(id=item, parent=self.chapter, after=after)
        wish = Change(op_id=uuid7(), base=0, client="bench", steps=[step])
        await self.outlines.change(self.actor, self.course, wish)


@dataclass(frozen=True, slots=True)
class Renumbered:
    db: Database
    gate: Gate
    actor: Actor
    course: CourseId
    items: tuple[UUID, ...]
    one_by_one: bool

    async def __call__(self, chance: random.Random) -> None:
        item, after = chance.sample(self.items, 2)
        await self.gate.taught(self.actor, self.course)
        async with self.db.transaction() as tx:
            await tx.fetchval("select id from naive_course where id = $1 for update", self.course)
            rows = await tx.fetch(
                "select id from naive_item where course_id = $1 order by position", self.course
            )
            order = [row["id"] for row in rows if row["id"] != item]
            order.insert(order.index(after) + 1, item)
            places = list(range(len(order)))
            if self.one_by_one:
                await tx.executemany(
                    "update naive_item set position = $2 where id = $1",
                    list(zip(order, places, strict=True)),
                )
            else:
                await tx.execute(
                    """
                    update naive_item set position = new.position
                      from unnest($1::uuid[], $2::int[]) as new (id, position)
                     where naive_item.id = new.id
                    """,
                    order,
                    places,
                )


async def _teacher(parts: Parts) -> Actor:
    user = await parts.accounts.sign_in.register(
        email="ines@school.test", name="Ines", password="Parabolas 4711!", address="192.0.2.1"
    )
    user = await parts.accounts.administration.set_roles(
        SYSTEM, user.id, frozenset({Role.INSTRUCTOR})
    )
    return Actor(user.id, user.roles, Via.SESSION)


async def _made(parts: Parts) -> tuple[Ours, Gate]:
    actor, school = await _teacher(parts), courses(parts, Classrooms())
    outlines = Outlines(
        parts.db,
        clock=parts.clock,
        audit=parts.audit,
        gate=school.gate,
        shelf=parts.library.shelf,
    )
    course = (await school.catalogue.create(actor, Wish(title="Algebra II"))).course.id
    chapter, items = uuid7(), tuple(uuid7() for _ in range(_ITEMS))
    steps = [Added(id=chapter, kind="chapter", title="Parabolas")]
    steps += [Added(id=one, kind="page", title="Page", parent=chapter, last=True) for one in items]
    for start in range(0, len(steps), 100):
        part = Change(op_id=uuid7(), base=0, client="bench", steps=list(steps[start : start + 100]))
        await outlines.change(actor, course, part)
    return Ours(outlines, actor, course, chapter, items), school.gate


async def _peer(parts: Parts, ours: Ours) -> None:
    async with parts.db.transaction() as tx:
        for statement in filter(str.strip, _PEER.split(";")):
            await tx.execute(statement)
        await tx.execute("insert into naive_course values ($1)", ours.course)
        await tx.executemany(
            "insert into naive_item values ($1, $2, 'Page', $3)",
            [(one, ours.course, at) for at, one in enumerate(ours.items)],
        )


async def rate(move: Move, *, moves: int, seed: int) -> float:
    """Moves per second of all writers together."""

    async def writer(number: int) -> None:
        chance = random.Random(seed * 1000 + number)
        for _ in range(moves // _WRITERS):
            await move(chance)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(_WRITERS):
            group.create_task(writer(number))
    return moves / (time.perf_counter() - begun)


async def _require_order(ours: Ours) -> None:
    draft = await ours.outlines.draft(ours.actor, ours.course)
    row = ordered(node for node in draft.nodes if node.parent == ours.chapter)
    assert {node.id for node in row} == set(ours.items)
    assert len({node.rank for node in row}) == _ITEMS


async def measure(folder: Path, url: str, *, moves: int, turns: int) -> list[list[float]]:
    chosen = some_settings(settings.Database(url=url, max_connections=_WRITERS + 2), folder)
    rates: list[list[float]] = [[], [], []]
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(open_parts(chosen))
        ours, gate = await _made(parts)
        await _peer(parts, ours)
        peers = [
            Renumbered(parts.db, gate, ours.actor, ours.course, ours.items, one_by_one=one)
            for one in (True, False)
        ]
        for turn in range(turns):
            moves_of: tuple[Move, ...] = (*peers, ours)
            for at, move in enumerate(moves_of):
                rates[at].append(await rate(move, moves=moves, seed=turn))
        await _require_order(ours)
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    moves, turns = (320, 2) if quick else (1600, 3)
    with database() as (folder, url):
        found = asyncio.run(measure(folder, url, moves=moves, turns=turns))
    best = [max(one) for one in found]
    print(f"{'':40}{'moves / s':>12}{'of renumbering':>16}")
    names = ("renumbered, a statement for each", "renumbered, in one statement", "vtp")
    for name, one in zip(names, best, strict=True):
        print(f"{name:40}{one:12.0f}{one / best[0]:16.2f}")


if __name__ == "__main__":
    main()
