"""The composition root: builds the parts, wires them together and closes them again.

The only package that knows all others. Each function here is one command of the program.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from vtp import demo as demo_school
from vtp.app import check as checks
from vtp.app import loop, people, web, work
from vtp.db import migrate as migrations
from vtp.db.revisions import SchemaMismatch
from vtp.errors import Problem
from vtp.settings import Settings, SettingsError
from vtp.telemetry import logs


def run_web(chosen: Settings) -> int:
    return _told(lambda: loop.run(lambda stop: web.run(chosen, stop)))


def run_work(chosen: Settings) -> int:
    return _told(lambda: loop.run(lambda stop: work.run(chosen, stop)))


def migrate(chosen: Settings) -> int:
    return _told(lambda: asyncio.run(_migrate(chosen)))


def demo(chosen: Settings) -> int:
    return _told(lambda: asyncio.run(_demo(chosen)))


def check(chosen: Settings, *, media: str = "") -> int:
    if media:
        return _told(lambda: asyncio.run(checks.check_media(chosen, Path(media))))
    return _told(lambda: asyncio.run(checks.check(chosen)))


def user(
    chosen: Settings,
    *,
    action: str,
    email: str = "",
    name: str = "",
    roles: str = "",
    make_password: bool = False,
) -> int:
    wish = people.Wish(
        action=action, email=email, name=name, roles=roles, make_password=make_password
    )
    return _told(lambda: asyncio.run(people.user(chosen, wish)))


async def _migrate(chosen: Settings) -> int:
    logs.set_up(chosen.log, process="migrate")
    await migrations.upgrade(chosen.database)
    return 0


async def _demo(chosen: Settings) -> int:
    async with people.administration(chosen) as administration:
        await demo_school.fill(administration)
    return 0


def _told(command: Callable[[], int]) -> int:
    """The exit code of a command; what a person can mend is one line, not a traceback."""
    try:
        return command()
    except (Problem, SchemaMismatch, SettingsError, FileNotFoundError) as error:
        sys.stderr.write(f"vtp: {error}\n")
        return 1
