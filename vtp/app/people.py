"""`vtp user`: people, from the terminal of whoever runs the server."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from vtp import demo
from vtp.accounts import commands, keyring
from vtp.accounts.service import open_administration
from vtp.accounts.service.administration import Administration
from vtp.accounts.service.people import People
from vtp.actor import Role
from vtp.app import declared
from vtp.app.attending import attending
from vtp.app.courses import courses
from vtp.app.letterbox import letterbox
from vtp.app.parts import open_parts
from vtp.audit.service import Audit
from vtp.clock import SystemClock
from vtp.db import open_database
from vtp.db.schema import require_schema
from vtp.demo.past import Writers, fill_term
from vtp.edge.origins import of_settings
from vtp.errors import Invalid
from vtp.jobs.service import Jobs
from vtp.rooms.service.classrooms import Classrooms
from vtp.settings import Settings
from vtp.webhooks.service import Webhooks


class UnknownRole(Invalid):
    """Roles are: admin, manager, editor, instructor, advanced, student."""

    code = "unknown_role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was said on the command line."""

    action: str  # add, roles, password, disable, enable, list
    email: str
    name: str
    roles: str  # separated by commas
    make_password: bool  # rather than ask for one


@asynccontextmanager
async def administration(chosen: Settings) -> AsyncIterator[Administration]:
    clock = SystemClock()
    async with open_database(chosen.database) as db:
        await require_schema(db)
        audit = Audit(db, clock)
        jobs = Jobs(db, chosen.jobs, declared.HANDLERS, record=audit.record)
        box = letterbox(
            chosen,
            db,
            clock=clock,
            audit=audit,
            jobs=jobs,
            origins=of_settings(chosen.server),
            demo=False,
        )
        async with open_administration(
            db,
            clock=clock,
            audit=audit,
            webhooks=Webhooks(db, clock=clock, audit=audit, jobs=jobs),
            options=chosen.auth,
            secrets=keyring.load(chosen.secrets_dir),
            notices=box.notices,
        ) as opened:
            yield opened


async def fill_demo(chosen: Settings) -> None:
    async with (
        administration(chosen) as admin,
        open_database(chosen.database) as db,
    ):
        await demo.fill(admin, db, clock=SystemClock())
    async with open_parts(chosen, demo=True) as parts:
        writers = Writers(
            db=parts.db,
            courses=courses(parts, Classrooms()),
            books=attending(parts),
            administration=parts.accounts.administration,
            clock=parts.clock,
            root=chosen.recordings_dir,
        )
        await fill_term(writers)


async def user(chosen: Settings, wish: Wish) -> int:
    if wish.action == "list":
        async with open_database(chosen.database) as db:
            await commands.list_users(People(db, Audit(db, SystemClock())), _say)
        return 0
    async with administration(chosen) as admin:
        await _change(admin, wish)
    return 0


async def _change(admin: Administration, wish: Wish) -> None:
    match wish.action:
        case "add":
            await commands.add(
                admin,
                _say,
                email=wish.email,
                name=wish.name or wish.email.partition("@")[0],
                roles=_roles(wish.roles or Role.STUDENT.value),
                password=_password(wish),
            )
        case "roles":
            await commands.set_roles(admin, _say, email=wish.email, roles=_roles(wish.roles))
        case "password":
            await commands.set_password(admin, _say, email=wish.email, password=_password(wish))
        case "disable":
            await commands.disable(admin, _say, email=wish.email)
        case "enable":
            await commands.enable(admin, _say, email=wish.email)


def _password(wish: Wish) -> str | None:
    """Typed where somebody sits at a terminal; None has one made and shown once."""
    if wish.make_password or not sys.stdin.isatty():
        return None
    return commands.typed_password()


def _roles(text: str) -> list[Role]:
    try:
        return [Role(name.strip()) for name in text.split(",")]
    except ValueError:
        raise UnknownRole from None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
