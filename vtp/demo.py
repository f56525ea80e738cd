"""What a school to try looks like: people whose password everybody knows, on loopback only."""

from __future__ import annotations

from vtp.accounts.service.administration import Administration
from vtp.actor import Role

PASSWORD = "classroom"
PEOPLE = (
    ("admin@demo.test", "Amara Okafor", Role.ADMIN),
    ("teacher@demo.test", "Ines Carvalho", Role.INSTRUCTOR),
    ("student@demo.test", "Noor Haddad", Role.STUDENT),
)


async def fill(administration: Administration) -> None:
    """Put everybody there who is not; may be called again and again."""
    for email, name, role in PEOPLE:
        await administration.put_demo(
            email=email, name=name, password=PASSWORD, roles=frozenset({role})
        )
