"""The recorder as a process of its own: what a class sends is in files, whatever is killed."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support import lesson
from tests.support.plane import H264_PT, OPUS_PT, Person, Stage, a_stage, camera, microphone
from tests.support.rtp import rtp
from vtp.ids import uuid7
from vtp.media.capture import wire
from vtp.media.capture.link import Capture
from vtp.media.capture.sink import Subject
from vtp.media.recorder import journal
from vtp.media.rtp import rtcp
from vtp.media.sfu.producer import Producer
from vtp.tasks import Tasks

_CAMERA, _VOICE = 0x1111, 0x7777


async def eventually(true: Callable[[], bool]) -> None:
    """A process starts slowly on a busy machine."""
    for _ in range(3_000):
        if true():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


@dataclass
class Teacher:
    """Sends the lesson as it happens, with reports of its clocks."""

    person: Person
    camera: Producer
    microphone: Producer
    seconds: int
    began: float = 0.0

    async def teach(self) -> None:
        moments = [(one.at, True, one) for one in lesson.pictures(self.seconds)]
        moments += [(one.at, False, one) for one in lesson.sounds(self.seconds)]
        numbers = {True: 60_000, False: 100}
        self.began = time.monotonic()
        self.report(0.0)
        for at, picture, one in sorted(moments, key=lambda moment: moment[0]):
            await asyncio.sleep(max(0.0, self.began + at - time.monotonic()))
            numbers[picture] += 1
            self.person.out.send(
                rtp(
                    one.data,
                    pt=H264_PT if picture else OPUS_PT,
                    seq=numbers[picture] & 0xFFFF,
                    ts=round(at * (90_000 if picture else 48_000)) + 7,
                    ssrc=_CAMERA if picture else _VOICE,
                    marker=one.marker and picture,
                )
            )

    def report(self, at: float) -> None:
        for ssrc, rate in ((_CAMERA, 90_000), (_VOICE, 48_000)):
            ntp = int((3_900_000_000 + at) * 2**32)
            self.person.out.send_rtcp(rtcp.sender_report(ssrc, ntp, round(at * rate) + 7, 1, 1))


async def a_teacher(stage: Stage, seconds: int) -> Teacher:
    # Encoded before anything begins: that takes as long as it takes.
    lesson.pictures(seconds), lesson.sounds(seconds)
    person = await stage.person("teacher")
    return Teacher(
        person,
        person.produce("video", camera("video/H264"), "camera"),
        person.produce("audio", microphone(), "microphone"),
        seconds,
    )


@dataclass
class Studio:
    """A recorder, and the line to it."""

    root: Path
    capture: Capture
    told: list[object] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None
    id: str = field(default_factory=lambda: str(uuid7()))

    async def start(self, *, most: int | None = None) -> None:
        """`most` bytes of a file, then the disk is full."""

        def limited() -> None:
            if most is not None:
                hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))

        env = {**os.environ, "VTP_RECORDINGS": str(self.root), "VTP_RECORDER__RESERVE": "1"}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "vtp", "record", env=env, preexec_fn=limited
        )

    async def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    def begin(self, teacher: Teacher, *, pauses: list[wire.Pause] | None = None) -> None:
        now = time.monotonic()
        self.capture.begin(
            wire.Begin(recording=self.id, began=now, began_wall=time.time(), pauses=pauses or [])
        )
        for producer in (teacher.camera, teacher.microphone):
            subject = Subject(
                recording=self.id,
                track=producer.id,
                participant="teacher",
                source=producer.source,
                live=True,
            )
            self.capture.add(subject, producer)

    async def finish(self) -> journal.Story:
        self.capture.finish(self.id)
        ends = (wire.Finished, wire.Failed)
        await eventually(lambda: any(isinstance(one, ends) for one in self.told))
        end = next(one for one in self.told if isinstance(one, ends))
        assert isinstance(end, wire.Finished), end
        return self.story()

    def story(self) -> journal.Story:
        return journal.read((self.root / self.id / "journal.jsonl").read_bytes())

    def heard(self, story: journal.Story, source: str) -> list[float]:
        """All flashes, or beeps, of the files that there are."""
        look = lesson.flashes if source == "camera" else lesson.beeps
        found: list[float] = []
        for part in story.parts.values():
            if source in {part.began.source, part.began.track} and part.fragments:
                found += look(self.root / self.id / part.began.file)
        return sorted(found)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as made:
        yield made


@pytest.fixture
async def studio(stage: Stage, tmp_path: Path) -> AsyncIterator[Studio]:
    told: list[object] = []
    capture = Capture(tmp_path, now=stage.plane.now, retry=0.05)
    tasks = Tasks(lambda _name, error: told.append(error))
    made = Studio(tmp_path, capture, told)
    await made.start()
    capture.run(tasks, on_news=told.append)
    await eventually(lambda: capture.connected)
    try:
        yield made
    finally:
        await tasks.close()
        assert made.process
        with suppress(ProcessLookupError):
            made.process.terminate()
        await made.process.wait()


async def test_a_class_is_in_files_that_are_in_step(stage: Stage, studio: Studio) -> None:
    teacher = await a_teacher(stage, 4)
    studio.begin(teacher)
    await teacher.teach()
    story = await studio.finish()
    flashes, beeps = studio.heard(story, "camera"), studio.heard(story, "microphone")
    assert len(flashes) == len(beeps) == 4
    assert max(abs(a - b) for a, b in zip(flashes, beeps, strict=True)) <= 0.04
    for mix in ("mix-opus", "mix-aac"):
        mixed = studio.heard(story, mix)
        assert max(abs(a - b) for a, b in zip(flashes, mixed, strict=True)) <= 0.04
    assert story.ended == pytest.approx(story.seconds)
    assert all(part.size for part in story.parts.values())


async def test_a_killed_recorder_goes_on_and_has_all_of_it(stage: Stage, studio: Studio) -> None:
    teacher = await a_teacher(stage, 6)
    studio.begin(teacher)
    teaching = asyncio.ensure_future(teacher.teach())
    await eventually(lambda: teacher.began > 0)
    for second in (2.3, 4.1):
        await asyncio.sleep(max(0.0, teacher.began + second - time.monotonic()))
        await studio.kill()
        await eventually(lambda: not studio.capture.connected)
        await studio.start()
        await eventually(lambda: studio.capture.connected)
    await teaching
    story = await studio.finish()
    for source in ("camera", "microphone", "mix-opus", "mix-aac"):
        seconds = {round(one - 0.02) for one in studio.heard(story, source)}
        assert seconds == set(range(6)), source
    assert 1 <= len(story.taken_up) <= 2  # whoever was killed at once has written nothing


@pytest.mark.alone
@pytest.mark.slow
async def test_what_was_written_before_the_disk_was_full_can_be_played(
    stage: Stage, studio: Studio
) -> None:
    await studio.kill()
    await eventually(lambda: not studio.capture.connected)
    await studio.start(most=48 * 1024)
    await eventually(lambda: studio.capture.connected)
    teacher = await a_teacher(stage, 12)
    studio.begin(teacher)
    teaching = asyncio.ensure_future(teacher.teach())
    await eventually(lambda: any(isinstance(one, wire.Failed) for one in studio.told))
    teaching.cancel()
    assert [one.code for one in studio.told if isinstance(one, wire.Failed)] == ["disk_full"]
    story = studio.story()
    assert story.seconds > 2
    for source in ("camera", "microphone", "mix-opus"):
        seconds = {round(one - 0.02) for one in studio.heard(story, source)}
        assert seconds >= set(range(int(story.seconds - 1))), source
