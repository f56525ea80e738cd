"""The mix of a recording: all voices in one sound, in step, whatever becomes of the mixer."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import av
import pytest

from tests.support import lesson
from vtp import settings
from vtp.clock import SystemClock
from vtp.media.capture.wire import Open
from vtp.media.recorder import journal, mix
from vtp.media.recorder.children import Children
from vtp.media.recorder.mix import Mix
from vtp.media.recorder.samples import Sample
from vtp.media.recorder.shelf import Files, Log, Part
from vtp.sandbox.runner import Sandbox

RATE, PACKET = 48_000, 960


class Watched(Sandbox):
    """Tells who is at work, so that tests can end them."""

    pids: list[int]
    doomed = 0  # so many of the first end at once

    @asynccontextmanager
    async def start(self, *args, **kwargs):  # type: ignore[no-untyped-def]  # passed on
        async with super().start(*args, **kwargs) as work:
            self.pids.append(work.pid)
            if len(self.pids) <= self.doomed:
                os.kill(work.pid, signal.SIGKILL)
            yield work


@dataclass
class Session:
    """One process that records; a second one on the same folder goes on."""

    folder: Path
    mixers: Children
    sandbox: Watched
    log: Log = field(init=False)
    files: Files = field(init=False)
    mix: Mix = field(init=False)
    voices: dict[str, Part] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.log = Log(self.folder / "journal.jsonl")
        self.files = Files(self.folder, self.log)
        self.mix = Mix(self.folder, self.files, self.log.story, self.mixers.mixer)

    def say(self, who: str, at: float, data: bytes, *, level: int = 20) -> None:
        sample = Sample(data, True, codec="opus", level=level)
        if who not in self.voices:
            opened = Open(
                leg=1,
                recording="r",
                track=who,
                participant=who,
                source="microphone",
                mime="audio/opus",
                clock_rate=RATE,
                live=True,
            )
            self.voices[who] = self.files.part(opened, sample)
        fragments = self.voices[who].write(sample, at=round(at * RATE), duration=PACKET)
        self.files.grown(self.voices[who].number, fragments)

    async def until(self, seconds: float) -> None:
        """Until the mix is about there."""
        for _ in range(2_000):
            self.mix.beat(seconds, time.monotonic())
            if self.mix.reached >= (seconds - 0.1) * RATE:
                return
            await asyncio.sleep(0.01)
        raise TimeoutError

    async def finish(self, seconds: float) -> journal.Story:
        await asyncio.to_thread(self.mix.finish, seconds)
        return self.close()

    def close(self) -> journal.Story:
        self.mix.close()
        self.files.close()
        self.log.close()
        return journal.read((self.folder / "journal.jsonl").read_bytes())

    def teach(
        self, who: str = "teacher", *, seconds: int, since: float = 0, gap: float = 0
    ) -> None:
        for one in lesson.sounds(seconds):
            if one.at >= since:
                self.say(who, one.at + gap, one.data)


@pytest.fixture
async def mixers() -> AsyncIterator[tuple[Children, Watched]]:
    sandbox = Watched(settings.Sandbox(allow_weak=True), clock=SystemClock())
    sandbox.pids = []
    made = Children(sandbox)
    yield made, sandbox
    await made.close()


@pytest.fixture
def session(mixers: tuple[Children, Watched], tmp_path: Path) -> Session:
    return Session(tmp_path, *mixers)


def parts(story: journal.Story, track: str) -> list[journal.PartStory]:
    return [one for one in story.parts.values() if one.began.track == track and one.fragments]


def covers(story: journal.Story, track: str, seconds: float) -> None:
    """From 0 to the end, without a gap."""
    reached = 0.0
    for part in parts(story, track):
        assert part.start == pytest.approx(reached, abs=0.001)
        reached = part.end
    assert reached == pytest.approx(seconds, abs=0.03)


def beeps(folder: Path, story: journal.Story, track: str) -> list[float]:
    return sorted(at for one in parts(story, track) for at in lesson.beeps(folder / one.began.file))


def loudest(path: Path) -> int:
    flat = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(path)) as file:
        return max(
            max(map(abs, array("h", bytes(one.planes[0]))))
            for frame in file.decode(audio=0)
            for one in flat.resample(frame)
        )


async def test_the_mix_is_in_step_and_as_long_as_the_recording(session: Session) -> None:
    session.teach(seconds=3)
    story = await session.finish(3.5)
    for track, codec in (("mix-opus", "opus"), ("mix-aac", "mp4a.40.2")):
        covers(story, track, 3.5)
        (part,) = parts(story, track)
        assert (part.began.codec, part.began.source, part.size is None) == (codec, "mix", False)
        assert beeps(session.folder, story, track) == pytest.approx([0, 1, 2], abs=0.03)


async def test_voices_are_heard_together_and_never_too_loud(session: Session) -> None:
    for n in range(12):
        session.teach(f"p{n}", seconds=2, gap=0.5 if n else 0)
    story = await session.finish(2.5)
    (part,) = parts(story, "mix-aac")
    assert beeps(session.folder, story, "mix-aac") == pytest.approx([0, 0.5, 1, 1.5], abs=0.03)
    assert 16_000 < loudest(session.folder / part.began.file) < 32_000


async def test_a_mixer_that_is_killed_is_followed_by_another(session: Session) -> None:
    session.teach(seconds=4)
    for second in (1.5, 2.5):
        await session.until(second)
        os.kill(session.sandbox.pids[-1], signal.SIGKILL)
    story = await session.finish(4)
    assert len(session.sandbox.pids) == 3
    for track in ("mix-opus", "mix-aac"):
        covers(story, track, 4)
        assert beeps(session.folder, story, track) == pytest.approx([0, 1, 2, 3], abs=0.03)


async def test_a_recorder_that_was_killed_goes_on_with_the_mix(
    session: Session, mixers: tuple[Children, Watched]
) -> None:
    session.teach(seconds=2)
    await session.until(1.4)
    # As a kill leaves it: nothing is closed, and what was not in a fragment is gone.
    again = Session(session.folder, *mixers)
    again.teach(seconds=4, since=2)
    story = await again.finish(4)
    for track in ("mix-opus", "mix-aac"):
        covers(story, track, 4)
        assert len(parts(story, track)) == 2
        assert beeps(session.folder, story, track) == pytest.approx([0, 1, 2, 3], abs=0.03)
    session.close()


async def test_a_recording_without_a_mix_is_given_one_from_its_files(
    session: Session, mixers: tuple[Children, Watched]
) -> None:
    session.teach(seconds=4)
    session.files.close()
    session.log.close()
    again = Session(session.folder, *mixers)
    story = await again.finish(4)
    covers(story, "mix-opus", 4)
    assert beeps(session.folder, story, "mix-aac") == pytest.approx([0, 1, 2, 3], abs=0.03)


async def test_what_is_no_sound_is_silence(session: Session) -> None:
    for n in range(100):
        session.say("bad", n / 50, bytes([n, 255 - n]) * (n + 2))
    session.teach(seconds=2)
    story = await session.finish(2)
    covers(story, "mix-opus", 2)
    assert len(session.sandbox.pids) == 1


async def test_who_is_silent_is_not_decoded(session: Session) -> None:
    session.teach(seconds=2)
    for one in lesson.sounds(2):
        session.say("room", one.at + 0.4, one.data, level=90)
    story = await session.finish(2.5)
    assert beeps(session.folder, story, "mix-opus") == pytest.approx([0, 1], abs=0.03)


async def test_a_mixer_that_falls_silent_at_the_end_is_followed_by_another(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would ever see the recording end otherwise."""
    monkeypatch.setattr(mix, "_HANGS", 4.0)
    session.teach(seconds=3)
    await session.until(2.5)
    stopped = session.sandbox.pids[-1]
    os.kill(stopped, signal.SIGSTOP)
    story = await session.finish(3)
    assert len(session.sandbox.pids) > 1
    covers(story, "mix-opus", 3)
    for _ in range(1_000):
        try:
            os.kill(stopped, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("the one that was silent is there still")


async def test_what_ends_every_mixer_is_left_out_and_noted(session: Session) -> None:
    session.sandbox.doomed = 2
    session.teach(seconds=3)
    story = await session.finish(3)
    for track in ("mix-opus", "mix-aac"):
        covers(story, track, 3)
        assert beeps(session.folder, story, track) == pytest.approx([1, 2], abs=0.03)
    assert parts(story, "mix-opus")[0].lost > 10  # of the rest there was nothing to hear


async def test_where_no_mixer_lives_the_recording_ends_without_a_mix(session: Session) -> None:
    session.sandbox.doomed = 100
    session.teach(seconds=1)
    story = await session.finish(1)
    assert [one.began.track for one in story.parts.values()] == ["teacher"]
