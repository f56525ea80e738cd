"""What is made of recordings once they have ended, in the work process; copies also before.

Whatever is done may be done again: what is there already is taken as it is, or replaced whole.
"""

from __future__ import annotations

import asyncio

import structlog

from vtp.ids import RecordingId
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running
from vtp.recordings.kinds import DownloadKind, WorkKind
from vtp.recordings.model import (
    CopyClosed,
    LetGoOfParts,
    MakeCaptions,
    MakeCopies,
    MakeLadder,
    MakeMovie,
    MakePictures,
    MakePreviews,
    MakeScreenFile,
    MakeSound,
    MakeStageFile,
    Work,
)
from vtp.recordings.service import (
    converted,
    copying,
    films,
    previewing,
    replaced,
    retention,
    rungs,
    tidying,
    writing_down,
)
from vtp.recordings.service.material import Material
from vtp.recordings.service.workbench import Workbench
from vtp.recordings.store import made as store

_DAY = 86_400.0
_AT_ONCE = 50
_log = structlog.get_logger()

handlers: Handlers[Workbench] = Handlers("recordings")


@handlers.on(MakePictures, timeout=_DAY, concurrency=1, priority=-5)
async def pictures(job: Running, work: MakePictures, bench: Workbench) -> None:
    """What no browser plays becomes H.264; then the rest can be made."""
    material = await bench.material(work)
    if material is not None:
        await converted.convert(material, bench.mill, tell=job.progress)
        await tidying.measure(bench, work.recording_id)
    folder = bench.root / str(work.recording_id)
    old = await asyncio.to_thread(replaced.known, folder)
    async with bench.db.transaction() as tx:
        if old:
            await bench.orders.let_go(tx, work.recording_id, old, after=replaced.GRACE)
        for kind in _after(bench, material) if material is not None else ():
            await bench.orders.put(tx, work.recording_id, kind, owner_id=job.owner_id)
        await job.done(tx)


@handlers.on(LetGoOfParts, timeout=600, priority=-9)
async def let_go_of_parts(_job: Running, work: LetGoOfParts, bench: Workbench) -> None:
    """Files that others have taken the place of, when nobody plays them any more."""
    await replaced.let_go(bench, work.recording_id, work.parts)
    await tidying.measure(bench, work.recording_id)


@handlers.on(MakePreviews, timeout=3_600, concurrency=1, priority=-6)
async def previews(job: Running, work: MakePreviews, bench: Workbench) -> None:
    """Poster, storyboard, and a line of how loud it is."""
    material = await bench.material(work)
    if material is None:
        return

    async def seen(fraction: float) -> None:
        await job.progress(fraction * 0.5)

    async def heard(fraction: float) -> None:
        await job.progress(0.5 + fraction * 0.5)

    await previewing.see(bench, work.recording_id, material, seen)
    await previewing.hear(bench, work.recording_id, material, heard)


@handlers.on(MakeLadder, timeout=_DAY, concurrency=1, priority=-7)
async def ladder(job: Running, work: MakeLadder, bench: Workbench) -> None:
    """The smaller sizes."""
    material = await bench.material(work)
    if material is not None:
        await rungs.climb(bench, work.recording_id, material, job.progress)


@handlers.on(MakeCopies, timeout=_DAY, concurrency=1, priority=-8)
async def copies(job: Running, work: MakeCopies, bench: Workbench) -> None:
    """Into the storage, where that is not on the disks of this machine."""
    await copying.copy(bench, work.recording_id, job.progress)


# Two, so that one that waits for a slow storage keeps no other class waiting.
@handlers.on(CopyClosed, timeout=3_600, concurrency=2, priority=-8)
async def closed_files(_job: Running, work: CopyClosed, bench: Workbench) -> None:
    """Into the storage as well, while the class goes on."""
    await copying.copy_closed(bench, work.recording_id)


