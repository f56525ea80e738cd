"""What is made of recorded files in a child: smaller sizes, a poster, sheets, a line of sound."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import av
import pytest

from tests.support.media_files import decoded
from tests.support.recorded_files import Folder, stretches
from vtp import settings
from vtp.clock import SystemClock
from vtp.media.pack import previews
from vtp.media.pack.ladder import Climb, NothingToSee, Rung, Step, climb
from vtp.media.pack.roomy import Budget
from vtp.media.pack.stretch import Stretch
from vtp.sandbox.runner import Sandbox

_BUDGET = Budget()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    with ExitStack() as stack:
        yield Opener(tmp_path, stack)


class Opener:
    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path, self._stack = path, stack

    def __call__(self, name: str, *, write: bool = False) -> int:
        flags = os.O_RDWR | os.O_CREAT if write else os.O_RDONLY
        descriptor = os.open(self._path / name, flags, 0o640)
        self._stack.callback(os.close, descriptor)
        return descriptor


def a_sandbox() -> Sandbox:
    return Sandbox(settings.Sandbox(), clock=SystemClock())


def a_step(name: str, width: int, height: int, codec: str = "h264") -> Step:
    return Step(
        name=name,
        codec=codec,
        width=width,
        height=height,
        quality=30,
        most_bits=500_000,
        preset="ultrafast" if codec == "h264" else "",
    )


async def silently(_fraction: float) -> None:
    pass


def shown(data: bytes) -> list[tuple[float, bool]]:
    with av.open(io.BytesIO(data), "r") as container:
        frames = list(container.decode(video=0))
    return [(round(one.time or 0.0, 3), bool(one.key_frame)) for one in frames]


async def climbed(
    opened: Opener, pieces: list[Stretch], steps: list[Step], **sources: str
) -> tuple[Rung, ...]:
    files = {name.removeprefix("f"): opened(path) for name, path in sources.items()}
    files |= {f"to:{one.name}": opened(f"{one.name}.mp4", write=True) for one in steps}
    spec = Climb(stretches=tuple(pieces), steps=tuple(steps), threads=1)
    return await climb(a_sandbox(), spec, files=files, budget=_BUDGET, tell=silently)


async def test_all_sizes_have_key_frames_where_the_original_has_its_own(
    folder: Folder, opened: Opener, tmp_path: Path
) -> None:
    part = folder.picture(seconds=3.0, start=7.0)
    pieces = [*stretches(folder, part), Stretch(file="", start=10.0, until=11.0)]
    steps = [a_step("small", 80, 44), a_step("larger", 160, 90)]
    small, larger = await climbed(opened, pieces, steps, f1="0001.mp4")
    for one in (small, larger):
        assert one.codec.startswith("avc1.42")
        assert [round(segment[2], 3) for segment in one.segments] == [7.0, 8.0, 9.0, 10.0]
        assert [round(segment[3], 3) for segment in one.segments] == [1.0] * 4
        found = shown((tmp_path / f"{one.name}.mp4").read_bytes())
        assert [at for at, key in found if key] == [7.0, 8.0, 9.0, 10.0]
        assert len(found) == 31  # and one that is black
        last = one.segments[-1]
        assert last[0] + last[1] == (tmp_path / f"{one.name}.mp4").stat().st_size


async def test_pieces_that_were_encoded_apart_lie_behind_each_other(
    folder: Folder, opened: Opener, tmp_path: Path
) -> None:
    part = folder.picture(seconds=4.0)
    pieces = stretches(folder, part)
    first = await climbed(opened, list(pieces[:2]), [a_step("a", 160, 90)], f1="0001.mp4")
    second = await climbed(opened, list(pieces[2:]), [a_step("b", 160, 90)], f1="0001.mp4")
    a, b = ((tmp_path / f"{name}.mp4").read_bytes() for name in "ab")
    header = first[0].header
    assert a[:header] == b[: second[0].header]
    found = shown(a + b[header:])
    assert [at for at, _ in found] == [n / 10 for n in range(40)]


async def test_another_size_in_the_middle_is_shown_whole(
    folder: Folder, opened: Opener, tmp_path: Path
) -> None:
    wide, tall = (
        folder.picture(seconds=1.0),
        folder.picture(seconds=1.0, start=1.0, size=(120, 240)),
    )
    pieces = [*stretches(folder, wide), *stretches(folder, tall)]
    await climbed(opened, pieces, [a_step("a", 160, 90)], f1="0001.mp4", f2="0002.mp4")
    assert len(shown((tmp_path / "a.mp4").read_bytes())) == 20


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize(
    ("codec", "named"), [("h265", "hvc1."), ("vp9", "vp09."), ("av1", "av01.")]
)
async def test_other_codecs_are_rows_of_the_same_table(
    folder: Folder, opened: Opener, tmp_path: Path, codec: str, named: str
) -> None:
    part = folder.picture(seconds=2.0)
    steps = [a_step("a", 160, 90, codec)]
    (made,) = await climbed(opened, list(stretches(folder, part)), steps, f1="0001.mp4")
    assert made.codec.startswith(named)
    assert [round(one[2], 3) for one in made.segments] == [0.0, 1.0]
    assert len(shown((tmp_path / "a.mp4").read_bytes())) == 20


@pytest.mark.parametrize("codec", ["vp8", "vp9", "av1"])
async def test_what_nobody_streams_becomes_h264_with_its_times(
    folder: Folder, opened: Opener, tmp_path: Path, codec: str
) -> None:
    part = folder.picture(seconds=2.0, start=3.0, codec=codec)
    steps = [a_step("a", 320, 180)]
    await climbed(opened, list(stretches(folder, part)), steps, f1="0001.webm")
    found = shown((tmp_path / "a.mp4").read_bytes())
    assert len(found) == 20
    assert found[0] == (3.0, True)


async def test_what_is_damaged_is_black_for_so_long(
    folder: Folder, opened: Opener, tmp_path: Path
) -> None:
    (tmp_path / "0001.mp4").write_bytes(os.urandom(4_000))
    pieces = [Stretch(file="1", header=700, first=700, end=4_000, start=0.0, until=2.0)]
    (made,) = await climbed(opened, pieces, [a_step("a", 160, 90)], f1="0001.mp4")
    assert made.segments[0][3] == 2.0


async def test_the_poster_is_a_picture_and_every_moment_has_a_tile(
    folder: Folder, opened: Opener
) -> None:
    part = folder.picture(seconds=4.0)
    view = stretches(folder, part)
    looked = [previews.shown_at(at, view) for at in (0.0, 1.5, 3.9, 9.0)]
    assert [one.start for one in looked] == [0.0, 1.0, 3.0, 9.0]
    spec = previews.Glimpse(stretches=tuple(looked), posters=tuple(looked))
    made = await previews.glimpse(a_sandbox(), spec, files={"1": opened("0001.mp4")}, tell=silently)
    poster = decoded(made.poster, "mjpeg", pixels="yuvj420p")
    assert (poster.width, poster.height) == (320, 180)
    sheet = decoded(made.sheets[0], "mjpeg", pixels="yuvj420p")
    assert (sheet.width, sheet.height) == (5 * 240, 136)
    with pytest.raises(NothingToSee):
        await previews.glimpse(
            a_sandbox(),
            previews.Glimpse(stretches=(looked[-1],), posters=(looked[-1],)),
            files={},
            tell=silently,
        )


async def test_the_line_of_sound_is_high_where_somebody_speaks(
    folder: Folder, opened: Opener
) -> None:
    part = folder.sound(seconds=4.0, loud=lambda at: 1.0 <= at < 2.0)
    (whole,) = [
        Stretch(file="1", header=each[0].header, first=each[0].first, end=each[-1].end,
                start=0.0, until=4.0)
        for each in [stretches(folder, part)]
    ]  # fmt: skip
    spec = previews.Hear(
        voices=(previews.Voice(who="", stretch=whole), previews.Voice(who="ines", stretch=whole)),
        seconds=4.0,
        rate=4.0,
        speaker_rate=1.0,
    )
    mix, ines = await previews.hear(
        a_sandbox(), spec, files={"1": opened("0001.mp4")}, tell=silently
    )
    assert len(mix.levels) == 16
    assert max(mix.levels[:3]) < 20
    assert min(mix.levels[5:7]) > 60
    assert len(ines.levels) == 4
    assert ines.levels[1] > 60
