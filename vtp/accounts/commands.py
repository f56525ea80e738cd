"""`vtp user`: accounts from the command line, for whoever runs the server.

Passwords never stand among the arguments, where others on the machine could read them: they are
typed twice, or made here and shown once.
"""

from __future__ import annotations

import getpass
import secrets
from collections.abc import Callable, Iterable
from uuid import UUID

from vtp.accounts.model import User
from vtp.accounts.service.administration import Administration
from vtp.accounts.service.people import People
from vtp.actor import OPERATOR, Role
from vtp.errors import Invalid

Write = Callable[[str], object]
# Asks for one line that is not shown.
Ask = Callable[[str], str]

# 20 letters and digits; with 32 signs to choose from, 100 bits.
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS = 4
_PAGE = 200


class DifferentPasswords(Invalid):
    """The two passwords are not the same."""

    code = "different_passwords"


def typed_password(ask: Ask = getpass.getpass) -> str:
    password = ask("Password: ")
    if password != ask("The same again: "):
        raise DifferentPasswords
    return password


def made_password() -> str:
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(_GROUPS))


async def add(
    admin: Administration,
    write: Write,
    *,
    email: str,
    name: str,
    roles: Iterable[Role],
    password: str | None,
) -> None:
    """Make an account. Without a password one is made, and shown this once."""
    chosen = password or made_password()
    user = await admin.create(
        OPERATOR, email=email, name=name, password=chosen, roles=frozenset(roles)
    )
    write(_line(user))
    if not password:
        write(f"password: {chosen}")


async def set_roles(
    admin: Administration, write: Write, *, email: str, roles: Iterable[Role]
) -> None:
    user = await admin.of_email(OPERATOR, email)
    write(_line(await admin.set_roles(OPERATOR, user.id, frozenset(roles))))


async def set_password(
    admin: Administration, write: Write, *, email: str, password: str | None
) -> None:
    """Everything that was signed in ends."""
    user = await admin.of_email(OPERATOR, email)
    chosen = password or made_password()
    await admin.set_password(OPERATOR, user.id, chosen)
    write(f"{user.email} has a new password, and is signed out everywhere.")
    if not password:
        write(f"password: {chosen}")


async def disable(admin: Administration, write: Write, *, email: str) -> None:
    user = await admin.of_email(OPERATOR, email)
    write(_line(await admin.set_disabled(OPERATOR, user.id, disabled=True)))


async def enable(admin: Administration, write: Write, *, email: str) -> None:
    user = await admin.of_email(OPERATOR, email)
    write(_line(await admin.set_disabled(OPERATOR, user.id, disabled=False)))


async def list_users(people: People, write: Write) -> None:
    """Everybody, by name."""
    after: tuple[str, UUID] | None = None
    while page := await people.listed(OPERATOR, words="", after=after, limit=_PAGE):
        for user in page:
            write(_line(user))
        after = page[-1].name, page[-1].id


def _line(user: User) -> str:
    roles = ",".join(sorted(role.value for role in user.roles))
    state = "  (disabled)" if user.disabled_at else ""
    return f"{user.email}  {user.name}  {roles}{state}"
