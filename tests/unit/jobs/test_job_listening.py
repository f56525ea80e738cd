"""The connection that listens: lost in every way there is, and back each time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Self

import pytest

from vtp.jobs import listening
from vtp.jobs.listening import Listener

PATIENCE = 20.0


class Line:
    """A connection that does what the test wants of it."""

    def __init__(self, *, answers: bool = True) -> None:
        self.answers = answers
        self.closed = False
        self.listens: dict[str, Callable[..., None]] = {}
        self.ended: Callable[[Any], None] = lambda _: None

    def add_termination_listener(self, callback: Callable[[Any], None]) -> None:
        self.ended = callback

    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None:
        self.listens[channel] = callback

    async def execute(self, _query: str, *, timeout: float) -> None:
        if not self.answers:
            raise TimeoutError

    async def close(self, *, timeout: float) -> None:
        self.closed = True
        if not self.answers:
            raise TimeoutError


class Exchange:
    """Gives the lines one after the other; an exception stands for a connect that failed."""

    def __init__(self, *lines: Line | Exception) -> None:
        self._lines = list(lines)
        self.given = 0

    async def __call__(self) -> Line:
        line = self._lines[self.given]
        self.given += 1
        if isinstance(line, Exception):
            raise line
        return line


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_FIRST_PAUSE", 0.001)
    monkeypatch.setattr(listening, "_ASK_EVERY", 0.01)


class Trial:
    """A listener that runs, and what it heard."""

    def __init__(self, *lines: Line | Exception) -> None:
        self.heard: list[str] = []
        self.returns = asyncio.Semaphore(0)
        self.listener = Listener(Exchange(*lines), ["news"])
        self.listener.hear("news", self.heard.append)
        self.listener.on_return(self.returns.release)

    async def __aenter__(self) -> Self:
        self.task = asyncio.get_running_loop().create_task(self.listener.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})

    async def returned(self) -> None:
        await asyncio.wait_for(self.returns.acquire(), PATIENCE)


async def test_what_is_said_is_heard() -> None:
    line = Line()
    async with Trial(line) as trial:
        await trial.returned()
        line.listens["news"](line, 1, "news", "hello")
        assert trial.heard == ["hello"]
    assert line.closed


async def test_a_connection_that_ends_is_made_anew() -> None:
    first, second = Line(), Line()
    async with Trial(first, second) as trial:
        await trial.returned()
        first.ended(first)
        await trial.returned()
        second.listens["news"](second, 1, "news", "again")
        assert trial.heard == ["again"]
    assert first.closed


async def test_a_connection_that_died_without_a_word_is_found() -> None:
    dead, second = Line(answers=False), Line()
    async with Trial(dead, second) as trial:
        await trial.returned()
        await trial.returned()
    assert dead.closed


async def test_connecting_is_tried_until_it_works() -> None:
    line = Line()
    async with Trial(ConnectionRefusedError(), TimeoutError(), line) as trial:
        await trial.returned()
    assert line.closed


async def test_a_mistake_is_not_taken_for_a_lost_connection() -> None:
    async with Trial(ValueError("no such thing")) as trial:
        await asyncio.wait({trial.task}, timeout=PATIENCE)
        assert isinstance(trial.task.exception(), ValueError)
