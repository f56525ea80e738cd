"""Order in a class outlives the process that holds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import NoneType

import pytest

from tests.support.classroom import Attender, School, a_process, a_school
from vtp.actor import Role
from vtp.clock import SetClock
from vtp.db import Database
from vtp.ids import RoomId
from vtp.rooms.problems import (
    ClassLocked,
    HostsStay,
    MustWait,
    NoSuchParticipant,
    NotWaiting,
    RemovedFromMeeting,
    StaffOnly,
)
from vtp.rooms.service.moderation import Wish
from vtp.rooms.store import order as stored


@pytest.fixture
async def school(db: Database, clock: SetClock) -> AsyncIterator[School]:
    async with a_school(db, clock) as made:
        yield made


@pytest.fixture
async def ines(school: School) -> Attender:
    return await school.person("Ines", Role.INSTRUCTOR)


@pytest.fixture
async def room(school: School, ines: Attender) -> RoomId:
    made = await school.room(ines)
    await school.rooms.catalogue.change(ines.actor, made, waiting_room=True)
    return made


async def wait(who: Attender, room: RoomId) -> bool:
    who.sid = who.school.socket()
    place = await who.school.rooms.entrance.wait(who.actor, who.sid, room_id=room)
    return place.since is not None


async def test_after_a_crash_everything_is_in_order_as_it_was(
    school: School, ines: Attender, room: RoomId
) -> None:
    noor, kwame, rosa, late = [
        await school.person(name) for name in ("Noor", "Kwame", "Rosa", "Late")
    ]
    await ines.join(room)
    order = school.rooms.moderation
    meeting = order.staffed(ines.sid)
    for who in (noor, kwame, rosa):
        assert await wait(who, room)
    await order.admit(meeting, noor.person.user.id)
    await order.decline(meeting, kwame.person.user.id, by=ines.actor)
    await noor.join(room)
    await order.promote(meeting, noor.id, cohost=True, by=ines.actor)
    await school.rooms.entrance.raise_hand(noor.sid, raised=True)
    hand_at = meeting.state.participants[noor.id].hand_at
    await order.lock(meeting, Wish(entry=True, chat=True, camera=True), by=ines.actor)
    await order.pin(meeting, noor.id)
    await school.attendance.flush()
    school.clock.advance(20)
    async with a_process(school.db, school.clock, school.accounts) as after:
        for who in (ines, noor, kwame, rosa, late):
            who.school = after
        me = (await noor.join(room)).me
        assert (me.role, me.hand_at) == ("cohost", hand_at)
        [again] = after.rooms.live
        assert again.id == meeting.id
        assert again.state.order.pinned == noor.person.user.id
        assert (again.state.locks.entry, again.state.locks.chat) == (True, True)
        assert again.state.member_sources == {"microphone"}
        assert [one.name for one in again.state.order.waiting] == ["Rosa"]
        with pytest.raises(RemovedFromMeeting):
            await kwame.join(room)
        with pytest.raises(ClassLocked):
            await late.join(room)
        with pytest.raises(ClassLocked):
            await rosa.join(room)
        await after.rooms.moderation.admit(again, rosa.person.user.id)
        await rosa.join(room)


async def test_who_waits_has_no_seat_and_is_told_nothing(
    school: School, ines: Attender, room: RoomId
) -> None:
    noor = await school.person("Noor")
    with pytest.raises(MustWait):
        await noor.join(room)
    assert school.rooms.live.in_room(room) is None  # who must wait begins no class
    assert await wait(noor, room)
    [meeting] = school.rooms.live
    assert (meeting.seats, school.listeners.inside) == ({}, set())
    school.clock.advance(300)
    entry = await ines.join(room)
    assert entry.meeting is meeting
    assert meeting.started_at == school.clock.now()  # until then people only waited


async def test_a_class_in_which_people_only_waited_leaves_nothing_behind(
    school: School, ines: Attender, room: RoomId
) -> None:
    noor = await school.person("Noor")
    await wait(noor, room)
    noor.lose_socket()
    await school.later(61)
    await school.later(61)
    assert list(school.rooms.live) == []
    assert await school.db.fetchval("select count(*) from meeting") == 0
    assert await school.db.fetchval("select count(*) from audit_entry where noun = 'meeting'") == 0
    # The next one begins as if nothing had been, and stays once somebody was in.
    await ines.join(room)
    ines.lose_socket()
    await school.later(61)
    await school.later(61)
    assert await school.db.fetchval("select count(*) from meeting where ended_how = 'empty'") == 1


async def test_two_who_want_opposite_things_at_once_are_served_one_after_the_other(
    school: School, ines: Attender, room: RoomId
) -> None:
    """Whatever comes first, memory and database agree, and each got an answer."""
    tomasz, noor = await school.person("Tomasz"), await school.person("Noor")
    await ines.join(room)
    order = school.rooms.moderation
    meeting = order.staffed(ines.sid)
    for one in (tomasz, noor):
        await wait(one, room)
        await order.admit(meeting, one.person.user.id)
        await one.join(room)
    await order.promote(meeting, tomasz.id, cohost=True, by=ines.actor)
    for _ in range(10):
        await asyncio.gather(
            *(order.lock(meeting, Wish(chat=on), by=ines.actor) for on in (True, False, True)),
            order.promote(meeting, noor.id, cohost=True, by=ines.actor),
            order.promote(meeting, noor.id, cohost=False, by=tomasz.actor),
            order.lower(meeting, None),
            school.rooms.entrance.raise_hand(noor.sid, raised=True),
        )
    told = await asyncio.gather(
        order.promote(meeting, noor.id, cohost=True, by=ines.actor),
        order.remove(meeting, noor.id, by=tomasz.actor),
        order.promote(meeting, tomasz.id, cohost=False, by=ines.actor),
        return_exceptions=True,
    )
    assert {type(one) for one in told} <= {NoneType, NoSuchParticipant, HostsStay}
    assert noor.id not in meeting.state.participants or isinstance(told[1], HostsStay)
    await school.rooms.sweep()
    assert await stored.of_meeting(school.db, meeting_id=meeting.id) == meeting.state.order


async def test_of_two_who_answer_at_once_the_first_is_right(
    school: School, ines: Attender, room: RoomId
) -> None:
    noor = await school.person("Noor")
    await ines.join(room)
    await wait(noor, room)
    order = school.rooms.moderation
    meeting = order.staffed(ines.sid)
    await order.admit(meeting, noor.person.user.id)
    with pytest.raises(NotWaiting):
        await order.decline(meeting, noor.person.user.id, by=ines.actor)
    await noor.join(room)
    with pytest.raises(StaffOnly):
        order.staffed(noor.sid)


async def test_without_the_waiting_room_everybody_outside_is_let_in(
    school: School, ines: Attender, room: RoomId
) -> None:
    noor = await school.person("Noor")
    await ines.join(room)
    await wait(noor, room)
    await school.rooms.catalogue.change(ines.actor, room, waiting_room=False)
    [meeting] = school.rooms.live
    assert meeting.state.order.waiting == []
    assert not await wait(noor, room)
    await noor.join(room)


async def test_all_who_wait_are_turned_away_at_once_and_each_is_written_down(
    school: School, db: Database, ines: Attender, room: RoomId
) -> None:
    noor, kwame = await school.person("Noor"), await school.person("Kwame")
    await ines.join(room)
    order = school.rooms.moderation
    meeting = order.staffed(ines.sid)
    for one in (noor, kwame):
        await wait(one, room)
    for _ in range(2):
        await order.decline(meeting, None, by=ines.actor)
    assert meeting.state.order.waiting == []
    for one in (noor, kwame):
        with pytest.raises(RemovedFromMeeting):
            await one.join(room)
    written = await db.fetchval("select count(*) from audit_entry where action = 'person_declined'")
    assert written == 2
