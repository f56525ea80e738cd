"""Classes on a real database: joining, coming back, leaving, and every right asked again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import msgspec
import pytest

from tests.support.classes import kinds
from tests.support.classroom import STILL, Attender, School, a_process, a_school
from tests.support.quiet_plane import device, video
from vtp.actor import SYSTEM, Role
from vtp.clock import SetClock
from vtp.db import Database
from vtp.edge.sockets import endings
from vtp.errors import Forbidden, NotFound
from vtp.ids import MeetingId, RoomId, uuid7
from vtp.media.rtp.ortc import BadRtpParameters, CannotConsume
from vtp.media.rtp.ortc_types import RtpParameters
from vtp.rooms import facts, news
from vtp.rooms.problems import (
    AlreadyInMeeting,
    HostsOnly,
    HostsStay,
    MayNotPublish,
    MeetingOver,
    NoSuchPerson,
    NoSuchTrack,
    NotInMeeting,
    OwnerIsHost,
    OwnerOnly,
    OwnTrack,
    RemovedFromMeeting,
    RoomClosed,
    RoomFull,
    ServerStopping,
    StaffOnly,
)


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


@pytest.fixture
async def room(school: School, ines: Attender) -> RoomId:
    return await school.room(ines)


async def told(school: School) -> list[facts.AnyEvent]:
    """All that was told so far, once it has gone out."""
    for _ in range(5):
        await asyncio.sleep(0)
    return [event for batch in school.listeners.batches for event in batch]


async def meeting_row(db: Database, meeting_id: MeetingId) -> Any:
    return await db.fetchrow("select * from meeting where id = $1", meeting_id)


async def spans(db: Database, kind: str) -> list[tuple[float, float | None]]:
    """Seconds since the class began, in which somebody was present in that way."""
    rows = await db.fetch(
        """
        select extract(epoch from span.started_at - meeting.started_at)::float as began,
               extract(epoch from span.ended_at - meeting.started_at)::float as ended
          from presence_span span join meeting on meeting.id = meeting_id
         where kind = $1 order by 1, 2
        """,
        kind,
    )
    return [(row["began"], row["ended"]) for row in rows]


# --- joining ----------------------------------------------------------------------------------
async def test_the_first_to_join_begins_the_class_and_the_next_come_into_it(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    first, second = await ines.join(room), await noor.join(room)
    assert first.meeting is second.meeting
    assert (first.me.role, second.me.role) == ("host", "member")
    assert first.publish == facts.SOURCES
    assert second.publish == ("microphone", "camera")
    assert second.me.name == "Noor Haddad"
    assert kinds(await told(school)) == ["participant_joined"] * 2
    rows = await school.db.fetch(
        "select user_id, name, role from participant order by joined_at, id"
    )
    assert {row["name"] for row in rows} == {"Ines Carvalho", "Noor Haddad"}
    assert (await meeting_row(school.db, ines.meeting_id))["ended_at"] is None


async def test_several_who_join_at_once_are_in_one_class(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    entries = await asyncio.gather(ines.join(room), noor.join(room))
    assert entries[0].meeting is entries[1].meeting
    assert await school.db.fetchval("select count(*) from meeting") == 1


async def test_a_room_for_members_is_not_there_for_others(school: School, ines: Attender) -> None:
    room = await school.room(ines, access="members")
    noor, teacher = await school.person("Noor"), await school.person("Ida", Role.INSTRUCTOR)
    for stranger in (noor, teacher):
        with pytest.raises(NotFound):
            await stranger.join(room)
    with pytest.raises(NotFound):
        await noor.join(RoomId(uuid7()))
    await school.rooms.catalogue.put_member(
        ines.actor, room, email=noor.person.user.email, role="member"
    )
    assert (await noor.join(room)).me.role == "member"
    manager = await school.person("Mara", Role.MANAGER)
    assert (await manager.join(room)).me.role == "host"


async def test_a_closed_room_holds_no_more_classes(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await noor.join(room)
    peer = noor.peer
    await school.rooms.catalogue.close(ines.actor, room)
    assert peer.closed
    assert not noor.is_in()
    with pytest.raises(RoomClosed):
        await noor.join(room)
    await school.rooms.live.records.flush()
    assert (await meeting_row(school.db, noor.meeting_id))["ended_how"] == "closed"


async def test_a_socket_is_in_one_class_at_most(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await noor.join(room)
    other = await school.room(ines, title="Music")
    with pytest.raises(AlreadyInMeeting):
        await school.rooms.entrance.join(noor.actor, noor.sid, room_id=other)
    await school.rooms.entrance.leave(noor.sid)
    with pytest.raises(NotInMeeting):
        await school.rooms.entrance.leave(noor.sid)
    await school.rooms.entrance.join(noor.actor, noor.sid, room_id=other)


async def test_a_machine_that_is_full_takes_nobody_more_but_those_who_come_back(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    token = (await ines.join(room)).token
    school.plane.is_full = True
    with pytest.raises(RoomFull) as refused:
        await noor.join(room)
    assert refused.value.code == "room_full"
    assert refused.value.retry_after
    ines.lose_socket()
    assert (await ines.join(room, token=token)).resumed
    assert await school.db.fetchval("select count(*) from participant") == 1


async def test_who_is_refused_leaves_no_trace(school: School, ines: Attender, room: RoomId) -> None:
    async with AsyncExitStack() as stack:
        small = msgspec.structs.replace(STILL, participants=1)
        one = await stack.enter_async_context(
            a_process(school.db, school.clock, school.accounts, options=small)
        )
        ines.school = one
        await ines.join(room)
        noor = await one.person("Noor")
        with pytest.raises(RoomFull):
            await noor.join(room)
        assert await school.db.fetchval("select count(*) from participant") == 1
        assert {sid for sid, _ in one.listeners.inside} == {ines.sid}


async def test_a_right_that_goes_while_somebody_comes_in_is_asked_again(
    school: School, ines: Attender, noor: Attender, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await school.room(ines, access="members")
    await school.rooms.catalogue.put_member(
        ines.actor, room, email=noor.person.user.email, role="member"
    )
    enter = school.listeners.enter

    async def enter_late(sid: Any, meeting_id: MeetingId) -> None:
        await enter(sid, meeting_id)
        if await school.db.fetchval("select count(*) from room_member"):
            await school.rooms.catalogue.remove_member(ines.actor, room, noor.person.user.id)

    monkeypatch.setattr(school.listeners, "enter", enter_late)
    with pytest.raises(NotFound):
        await noor.join(room)
    assert school.listeners.inside == set()
    assert await school.db.fetchval("select count(*) from participant") == 0


async def remove(school: School, host: Attender, who: Attender) -> None:
    order = school.rooms.moderation
    await order.remove(order.staffed(host.sid), who.id, by=host.actor)


# --- coming back ------------------------------------------------------------------------------
async def test_who_comes_back_in_time_is_the_same_participant_with_the_same_tracks(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    first = await noor.join(room)
    track, peer, seq = noor.send(), noor.peer, noor.entry.meeting.state.seq  # type: ignore[union-attr]  # joined
    noor.lose_socket()
    assert first.meeting.state.participants[noor.id].connection == "away"
    await school.rooms.entrance.raise_hand(ines.sid, raised=True)
    school.clock.advance(59)
    await school.rooms.sweep()
    second = await noor.join(room, token=first.token, seen=seq)
    assert second.resumed
    assert second.me == first.me
    assert second.token == first.token
    assert noor.peer is peer
    assert not peer.closed
    assert track.id in second.meeting.state.tracks
    assert kinds(list(second.missed)) == ["participant_changed", "hand", "participant_changed"]
    assert await school.db.fetchval("select count(*) from participant") == 2


async def test_who_comes_back_too_late_is_somebody_new(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    first = await noor.join(room)
    peer = noor.peer
    noor.lose_socket()
    await school.later(60)
    assert peer.closed
    second = await noor.join(room, token=first.token)
    assert not second.resumed
    assert second.me.id != first.me.id


async def test_the_token_of_somebody_else_lets_nobody_be_them(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    token = (await ines.join(room)).token
    ines.lose_socket()
    entry = await noor.join(room, token=token)
    assert not entry.resumed
    assert entry.me.user_id == noor.person.user.id


async def test_who_closes_the_page_does_not_stay_as_somebody_who_may_come_back(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    meeting = (await ines.join(room)).meeting
    await noor.join(room)
    noor.close_page()
    assert [one.user_id for one in meeting.state.participants.values()] == [ines.person.user.id]


async def test_a_new_socket_takes_the_place_over_while_the_old_one_seems_alive(
    school: School, noor: Attender, room: RoomId
) -> None:
    first = await noor.join(room)
    old = noor.sid
    second = await noor.join(room, token=first.token)
    await told(school)
    assert second.resumed
    assert school.rooms.live.place_of(old) is None
    assert school.listeners.inside == {(noor.sid, noor.meeting_id)}
    # Its end is noticed late, and means nothing.
    school.rooms.standing.on_gone(old, noor.actor, endings.LOST)
    assert second.meeting.state.participants[noor.id].connection == "live"


async def test_news_about_ones_media_wait_for_who_is_away(
    school: School, noor: Attender, room: RoomId
) -> None:
    token = (await noor.join(room)).token
    track, peer = noor.send("camera"), noor.peer
    producer = peer.producers[str(track.id)]
    noor.lose_socket()
    for layers in ((True, False), (True, True)):
        peer.events.wanted(producer, layers)
    await told(school)
    assert school.listeners.told == []
    await noor.join(room, token=token)
    await told(school)
    wanted = news.Wanted(track=track.id, layers=[True, True])
    assert school.listeners.told == [(noor.sid, wanted)]


async def test_whose_socket_ended_while_they_came_in_is_away_at_once(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    gone = school.socket()
    school.listeners.ended.add(gone)
    entry = await school.rooms.entrance.join(noor.actor, gone, room_id=room)
    [meeting] = school.rooms.live
    assert meeting.state.participants[entry.me.id].connection == "away"
    assert school.rooms.live.place_of(gone) is None


# --- rights that change -----------------------------------------------------------------------
async def test_who_is_removed_is_cut_off_at_once_and_stays_out(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    token = (await noor.join(room)).token
    noor.send()
    transports, peer = noor.peer.transports.values(), noor.peer
    await remove(school, ines, noor)
    assert peer.closed
    assert all(transport.closed for transport in transports)
    assert not noor.is_in()
    await told(school)
    assert {sid for sid, _ in school.listeners.inside} == {ines.sid}
    for again in (token, ""):
        with pytest.raises(RemovedFromMeeting):
            await noor.join(room, token=again)
    order = school.rooms.moderation
    meeting = await order.from_outside(ines.actor, ines.meeting_id)
    await order.readmit(meeting, await order.person_of(meeting, noor.id), by=ines.actor)
    await noor.join(room)


async def test_who_is_in_hears_of_their_own_removal(
    school: School,
    ines: Attender,
    noor: Attender,
    room: RoomId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last that they hear."""
    await ines.join(room)
    await noor.join(room)
    await told(school)
    inside: list[set[str]] = []
    events = school.listeners.events

    async def noting(meeting_id: MeetingId, batch: Sequence[facts.AnyEvent]) -> None:
        inside.append({sid for sid, _ in school.listeners.inside})
        await events(meeting_id, batch)

    monkeypatch.setattr(school.listeners, "events", noting)
    await remove(school, ines, noor)
    assert kinds(await told(school))[-1] == "participant_left"
    await school.rooms.entrance.raise_hand(ines.sid, raised=True)
    await told(school)
    assert inside == [{ines.sid, noor.sid}, {ines.sid}]


