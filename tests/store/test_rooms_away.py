"""The database goes away in the middle of a class: the class goes on, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from tests.support.accounts import some_accounts
from tests.support.classroom import School, a_process
from tests.support.postgres import TestCluster
from vtp import settings
from vtp.actor import Role
from vtp.clock import SetClock, SystemClock
from vtp.db import Database, open_database
from vtp.errors import Unavailable


@pytest.fixture
async def name(database_url: str) -> str:
    return database_url.rpartition("/")[2].partition("?")[0]


@pytest.fixture
async def hasty(database_settings: settings.Database) -> AsyncIterator[Database]:
    """Gives up soon, so that a test need not wait."""
    options = msgspec.structs.replace(database_settings, retry_for=0.05, connect_timeout=1.0)
    async with open_database(options, clock=SystemClock()) as made:
        yield made


@pytest.fixture
async def school(hasty: Database, clock: SetClock) -> AsyncIterator[School]:
    async with some_accounts(hasty, clock) as accounts, a_process(hasty, clock, accounts) as made:
        yield made


async def test_while_the_database_is_away_a_class_goes_on_and_all_is_written_later(
    school: School, postgres_cluster: TestCluster, name: str
) -> None:
    ines = await school.person("Ines", Role.INSTRUCTOR)
    noor, late = await school.person("Noor"), await school.person("Late")
    room = await school.room(ines)
    await ines.join(room)
    token = (await noor.join(room)).token
    meeting_id = noor.meeting_id
    await postgres_cluster.close(name)
    try:
        school.clock.advance(10)
        track = noor.send()
        noor.lose_socket()
        school.clock.advance(10)
        await school.rooms.sweep()  # whether they may be here is asked later
        assert (await noor.join(room, token=token)).resumed
        assert not await school.attendance.flush()
        with pytest.raises(Unavailable):
            await late.join(room)
        school.rooms.desk.unpublish(noor.sid, track_id=track.id)
        order = school.rooms.moderation
        await order.remove(order.staffed(ines.sid), noor.id, by=ines.actor)
        await school.rooms.entrance.leave(ines.sid)
        await school.later(60)
        assert school.rooms.live.in_room(room) is None
    finally:
        await postgres_cluster.open(name)
    await school.rooms.sweep()
    assert await school.attendance.flush()
    assert school.attendance.waiting == 0
    rows = await school.db.fetch(
        """
        select kind, extract(epoch from sum(ended_at - started_at))::float as seconds
          from presence_span group by kind order by kind
        """
    )
    assert {row["kind"]: row["seconds"] for row in rows} == {"microphone": 10, "socket": 30}
    how = "select ended_how from meeting where id = $1"
    assert await school.db.fetchval(how, meeting_id) == "empty"
    removed = "select count(*) from participant where removed_at is not null"
    assert await school.db.fetchval(removed) == 1
    assert not (await late.join(room)).resumed


async def test_roles_that_changed_while_the_database_was_away_are_followed_when_it_is_back(
    school: School, postgres_cluster: TestCluster, name: str
) -> None:
    mara = await school.person("Mara", Role.MANAGER)
    room = await school.room(mara)
    ines = await school.person("Ines", Role.MANAGER)
    entry = await ines.join(room)
    async with school.db.transaction() as tx:
        await tx.execute(
            "update app_user set roles = array['student'] where id = $1", ines.person.user.id
        )
    await postgres_cluster.close(name)
    try:
        await school.rooms.standing.on_changed(ines.person.user.id)
        assert entry.meeting.state.participants[ines.id].role == "host"
    finally:
        await postgres_cluster.open(name)
    await school.rooms.sweep()
    assert entry.meeting.state.participants[ines.id].role == "member"


async def test_a_class_whose_end_was_not_written_does_not_keep_the_next_from_beginning(
    school: School,
) -> None:
    """As when the last words of a process were lost."""
    ines = await school.person("Ines", Role.INSTRUCTOR)
    room = await school.room(ines)
    await ines.join(room)
    first = ines.meeting_id
    async with a_process(school.db, school.clock, school.accounts) as other:
        await other.later(60)  # it took the class up, and nobody came
        async with school.db.transaction() as tx:
            await tx.execute("update meeting set ended_at = null, ended_how = null")
        ines.school = other
        assert (await ines.join(room)).meeting.id != first
    assert await school.db.fetchval("select count(*) from meeting where ended_at is null") == 1