@handlers.on(MakeMovie, timeout=_DAY, concurrency=1, priority=-6)
async def movie(job: Running, work: MakeMovie, bench: Workbench) -> None:
    """All of it as one film, to be taken home."""
    await _for_home(job, work, bench, "movie")


@handlers.on(MakeStageFile, timeout=_DAY, concurrency=1, priority=-6)
async def stage(job: Running, work: MakeStageFile, bench: Workbench) -> None:
    """The camera with the sound."""
    await _for_home(job, work, bench, "stage")


@handlers.on(MakeScreenFile, timeout=_DAY, concurrency=1, priority=-6)
async def screen(job: Running, work: MakeScreenFile, bench: Workbench) -> None:
    """The shared screen with the sound."""
    await _for_home(job, work, bench, "screen")


@handlers.on(MakeSound, timeout=_DAY, concurrency=1, priority=-6)
async def sound(job: Running, work: MakeSound, bench: Workbench) -> None:
    """The sound alone, at an even loudness."""
    await _for_home(job, work, bench, "sound")


@handlers.on(MakeCaptions, timeout=_DAY, concurrency=1, priority=-9)
async def spoken(job: Running, work: MakeCaptions, bench: Workbench) -> None:
    """What is said, by the engine that the settings name."""
    material = await bench.material(work)
    if material is not None:
        await writing_down.write_down(bench, work.recording_id, material, job.progress)


async def _for_home(job: Running, work: Work, bench: Workbench, kind: DownloadKind) -> None:
    material = await bench.material(work)
    if material is not None:
        await films.make(bench, work.recording_id, kind, material, job.progress)


def _after(bench: Workbench, material: Material) -> tuple[WorkKind, ...]:
    home: WorkKind = "movie" if material.views or material.unplayable else "sound"
    movie = (home,) if bench.options.movies else ()
    copies: tuple[WorkKind, ...] = ("copies",) if bench.orders.copies else ()
    said: tuple[WorkKind, ...] = ("captions",) if bench.options.transcriber else ()
    return ("previews", "ladder", *movie, *said, *copies)


@handlers.every("23 * * * *", timeout=3_600)
async def let_go(_job: Running, _tick: Tick, bench: Workbench) -> None:
    """What is older than recordings are kept goes into the bin; the bin is emptied."""
    expired, gone = await retention.expire(bench), await retention.empty_bin(bench)
    if expired or gone:
        _log.info("recordings.let_go", expired=expired, gone=gone)


@handlers.every("41 3 * * *", timeout=3 * 3_600, priority=-9)
async def tidy(_job: Running, _tick: Tick, bench: Workbench) -> None:
    """All recordings in four weeks: what they take, and files that should have gone long ago."""
    late = await tidying.tidy(bench, bench.clock.now().toordinal())
    if late:
        _log.info("recordings.tidied", late=late)


@handlers.every("* * * * *", timeout=60, priority=-8)
async def copy_as_it_grows(_job: Running, _tick: Tick, bench: Workbench) -> None:
    """What was closed in classes that are being recorded."""
    for recording_id in await copying.growing(bench):
        async with bench.db.transaction() as tx:
            await bench.orders.copy_closed(tx, recording_id)


@handlers.every("*/10 * * * *", timeout=60)
async def catch_up(_job: Running, _tick: Tick, bench: Workbench) -> None:
    """What ended while nobody could write that down; what was made after all was copied."""
    untouched = await store.untouched(bench.db, limit=_AT_ONCE)
    uncopied = await copying.wanting(bench)
    todo: list[tuple[WorkKind, list[RecordingId]]] = [("pictures", untouched), ("copies", uncopied)]
    for kind, recordings in todo:
        for recording_id in recordings:
            async with bench.db.transaction() as tx:
                await bench.orders.put(tx, recording_id, kind)
    if untouched or uncopied:
        _log.info("recordings.caught_up", begun=len(untouched), copied=len(uncopied))
