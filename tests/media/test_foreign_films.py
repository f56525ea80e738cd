"""Films of others: how long they are, in which sizes they come out of a child, and their sound."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from tests.media.test_ladder import a_sandbox, a_step, silently
from tests.support.media_files import in_memory, pixel, quarters, video
from vtp.media.pack import foreign
from vtp.media.pack.ladder import Climb, Rung, climb
from vtp.media.pack.probe import NotMedia
from vtp.media.pack.roomy import Budget
from vtp.media.pack.stretch import Stretch


@contextmanager
def _target(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


async def _measured(data: bytes, *, every: float = 240.0) -> foreign.Measured:
    with in_memory(data) as source:
        return await foreign.measure(a_sandbox(), source, every=every, tell=silently)


async def _climbed(
    data: bytes, path: Path, *spans: tuple[float, float], size: tuple[int, int] = (80, 60)
) -> Rung:
    spec = Climb(
        stretches=tuple(
            Stretch(file="original", end=len(data), start=start, until=until, foreign=True)
            for start, until in spans
        ),
        steps=(a_step("small", *size),),
        threads=1,
    )
    with in_memory(data) as source, _target(path) as target:
        files = {"original": source, "to:small": target}
        rungs = await climb(a_sandbox(), spec, files=files, budget=Budget(), tell=silently)
    return rungs[0]


@pytest.mark.parametrize(
    ("container", "codec", "sound"),
    [("mp4", "libx264", "aac"), ("matroska", "libx264", "libopus"), ("mpegts", "libx264", "aac")],
)
async def test_a_film_is_as_long_as_what_is_in_it_and_begins_at_zero(
    container: str, codec: str, sound: str, tmp_path: Path
) -> None:
    data = video(container, codec=codec, sound=sound, seconds=1.0)
    found = await _measured(data)
    assert found.seconds == pytest.approx(1.0, abs=0.1)
    assert (found.cuts, found.sound) == ((0.0,), True)
    rung = await _climbed(data, tmp_path / "a.mp4", (0.0, found.seconds))
    with av.open(str(tmp_path / "a.mp4")) as made:
        times = [round(float(one.time or 0.0), 2) for one in made.decode(video=0)]
    assert times[0] == pytest.approx(0.0, abs=0.05)
    assert len(times) == 25
    assert sum(one[3] for one in rung.segments) == pytest.approx(found.seconds, abs=0.1)


async def test_pieces_of_a_film_fit_behind_each_other(tmp_path: Path) -> None:
    data = _long(seconds=14)
    found = await _measured(data, every=6.0)
    assert len(found.cuts) == 2
    middle = found.cuts[1]
    first = await _climbed(data, tmp_path / "a.mp4", (0.0, middle))
    second = await _climbed(data, tmp_path / "b.mp4", (middle, found.seconds))
    a, b = ((tmp_path / name).read_bytes() for name in ("a.mp4", "b.mp4"))
    assert a[: first.header] == b[: second.header]
    with av.open(io.BytesIO(a + b[second.header :]), "r") as made:
        times = [round(float(one.time or 0.0), 2) for one in made.decode(video=0)]
    assert times == [n / 10 for n in range(140)]
    starts = [one[2] for one in (*first.segments, *second.segments)]
    assert max(b - a for a, b in itertools.pairwise(starts)) <= 4.2


def _long(*, seconds: int) -> bytes:
    """Ten small pictures a second, a key frame every five seconds, some that look ahead."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 60, "yuv420p"
        stream.options = {"preset": "ultrafast", "g": "50", "bf": "2", "x264-params": "bframes=2"}
        for number in range(seconds * 10):
            frame = quarters(80, 60, [(number % 200, 90, 90)] * 4).reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return target.getvalue()


async def test_what_a_phone_took_upright_is_upright(tmp_path: Path) -> None:
    """Held so, its left half is at the top."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        stream.set_display_rotation(-90)
        for number in range(5):
            frame = quarters(160, 120, [(220, 220, 220), (20, 20, 20)] * 2)
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    await _climbed(target.getvalue(), tmp_path / "a.mp4", (0.0, 0.5), size=(60, 80))
    with av.open(str(tmp_path / "a.mp4")) as made:
        shown = next(made.decode(video=0)).reformat(format="rgb24")
    assert (shown.width, shown.height, shown.rotation) == (60, 80, 0)
    assert pixel(shown, 30, 10)[0] > 180
    assert pixel(shown, 30, 70)[0] < 60


async def test_sound_that_begins_late_and_has_a_hole_stays_in_step(tmp_path: Path) -> None:
    data = _beeps(1.0, 3.0, seconds=4.0)
    with in_memory(data) as source, _target(tmp_path / "a.mp4") as target:
        told = await foreign.sound(a_sandbox(), source, target, seconds=4.0, tell=silently)
    assert told.segments[0][2] == 0.0
    loud: list[float] = []
    with av.open(str(tmp_path / "a.mp4")) as made:
        assert made.streams.audio[0].sample_rate == foreign.SOUND_RATE
        for frame in made.decode(audio=0):
            levels = memoryview(bytes(frame.planes[0])).cast("f")
            if max(map(abs, levels)) > 0.05:
                loud.append(float(frame.time or 0.0))
    assert loud[0] == pytest.approx(1.0, abs=0.04)
    again = next(at for at in loud if at > 2.0)
    assert again == pytest.approx(3.0, abs=0.04)


def _beeps(*starts: float, seconds: float) -> bytes:
    """A tone of 0.2 s at each of these, and no packets in between."""
    target = io.BytesIO()
    with av.open(target, "w", format="matroska") as out:
        picture = out.add_stream("libx264", rate=10)
        picture.width, picture.height, picture.pix_fmt = 80, 60, "yuv420p"
        tone = out.add_stream("pcm_s16le", rate=48_000)
        assert isinstance(tone, AudioStream)
        tone.layout = "mono"
        for number in range(round(seconds * 10)):
            frame = quarters(80, 60, [(90, 90, 90)] * 4).reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        wave = b"".join(
            (8000 if at % 48 < 24 else -8000).to_bytes(2, "little", signed=True)
            for at in range(9600)
        )
        for start in starts:
            sounded = AudioFrame("s16", "mono", 9600)
            sounded.planes[0].update(wave)
            sounded.sample_rate, sounded.pts = 48_000, round(start * 48_000)
            sounded.time_base = Fraction(1, 48_000)
            out.mux(tone.encode(sounded))
        out.mux(tone.encode(None))
    return target.getvalue()


async def test_what_is_no_film_is_refused() -> None:
    with pytest.raises(NotMedia):
        await _measured(b"no film at all, only words " * 50)
