"""A class is recorded while its processes are killed, again and again. Nobody looks after it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

import aiohttp
import pytest

from tests.support import lesson
from tests.support.enduring import ROUND, Teacher
from tests.support.processes import Program, free_port, started, vtp
from tests.support.second_socket import Refused
from vtp.media.recorder import journal
from vtp.serve.postgres import leftover

_WHO = "teacher@demo.test", "classroom"
READY = "Press Ctrl-C to stop."
_VICTIMS = ("record", "web", "record", "postgres", "work", "record", "serve")
# s; after it is back, until there was a key frame, and before it was killed: what may be lost.
_SETTLES, _LOST = 4.0, 1.0
_AWAY = (aiohttp.ClientError, OSError, TimeoutError, Refused, AssertionError)
_NEVER_THERE = (*_AWAY, AttributeError)  # of a client that did not get as far as a socket


@dataclass
class School:
    folder: Path
    stack: ExitStack
    port: int = field(default_factory=free_port)
    program: Program | None = None
    began: float = field(default_factory=time.monotonic)
    up: list[tuple[float, float]] = field(default_factory=list)  # when all was there

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        env = {
            "VTP_SERVER__PORT": str(self.port),
            "VTP_MEDIA__PORT": "0",
            "VTP_RECORDER__RESERVE": "1",
            "VTP_LIMITS__REQUESTS_PER_MINUTE": "100000",
        }
        argv = vtp("serve", "--data", "data", "--demo")
        self.program = self.stack.enter_context(started(argv, folder=self.folder, env=env))
        await asyncio.to_thread(self.program.wait_for, READY, seconds=180.0)

    async def kill(self, victim: str) -> None:
        assert self.program
        if victim == "serve":
            self.program.kill()
            await asyncio.to_thread(self.program.ended)
            await self.start()
        elif victim == "postgres":
            for pid in leftover.processes_of(self.folder / "data" / "postgres"):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        else:
            pid = await asyncio.to_thread(self.program.child, f"vtp {victim}")
            os.kill(pid, signal.SIGKILL)


class Class:
    """The teacher, who comes back, and the recording."""

    def __init__(self, school: School, http: aiohttp.ClientSession) -> None:
        self.school = school
        self._http = http
        self.teacher = Teacher(http, school.url)
        self.room = self.recording = ""
        self.recorded_since = self._since = 0.0

    async def begin(self) -> None:
        await self.teacher.sign_in(*_WHO)
        made = await self.teacher.http("POST", "/api/v1/rooms", json={"title": "Algebra"})
        self.room = made["id"]
        await self.teacher.teach(self.room, began=self.school.began)
        body = {"room_id": self.room}
        self.recorded_since = time.monotonic()
        made = await self.patiently("POST", "/api/v1/recordings", json=body)
        self.recording = str(made["id"])
        self._since = time.monotonic()

    async def patiently(self, method: str, path: str, **more: object) -> dict[str, object]:
        """Until it is answered: some of it is away now and then."""
        for _ in range(120):
            with suppress(*_AWAY):
                found: dict[str, object] = await self.teacher.http(method, path, **more)
                return found
            await asyncio.sleep(0.5)
        raise TimeoutError(path)

    def cut(self) -> None:
        self.school.up.append((self._since + _SETTLES, time.monotonic() - _LOST))

    async def come_back(self) -> None:
        for _ in range(120):
            with suppress(*_AWAY):
                before, self.teacher = self.teacher, Teacher.again(self.teacher)
                with suppress(*_NEVER_THERE):
                    await before.end()
                # A class is longer than a token lives.
                await self.teacher.sign_in(*_WHO)
                await self.teacher.teach(self.room, began=self.school.began)
                self._since = time.monotonic()
                return
            await asyncio.sleep(0.5)
        raise TimeoutError("the class")

    async def over(self) -> Path:
        self.cut()
        path = f"/api/v1/recordings/{self.recording}"
        await self.patiently("POST", path + "/stop")
        for _ in range(240):
            if (await self.patiently("GET", path))["state"] == "ready":
                return self.school.folder / "data" / "recordings" / self.recording
            await asyncio.sleep(0.5)
        raise TimeoutError("ready")


def moments(folder: Path, story: journal.Story, name: str) -> list[float]:
    look = lesson.flashes if name == "camera" else lesson.beeps
    found: list[float] = []
    for part in story.parts.values():
        if name in {part.began.source, part.began.track} and part.fragments:
            found += look(folder / part.began.file)
    return sorted(found)


def by_second(found: list[float], offset: float) -> dict[int, float]:
    """By the second of the lesson; of two files that both begin in a flash the first tells."""
    seconds: dict[int, float] = {}
    for at in found:
        seconds.setdefault(round(at + offset), at)
    return seconds


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(10, marks=[pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(600)]),
        pytest.param(100, marks=[pytest.mark.torture, pytest.mark.timeout(3600)]),
    ],
)
async def test_a_recording_survives_whatever_is_killed(tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    with ExitStack() as stack:
        school = School(tmp_path, stack)
        await school.start()
        async with aiohttp.ClientSession() as http:
            lesson_of = Class(school, http)
            await lesson_of.begin()
            for number in range(kills):
                await asyncio.sleep(chance.uniform(2.0, 7.0))
                victim = _VICTIMS[number % len(_VICTIMS)]
                if victim in {"web", "serve"}:
                    lesson_of.cut()
                await school.kill(victim)
                if victim in {"web", "serve"}:
                    await lesson_of.come_back()
            await asyncio.sleep(8.0)
            folder = await lesson_of.over()
            with suppress(*_AWAY):
                await lesson_of.teacher.end()
    story = journal.read((folder / journal.NAME).read_bytes())
    recorders = sum(_VICTIMS[n % len(_VICTIMS)] == "record" for n in range(kills))
    # Lost is a second at most whenever the recorder is killed, of which a flash is a part.
    kept(story, folder, school, lesson_of.recorded_since, most_lost=recorders, least=kills)


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_a_recorder_that_hangs_is_found_out_and_nothing_is_lost(tmp_path: Path) -> None:
    with ExitStack() as stack:
        school = School(tmp_path, stack)
        await school.start()
        assert school.program
        async with aiohttp.ClientSession() as http:
            lesson_of = Class(school, http)
            await lesson_of.begin()
            await asyncio.sleep(6.0)
            hung = await asyncio.to_thread(school.program.child, "vtp record")
            os.kill(hung, signal.SIGSTOP)
            await asyncio.to_thread(school.program.wait_for, "record is back.")
            await asyncio.sleep(8.0)
            folder = await lesson_of.over()
            with suppress(*_AWAY):
                await lesson_of.teacher.end()
        assert "record has stood still for 15 s." in school.program.said()
    story = journal.read((folder / journal.NAME).read_bytes())
    kept(story, folder, school, lesson_of.recorded_since, most_lost=1, least=15)


def kept(
    story: journal.Story,
    folder: Path,
    school: School,
    since: float,
    *,
    most_lost: int,
    least: int,
) -> None:
    assert story.ended is not None
    offset = since - school.began
    tracks = {
        name: by_second(moments(folder, story, name), offset)
        for name in ("camera", "microphone", "mix-opus", "mix-aac")
    }
    expected = {
        second
        for begin, end in school.up
        for second in range(int(begin - school.began) + 1, int(end - school.began))
        if second % ROUND
    }
    assert len(expected) > least
    for name, seconds in tracks.items():
        assert len(expected - seconds.keys()) <= most_lost, (name, expected - seconds.keys())
        apart = [at - second for second, at in seconds.items() if second in expected]
        assert max(abs(one - median(apart)) for one in apart) < 0.15, name
    for name in ("microphone", "mix-opus", "mix-aac"):
        both = [
            abs(at - tracks["camera"][second])
            for second, at in tracks[name].items()
            if second in expected & tracks["camera"].keys()
        ]
        assert max(both) <= 0.04, name
    for track in ("mix-opus", "mix-aac"):
        parts = [one for one in story.parts.values() if one.began.track == track and one.fragments]
        assert parts[0].start == pytest.approx(0, abs=0.03)
        assert all(a.end == pytest.approx(b.start, abs=0.03) for a, b in pairwise(parts))
        assert parts[-1].end == pytest.approx(story.ended, abs=0.05)
