"""The composition root: builds the parts, wires them together and closes them again.

The only package that knows all others. Each function here is one command of the program.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from vtp.db.revisions import SchemaMismatch
from vtp.errors import Problem
from vtp.serve.errors import MUST_BE_CHANGED
from vtp.settings import Settings, SettingsError

# Each command imports what it needs and no more: a start runs several of them one after another.


def run_web(chosen: Settings) -> int:
    from vtp.app import loop, web

    return _told(lambda: loop.run(lambda told: web.run(chosen, told)))


def run_work(chosen: Settings) -> int:
    from vtp.app import loop, work

    return _told(lambda: loop.run(lambda told: work.run(chosen, told)))


def run_record(chosen: Settings) -> int:
    from vtp.app import loop, record

    return _told(lambda: loop.run(lambda told: record.run(chosen, told)))


def migrate(chosen: Settings, *, back_to: str = "") -> int:
    """Up to this program, or back to an earlier revision, whose data is lost."""
    from vtp.db import migrate as migrations
    from vtp.telemetry import logs

    logs.set_up(chosen.log, process="migrate")

    async def walk() -> None:
        if back_to:
            await migrations.downgrade(chosen.database, back_to)
        else:
            await migrations.upgrade(chosen.database)

    return _told(lambda: _done(lambda: asyncio.run(walk())))


def demo(chosen: Settings) -> int:
    from vtp.app import people

    return _told(lambda: _done(lambda: asyncio.run(people.fill_demo(chosen))))


def check(chosen: Settings, *, media: str = "") -> int:
    from vtp.app import checkup

    if media:
        return _told(lambda: asyncio.run(checkup.check_media(chosen, Path(media))))
    return _told(lambda: asyncio.run(checkup.check(chosen)))


def user(
    chosen: Settings,
    *,
    action: str,
    email: str = "",
    name: str = "",
    roles: str = "",
    make_password: bool = False,
) -> int:
    from vtp.app import people

    wish = people.Wish(
        action=action, email=email, name=name, roles=roles, make_password=make_password
    )
    return _told(lambda: asyncio.run(people.user(chosen, wish)))


def _done(work: Callable[[], object]) -> int:
    work()
    return 0


def _told(command: Callable[[], int]) -> int:
    """The exit code of a command; what a person can mend is one line, not a traceback."""
    from vtp.db.losses import REFUSED, unreachable
    from vtp.media.sfu.addresses import BadAddress

    mendable: tuple[type[BaseException], ...] = (Problem, *REFUSED)
    try:
        return command()
    except (SettingsError, BadAddress) as error:
        _failed(str(error))
        return MUST_BE_CHANGED
    except (SchemaMismatch, FileNotFoundError) as error:
        return _failed(str(error))
    except mendable as error:
        return _failed(*(unreachable(error) or _sentences(error)))


def _sentences(problem: BaseException) -> list[str]:
    fields = problem.fields if isinstance(problem, Problem) else {}
    return [f"{name}: {sentence}" for name, sentence in fields.items()] or [str(problem)]


def _failed(*lines: str) -> int:
    sys.stderr.writelines(f"vtp: {line}\n" for line in lines)
    return 1
