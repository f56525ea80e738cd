"""A child that has not ended is judged by its beats."""

from __future__ import annotations

import asyncio
import os

from vtp.serve.pulse import Pulse, Silence
from vtp.telemetry.pulse import NAME
from vtp.telemetry.pulse import Pulse as Beating


def test_silence_is_counted_from_the_last_beat() -> None:
    silence = Silence(15.0)
    assert not silence.look(100.0, heard=True)
    assert not any(silence.look(100.0 + n, heard=False) for n in range(1, 15))
    assert not silence.look(115.0, heard=True)
    assert not any(silence.look(115.0 + n, heard=False) for n in range(1, 15))
    assert silence.look(130.0, heard=False)


def test_one_that_has_not_begun_is_not_judged() -> None:
    silence = Silence(15.0)
    assert not any(silence.look(100.0 + n, heard=False) for n in range(1000))


def test_time_in_which_we_did_not_run_does_not_count() -> None:
    silence = Silence(15.0)
    silence.look(100.0, heard=True)
    assert not silence.look(500.0, heard=False)
    assert not any(silence.look(500.0 + n, heard=False) for n in range(1, 13))
    assert silence.look(513.0, heard=False)


async def test_a_loop_that_runs_is_heard_until_it_says_that_it_ends() -> None:
    pulse = Pulse.of(4.0)
    theirs = os.dup(pulse.theirs)
    environ = {NAME: f"{theirs}:0.001"}
    pulse.handed_over()
    beating = asyncio.ensure_future(Beating(environ).beat())
    while not pulse.silence.spoke:
        assert not pulse.hangs(pulse.look_at)
        await asyncio.sleep(0)
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
    for _ in range(20):
        assert not pulse.hangs(min(pulse.look_at, 1e9))
    assert pulse.look_at == float("inf")


def test_it_is_looked_at_once_a_second() -> None:
    pulse = Pulse.of(4.0)
    try:
        os.write(pulse.theirs, b".")
        looks = [pulse.hangs(100.0 + n / 10) for n in range(51)]
        assert looks == [False] * 40 + [True] + [False] * 9 + [True]
        assert pulse.told == f"{pulse.theirs}:0.5"
    finally:
        pulse.close()


def test_a_beat_that_nobody_hears_hurts_nobody() -> None:
    ours, theirs = os.pipe()
    os.close(ours)

    async def once() -> None:
        beating = asyncio.ensure_future(Beating({NAME: f"{theirs}:0.001"}).beat())
        await asyncio.sleep(0)
        assert not beating.done()
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)

    asyncio.run(once())


async def test_without_a_supervisor_there_is_no_pulse() -> None:
    await Beating({}).beat()
