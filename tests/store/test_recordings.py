"""Recordings of classes: who begins, pauses and ends them, and what a crash leaves of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
from asyncpg import UndefinedTableError

from tests.support.classroom import Attender, School, a_process, a_school
from tests.support.postgres import TestCluster
from tests.support.quiet_plane import Producer
from tests.support.recordings import a_recorder
from vtp.actor import Role
from vtp.clock import SetClock
from vtp.db import Database
from vtp.errors import NotFound, Unavailable
from vtp.ids import RecordingId, RoomId, uuid7
from vtp.media.recorder import journal
from vtp.recordings import store
from vtp.recordings.model import Recording
from vtp.recordings.problems import (
    AlreadyRecorded,
    DiskFull,
    NoClass,
    NoRecorder,
    NotYoursToRecord,
    RecordingOver,
    StillRecording,
)
from vtp.rooms import moves


@pytest.fixture
async def school(db: Database, clock: SetClock, tmp_path: Path) -> AsyncIterator[School]:
    async with (
        a_recorder(tmp_path),
        a_school(db, clock, root=tmp_path) as made,
    ):
        await until(lambda: made.recordings.studio.ready)
        yield made


@pytest.fixture
async def ines(school: School) -> Attender:
    return await school.person("Ines Carvalho", Role.INSTRUCTOR)


@pytest.fixture
async def noor(school: School) -> Attender:
    return await school.person("Noor Haddad")


@pytest.fixture
async def room(school: School, ines: Attender) -> RoomId:
    return await school.room(ines)


async def until(true: Callable[[], object]) -> None:
    for _ in range(2_000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def ready(school: School, host: Attender, id: RecordingId) -> Recording:
    """Once the recorder has closed its files and that is written."""
    for _ in range(2_000):
        found = await school.recordings.library.get(host.actor, id)
        if found.state == "ready":
            return found
        await asyncio.sleep(0.01)
    raise TimeoutError


def shown(attender: Attender) -> str:
    assert attender.entry
    return attender.entry.meeting.state.recording


async def test_a_host_records_a_class_and_everybody_sees_it(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    studio = school.recordings.studio
    made = await studio.start(ines.actor, room)
    assert (made.state, shown(ines), made.started_by) == ("recording", "on", ines.actor.user_id)
    await noor.join(room)
    assert shown(noor) == "on"
    assert (await studio.pause(ines.actor, made.id)).state == "paused"
    assert (await studio.pause(ines.actor, made.id)).state == "paused"
    assert shown(noor) == "paused"
    assert (await studio.resume(ines.actor, made.id)).state == "recording"
    assert (await studio.stop(ines.actor, made.id)).state in {"processing", "ready"}
    assert shown(noor) == "off"
    found = await ready(school, ines, made.id)
    assert found.stopped_at is not None
    assert (await studio.stop(ines.actor, made.id)).state == "ready"
    with pytest.raises(RecordingOver):
        await studio.pause(ines.actor, made.id)


async def test_nobody_else_records(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    studio = school.recordings.studio
    with pytest.raises(NoClass):
        await studio.start(ines.actor, room)
    await ines.join(room)
    with pytest.raises(NotYoursToRecord):
        await studio.start(noor.actor, room)
    with pytest.raises(NotFound):
        await studio.start(ines.actor, RoomId(uuid7()))
    made = await studio.start(ines.actor, room)
    with pytest.raises(AlreadyRecorded):
        await studio.start(ines.actor, room)
    with pytest.raises(NotYoursToRecord):
        await studio.stop(noor.actor, made.id)
    with pytest.raises(NotFound):
        await studio.stop(ines.actor, RecordingId(uuid7()))
    assert shown(ines) == "on"


async def test_voices_and_screens_are_kept_and_of_cameras_those_of_hosts(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    before = ines.send("camera", mime="video/H264")
    await school.recordings.studio.start(ines.actor, room)
    tracks = [before, ines.send("microphone"), noor.send("microphone")]
    hidden = noor.send("camera", mime="video/H264")
    assert [len(producer(school, one.id).taps) for one in tracks] == [1, 1, 1]
    assert not producer(school, hidden.id).taps


async def test_the_camera_of_a_member_is_kept_while_they_are_cohost(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    camera = noor.send("camera", mime="video/H264")
    await school.recordings.studio.start(ines.actor, room)
    taps = producer(school, camera.id).taps
    assert not taps
    assert ines.entry
    ines.entry.meeting.do(moves.Promote(noor.id, cohost=True))
    assert [tap.closed for tap in taps] == [False]
    ines.entry.meeting.do(moves.Promote(noor.id, cohost=False))
    assert [tap.closed for tap in taps] == [True]


async def test_cameras_are_kept_no_longer_than_their_room_says_so(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    change = school.rooms.catalogue.change
    await change(ines.actor, room, records_cameras=True)
    await ines.join(room)
    await noor.join(room)
    await school.recordings.studio.start(ines.actor, room)
    cameras = [one.send("camera", mime="video/H264") for one in (ines, noor)]
    await change(ines.actor, room, records_cameras=False)
    taps = [producer(school, camera.id).taps for camera in cameras]
    assert [[tap.closed for tap in each] for each in taps] == [[False], [True]]


def producer(school: School, track_id: object) -> Producer:
    for peer in school.plane.peers.values():
        if (found := peer.producers.get(str(track_id))) is not None:
            return found
    raise LookupError


async def test_a_recording_ends_with_its_class(
    school: School, ines: Attender, room: RoomId
) -> None:
    meeting = (await ines.join(room)).meeting
    made = await school.recordings.studio.start(ines.actor, room)
    await school.rooms.meetings.end(ines.actor, meeting.id)
    await ready(school, ines, made.id)


async def test_a_recorder_that_is_faster_than_the_stop_is_not_unsaid(
    school: School, ines: Attender, room: RoomId
) -> None:
    await ines.join(room)
    made = await school.recordings.studio.start(ines.actor, room)
    at = made.started_at
    async with school.db.transaction() as tx:
        await store.finish(tx, id=made.id, state="ready", reason="", at=at)
        stopped = await store.set_state(tx, id=made.id, state="processing", stopped_at=at)
    assert stopped is not None
    assert stopped.state == "ready"


async def test_what_failed_with_something_written_can_be_played(
    school: School, ines: Attender, room: RoomId
) -> None:
    await ines.join(room)
    made = await school.recordings.studio.start(ines.actor, room)
    async with school.db.transaction() as tx:
        await store.set_size(tx, id=made.id, seconds=60, bytes=7)
        ended = await store.finish(
            tx, id=made.id, state="failed", reason="disk_full", at=made.started_at
        )
    assert ended is not None
    assert (ended.state, ended.reason) == ("ready", "disk_full")


async def test_a_pause_that_cannot_be_written_is_none(
    school: School, ines: Attender, room: RoomId
) -> None:
    await ines.join(room)
    studio = school.recordings.studio
    made = await studio.start(ines.actor, room)
    await school.db.execute("alter table recording_pause rename to away")
    with pytest.raises(UndefinedTableError):
        await studio.pause(ines.actor, made.id)
    assert shown(ines) == "on"
    await school.db.execute("alter table away rename to recording_pause")
    await studio.pause(ines.actor, made.id)
    both = studio.resume(ines.actor, made.id), studio.resume(ines.actor, made.id)
    assert {one.state for one in await asyncio.gather(*both)} == {"recording"}
    (pause,) = await store.pauses(school.db, id=made.id)
    assert pause.until is not None


async def test_a_stop_during_a_pause_is_a_stop(
    school: School, ines: Attender, room: RoomId
) -> None:
    await ines.join(room)
    studio = school.recordings.studio
    made = await studio.start(ines.actor, room)
    paused = asyncio.ensure_future(studio.pause(ines.actor, made.id))
    await studio.stop(ines.actor, made.id)
    with suppress(RecordingOver):
        await paused
    assert (await ready(school, ines, made.id)).state == "ready"
    assert shown(ines) == "off"


async def test_the_host_who_speaks_is_on_the_stage(
    school: School, ines: Attender, noor: Attender, room: RoomId, clock: SetClock, tmp_path: Path
) -> None:
    await ines.join(room)
    await noor.join(room)
    first = ines.send("camera", mime="video/H264")
    studio = school.recordings.studio
    made = await studio.start(ines.actor, room)
    noor.send("camera", mime="video/H264")
    hall = school.plane.halls[str(ines.meeting_id)]
    hall.speaking(str(noor.id), (str(noor.id),))
    await school.later(3)
    assert ines.entry
    ines.entry.meeting.do(moves.Pause(ines.id, first.id, paused=True))
    await studio.stop(ines.actor, made.id)
    await ready(school, ines, made.id)
    story = journal.read((tmp_path / str(made.id) / journal.NAME).read_bytes())
    assert [one.track for one in story.staged] == [str(first.id), ""]


async def test_a_room_records_itself_once_and_all_cameras_where_it_says_so(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await school.rooms.catalogue.change(ines.actor, room, records_itself=True, records_cameras=True)
    await ines.join(room)
    await noor.join(room)
    noor.send("microphone")
    assert shown(noor) == "off"
    ines.send("microphone")
    await until(lambda: shown(noor) == "on")
    camera = noor.send("camera", mime="video/H264")
    assert len(producer(school, camera.id).taps) == 1
    (made,) = await listed(school, ines, room)
    assert made.started_by is None
    await school.recordings.studio.stop(ines.actor, made.id)
    ines.send("camera", mime="video/H264")
    await school.recordings.studio.begin_due()
    assert shown(noor) == "off"
    await ready(school, ines, made.id)


async def test_a_database_that_is_away_for_a_while_takes_nothing_from_a_recording(
    school: School,
    ines: Attender,
    room: RoomId,
    postgres_cluster: TestCluster,
    database_url: str,
    tmp_path: Path,
) -> None:
    meeting = (await ines.join(room)).meeting
    studio = school.recordings.studio
    made = await studio.start(ines.actor, room)
    name = database_url.rpartition("/")[2].partition("?")[0]
    await postgres_cluster.close(name)
    for act in (studio.pause, studio.stop):
        with pytest.raises(Unavailable):
            await act(ines.actor, made.id)
    assert shown(ines) == "on"
    studio.meeting_ended(meeting.id)
    await until(lambda: shown(ines) == "off")
    await until(lambda: _story(tmp_path, made.id).ended is not None)
    await postgres_cluster.open(name)
    found = await ready(school, ines, made.id)
    assert (found.state, found.reason) == ("ready", "")


def _story(root: Path, id: RecordingId) -> journal.Story:
    written = root / str(id) / journal.NAME
    return journal.read(written.read_bytes() if written.exists() else b"")


async def test_after_a_crash_it_is_gone_on_with_or_brought_to_its_end(
    db: Database, clock: SetClock, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(a_recorder(tmp_path))
        before = await stack.enter_async_context(a_school(db, clock, root=tmp_path))
        await until(lambda: before.recordings.studio.ready)
        ines = await before.person("Ines Carvalho", Role.INSTRUCTOR)
        goes_on, ends = await before.room(ines), await before.room(ines, title="Music")
        await ines.join(goes_on)
        one = await before.recordings.studio.start(ines.actor, goes_on)
        await before.recordings.studio.pause(ines.actor, one.id)
        other = Attender(before, ines.person, ines.actor, before.socket())
        meeting = (await other.join(ends)).meeting
        two = await before.recordings.studio.start(ines.actor, ends)
        async with db.transaction() as tx:
            await tx.execute(
                "update meeting set ended_at = now(), ended_how = 'lost' where id = $1", meeting.id
            )
        after = await stack.enter_async_context(
            a_process(db, clock, before.accounts, root=tmp_path)
        )
        ines.school = after
        taken_up = after.rooms.live.in_room(goes_on)
        assert taken_up is not None
        assert taken_up.state.recording == "paused"
        assert (await after.recordings.studio.resume(ines.actor, one.id)).state == "recording"
        await ready(after, ines, two.id)


async def test_without_a_recorder_and_without_room_nothing_is_begun(
    db: Database, clock: SetClock, tmp_path: Path
) -> None:
    async with a_school(db, clock) as school:
        ines = await school.person("Ines Carvalho", Role.INSTRUCTOR)
        room = await school.room(ines)
        await ines.join(room)
        with pytest.raises(NoRecorder):
            await school.recordings.studio.start(ines.actor, room)
    async with a_recorder(tmp_path, reserve=1 << 60), a_school(db, clock, root=tmp_path) as full:
        await until(lambda: full.recordings.studio.ready)
        host = await full.person("Ada Lovelace", Role.INSTRUCTOR)
        room = await full.room(host)
        await host.join(room)
        with pytest.raises(DiskFull):
            await full.recordings.studio.start(host.actor, room)


async def test_hosts_name_hide_delete_and_take_back(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    library, studio = school.recordings.library, school.recordings.studio
    made = await studio.start(ines.actor, room)
    with pytest.raises(StillRecording):
        await library.delete(ines.actor, made.id)
    await studio.stop(ines.actor, made.id)
    await ready(school, ines, made.id)
    changed = await library.change(ines.actor, made.id, title="Fractions", visibility=None)
    assert (changed.title, changed.visibility) == ("Fractions", "room")
    assert [one.id for one in await listed(school, noor, room)] == [made.id]
    await library.change(ines.actor, made.id, title=None, visibility="hosts")
    assert await listed(school, noor, room) == []
    with pytest.raises(NotFound):
        await library.get(noor.actor, made.id)
    assert [one.id for one in await listed(school, ines, None)] == [made.id]
    await library.delete(ines.actor, made.id)
    assert await listed(school, ines, room) == []
    await library.restore(ines.actor, made.id)
    assert [one.id for one in await listed(school, ines, room)] == [made.id]
    assert await library.parts(ines.actor, made.id) == []
    with pytest.raises(NotFound):
        await library.file(ines.actor, made.id, 1)


async def listed(school: School, attender: Attender, room: RoomId | None) -> list[Recording]:
    library = school.recordings.library
    return await library.listed(attender.actor, room_id=room, before=None, limit=10)
