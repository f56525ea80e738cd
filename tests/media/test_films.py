"""What people take home, made in a child: pictures side by side, even sound, both in one file."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import av
import pytest
from av.video.frame import VideoFrame

from tests.support.recorded_files import CAMERA, SCREEN, Folder
from vtp import settings
from vtp.clock import SystemClock
from vtp.media.pack import takeaway
from vtp.media.pack.composite import Compose, Label, beside, compose
from vtp.media.pack.ladder import NothingToSee, Step
from vtp.media.pack.roomy import Budget
from vtp.media.pack.stretch import within
from vtp.recordings.service.material import read
from vtp.sandbox.runner import Sandbox


class Bench:
    """Files of a folder, opened until the test is over."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.path, self._stack = path, stack
        self.sandbox = Sandbox(settings.Sandbox(allow_weak=True), clock=SystemClock())

    def opened(self, name: str, *, write: bool = False) -> int:
        flags = os.O_RDWR | os.O_CREAT if write else os.O_RDONLY
        descriptor = os.open(self.path / name, flags, 0o640)
        self._stack.callback(os.close, descriptor)
        return descriptor

    def files(self, paths: Mapping[str, Path]) -> dict[str, int]:
        return {name: self.opened(path.name) for name, path in paths.items()}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(tmp_path, stack)


async def silently(_fraction: float) -> None:
    pass


def a_step(width: int = 1280, height: int = 720) -> Step:
    return Step(
        name="film",
        codec="h264",
        width=width,
        height=height,
        quality=30,
        most_bits=2_000_000,
        preset="ultrafast",
    )


def bright(frame: VideoFrame, x: int, y: int) -> int:
    plane = frame.planes[0]
    return bytes(plane)[y * plane.line_size + x]


async def test_the_screen_stands_beside_the_camera_whose_name_is_drawn(
    bench: Bench, tmp_path: Path
) -> None:
    folder = Folder(tmp_path)
    camera = folder.picture(CAMERA, seconds=4.0)
    folder.picture(SCREEN, source="screen", start=2.0, seconds=2.0)
    folder.end(4.0)
    known = read(tmp_path)
    stage, screen = (known.views[name].stretches for name in ("stage", "screen"))
    white = Label(width=64, height=20, luma=b"\xeb" * 64 * 20)
    spec = Compose(
        start=1.5,
        until=4.0,
        stage=within(stage, 1.5, 4.0),
        screen=within(screen, 1.5, 4.0),
        steps=(a_step(),),
        labels=(white,),
        names={str(camera): 0},
        threads=1,
    )
    told: list[float] = []

    async def tell(fraction: float) -> None:
        told.append(fraction)

    files = bench.files(known.used(stage, screen))
    files["to:film"] = bench.opened("film.mp4", write=True)
    (rung,) = await compose(bench.sandbox, spec, files=files, budget=Budget(), tell=tell)
    assert rung.segments[0][2] == pytest.approx(1.5)
    assert sum(one[3] for one in rung.segments) == pytest.approx(2.5, abs=0.01)
    with av.open(str(tmp_path / "film.mp4")) as film:
        frames = list(film.decode(video=0))
    at = [round(one.time or 0.0, 3) for one in frames]
    assert at == [1.5, *(n / 10 for n in range(16, 40))]
    before, after = frames[0], frames[-1]
    _, box = beside(1280, 720)
    # The camera fills it; then the screen comes, and the place below the camera is empty.
    assert bright(before, box.x + 150, 600) > 20
    assert bright(after, box.x + 150, 600) == pytest.approx(16, abs=4)
    for one, x, y in ((before, 12 + 30, 720 - 22), (after, box.x + 42, box.y + box.height - 22)):
        assert bright(one, x, y) == pytest.approx(235, abs=12)


async def test_a_film_of_nothing_is_refused(bench: Bench) -> None:
    spec = takeaway.Join(picture=(), sound=False, seconds=1.0)
    with pytest.raises(NothingToSee):
        await takeaway.join(
            bench.sandbox, spec, files={"to": bench.opened("x", write=True)}, tell=silently
        )
    heard = takeaway.Sound(stretches=(), seconds=1.0)
    with pytest.raises(takeaway.NothingToHear):
        await takeaway.sound(
            bench.sandbox, heard, files={"to": bench.opened("y", write=True)}, tell=silently
        )


async def test_sound_is_brought_to_one_loudness_and_holes_are_silence(
    bench: Bench, tmp_path: Path
) -> None:
    folder = Folder(tmp_path)
    folder.sound(seconds=3.0)
    folder.sound(start=4.0, seconds=2.0)
    folder.end(7.0)
    known = read(tmp_path)
    spec = takeaway.Sound(stretches=known.mix["opus"], seconds=7.0, title="Algebra")
    files = bench.files(known.used(known.mix["opus"]))
    files["to"] = bench.opened("sound.m4a", write=True)
    made = await takeaway.sound(bench.sandbox, spec, files=files, tell=silently)
    assert made.gain == pytest.approx(-16.0 - made.loudness, abs=0.01)
    with av.open(str(tmp_path / "sound.m4a")) as sound:
        assert sound.metadata["title"] == "Algebra"
        assert (sound.duration or 0) / 1e6 == pytest.approx(7.0, abs=0.05)
    path = tmp_path / "sound.m4a"
    assert min(loud(path, 0.5, 2.9)) > 0.05
    assert max(loud(path, 3.1, 3.9)) < 0.01
    assert max(loud(path, 6.2, 6.9)) < 0.01


def loud(path: Path, start: float, until: float) -> list[float]:
    """The peaks of its frames between the two."""
    found: list[float] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            if start <= (frame.time or 0.0) < until:
                samples = array("f", bytes(frame.planes[0])[: frame.samples * 4])
                found.append(max(abs(one) for one in samples))
    return found