async def test_only_hosts_steer_a_class(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    meetings, meeting_id = school.rooms.meetings, ines.meeting_id
    order = school.rooms.moderation
    with pytest.raises(StaffOnly):
        order.staffed(noor.sid)
    with pytest.raises(HostsOnly):
        order.hosted(noor.sid)
    with pytest.raises(HostsStay):
        await remove(school, ines, ines)
    for refused in (
        meetings.end(noor.actor, meeting_id),
        meetings.participants(noor.actor, meeting_id, after=None, limit=10),
        meetings.tracks(noor.actor, meeting_id),
        order.from_outside(noor.actor, meeting_id),
        meetings.stats(noor.actor, meeting_id),
    ):
        with pytest.raises(HostsOnly):
            await refused


async def test_a_host_mutes_and_only_the_sender_goes_on(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    track = noor.send()
    producer = noor.peer.producers[str(track.id)]
    order = school.rooms.moderation
    meeting = order.staffed(ines.sid)
    order.mute(meeting, track.id)
    assert not producer.flows()
    [muted] = await school.rooms.meetings.tracks(ines.actor, ines.meeting_id)
    assert muted.muted_by_staff
    school.rooms.desk.pause(noor.sid, track_id=track.id, paused=False)
    assert producer.flows()
    assert order.mute(meeting, track.id).paused
    with pytest.raises(NoSuchTrack):
        order.mute(meeting, facts.TrackId(uuid7()))


async def test_signing_out_ends_what_was_opened_with_it_and_nothing_else(
    school: School, noor: Attender, room: RoomId
) -> None:
    tablet = Attender(school, noor.person, await noor.person.by_client(), noor.sid)
    await noor.join(room)
    await tablet.join(room)
    peer = noor.peer
    credential_id = noor.actor.credential_id
    assert credential_id is not None
    await school.accounts.endings.one(noor.person.user.id, credential_id)
    assert peer.closed
    assert (noor.is_in(), tablet.is_in()) == (False, True)
    await school.accounts.administration.set_disabled(SYSTEM, noor.person.user.id, disabled=True)
    assert not tablet.is_in()


async def test_a_role_in_the_school_that_changes_is_followed_at_once(
    school: School, room: RoomId
) -> None:
    mara = await school.person("Mara", Role.MANAGER)
    await mara.join(room)
    screen, sound = mara.send("screen"), mara.send()
    state = mara.entry.meeting.state if mara.entry else None
    assert state
    await school.accounts.administration.set_roles(
        SYSTEM, mara.person.user.id, frozenset({Role.STUDENT})
    )
    assert mara.entry
    now = mara.entry.meeting.state
    assert now.participants[mara.id].role == "member"
    assert set(now.tracks) == {sound.id}
    assert mara.peer.producers[str(screen.id)].closed


async def test_a_membership_that_changes_is_followed_at_once(
    school: School, ines: Attender, noor: Attender
) -> None:
    room = await school.room(ines, access="members")
    catalogue, email = school.rooms.catalogue, noor.person.user.email
    await catalogue.put_member(ines.actor, room, email=email, role="member")
    entry = await noor.join(room)
    await catalogue.put_member(ines.actor, room, email=email, role="host")
    assert entry.meeting.state.participants[noor.id].role == "host"
    peer = noor.peer
    await catalogue.remove_member(ines.actor, room, noor.person.user.id)
    assert peer.closed
    assert not noor.is_in()
    with pytest.raises(NotFound):
        await noor.join(room)


async def test_a_room_that_becomes_one_for_members_is_left_by_all_others(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    await school.rooms.catalogue.change(ines.actor, room, access="members")
    assert (ines.is_in(), noor.is_in()) == (True, False)


async def test_what_members_may_send_no_more_ends_at_once(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    entry = await noor.join(room)
    track = noor.send("camera")
    await school.rooms.catalogue.change(ines.actor, room, member_sources=())
    assert track.id not in entry.meeting.state.tracks
    with pytest.raises(MayNotPublish):
        school.rooms.desk.transport(noor.sid, direction="send")
    with pytest.raises(MayNotPublish):
        school.rooms.desk.produce(
            noor.sid,
            transport=next(iter(noor.peer.transports)),
            kind="video",
            source="camera",
            parameters=video(),
            paused=False,
        )


async def test_who_lost_a_socket_and_was_disabled_elsewhere_does_not_keep_the_place(
    school: School, noor: Attender, room: RoomId
) -> None:
    await noor.join(room)
    peer = noor.peer
    async with school.db.transaction() as tx:  # as by another process
        await tx.execute(
            "update app_user set disabled_at = now() where id = $1", noor.person.user.id
        )
    noor.lose_socket()
    await school.rooms.sweep()
    assert peer.closed


# --- media ------------------------------------------------------------------------------------
async def test_what_is_not_ones_own_is_not_found_however_well_it_is_guessed(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    desk = school.rooms.desk
    music = await school.room(ines, title="Music")
    await ines.join(room)
    await noor.join(music)
    theirs = ines.send()
    sending = next(iter(ines.peer.transports))
    receiving = desk.transport(noor.sid, direction="recv")
    with pytest.raises(NoSuchTrack):
        desk.consume(noor.sid, transport=receiving.id, track_id=theirs.id, capabilities=device())
    tablet = Attender(school, ines.person, ines.actor, ines.sid)
    await tablet.join(room)
    mine = desk.transport(tablet.sid, direction="recv")
    _, consumer = desk.consume(
        tablet.sid, transport=mine.id, track_id=theirs.id, capabilities=device()
    )
    for act in (
        lambda: desk.resume(noor.sid, consumer=consumer.id),
        lambda: desk.hold(ines.sid, consumer=consumer.id),
        lambda: desk.prefer(noor.sid, consumer=consumer.id, width=1, height=1, pinned=False),
        lambda: desk.unsubscribe(noor.sid, consumer=consumer.id),
        lambda: desk.restart_ice(noor.sid, transport=sending),
        lambda: desk.pause(noor.sid, track_id=theirs.id, paused=True),
        lambda: desk.unpublish(tablet.sid, track_id=theirs.id),
    ):
        with pytest.raises(NotFound):
            act()
    assert consumer.producer.flows()  # type: ignore[attr-defined]  # of the quiet plane


async def test_who_is_outside_has_no_media(school: School, noor: Attender) -> None:
    desk = school.rooms.desk
    for act in (
        lambda: desk.transport(noor.sid, direction="recv"),
        lambda: desk.restart_ice(noor.sid, transport="x"),
        lambda: desk.resume(noor.sid, consumer="x"),
        lambda: desk.pause(noor.sid, track_id=facts.TrackId(uuid7()), paused=True),
    ):
        with pytest.raises(NotInMeeting):
            act()


async def test_a_track_is_watched_held_sized_and_left(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    track = ines.send("camera")
    desk = school.rooms.desk
    with pytest.raises(OwnTrack):
        desk.consume(ines.sid, transport="x", track_id=track.id, capabilities=device())
    transport = desk.transport(noor.sid, direction="recv")
    _, made = desk.consume(
        noor.sid, transport=transport.id, track_id=track.id, capabilities=device()
    )
    consumer = noor.peer.consumers[made.id]
    assert not consumer.flows()
    desk.resume(noor.sid, consumer=made.id)
    assert consumer.flows()
    desk.prefer(noor.sid, consumer=made.id, width=320, height=180, pinned=True)
    assert consumer.preferred == (320, 180, True)
    desk.hold(noor.sid, consumer=made.id)
    assert not consumer.flows()
    desk.unsubscribe(noor.sid, consumer=made.id)
    assert consumer.closed


async def test_a_bad_description_of_a_track_begins_nothing(
    school: School, noor: Attender, room: RoomId
) -> None:
    entry = await noor.join(room)
    transport = school.rooms.desk.transport(noor.sid, direction="send")
    with pytest.raises(BadRtpParameters):
        school.rooms.desk.produce(
            noor.sid,
            transport=transport.id,
            kind="audio",
            source="microphone",
            parameters=RtpParameters(codecs=()),
            paused=False,
        )
    assert entry.meeting.state.tracks == {}
    noor.send()


async def test_one_who_cannot_decode_the_cameras_moves_them_to_what_all_can(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    track = ines.send("camera")
    old = device(without="video/H264")
    transport = school.rooms.desk.transport(noor.sid, direction="recv")
    with pytest.raises(CannotConsume):
        school.rooms.desk.consume(
            noor.sid, transport=transport.id, track_id=track.id, capabilities=old
        )
    await told(school)
    asked = news.Codec(source="camera", mime="video/VP8", replaces=track.id)
    assert school.listeners.told == [(ines.sid, asked)]
    school.rooms.desk.unpublish(ines.sid, track_id=track.id)
    again = ines.send("camera", mime="video/VP8")
    school.rooms.desk.consume(noor.sid, transport=transport.id, track_id=again.id, capabilities=old)
    late = await school.person("Late")
    video = [c for c in (await late.join(room)).capabilities.codecs if c.kind == "video"]
    assert video[0].mime_type == "video/VP8"
    stubborn = late.send("camera")
    await told(school)
    assert school.listeners.told[-1][1] == news.Codec(
        source="camera", mime="video/VP8", replaces=stubborn.id
    )


async def test_a_screen_that_one_cannot_decode_is_asked_for_in_what_all_can(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    screen, camera = ines.send("screen", mime="video/AV1"), ines.send("camera")
    old = device(without="video/AV1")
    transport = school.rooms.desk.transport(noor.sid, direction="recv")
    with pytest.raises(CannotConsume):
        school.rooms.desk.consume(
            noor.sid, transport=transport.id, track_id=screen.id, capabilities=old
        )
    await told(school)
    asked = news.Codec(source="screen", mime="video/VP8", replaces=screen.id)
    assert school.listeners.told == [(ines.sid, asked)]
    school.rooms.desk.consume(
        noor.sid, transport=transport.id, track_id=camera.id, capabilities=old
    )


# --- presence ---------------------------------------------------------------------------------
async def test_presence_is_written_second_by_second(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    school.clock.advance(5)
    await noor.join(room)
    track, peer = noor.send(), noor.peer
    peer.events.media(flowing=True)
    school.clock.advance(10)
    school.plane.halls[str(noor.meeting_id)].speaking(str(noor.id), (str(noor.id),))
    school.clock.advance(3)
    school.plane.halls[str(noor.meeting_id)].speaking(None, ())
    school.rooms.desk.pause(noor.sid, track_id=track.id, paused=True)
    school.clock.advance(2)
    noor.lose_socket()
    assert await school.attendance.flush()
    assert await spans(school.db, "socket") == [(0, None), (5, 20)]
    assert await spans(school.db, "media") == [(5, None)]
    assert await spans(school.db, "microphone") == [(5, 18)]
    assert await spans(school.db, "speaking") == [(15, 18)]
    await school.later(60)
    peer.events.media(flowing=True)  # too late to mean anything
    await school.attendance.flush()
    assert await spans(school.db, "media") == [(5, 80)]
    spoken = [(one.active, one.speaking) for one in school.listeners.spoken]
    assert spoken[-1] == (None, [])


async def test_what_happens_together_is_told_together(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    await told(school)
    school.listeners.batches.clear()
    track = noor.send()
    for paused in (True, False):
        school.rooms.desk.pause(noor.sid, track_id=track.id, paused=paused)
    await told(school)
    batch = ["track_started", "track_changed", "track_changed"]
    assert [kinds(batch) for batch in school.listeners.batches] == [batch]


# --- ending -----------------------------------------------------------------------------------
async def test_a_host_ends_the_class_for_all_and_the_next_one_begins_anew(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    peers = [ines.peer, noor.peer]
    school.clock.advance(100)
    held = await school.rooms.meetings.end(ines.actor, ines.meeting_id)
    assert (held.ended_how, held.ended_at) == ("ended", school.clock.now())
    assert all(peer.closed for peer in peers)
    assert kinds(await told(school))[-1] == "meeting_ended"
    assert school.listeners.inside == set()
    assert await school.rooms.meetings.end(ines.actor, held.id) == held
    with pytest.raises(MeetingOver):
        await school.rooms.moderation.from_outside(ines.actor, held.id)
    assert (await noor.join(room)).meeting.id != held.id


async def test_an_empty_class_ended_when_the_last_one_left(
    school: School, noor: Attender, room: RoomId
) -> None:
    await noor.join(room)
    school.clock.advance(600)
    await school.rooms.entrance.leave(noor.sid)
    left_at = school.clock.now()
    await school.later(60)
    row = await meeting_row(school.db, noor.meeting_id)
    assert (row["ended_at"], row["ended_how"]) == (left_at, "empty")


async def test_before_the_server_stops_classes_go_on_and_none_begins(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    quick = msgspec.structs.replace(STILL, sweep=0.01)
    async with a_process(school.db, school.clock, school.accounts, options=quick) as one:
        ines.school = noor.school = one
        other = await school.room(ines, title="Music")
        await ines.join(room)
        force = asyncio.Event()
        draining = asyncio.ensure_future(one.rooms.drain(force))
        await asyncio.sleep(0.02)
        assert kinds(await told(one))[-1] == "server_stops"
        with pytest.raises(ServerStopping) as refused:
            await noor.join(other)
        assert refused.value.retry_after
        await noor.join(room)
        for who in (ines, noor):
            assert not draining.done()
            await one.rooms.entrance.leave(who.sid)
        await asyncio.wait_for(draining, 5)


@pytest.mark.parametrize("why", ["forced", "at the limit"])
async def test_a_server_that_must_stop_does_not_wait_for_classes(
    school: School, noor: Attender, room: RoomId, why: str
) -> None:
    quick = msgspec.structs.replace(STILL, sweep=0.01, drain_limit=30.0)
    async with a_process(school.db, school.clock, school.accounts, options=quick) as one:
        noor.school = one
        await noor.join(room)
        force = asyncio.Event()
        draining = asyncio.ensure_future(one.rooms.drain(force))
        await asyncio.sleep(0.03)
        assert not draining.done()
        if why == "forced":
            force.set()
        else:
            school.clock.advance(30)
        await asyncio.wait_for(draining, 5)
        assert noor.is_in()


# --- after a crash ----------------------------------------------------------------------------
async def outages(db: Database) -> list[tuple[datetime, datetime]]:
    rows = await db.fetch("select started_at, ended_at from meeting_outage order by 1")
    return [(row["started_at"], row["ended_at"]) for row in rows]


async def test_after_a_crash_a_class_goes_on_with_a_recorded_outage(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    await noor.join(room)
    await remove(school, ines, noor)
    await school.rooms.live.records.flush()
    school.clock.advance(15)
    await school.attendance.flush()
    seen = school.clock.now()
    school.clock.advance(20)  # what was not flushed is lost
    async with a_process(school.db, school.clock, school.accounts) as after:
        back = school.clock.now()
        assert await outages(school.db) == [(seen, back)]
        assert await spans(school.db, "socket") == [(0, 0), (0, 15)]
        meeting_id = ines.meeting_id
        ines.school = noor.school = after
        with pytest.raises(RemovedFromMeeting):
            await noor.join(room)
        entry = await ines.join(room, token=ines.entry.token if ines.entry else "")
        assert entry.meeting.id == meeting_id
        assert not entry.resumed  # its transports are gone
        await after.later(600)
        [held] = await after.rooms.meetings.listed(ines.actor, room_id=room, before=None, limit=5)
        assert held.ended_at is None
        assert [(one.started_at, one.ended_at) for one in held.outages] == [(seen, back)]


async def test_a_class_to_which_nobody_comes_back_ended_when_it_was_last_seen(
    school: School, noor: Attender, room: RoomId
) -> None:
    await noor.join(room)
    school.clock.advance(15)
    await school.attendance.flush()
    seen = school.clock.now()
    school.clock.advance(20)
    async with a_process(school.db, school.clock, school.accounts) as after:
        await after.later(60)
        row = await meeting_row(school.db, noor.meeting_id)
        assert (row["ended_at"], row["ended_how"]) == (seen, "lost")
        assert await outages(school.db) == []


async def test_a_class_of_long_ago_is_not_taken_up(
    school: School, noor: Attender, room: RoomId
) -> None:
    await noor.join(room)
    await school.attendance.flush()
    seen = school.clock.now()
    school.clock.advance(3600)
    async with a_process(school.db, school.clock, school.accounts) as after:
        row = await meeting_row(school.db, noor.meeting_id)
        assert (row["ended_at"], row["ended_how"]) == (seen, "lost")
        assert after.rooms.live.in_room(room) is None


async def test_a_server_that_stops_leaves_its_classes_to_the_next_one(
    db: Database, clock: SetClock
) -> None:
    async with a_school(db, clock) as school:
        noor = await school.person("Noor")
        room = await school.room(await school.person("Ines", Role.INSTRUCTOR))
        await noor.join(room)
        peer, meeting_id = noor.peer, noor.meeting_id
        clock.advance(40)
    assert peer.closed
    assert await spans(db, "socket") == [(0, 40)]
    clock.advance(5)
    async with a_school(db, clock) as school:
        noor.school = school
        assert (await noor.join(room)).meeting.id == meeting_id
        assert [(b - a).total_seconds() for a, b in await outages(db)] == [5]


# --- rooms ------------------------------------------------------------------------------------
async def test_rooms_are_made_by_those_who_may(school: School, noor: Attender) -> None:
    with pytest.raises(Forbidden):
        await school.room(noor)
    for role in (Role.ADMIN, Role.MANAGER, Role.INSTRUCTOR):
        await school.room(await school.person(role.value, role))


async def test_everybody_lists_what_they_own_or_belong_to(
    school: School, ines: Attender, noor: Attender
) -> None:
    catalogue = school.rooms.catalogue
    rooms = [await school.room(ines, title=f"Room {n}", access="members") for n in range(3)]
    await catalogue.put_member(ines.actor, rooms[1], email=noor.person.user.email, role="member")
    admin = await school.person("Amara", Role.ADMIN)

    async def listed(who: Attender) -> dict[RoomId, str]:
        found = await catalogue.listed(who.actor, before=None, limit=10)
        return {yours.room.id: yours.role for yours in found}

    assert await listed(ines) == dict.fromkeys(rooms, "host")
    assert await listed(noor) == {rooms[1]: "member"}
    assert await listed(admin) == dict.fromkeys(rooms, "host")
    assert await listed(await school.person("Ida", Role.INSTRUCTOR)) == {}


async def test_members_are_looked_after_by_hosts(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    catalogue = school.rooms.catalogue
    with pytest.raises(HostsOnly):
        await catalogue.members(noor.actor, room, after=None, limit=10)
    with pytest.raises(NoSuchPerson):
        await catalogue.put_member(ines.actor, room, email="who@school.test", role="host")
    with pytest.raises(OwnerIsHost):
        await catalogue.put_member(ines.actor, room, email=ines.person.user.email, role="member")
    await catalogue.put_member(ines.actor, room, email=noor.person.user.email, role="host")
    [member] = await catalogue.members(noor.actor, room, after=None, limit=10)
    assert (member.name, member.role) == ("Noor Haddad", "host")
    with pytest.raises(OwnerOnly):
        await catalogue.close(noor.actor, room)
    await catalogue.remove_member(ines.actor, room, noor.person.user.id)
    with pytest.raises(NotFound):
        await catalogue.remove_member(ines.actor, room, noor.person.user.id)


async def test_meetings_are_for_whom_their_room_is(
    school: School, ines: Attender, noor: Attender
) -> None:
    room = await school.room(ines, access="members")
    await ines.join(room)
    meetings = school.rooms.meetings
    assert (await meetings.get(ines.actor, ines.meeting_id)).ended_at is None
    for call in (
        meetings.get(noor.actor, ines.meeting_id),
        meetings.listed(noor.actor, room_id=room, before=None, limit=10),
        meetings.end(noor.actor, ines.meeting_id),
        meetings.get(ines.actor, MeetingId(uuid7())),
    ):
        with pytest.raises(NotFound):
            await call
    assert await meetings.listed(noor.actor, room_id=None, before=None, limit=10) == []
    assert len(await meetings.listed(ines.actor, room_id=None, before=None, limit=10)) == 1


async def test_who_was_there_is_listed_for_hosts(
    school: School, ines: Attender, noor: Attender, room: RoomId
) -> None:
    await ines.join(room)
    school.clock.advance(1)
    await noor.join(room)
    noor.lose_socket()
    meetings = school.rooms.meetings

    async def connections() -> dict[str, str]:
        listed = await meetings.participants(ines.actor, ines.meeting_id, after=None, limit=10)
        return {one.attendee.name: one.connection for one in listed}

    assert await connections() == {"Ines Carvalho": "live", "Noor Haddad": "away"}
    await school.later(60)
    assert await connections() == {"Ines Carvalho": "live", "Noor Haddad": "gone"}
    await meetings.end(ines.actor, ines.meeting_id)
    assert await connections() == {"Ines Carvalho": "gone", "Noor Haddad": "gone"}


async def test_figures_are_of_each_participant_and_of_the_plane_for_overseers(
    school: School, ines: Attender, room: RoomId
) -> None:
    await ines.join(room)
    admin = await school.person("Amara", Role.ADMIN)
    mine = await school.rooms.meetings.stats(ines.actor, ines.meeting_id)
    assert (list(mine.participants), mine.plane) == ([str(ines.id)], None)
    theirs = await school.rooms.meetings.stats(admin.actor, ines.meeting_id)
    assert theirs.plane is not None
