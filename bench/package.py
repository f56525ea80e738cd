"""What do the sizes of a recording cost, beside Debian's ffmpeg with the same settings?

A picture of 1920x1080 at 30 a second with a key frame every two seconds becomes 1080, 720, 480 and
360 lines in H.264, as the table of encodings has it from the beginning. Three ways, one after the
other on the same cores: ffmpeg in one command that decodes once and splits, our mill encoding all
four, and our mill as it works, which leaves the largest as it was recorded. CPU of all processes,
and wall. How long it takes until there is a picture after the stop is asked by `bench.live`.

    python -m bench.package [--seconds 60] [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.recorded_files import Folder
from vtp import settings
from vtp.clock import SystemClock
from vtp.media.pack.ladder import Step
from vtp.recordings.service import material
from vtp.recordings.service.mill import Mill, forget_pieces
from vtp.sandbox.runner import Sandbox

_SIZE = (1920, 1080)
# Lines, and the most bits a second: the rows of the table.
_ROWS = ((1080, 5_000_000), (720, 2_800_000), (480, 1_200_000), (360, 700_000))
_QUALITY, _PRESET, _THREADS = 23, "veryfast", 2
_X264 = "keyint=infinite:scenecut=0:bframes=0:open-gop=0"
_AIMS = {"all four": 0.95, "the largest left as it is": 0.55}


@dataclass(frozen=True)
class Cost:
    cpu: float
    wall: float
    bytes: int


def steps(rows: Sequence[tuple[int, int]]) -> list[Step]:
    return [
        Step(
            name=f"stage-{height}",
            codec="h264",
            width=_width(height),
            height=height,
            quality=_QUALITY,
            most_bits=most,
            preset=_PRESET,
        )
        for height, most in rows
    ]


def _width(height: int) -> int:
    return round(height * _SIZE[0] / _SIZE[1] / 2) * 2


def used() -> float:
    """CPU seconds of this process and of all its children that have ended."""
    return sum(
        one.ru_utime + one.ru_stime
        for one in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


async def measured(work: Callable[[], Awaitable[list[Path]]]) -> Cost:
    before, began = used(), time.monotonic()
    made = await work()
    return Cost(used() - before, time.monotonic() - began, sum(one.stat().st_size for one in made))


async def ours(folder: Path, rows: Sequence[tuple[int, int]]) -> list[Path]:
    """As the work process does it, in the sandbox."""
    found = material.read(folder)
    view = found.views["stage"]
    options = settings.Processing(threads=_THREADS)
    mill = Mill(Sandbox(settings.Sandbox(allow_weak=True), clock=SystemClock()), options, reserve=1)

    async def silently(_fraction: float) -> None:
        pass

    wanted = steps(rows)
    await mill.made(folder, found.used(view.stretches), view.stretches, wanted, tell=silently)
    forget_pieces(folder)
    return [folder / "made" / f"{one.name}.mp4" for one in wanted]


async def theirs(source: Path, out: Path) -> list[Path]:
    """One command: decoded once, split, scaled from the original, each encoded as ours are."""
    names = [f"s{height}" for height, _ in _ROWS]
    split = f"[0:v]split={len(_ROWS)}" + "".join(f"[{name}]" for name in names)
    scaled = [
        f"[{name}]scale={_width(height)}:{height}[o{name}]"
        for name, (height, _) in zip(names, _ROWS, strict=True)
    ]
    argv = ["ffmpeg", "-v", "error", "-y", "-threads", str(_THREADS), "-i", str(source)]
    argv += ["-filter_complex", ";".join([split, *scaled])]
    made = []
    for name, (height, most) in zip(names, _ROWS, strict=True):
        made.append(out / f"{height}.mp4")
        argv += ["-map", f"[o{name}]", "-c:v", "libx264", "-preset", _PRESET]
        argv += ["-crf", str(_QUALITY), "-maxrate", str(most), "-bufsize", str(2 * most)]
        argv += ["-x264-params", _X264, "-force_key_frames", "expr:gte(t,n_forced*2)"]
        argv += ["-pix_fmt", "yuv420p", "-threads", str(_THREADS)]
        argv += ["-movflags", "+frag_keyframe+empty_moov+default_base_moof", str(made[-1])]
    process = await asyncio.create_subprocess_exec(*argv)
    if await process.wait():
        raise SystemExit("ffmpeg has failed.")
    return made


def version() -> str:
    told = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True)
    return told.stdout.partition(" Copyright")[0]


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    seconds = 12.0 if given.quick else given.seconds
    if shutil.which("ffmpeg") is None:
        raise SystemExit("ffmpeg is not installed (make peers).")
    with tempfile.TemporaryDirectory(prefix="vtp-package-") as name:
        folder = Folder(Path(name))
        folder.picture(seconds=seconds, size=_SIZE, fps=30, every=2.0)
        folder.end(seconds)
        source = folder.path / "0001.mp4"
        peer = await measured(lambda: theirs(source, folder.path))
        all_four = await measured(lambda: ours(folder.path, _ROWS))
        copied = await measured(lambda: ours(folder.path, _ROWS[1:]))
    print(f"{seconds:g} s of picture; {version()}", file=sys.stderr)
    print(f"{'':30}{'CPU, s':>10}{'wall, s':>10}{'MB':>8}{'CPU / theirs':>14}{'aim':>7}")
    print(f"{'ffmpeg, all four':30}{peer.cpu:10.1f}{peer.wall:10.1f}{peer.bytes / 1e6:8.1f}")
    for what, cost in (("all four", all_four), ("the largest left as it is", copied)):
        ratio = cost.cpu / peer.cpu
        print(
            f"{what:30}{cost.cpu:10.1f}{cost.wall:10.1f}{cost.bytes / 1e6:8.1f}"
            f"{ratio:14.2f}{_AIMS[what]:7.2f}"
        )


if __name__ == "__main__":
    asyncio.run(main())
