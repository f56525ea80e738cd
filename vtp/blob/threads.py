"""A few threads for calls that block: files and hashes never hold the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """At most `count` blocking steps at once; the others wait their turn."""

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="blob")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        # It waits for the steps that still run, in a thread as well.
        await asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)

    async def run(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of one short step. A cancelled caller still waits for its end.

        A step in a thread cannot be called back, and the file under it must not be closed
        while it runs. So keep steps short.
        """
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._pool, partial(step, *args, **kwargs))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            while not future.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([future])
            if not future.cancelled():
                future.exception()  # seen; the cancellation is what the caller hears
            raise

    @asynccontextmanager
    async def holding(self, make: Callable[[], T], close: Callable[[T], None]) -> AsyncIterator[T]:
        """Something that a step opens and another one closes, also when the first is cancelled."""
        made: list[T] = []
        try:
            await self.run(lambda: made.append(make()))
            yield made[0]
        finally:
            for thing in made:
                await self.run(close, thing)
