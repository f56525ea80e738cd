"""VP8, VP9 and AV1 that are made into H.264 while they are recorded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support import lesson
from vtp import settings
from vtp.clock import SystemClock
from vtp.media.capture.wire import Open
from vtp.media.recorder import journal
from vtp.media.recorder.children import Children
from vtp.media.recorder.convert import Converting
from vtp.media.recorder.pieces import Piece
from vtp.media.recorder.position import Positions
from vtp.media.recorder.shelf import Files, Log
from vtp.media.recorder.timeline import Offset
from vtp.media.recorder.tracks import Track
from vtp.recordings.service import material
from vtp.sandbox.runner import Sandbox

BEGAN = 500.0
ENCODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9", "av1": "libsvtav1"}


class Desk:
    def __init__(self, folder: Path, children: Children) -> None:
        self.folder = folder
        self.log = Log(folder / "journal.jsonl")
        self.files = Files(folder, self.log)
        self.converting = Converting(self.files, children.converter, track="slides")
        self.files.hear_picture = self.converting.hear
        self.track = self.sent_as("vp8")

    def sent_as(self, codec: str) -> Track:
        opened = Open(
            leg=1,
            recording="r",
            track="slides",
            participant="p",
            source="screen",
            mime=f"video/{codec.upper()}",
            clock_rate=90_000,
            live=True,
        )
        self.codec = codec
        self.track = Track(opened, Positions(BEGAN, ()), self.files, Offset())
        return self.track

    def show(self, seconds: int, *, width: int = 320, since: float = 0) -> None:
        shown = lesson.pictures(seconds, width=width, codec=ENCODERS[self.codec])
        for number, one in enumerate(shown):
            ticks, at = round((one.at + since) * 90_000), BEGAN + one.at + since
            ext = number + round(since * 10_000)
            self.track.take([Piece(ext, ticks, at, one.marker, one.key, one.data)], at)

    async def came(self, pictures: int) -> None:
        for _ in range(3_000):
            self.converting.beat(time.monotonic())
            made = [one for one in self.log.story.parts.values() if one.began.codec != "vp8"]
            if sum(f.samples for one in made for f in one.fragments) >= pictures:
                return
            await asyncio.sleep(0.01)
        raise TimeoutError

    def close(self) -> list[journal.PartStory]:
        self.track.close(BEGAN + 60)
        self.converting.close()
        self.files.close()
        self.log.close()
        story = journal.read((self.folder / "journal.jsonl").read_bytes())
        assert not story.behind
        return [one for one in story.parts.values() if one.began.track == "slides+h264"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    children = Children(Sandbox(settings.Sandbox(allow_weak=True), clock=SystemClock()))
    yield Desk(tmp_path, children)
    await children.close()


@pytest.mark.parametrize("codec", sorted(ENCODERS))
async def test_a_screen_is_there_in_h264_at_the_same_moments(desk: Desk, codec: str) -> None:
    desk.sent_as(codec)
    desk.show(3)
    await desk.came(80)
    (made,) = desk.close()
    assert (made.began.mime, made.began.source) == ("video/h264", "screen")
    assert (made.began.width, made.began.height) == (320, 180)
    assert made.began.codec.startswith("avc1.")
    assert lesson.flashes(desk.folder / made.began.file) == pytest.approx([0, 1, 2], abs=0.04)
    keys = [one.time / 90_000 for one in made.fragments if one.key]
    assert keys == pytest.approx([0, 2], abs=0.04)


async def test_a_child_that_ends_leaves_a_hole_that_is_known(desk: Desk) -> None:
    desk.show(2)
    await desk.came(20)
    assert desk.converting._child
    desk.converting._child.line.gone = True
    desk.converting.beat(time.monotonic())
    desk.show(2, since=2)  # before there is another one
    (torn,) = desk.close()
    (left,) = material.read(desk.folder).unplayable
    assert (left.part.began.track, left.replaces) == ("slides", (torn.began.part,))


async def test_another_size_is_another_part(desk: Desk) -> None:
    desk.show(1)
    desk.show(1, width=640, since=1)
    await desk.came(50)
    assert [one.began.width for one in desk.close()] == [320, 640]
