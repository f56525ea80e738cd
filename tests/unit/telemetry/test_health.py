from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.clock import SetClock
from vtp.errors import Unavailable
from vtp.telemetry.health import Health
from vtp.telemetry.verdict import Part, verdict


def _part(name: str = "part", *, works: bool = True, required: bool = True) -> Part:
    return Part(name=name, works=works, required=required, message="", latency_ms=0.0)


def test_all_parts_up_is_ready() -> None:
    found = verdict([_part(), _part(required=False)], starting=False, draining=False)
    assert (found.state, found.ready, found.reason) == ("ok", True, "")


def test_a_part_that_is_not_required_degrades() -> None:
    found = verdict([_part(), _part(works=False, required=False)], starting=False, draining=False)
    assert (found.state, found.ready) == ("degraded", True)


def test_a_required_part_takes_the_whole_down_and_is_named() -> None:
    parts = [_part("database", works=False), _part("work", works=False, required=False)]
    found = verdict(parts, starting=False, draining=False)
    assert (found.state, found.ready, found.reason) == ("down", False, "database away")


@pytest.mark.parametrize(
    ("starting", "draining", "reason"), [(True, False, "starting"), (False, True, "stopping")]
)
def test_before_the_start_and_at_the_end_nothing_is_ready(
    starting: bool, draining: bool, reason: str
) -> None:
    found = verdict([_part()], starting=starting, draining=draining)
    assert (found.state, found.ready, found.reason) == ("ok", False, reason)


@given(st.lists(st.tuples(st.booleans(), st.booleans())), st.booleans(), st.booleans())
def test_ready_means_begun_not_ending_and_all_required_parts_up(
    states: list[tuple[bool, bool]], starting: bool, draining: bool
) -> None:
    parts = [_part(works=works, required=required) for works, required in states]
    found = verdict(parts, starting=starting, draining=draining)
    up = all(works for works, required in states if required)
    assert found.ready == (up and not starting and not draining)
    assert (found.state == "down") == (not up)


@pytest.fixture
async def health(clock: SetClock) -> AsyncIterator[Health]:
    made = Health(clock, limit=0.02, fresh=1.0)
    made.starting = False
    yield made
    await made.close()


async def _works() -> str:
    return "Works."


async def test_a_part_that_works_says_so(health: Health) -> None:
    health.watch("database", _works)
    [part] = (await health.look()).parts
    assert (part.state, part.message) == ("ok", "Works.")


async def test_each_part_is_asked_at_most_once_a_second(health: Health, clock: SetClock) -> None:
    asked = 0

    async def check() -> str:
        nonlocal asked
        asked += 1
        return ""

    health.watch("database", check)
    await asyncio.gather(*(health.look() for _ in range(10)))
    clock.advance(0.9)
    await health.look()
    assert asked == 1
    clock.advance(0.2)
    await health.look()
    assert asked == 2


async def test_a_problem_is_told_and_a_bug_only_by_its_kind(health: Health) -> None:
    async def problem() -> str:
        raise Unavailable("The database is away. password=Kanarienvogel")

    async def bug() -> str:
        raise RuntimeError("postgresql://vtp:Kanarienvogel@db")

    async def disk() -> str:
        raise OSError(28, "No space left on device", "/srv/Kanarienvogel")

    health.watch("one", problem)
    health.watch("two", bug)
    health.watch("three", disk)
    found = await health.look()
    assert found.state == "down"
    assert [part.message for part in found.parts] == [
        "The database is away. password=[hidden]",
        "RuntimeError",
        "No space left on device",
    ]


async def test_a_part_that_does_not_answer_is_down_and_holds_nobody_else_up(
    health: Health, clock: SetClock
) -> None:
    asked = 0
    answer = asyncio.Event()

    async def stuck() -> str:
        nonlocal asked
        asked += 1
        await answer.wait()
        return "Back."

    health.watch("storage", stuck, required=False)
    health.watch("database", _works)
    found = await health.look()
    assert [part.state for part in found.parts] == ["degraded", "ok"]
    assert found.parts[0].message == "No answer within 0.02 s."
    clock.advance(10)
    assert (await health.look()).parts[0].message == "No answer within 0.02 s."
    assert asked == 1  # not piled up
    answer.set()
    await asyncio.sleep(0)
    clock.advance(10)
    assert (await health.look()).parts[0].message == "Back."


async def test_a_check_that_cannot_be_cancelled_holds_nobody_up(
    health: Health,
) -> None:
    release = asyncio.Event()

    async def deaf() -> str:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        return ""

    health.watch("disk", deaf)
    assert (await asyncio.wait_for(health.look(), timeout=30)).state == "down"
    release.set()


async def test_who_asks_and_goes_away_leaves_the_answer_for_the_next(health: Health) -> None:
    asked, answer = 0, asyncio.Event()

    async def slow() -> str:
        nonlocal asked
        asked += 1
        await answer.wait()
        return "Late."

    made = Health(SetClock(), limit=30.0)
    made.watch("database", slow)
    first = asyncio.ensure_future(made.look())
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    answer.set()
    await asyncio.sleep(0)
    assert (await made.look()).parts[0].works
    await made.close()
