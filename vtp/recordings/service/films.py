"""Makes the files that people take home: the film, its pictures alone, its sound.

Sound is made once, at an even loudness, and lies in all of them. What was recorded in one piece is
copied; the film, and what changed its size or stopped in between, is encoded in pieces by the mill.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from vtp import resources
from vtp.ids import RecordingId
from vtp.media.pack import takeaway
from vtp.media.pack.composite import Compose, Label, most_width, size_for
from vtp.media.pack.ladder import NothingToSee, Step
from vtp.media.pack.lettering import Lettering
from vtp.media.pack.roomy import Tell
from vtp.media.pack.stretch import Stretch, within
from vtp.recordings import store
from vtp.recordings.kinds import DownloadKind
from vtp.recordings.model import TAKEN_HOME, Made, Recording
from vtp.recordings.service.material import Material, View
from vtp.recordings.service.mill import FOLDER, PIECES, Mill, forget_pieces
from vtp.recordings.service.workbench import Workbench
from vtp.recordings.store import made as made_store

_QUALITY, _PRESET = 23, "veryfast"
_MOST_BITS = {720: 4_000_000, 1080: 6_000_000}
# s without a picture over which the last one is simply shown for longer.
_HOLE = 1.0
# Of the height of the film.
_LETTERS = 1 / 24


@dataclass(frozen=True, slots=True)
class _Order:
    bench: Workbench
    recording: Recording
    material: Material
    kind: DownloadKind

    @property
    def folder(self) -> Path:
        return self.material.folder / FOLDER

    @property
    def mill(self) -> Mill:
        return self.bench.mill_for(self.pieces)

    @property
    def pieces(self) -> str:
        return f"{PIECES}-{self.kind}"


async def make(
    bench: Workbench, id: RecordingId, kind: DownloadKind, material: Material, tell: Tell
) -> None:
    recording = await store.by_id(bench.db, id=id)
    if recording is None:
        return
    order = _Order(bench, recording, material, kind)
    await asyncio.to_thread(order.mill.require_room, material.folder)
    await asyncio.to_thread(order.folder.mkdir, exist_ok=True)
    if kind == "sound":
        await _sound(order, tell)
        return
    sound = await _sound(order, _part(tell, 0.0, 0.15)) if material.mix else None
    picture = await _picture(order, _part(tell, 0.15, 0.95))
    await _join(order, picture, sound, _part(tell, 0.95, 1.0))


def _part(tell: Tell, start: float, end: float) -> Tell:
    async def told(fraction: float) -> None:
        await tell(start + fraction * (end - start))

    return told


# --- sound ------------------------------------------------------------------------------------
async def _sound(order: _Order, tell: Tell) -> Path:
    """The one that is there, if there is one."""
    bench, material, path = order.bench, order.material, order.folder / "sound.m4a"
    known = await made_store.file(bench.db, id=order.recording.id, name=TAKEN_HOME["sound"])
    if known is not None and await asyncio.to_thread(path.is_file):
        return path
    stretches = material.mix.get("opus") or material.mix.get("aac") or ()
    if not stretches:
        raise takeaway.NothingToHear
    spec = takeaway.Sound(
        stretches=stretches, seconds=material.seconds, title=order.recording.title
    )
    async with _drafted(order, path) as draft, _opened(material.used(stretches)) as files:
        await takeaway.sound(bench.roomy, spec, files={**files, "to": draft}, tell=tell)
    await bench.put(
        order.recording.id,
        Made(
            name=TAKEN_HOME["sound"],
            kind="sound",
            path=f"{FOLDER}/{path.name}",
            bytes=path.stat().st_size,
            codec="mp4a.40.2",
        ),
    )
    return path


# --- pictures ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Picture:
    """Where it lies: stretches of one file."""

    stretches: tuple[Stretch, ...]
    path: Path
    codec: str
    encoded: bool  # only for this, and let go of afterwards


async def _picture(order: _Order, tell: Tell) -> _Picture:
    views = order.material.views
    if order.kind == "movie":
        return await _film(order, tell)
    view = views.get(order.kind)
    if view is None:
        raise NothingToSee
    whole = in_one_piece(view.stretches)
    if whole:
        return _Picture(whole, order.material.paths[whole[0].file], "", encoded=False)
    step = _step(order, view.width // 2 * 2, view.height // 2 * 2)
    used = order.material.used(view.stretches)
    (rung,) = await order.mill.made(order.material.folder, used, view.stretches, [step], tell=tell)
    return await _encoded(order, step, rung.header, rung.codec)


def in_one_piece(stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """What one file shows nearly without a hole; else nothing."""
    real = tuple(one for one in stretches if one.file)
    holes = [b.start - a.until for a, b in pairwise(real)]
    if len({one.file for one in real}) != 1 or max(holes, default=0.0) > _HOLE:
        return ()
    return real


async def _film(order: _Order, tell: Tell) -> _Picture:
    views, seconds = order.material.views, order.material.seconds
    stage, screen = (_shown(views.get(name)) for name in ("stage", "screen"))
    if not stage and not screen:
        raise NothingToSee
    width, height = size_for(views["screen"].height if "screen" in views else 0)
    step = _step(order, width, height)
    names = await store.names(order.bench.db, meeting_id=order.recording.meeting_id)
    labels, drawn = await asyncio.to_thread(_labels, order.material, stage, names, width, height)
    piece, threads = order.mill.piece, order.mill.threads
    specs = [
        Compose(
            start=start,
            until=min(start + piece, seconds),
            stage=within(stage, start, start + piece),
            screen=within(screen, start, start + piece),
            steps=(step,),
            labels=tuple(labels),
            names=drawn,
            threads=threads,
        )
        for start in starts(seconds, piece)
    ]
    used = order.material.used(stage, screen)
    (rung,) = await order.mill.encoded(order.material.folder, used, specs, tell=tell)
    return await _encoded(order, step, rung.header, rung.codec)


def starts(seconds: float, piece: float) -> list[float]:
    """Of the pieces; a rest of a second belongs to the one before."""
    return [n * piece for n in range(max(1, int((seconds - 1.0) // piece) + 1))]


def _shown(view: View | None) -> tuple[Stretch, ...]:
    return view.stretches if view is not None else ()


def _step(order: _Order, width: int, height: int) -> Step:
    return Step(
        name=f"picture-of-{order.kind}",
        codec="h264",
        width=width,
        height=height,
        quality=_QUALITY,
        most_bits=_MOST_BITS.get(height, 6_000_000),
        preset=_PRESET,
    )


async def _encoded(order: _Order, step: Step, header: int, codec: str) -> _Picture:
    path = order.folder / f"{step.name}.mp4"
    size = (await asyncio.to_thread(path.stat)).st_size
    whole = Stretch(
        file="picture",
        header=header,
        first=header,
        end=size,
        start=0.0,
        until=order.material.seconds,
    )
    return _Picture((whole,), path, codec, encoded=True)


# --- names ------------------------------------------------------------------------------------
def _labels(
    material: Material,
    stage: tuple[Stretch, ...],
    names: dict[str, str],
    width: int,
    height: int,
) -> tuple[list[Label], dict[str, int]]:
    """One for each who is on the stage, and which file shows whom. Blocking."""
    tall = round(height * _LETTERS / 2) * 2
    lettering = Lettering([*_our_fonts(), *resources.system_fonts()], height=tall)
    labels: list[Label] = []
    of_people: dict[str, int | None] = {}
    found: dict[str, int] = {}
    for file in dict.fromkeys(one.file for one in stage if one.file):
        person = material.people.get(file, "")
        if person not in of_people:
            label = lettering.label(names.get(person, ""), most_width=most_width(width, height))
            of_people[person] = None if label is None else len(labels)
            labels += [] if label is None else [label]
        number = of_people[person]
        if number is not None:
            found[file] = number
    return labels, found


def _our_fonts() -> list[Path]:
    """Latin first: the letters of the others stand beside it."""
    found = (resources.assets() / "fonts").glob("*.woff2")
    return sorted(found, key=lambda path: ("-latin-wght" not in path.name, path.name))


# --- files ------------------------------------------------------------------------------------
async def _join(order: _Order, picture: _Picture, sound: Path | None, tell: Tell) -> None:
    path = order.folder / f"{TAKEN_HOME[order.kind]}.mp4"
    spec = takeaway.Join(
        picture=picture.stretches,
        sound=sound is not None,
        seconds=order.material.seconds,
        title=order.recording.title,
    )
    paths = {picture.stretches[0].file: picture.path}
    if sound is not None:
        paths["sound"] = sound
    async with _drafted(order, path) as draft, _opened(paths) as files:
        joined = await takeaway.join(
            order.bench.roomy, spec, files={**files, "to": draft}, tell=tell
        )
    await order.bench.put(
        order.recording.id,
        Made(
            name=TAKEN_HOME[order.kind],
            kind="movie",
            path=f"{FOLDER}/{path.name}",
            bytes=path.stat().st_size,
            codec=picture.codec,
            width=joined.width,
            height=joined.height,
        ),
    )
    if picture.encoded:
        await asyncio.to_thread(picture.path.unlink)
        await asyncio.to_thread(forget_pieces, order.material.folder, order.pieces)


@asynccontextmanager
async def _opened(paths: dict[str, Path]) -> AsyncIterator[dict[str, int]]:
    with ExitStack() as stack:
        files = {}
        for name, path in paths.items():
            files[name] = await asyncio.to_thread(os.open, path, os.O_RDONLY | os.O_CLOEXEC)
            stack.callback(os.close, files[name])
        yield files


@asynccontextmanager
async def _drafted(order: _Order, path: Path) -> AsyncIterator[int]:
    """It has its name once all of it is on the disk; each kind of work has a draft of its own."""
    draft = path.with_name(f".{order.kind}-{path.name}.part")
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    descriptor = await asyncio.to_thread(os.open, draft, flags, 0o640)
    try:
        yield descriptor
        await asyncio.to_thread(os.fdatasync, descriptor)
        draft.replace(path)
    finally:
        os.close(descriptor)
        draft.unlink(missing_ok=True)
