"""What the library does in the work process."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.running import Running
from vtp.library.port import ForgetContent, ForgetPoster, MakeFilm, ProcessMedia
from vtp.library.service.filming import Filming
from vtp.library.service.processing import Processing
from vtp.library.service.uploads import Uploads

_log = structlog.get_logger()
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Darkroom:
    """What the handlers work with."""

    processing: Processing
    filming: Filming
    uploads: Uploads


handlers: Handlers[Darkroom] = Handlers("library")


@handlers.on(ProcessMedia, timeout=600, priority=5)
async def process(_job: Running, work: ProcessMedia, room: Darkroom) -> None:
    """Look at a file that came."""
    await room.processing.process(work)


@handlers.on(MakeFilm, timeout=_DAY, concurrency=1, priority=-7)
async def film(job: Running, work: MakeFilm, room: Darkroom) -> None:
    """Make the sizes of a video that players choose among."""
    await room.filming.make(work, job.progress)


@handlers.on(ForgetContent, timeout=120)
async def forget_content(_job: Running, work: ForgetContent, room: Darkroom) -> None:
    await room.processing.forget_content(work)


@handlers.on(ForgetPoster, timeout=60)
async def forget_poster(_job: Running, work: ForgetPoster, room: Darkroom) -> None:
    await room.processing.forget_poster(work)


@handlers.every("43 * * * *", timeout=600)
async def sweep(_job: Running, _tick: Tick, room: Darkroom) -> None:
    """Give up uploads that were not finished in time, and empty the bin."""
    _log.info(
        "library.swept",
        uploads=await room.uploads.sweep(),
        bin=await room.processing.empty_bin(),
        films=await room.processing.begin_films(),
    )
