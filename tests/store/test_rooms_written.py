"""What happens to rooms and classes is written down, and told to programs of others."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest

from tests.support.classroom import Attender, School, a_school
from vtp import settings
from vtp.actor import ORIGIN, Actor, Origin, Role, Via
from vtp.clock import SetClock
from vtp.db import Database
from vtp.ids import RoomId, UserId, uuid7
from vtp.rooms import hooks
from vtp.rooms.service.moderation import Wish
from vtp.webhooks.service import Webhooks
from vtp.webhooks.service.endpoints import Endpoints
from vtp.webhooks.vault import Vault


@pytest.fixture
async def school(db: Database, clock: SetClock) -> AsyncIterator[School]:
    async with a_school(db, clock) as made:
        yield made


@pytest.fixture
async def ines(school: School) -> Attender:
    return await school.person("Ines Carvalho", Role.INSTRUCTOR)


@pytest.fixture
async def noor(school: School) -> Attender:
    return await school.person("Noor Haddad")


async def written(db: Database, noun: str) -> list[tuple[str, UserId | None, str]]:
    rows = await db.fetch(
        "select action, actor_id, network from audit_entry where noun = $1 order by seq", noun
    )
    return [(row["action"], row["actor_id"], row["network"]) for row in rows]


async def told(db: Database) -> list[str]:
    rows = await db.fetch("select event from webhook_delivery order by id")
    return [row["event"] for row in rows]


async def listen(school: School) -> None:
    """To everything that there is."""
    live = school.rooms.live
    webhooks: Webhooks = live.chronicle._webhooks
    admin = Actor(UserId(uuid7()), frozenset({Role.ADMIN}), Via.SESSION)
    endpoints = Endpoints(
        webhooks, options=settings.Webhooks(), vault=Vault(b"v" * 32), kinds=hooks.news
    )
    names = [kind.name for kind in hooks.news]
    await endpoints.create(admin, url="https://hooks.test/", description="", events=names)


async def a_class(school: School, ines: Attender, noor: Attender) -> RoomId:
    room = await school.room(ines)
    await ines.join(room)
    await noor.join(room)
    return room


async def test_a_class_from_its_beginning_to_its_end(
    school: School, db: Database, ines: Attender, noor: Attender
) -> None:
    await listen(school)
    ORIGIN.set(Origin("203.0.113.9", "Firefox", "request-1"))
    await a_class(school, ines, noor)
    order = school.rooms.moderation
    await order.remove(order.staffed(ines.sid), noor.id, by=ines.actor)
    await school.rooms.meetings.end(ines.actor, ines.meeting_id)
    by_ines = [
        (action, ines.actor.user_id, "203.0.113.0/24") for action in ("person_removed", "ended")
    ]
    assert await written(db, "meeting") == by_ines
    assert await told(db) == [
        "room.created",
        "meeting.started",
        "participant.joined",
        "participant.joined",
        "participant.left",
        "meeting.ended",
    ]
    body = await db.fetchval("select body from webhook_delivery where event = 'participant.left'")
    data = msgspec.json.decode(body)["data"]
    assert (data["how"], data["user_id"]) == ("removed", str(noor.actor.user_id))


async def test_a_class_that_ends_by_itself_was_ended_by_nobody(
    school: School, db: Database, ines: Attender
) -> None:
    await ines.join(await school.room(ines))
    ines.lose_socket()
    await school.later(61)
    await school.later(61)
    assert await written(db, "meeting") == [("ended", None, "")]


async def test_what_is_done_to_a_room(
    school: School, db: Database, ines: Attender, noor: Attender
) -> None:
    room, catalogue = await school.room(ines), school.rooms.catalogue
    await catalogue.change(ines.actor, room, title="Music")
    await catalogue.put_member(ines.actor, room, email=noor.person.user.email, role="member")
    await catalogue.remove_member(ines.actor, room, UserId(noor.person.user.id))
    await catalogue.close(ines.actor, room)
    actions = [action for action, _, _ in await written(db, "room")]
    assert actions == ["made", "changed", "member_put", "member_removed", "closed"]


async def test_what_staff_do_in_a_class_is_written_with_it_and_only_where_it_changed_something(
    school: School, db: Database, ines: Attender, noor: Attender
) -> None:
    kwame = await school.person("Kwame Boateng")
    room = await school.room(ines)
    await school.rooms.catalogue.change(ines.actor, room, waiting_room=True)
    await ines.join(room)
    order, entrance = school.rooms.moderation, school.rooms.entrance
    meeting = order.staffed(ines.sid)
    for one in (noor, kwame):
        one.sid = school.socket()
        await entrance.wait(one.actor, one.sid, room_id=room)
    await order.admit(meeting, noor.person.user.id)
    await noor.join(room)
    await order.decline(meeting, kwame.person.user.id, by=ines.actor)
    for _ in range(2):
        await order.promote(meeting, noor.id, cohost=True, by=ines.actor)
        await order.lock(meeting, Wish(entry=True, camera=True), by=ines.actor)
        await order.readmit(meeting, kwame.person.user.id, by=ines.actor)
    await order.promote(meeting, noor.id, cohost=False, by=ines.actor)
    rows = await db.fetch(
        "select action, details from audit_entry where noun = 'meeting' order by seq"
    )
    person, other = str(noor.person.user.id), str(kwame.person.user.id)
    assert [(row["action"], msgspec.json.decode(row["details"])) for row in rows] == [
        ("person_declined", {"person": other}),
        ("cohost_made", {"person": person}),
        ("locked", {"entry": True, "camera": True}),
        ("person_readmitted", {"person": other}),
        ("cohost_ended", {"person": person}),
    ]


async def test_what_could_not_be_written_was_not_done_either(
    school: School, db: Database, ines: Attender, noor: Attender
) -> None:
    await a_class(school, ines, noor)
    order = school.rooms.moderation
    meeting = order.staffed(ines.sid)
    await db.execute("alter table audit_entry rename to audit_entry_away")
    for refused in (
        order.promote(meeting, noor.id, cohost=True, by=ines.actor),
        order.lock(meeting, Wish(entry=True), by=ines.actor),
    ):
        with pytest.raises(asyncpg.UndefinedTableError):
            await refused
    await db.execute("alter table audit_entry_away rename to audit_entry")
    assert meeting.state.participants[noor.id].role == "member"
    assert not meeting.state.locks.entry
    assert not await db.fetchval("select exists (select from meeting_person where cohost)")
