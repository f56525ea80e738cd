"""Guests in PostgreSQL: a pass counts while it lasts and while the room takes guests at all."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.support.classroom import School, a_school
from vtp.actor import Role
from vtp.clock import SetClock
from vtp.db import Database
from vtp.ids import uuid7
from vtp.rooms.model import Visitor
from vtp.rooms.store import guests

_PASS = hashlib.sha256(b"pass").digest()
_LINK = "l" * 32


@pytest.fixture
async def school(db: Database, clock: SetClock) -> AsyncIterator[School]:
    async with a_school(db, clock) as made:
        yield made


async def test_a_pass_counts_while_it_lasts_and_the_room_takes_guests(
    school: School, db: Database, clock: SetClock
) -> None:
    room_id = await school.room(await school.person("Ines", Role.INSTRUCTOR))
    now = clock.now()
    rosa = Visitor(id=uuid7(), room_id=room_id, name="Rosa", expires_at=now + timedelta(hours=1))
    await guests.insert(db, rosa, pass_hash=_PASS, created_at=now)
    assert await guests.by_pass(db, pass_hash=_PASS, now=now) is None
    await db.execute("update room set guest_token = $2 where id = $1", room_id, _LINK)
    assert await guests.by_pass(db, pass_hash=_PASS, now=now) == rosa
    await guests.rename(db, rosa.id, name="Rosa Lima")
    found = await guests.by_id(db, guest_id=rosa.id, now=now)
    assert found is not None
    assert found.name == "Rosa Lima"
    assert await guests.still(db, [rosa.id, uuid7()], now=now) == {rosa.id}
    assert await guests.still(db, [rosa.id], now=now + timedelta(hours=2)) == set()
    room = await guests.room_of_link(db, token=_LINK)
    assert room is not None
    assert room.id == room_id
    assert await guests.room_of_link(db, token="another") is None
