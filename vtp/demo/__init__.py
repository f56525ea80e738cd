"""What a school to try looks like: people whose password everybody knows, on loopback only."""

from __future__ import annotations

from uuid import UUID

from vtp.accounts.service.administration import Administration
from vtp.actor import Role
from vtp.clock import Clock
from vtp.db import Database
from vtp.ids import RoomId
from vtp.rooms.service.example import put_example

PASSWORD = "classroom"
PEOPLE = (
    ("admin@demo.test", "Amara Okafor", Role.ADMIN),
    ("teacher@demo.test", "Ines Carvalho", Role.INSTRUCTOR),
    ("student@demo.test", "Noor Haddad", Role.STUDENT),
)
ROOM = RoomId(UUID("01981c5e-9a10-7c3e-8f00-000000000001"))
TITLE = "Algebra with Ines"


async def fill(administration: Administration, db: Database, *, clock: Clock) -> None:
    """Put everybody there who is not, and a room to meet in; may be called again and again."""
    for email, name, role in PEOPLE:
        await administration.put_demo(
            email=email, name=name, password=PASSWORD, roles=frozenset({role})
        )
    await put_example(db, clock=clock, room_id=ROOM, title=TITLE, owner="teacher@demo.test")
