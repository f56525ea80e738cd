"""Makes of an uploaded video what players choose among: its sizes, its sound, small pictures.

The same mill as that of recordings does it, so what a crash left behind is taken up. Nothing is
told before all of it is in the storage; until then the file is played as it came.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from vtp import settings
from vtp.blob.keys import checked
from vtp.blob.port import Blobs
from vtp.clock import Clock
from vtp.db import Database
from vtp.library import sizes
from vtp.library.model import Film, Media
from vtp.library.port import MakeFilm, Mill, Sizes
from vtp.library.store import files, films, items
from vtp.media.pack import foreign, previews
from vtp.media.pack.ladder import TIMESCALE, Rung, Step
from vtp.media.pack.roomy import Roomy, Tell
from vtp.media.pack.stretch import Stretch

_KEPT = "library-film"
_SOUND = "aac"
# Where the mill puts what is done, below the folder that it is given.
_MADE = "made"
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


class Filming:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        blobs: Blobs,
        roomy: Roomy,
        mill: Mill,
        rows: Sizes,
        options: settings.Processing,
        folder: Path,
    ) -> None:
        self._db = db
        self._clock = clock
        self._blobs = blobs
        self._roomy = roomy
        self._mill = mill
        self._rows = rows
        self._options = options
        self._folder = folder

    async def make(self, work: MakeFilm, tell: Tell) -> None:
        """May be done again; nothing where it is made already, or nobody shows it any more."""
        sha256 = bytes.fromhex(work.sha256)
        media = await items.by_id(self._db, id=work.media_id)
        key = await files.key_of(self._db, sha256=sha256)
        if key is None or media is None or media.sha256 != sha256 or media.filmed:
            return
        steps = await self._steps(media)
        if not steps:
            return
        place = self._folder / work.sha256
        await asyncio.to_thread((place / _MADE).mkdir, parents=True, exist_ok=True)
        async with self._blobs.descriptor(key) as source:
            made = await self._made(place, source, steps, tell)
        kept = [await self._stored(work.sha256, one, path) for one, path in made]
        async with self._db.transaction() as tx:
            wanted = await films.keep(tx, sha256=sha256, made=kept, at=self._clock.now())
        if not wanted:
            for one in kept:
                await self._blobs.delete(one.key)
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)

    async def _steps(self, media: Media) -> list[Step]:
        if media.width is None or media.height is None:
            return []
        return sizes.steps(media.width, media.height, await self._rows())

    async def _made(
        self, place: Path, source: int, steps: Sequence[Step], tell: Tell
    ) -> list[tuple[Film, Path]]:
        measured = await foreign.measure(
            self._roomy, source, every=self._options.piece, tell=_part(tell, 0.0, 0.05)
        )
        stretches = _stretches(measured, os.fstat(source).st_size)
        # By its descriptor, because it may lie elsewhere and be a copy without a name.
        paths = {"original": Path(f"/proc/self/fd/{source}")}
        rungs = await self._mill.made(place, paths, stretches, steps, tell=_part(tell, 0.05, 0.85))
        made = [
            (_picture(step, rung), place / _MADE / f"{step.name}.mp4")
            for step, rung in zip(steps, rungs, strict=True)
        ]
        if measured.sound:
            made.append(await self._sound(place, source, measured, _part(tell, 0.85, 0.95)))
        small = min(
            (one for one in made if one[0].codec.startswith("avc1")),
            key=lambda one: one[0].width,
        )
        made += await self._pictures(place, *small, measured.seconds, _part(tell, 0.95, 1.0))
        return made

    async def _sound(
        self, place: Path, source: int, measured: foreign.Measured, tell: Tell
    ) -> tuple[Film, Path]:
        path = place / _MADE / f"{_SOUND}.mp4"
        target = await asyncio.to_thread(os.open, path, _FLAGS, 0o640)
        try:
            told = await foreign.sound(
                self._roomy, source, target, seconds=measured.seconds, tell=tell
            )
        finally:
            os.close(target)
        film = Film(
            name=_SOUND,
            kind="sound",
            key="",
            bytes=0,
            codec=foreign.SOUND_CODEC,
            timescale=foreign.SOUND_RATE,
            header=told.header,
            segments=told.segments,
        )
        return film, path

    async def _pictures(
        self, place: Path, small: Film, path: Path, seconds: float, tell: Tell
    ) -> list[tuple[Film, Path]]:
        """Out of the smallest size: it has key frames everywhere, and little is decoded."""
        view = [
            Stretch(
                file="small",
                header=small.header,
                first=offset,
                end=offset + size,
                start=start,
                until=start + lasts,
            )
            for offset, size, start, lasts, _ in small.segments
        ]
        moments = previews.moments(seconds)
        looked = tuple(previews.shown_at(at, view) for at in moments)
        spec = previews.Glimpse(stretches=looked, posters=looked[:1])
        with await asyncio.to_thread(path.open, "rb") as file:
            given = {"small": file.fileno()}
            seen = await previews.glimpse(self._roomy, spec, files=given, tell=tell)
        every = moments[1] if len(moments) > 1 else seconds
        tiles = previews.track(every, seconds, len(moments)).encode()
        made = [(Film(name="storyboard", kind="storyboard", key="", bytes=0), tiles)]
        for number, sheet in enumerate(seen.sheets):
            made.append((Film(name=f"sheet-{number}", kind="sheet", key="", bytes=0), sheet))
        return [
            (film, await asyncio.to_thread(_written, place / _MADE / film.name, data))
            for film, data in made
        ]

    async def _stored(self, content: str, film: Film, path: Path) -> Film:
        """Under a name that is the same whenever it is made: nothing is left behind."""
        key = checked(f"{_KEPT}/{content[:2]}/{content}/{film.name}")
        size, sha256 = await asyncio.to_thread(_weighed, path)
        await self._blobs.adopt(key, path, content_type=_TYPES[film.kind], size=size, sha256=sha256)
        return Film(
            name=film.name,
            kind=film.kind,
            key=key,
            bytes=size,
            codec=film.codec,
            width=film.width,
            height=film.height,
            timescale=film.timescale,
            header=film.header,
            segments=film.segments,
        )


_TYPES = {
    "picture": "video/mp4",
    "sound": "audio/mp4",
    "storyboard": "text/vtt",
    "sheet": "image/jpeg",
}


def _stretches(measured: foreign.Measured, size: int) -> list[Stretch]:
    """A piece from cut to cut; each is looked for in the whole file."""
    return [
        Stretch(file="original", end=size, start=start, until=until, foreign=True)
        for start, until in pairwise([*measured.cuts, measured.seconds])
    ]


def _picture(step: Step, rung: Rung) -> Film:
    return Film(
        name=step.name,
        kind="picture",
        key="",
        bytes=0,
        codec=rung.codec,
        width=step.width,
        height=step.height,
        timescale=TIMESCALE,
        header=rung.header,
        segments=rung.segments,
    )


def _part(tell: Tell, first: float, last: float) -> Tell:
    async def told(fraction: float) -> None:
        await tell(first + fraction * (last - first))

    return told


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _weighed(path: Path) -> tuple[int, str]:
    """Its size and its hash; on the disk for good."""
    with path.open("rb") as file:
        os.fdatasync(file.fileno())
        return os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()
