"""Written first, told then, acknowledged last; and carried to the end once it has begun."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from vtp.errors import Problem
from vtp.rooms.meeting import Meeting
from vtp.rooms.problems import MeetingOver
from vtp.tasks import Tasks

T = TypeVar("T")


async def committed(tasks: Tasks, meeting: Meeting, work: Callable[[], Awaitable[T]]) -> T:
    """The answer of `work`, which looks at the state, writes, and then does its move.

    Whoever asked may be gone meanwhile, or have waited for too long: what was written is told all
    the same.
    """
    done: list[T] = []
    refused: list[Problem] = []

    async def to_its_end() -> None:
        async with meeting.committing:
            try:
                if meeting.state.over is not None:
                    raise MeetingOver
                done.append(await work())
            except Problem as problem:
                refused.append(problem)

    await asyncio.shield(tasks.start("rooms.committing", to_its_end()))
    if refused:
        raise refused[0]
    return done[0]
