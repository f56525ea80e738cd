"""How children begin and end, whoever started them and wherever the program lies."""

from __future__ import annotations

import asyncio
import math
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import uvloop

from tests.media import hostile
from tests.media.hostile import Nothing
from tests.support.sandboxed import ROOT, SETTINGS, Pipe, a_pipe, a_sandbox, of
from vtp import settings
from vtp.clock import SetClock
from vtp.errors import Problem
from vtp.sandbox.failures import (
    Busy,
    Crashed,
    NotStarted,
    Stuck,
    TooMuchOutput,
)
from vtp.sandbox.runner import Sandbox


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    with a_pipe() as made:
        yield made


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_cancelled_caller_leaves_no_child(pipe: Pipe) -> None:
    sandbox = a_sandbox()
    pids: list[int] = []

    async def call() -> None:
        async with sandbox.start(
            of(hostile.sleep), Nothing(), returns=Nothing, files={"output": pipe.write}
        ) as work:
            pids.append(work.pid)
            await work.result()

    task = asyncio.create_task(call())
    assert await pipe.said() == b"here"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gone(pids[0])


async def test_one_that_stands_still_is_cut_long_before_its_time(pipe: Pipe) -> None:
    clock = SetClock()
    given = settings.Sandbox(
        memory=SETTINGS.memory, cpu_seconds=600.0, wall_seconds=3600.0, still_seconds=2.4
    )
    sandbox = Sandbox(given, clock=clock, modules=("tests.media.",))
    stuck = asyncio.ensure_future(
        sandbox.run(of(hostile.sleep), Nothing(), returns=Nothing, files={"output": pipe.write})
    )
    assert await pipe.said() == b"here"
    while not stuck.done():
        clock.advance(0.1)
        await asyncio.wait({stuck}, timeout=0.05)
    with pytest.raises(Stuck):
        await stuck


async def test_one_that_may_wait_for_others_is_left_alone(pipe: Pipe) -> None:
    clock = SetClock()
    given = settings.Sandbox(memory=SETTINGS.memory, still_seconds=0.024)
    sandbox = Sandbox(given, clock=clock, modules=("tests.media.",))
    async with sandbox.start(
        of(hostile.sleep),
        Nothing(),
        returns=Nothing,
        files={"output": pipe.write},
        cpu_seconds=math.inf,
        wall_seconds=math.inf,
    ) as work:
        assert await pipe.said() == b"here"
        for _ in range(20):
            clock.advance(60.0)
            await asyncio.sleep(0.002)
        assert not gone(work.pid)


async def test_a_caller_that_is_cancelled_at_once_leaves_no_child(pipe: Pipe) -> None:
    before = _children()
    task = asyncio.create_task(
        a_sandbox().run(of(hostile.sleep), Nothing(), returns=Nothing, files={"output": pipe.write})
    )
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _children() <= before


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def _open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_no_descriptor_stays_open_in_the_parent() -> None:
    sandbox = a_sandbox()
    await sandbox.run(of(hostile.count_threads), Nothing(), returns=int, files={})
    before = _open_descriptors()
    for function in (hostile.count_threads, hostile.segfault, hostile.shout):
        with suppress(Problem):
            await sandbox.run(of(function), Nothing(), returns=int, files={})
    assert _open_descriptors() == before


async def test_so_many_run_at_once_and_so_many_wait(pipe: Pipe) -> None:
    sandbox = a_sandbox(
        settings.Sandbox(memory=SETTINGS.memory, concurrency=2, waiting=3, wall_seconds=30.0)
    )

    async def one() -> Nothing:
        return await sandbox.run(
            of(hostile.pass_by), Nothing(), returns=Nothing, files={"output": pipe.write}
        )

    outcomes = await asyncio.gather(*[one() for _ in range(7)], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Nothing] * 5 + [Busy] * 2
    inside = most = 0
    for letter in (await pipe.said()).decode():
        inside += 1 if letter == "+" else -1
        most = max(most, inside)
    assert 1 <= most <= 2
    assert inside == 0


async def test_a_long_running_child_streams_over_what_it_was_given(pipe: Pipe) -> None:
    with a_pipe() as back:
        async with a_sandbox().start(
            of(hostile.shift),
            Nothing(),
            returns=int,
            files={"input": pipe.read, "output": back.write},
            cpu_seconds=math.inf,
            wall_seconds=math.inf,
        ) as work:
            for word in (b"one", b"three"):
                os.write(pipe.write, word)
                assert await back.said() == word.upper()
            pipe.finish()
            assert await work.result() == 8


