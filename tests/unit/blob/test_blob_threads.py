from __future__ import annotations

import asyncio
import threading

import pytest

from vtp.blob.threads import Threads


async def test_a_cancelled_caller_waits_for_the_end_of_the_step_under_it() -> None:
    going, end, ended = threading.Event(), threading.Event(), threading.Event()

    def step() -> None:
        going.set()
        end.wait()
        ended.set()

    async with Threads(1) as threads:
        task = asyncio.ensure_future(threads.run(step))
        await asyncio.to_thread(going.wait)
        task.cancel()
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.sleep(0.01)
        assert not task.done()
        end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()


async def test_what_a_cancelled_step_opened_is_closed() -> None:
    going, end = threading.Event(), threading.Event()
    closed: list[str] = []

    def opening() -> str:
        going.set()
        end.wait()
        return "thing"

    async def hold(threads: Threads) -> None:
        async with threads.holding(opening, closed.append):
            raise AssertionError("it was cancelled before")

    async with Threads(1) as threads:
        task = asyncio.ensure_future(hold(threads))
        await asyncio.to_thread(going.wait)
        task.cancel()
        end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert closed == ["thing"]


async def test_no_more_steps_run_at_once_than_there_are_threads() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def step() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.002)
        with lock:
            running -= 1

    async with Threads(2) as threads:
        await asyncio.gather(*(threads.run(step) for _ in range(10)))
    assert most <= 2
