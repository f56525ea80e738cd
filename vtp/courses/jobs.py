"""What courses do in the work process: write to the people of a class."""

from __future__ import annotations

import structlog

from vtp.courses.model import SendLetter, TellClass
from vtp.courses.service.telling import Telling
from vtp.jobs.handlers import Handlers
from vtp.jobs.running import Running

_log = structlog.get_logger()

handlers: Handlers[Telling] = Handlers("courses")


@handlers.on(SendLetter, timeout=600)
async def letter(_job: Running, work: SendLetter, telling: Telling) -> None:
    people = await telling.send_letter(work.letter_id)
    _log.info("courses.letter_sent", people=people)


@handlers.on(TellClass, timeout=600)
async def class_changed(_job: Running, work: TellClass, telling: Telling) -> None:
    people = await telling.tell_class(work)
    _log.info("courses.class_told", people=people)
