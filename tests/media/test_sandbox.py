"""What a child can do, what it cannot, and how its failures look."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.media import hostile
from tests.media.hostile import Nothing
from tests.support.media_files import in_memory
from tests.support.sandboxed import SETTINGS, Pipe, a_pipe, a_sandbox, of
from vtp.errors import Invalid, Problem
from vtp.sandbox.failures import (
    Broke,
    Crashed,
    OutOfMemory,
    Refused,
    TimedOut,
    TooMuchOutput,
)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    with a_pipe() as made:
        yield made


async def test_a_child_reaches_nothing_but_what_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTP_DATABASE_URL", "postgresql://canary")
    canary = tmp_path / "canary"
    canary.write_bytes(b"secret")
    canary.chmod(0o644)
    with (
        in_memory(b"given to you") as given,
        socket.create_server(("127.0.0.1", 0)) as server,
        canary.open("rb") as not_given,
    ):
        os.set_inheritable(not_given.fileno(), True)
        server.setblocking(False)
        loot = await a_sandbox().run(
            of(hostile.plunder),
            hostile.Target(port=server.getsockname()[1], canary=str(canary), parent=os.getpid()),
            returns=hostile.Loot,
            files={"input": given},
        )
        with pytest.raises(BlockingIOError):
            server.accept()
    assert loot.taken == []
    assert loot.environment.keys() <= {"LANG", "LC_CTYPE", "MALLOC_ARENA_MAX", "LD_LIBRARY_PATH"}
    assert loot.given == b"given to you"
    # Its standard ones, the way back, and what it was given.
    assert len(loot.descriptors) == 5
    assert canary.read_bytes() == b"secret"


async def test_a_running_child_has_no_rights_left_and_is_nice(pipe: Pipe) -> None:
    async with a_sandbox().start(
        of(hostile.sleep), Nothing(), returns=Nothing, files={"output": pipe.write}
    ) as work:
        await pipe.said()
        status = _status(work.pid)
        niceness = os.getpriority(os.PRIO_PROCESS, work.pid)
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert niceness >= 10
    assert status["oom_score_adj"] == "1000"


def _status(pid: int) -> dict[str, str]:
    folder = Path(f"/proc/{pid}")
    lines = (folder / "status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    return status | {"oom_score_adj": (folder / "oom_score_adj").read_text().strip()}


@pytest.mark.parametrize(
    ("function", "failure", "limits"),
    [
        (hostile.allocate, OutOfMemory, {}),
        (hostile.spin, TimedOut, {"cpu_seconds": 1.0}),
        (hostile.shout, TooMuchOutput, {}),
        (hostile.answer_at_length, TooMuchOutput, {}),
        (hostile.segfault, Crashed, {}),
        (hostile.leave, Crashed, {}),
        (hostile.lie, Crashed, {}),
        (hostile.other_type, Crashed, {}),
        (hostile.stumble, Broke, {}),
    ],
)
async def test_a_failure_has_a_kind_and_the_parent_goes_on(
    function: object, failure: type[Problem], limits: dict[str, float]
) -> None:
    with pytest.raises(failure):
        await a_sandbox().run(
            of(function),
            Nothing(),
            returns=Nothing,
            files={},
            cpu_seconds=limits.get("cpu_seconds"),
        )


async def test_who_ignores_the_signal_of_the_cpu_limit_is_killed() -> None:
    with pytest.raises(TimedOut):
        await a_sandbox().run(
            of(hostile.spin_stubbornly), Nothing(), returns=Nothing, files={}, cpu_seconds=1.0
        )


async def test_a_sleeping_child_is_cut_at_the_wall_time(pipe: Pipe) -> None:
    with pytest.raises(TimedOut):
        await a_sandbox().run(
            of(hostile.sleep),
            Nothing(),
            returns=Nothing,
            files={"output": pipe.write},
            wall_seconds=0.3,
        )


async def test_a_file_that_grows_without_end_is_cut() -> None:
    with tempfile.TemporaryFile() as file:
        with pytest.raises(TooMuchOutput):
            await a_sandbox().run(
                of(hostile.fill_file),
                Nothing(),
                returns=Nothing,
                files={"output": file.fileno()},
            )
        assert os.fstat(file.fileno()).st_size == SETTINGS.output


async def test_a_crash_is_told_by_signal_and_place_and_a_fault_never_by_its_values() -> None:
    with capture_logs() as logs:
        for function in (hostile.segfault, hostile.stumble):
            with pytest.raises(Problem):
                await a_sandbox().run(of(function), Nothing(), returns=Nothing, files={})
    crash, fault = logs
    assert crash["kind"] == "SIGSEGV"
    assert any(place.endswith(" segfault") for place in crash["places"])
    assert fault["kind"] == "ValueError"
    assert any(place.endswith(" stumble") for place in fault["places"])
    assert "secret" not in str(logs)


async def test_errors_that_the_caller_knows_come_back_as_themselves() -> None:
    with pytest.raises(hostile.TooSmall) as caught:
        await a_sandbox().run(
            of(hostile.refuse), Nothing(), returns=Nothing, files={}, raises=[hostile.TooSmall]
        )
    detail = caught.value.detail or ""
    assert detail.startswith("Take a larger thing.")
    # Whoever speaks from there may have been taken over: no escapes, no novels.
    assert "\x1b" not in detail
    assert len(detail) <= 300


async def test_errors_that_the_caller_does_not_know_are_faults() -> None:
    with pytest.raises(Broke):
        await a_sandbox().run(of(hostile.refuse), Nothing(), returns=Nothing, files={})


@pytest.mark.parametrize(
    "name",
    [
        "os:system",
        "tests.media.hostile",
        "tests.media.hostile:_call",
        "vtp.media.x:y",
        "tests.media.:a",
    ],
)
async def test_only_functions_of_the_allowed_modules_run(name: str) -> None:
    with pytest.raises(Refused):
        await a_sandbox().run(name, Nothing(), returns=Nothing, files={})


async def test_codecs_may_start_threads() -> None:
    assert await a_sandbox().run(of(hostile.count_threads), Nothing(), returns=int, files={}) == 8


async def test_memory_becomes_code_only_for_who_says_that_it_compiles() -> None:
    async def made(function: str) -> bool:
        return await a_sandbox().run(function, Nothing(), returns=bool, files={})

    assert await made("tests.media.compiling:make_code")
    # Kernels forbid it since 6.3.
    major, minor = (int(one) for one in os.uname().release.split(".")[:2])
    assert await made(of(hostile.make_code)) is ((major, minor) < (6, 3))


async def test_what_files_cause_is_the_sender_s_to_change() -> None:
    for kind in (Crashed, OutOfMemory, TimedOut, TooMuchOutput):
        assert issubclass(kind, Invalid)


async def test_the_report_says_what_holds_here() -> None:
    report = await a_sandbox().report()
    assert report.open == {}
    assert report.holds
    assert {"network", "files", "programs", "memory"} <= report.walls.keys()
    assert any("seccomp" in line for line in report.lines())
