"""A disk that is really full: a small one of the test's own, which only the recorder sees."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.media.test_recorder import Studio, a_teacher, eventually
from tests.support.plane import a_stage
from vtp.ids import uuid7
from vtp.media.capture import wire
from vtp.media.capture.link import Capture
from vtp.media.sfu.plane import Plane
from vtp.tasks import Tasks

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.alone]
_MOUNT = 'mount -t tmpfs -o size="$0" none "$1" && exec "$2" -m vtp record'


@asynccontextmanager
async def a_small_disk(
    folder: Path, plane: Plane, *, size: int, reserve: int
) -> AsyncIterator[Studio]:
    """A recorder in a name space of its own, whose recordings are seen through its /proc."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    env = {
        **os.environ,
        "VTP_RECORDINGS": str(folder),
        "VTP_RECORDER__RESERVE": str(reserve),
        "VTP_SANDBOX__ALLOW_WEAK": "true",
    }
    argv = ("unshare", "-rm", "sh", "-c", _MOUNT, str(size), str(folder), sys.executable)
    process = await asyncio.create_subprocess_exec(*argv, env=env)
    root = Path(f"/proc/{process.pid}/root{folder}")
    try:
        await eventually(lambda: process.returncode is not None or (root / ".recorder").exists())
        if process.returncode is not None:
            pytest.skip("This kernel lets nobody mount a disk of their own.")
        told: list[object] = []
        capture = Capture(root, now=plane.now, retry=0.05)
        tasks = Tasks(lambda _name, error: told.append(error))
        capture.run(tasks, on_news=told.append)
        await eventually(lambda: capture.connected)
        yield Studio(root, capture, told, process)
        await tasks.close()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def failures(studio: Studio) -> list[str]:
    return [one.code for one in studio.told if isinstance(one, wire.Failed)]


@pytest.mark.parametrize(("size", "reserve"), [(600_000, 1), (900_000, 300_000)])
async def test_a_full_disk_ends_a_recording_that_plays_and_the_next_one_begins_with_room(
    tmp_path: Path, size: int, reserve: int
) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    async with (
        a_stage() as stage,
        a_small_disk(folder, stage.plane, size=size, reserve=reserve) as studio,
    ):
        ballast = studio.root / "ballast"
        ballast.write_bytes(bytes(size - reserve - 250_000))
        teacher = await a_teacher(stage, 40)
        studio.begin(teacher)
        teaching = asyncio.ensure_future(teacher.teach())
        await eventually(lambda: failures(studio) != [])
        assert failures(studio) == ["disk_full"]
        assert shutil.disk_usage(studio.root).free >= reserve - 250_000
        story = studio.story()
        assert story.seconds > 2
        for source in ("camera", "microphone", "mix-opus"):
            seconds = {round(one - 0.02) for one in studio.heard(story, source)}
            assert seconds >= set(range(int(story.seconds - 1.5))), source
        await eventually(lambda: studio.capture.free <= 0)

        ballast.unlink()
        await eventually(lambda: studio.capture.free > 0)
        studio.id = str(uuid7())
        studio.begin(teacher)
        await eventually((studio.root / studio.id / "journal.jsonl").exists)
        await eventually(lambda: studio.story().seconds > 1)
        teaching.cancel()
        studio.told.clear()
        assert (await studio.finish()).seconds > 1