async def test_leaving_the_block_ends_a_child_that_still_works(pipe: Pipe) -> None:
    async with a_sandbox().start(
        of(hostile.sleep), Nothing(), returns=Nothing, files={"output": pipe.write}
    ) as work:
        await pipe.said()
    assert gone(work.pid)


async def test_a_machine_that_cannot_start_children_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(NotStarted):
        await a_sandbox().run(of(hostile.leave), Nothing(), returns=Nothing, files={})


def test_it_works_on_uvloop_as_well(pipe: Pipe) -> None:
    async def all_ways() -> None:
        sandbox = a_sandbox()
        assert await sandbox.run(of(hostile.count_threads), Nothing(), returns=int, files={}) == 8
        with pytest.raises(Crashed):
            await sandbox.run(of(hostile.segfault), Nothing(), returns=Nothing, files={})
        with pytest.raises(TooMuchOutput):
            await sandbox.run(of(hostile.shout), Nothing(), returns=Nothing, files={})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await sandbox.run(
                    of(hostile.sleep), Nothing(), returns=Nothing, files={"output": pipe.write}
                )

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(all_ways())


_HOLDER = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
from tests.media.hostile import Nothing
from vtp import settings
from vtp.clock import SystemClock
from vtp.sandbox.runner import Sandbox

async def hold():
    sandbox = Sandbox(settings.Sandbox(), clock=SystemClock(), modules=("tests.media.",))
    ready, write = os.pipe()
    async with sandbox.start(
        "tests.media.hostile:sleep", Nothing(), returns=Nothing, files={"output": write}
    ) as work:
        await asyncio.to_thread(os.read, ready, 4)
        print(work.pid, flush=True)
        await work.result()

asyncio.run(hold())
"""


def test_a_child_does_not_outlive_a_killed_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(ROOT)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        pidfd = os.pidfd_open(int(holder.stdout.readline()))
        holder.send_signal(signal.SIGKILL)
        ended, _, _ = select.select([pidfd], [], [], 20)
        os.close(pidfd)
    assert ended


_REPORTER = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
import vtp
from vtp import settings
from vtp.clock import SystemClock
from vtp.sandbox.runner import Sandbox

async def report():
    return await Sandbox(settings.Sandbox(), clock=SystemClock()).report()

print(vtp.__file__, asyncio.run(report()).holds)
"""


def test_a_child_finds_the_package_where_its_parent_did(tmp_path: Path) -> None:
    """As after `pip install`: beside what it needs, not in a checkout."""
    package = tmp_path / "site-packages" / "vtp"
    shutil.copytree(ROOT / "vtp", package)
    done = subprocess.run(
        [sys.executable, "-c", _REPORTER, str(package.parent)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == [str(package / "__init__.py"), "True"]


# A kernel that knows no seccomp, landlock, namespaces or chroot, as far as its users can tell.
_OLD_KERNEL = """
import asyncio, ctypes, platform, struct, sys
sys.path.insert(0, sys.argv[1])
from tests.media.hostile import Nothing
from vtp import settings
from vtp.clock import SystemClock
from vtp.errors import Problem
from vtp.sandbox.runner import Sandbox
from vtp.sandbox.syscalls import MACHINES

machine = MACHINES[platform.machine()]
absent = [444, 446, machine.seccomp] + {"x86_64": [272, 161], "aarch64": [97, 51]}[platform.machine()]
code = [(0x20, 0, 0, 0)]
for number in absent:
    code += [(0x15, 0, 1, number), (0x06, 0, 0, 0x00050026)]
code += [(0x06, 0, 0, 0x7FFF0000)]
class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))
program = Program(len(code), b"".join(struct.pack("=HBBI", *step) for step in code))
libc = ctypes.CDLL(None)
libc.prctl(38, *[ctypes.c_ulong(value) for value in (1, 0, 0, 0)])
assert libc.prctl(22, ctypes.c_ulong(2), ctypes.byref(program), 0, 0) == 0

async def main():
    for allowed in (False, True):
        given = settings.Sandbox(allow_weak=allowed)
        sandbox = Sandbox(given, clock=SystemClock(), modules=("tests.media.",))
        try:
            print(await sandbox.run(
                "tests.media.hostile:count_threads", Nothing(), returns=int, files={}
            ))
        except Problem as problem:
            print(problem.code)
    print(*sorted((await sandbox.report()).open))

asyncio.run(main())
"""


def test_without_walls_nothing_of_others_is_opened_unless_the_administrator_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _OLD_KERNEL, str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = [line for line in done.stdout.splitlines() if "sandbox.failed" not in line]
    assert lines[:2] == ["sandbox_weak", "8"]
    assert {"files", "network", "processes", "programs"} <= set(lines[2].split())
