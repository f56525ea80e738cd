"""The demo with its term, filled over a database of a test."""

from __future__ import annotations

from vtp import demo
from vtp.app.attending import attending
from vtp.app.courses import courses
from vtp.app.parts import Parts
from vtp.demo.past import Writers, fill_term
from vtp.rooms.service.classrooms import Classrooms


async def a_term(parts: Parts) -> Writers:
    administration = parts.accounts.administration
    await demo.fill(administration, parts.db, clock=parts.clock)
    writers = Writers(
        db=parts.db,
        courses=courses(parts, Classrooms()),
        books=attending(parts),
        administration=administration,
        clock=parts.clock,
        root=parts.settings.recordings_dir,
    )
    await fill_term(writers)
    return writers
