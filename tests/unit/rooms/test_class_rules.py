"""What happens in a class, one rule after the other."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.classes import RULES, START, a_class, kinds
from vtp.rooms import effects, facts, moves
from vtp.rooms.order import Order, Stand
from vtp.rooms.problems import (
    AlreadyPublished,
    HostsStay,
    MayNotPublish,
    MeetingOver,
    NoSuchParticipant,
    NoSuchTrack,
    RemovedFromMeeting,
    RoomFull,
    TooManyDevices,
    WrongKind,
)
from vtp.rooms.state import Now, reopened


def test_who_joins_is_told_of_and_present() -> None:
    lesson = a_class()
    noor = lesson.join()
    assert kinds(lesson.events) == ["participant_joined"]
    assert lesson.events[0].seq == 1
    assert lesson.effects == [effects.Begin(noor.id, "socket")]


def test_numbers_of_events_grow_by_one() -> None:
    lesson = a_class()
    for _ in range(3):
        lesson.do(moves.Leave(lesson.join().id))
    assert [event.seq for event in lesson.events] == [1, 2, 3, 4, 5, 6]


# --- connections ------------------------------------------------------------------------------
def test_who_is_cut_off_is_away_with_all_they_send_and_can_come_back() -> None:
    lesson = a_class()
    noor = lesson.join()
    track = lesson.send(noor)
    assert kinds(lesson.do(moves.Cut(noor.id))) == ["participant_changed"]
    assert lesson.who(noor).connection == "away"
    assert lesson.effects == [effects.Finish(noor.id, "socket")]
    assert lesson.after(59.9) == []
    lesson.do(moves.Resume(noor.id))
    assert lesson.who(noor) == noor
    assert lesson.track(track) == track
    assert lesson.after(1000) == []


def test_who_stays_away_for_too_long_has_left() -> None:
    lesson = a_class()
    noor, track = (one := lesson.join()), lesson.send(one)
    lesson.join()
    lesson.do(moves.Cut(noor.id))
    events = lesson.after(60)
    assert kinds(events) == ["track_ended", "participant_left"]
    assert isinstance(events[1], facts.ParticipantLeft)
    assert events[1].how == "lost"
    assert effects.Stop(track.id) in lesson.effects
    assert lesson.effects[-1] == effects.Drop(noor.id)
    with pytest.raises(NoSuchParticipant):
        lesson.do(moves.Resume(noor.id))


def test_coming_back_while_the_old_connection_seems_alive_changes_nothing() -> None:
    lesson = a_class()
    noor = lesson.join()
    assert lesson.do(moves.Resume(noor.id)) == []


def test_a_token_is_of_no_use_to_anybody_else() -> None:
    lesson = a_class()
    noor = lesson.join()
    assert lesson.state.holder(b"0", noor.user_id) == noor.id
    assert lesson.state.holder(b"0", uuid4()) is None
    assert lesson.state.holder(b"1", noor.user_id) is None
    lesson.do(moves.Leave(noor.id))
    assert lesson.state.holder(b"0", noor.user_id) is None


def test_a_person_may_come_with_several_devices_but_not_with_any_number() -> None:
    lesson = a_class()
    noor = lesson.join()
    tablet = lesson.join(user_id=noor.user_id)
    assert tablet.id != noor.id
    with pytest.raises(TooManyDevices):
        lesson.join(user_id=noor.user_id)


def test_a_device_that_is_away_makes_room_for_another_of_the_same_person() -> None:
    lesson = a_class()
    noor = lesson.join()
    tablet = lesson.join(user_id=noor.user_id)
    lesson.do(moves.Cut(noor.id))
    phone = lesson.join(user_id=noor.user_id)
    assert set(lesson.state.participants) == {tablet.id, phone.id}


def test_a_class_that_is_full_takes_nobody_more() -> None:
    lesson = a_class()
    for _ in range(RULES.participants):
        lesson.join()
    with pytest.raises(RoomFull):
        lesson.join()


# --- what is sent -----------------------------------------------------------------------------
def test_what_is_sent_is_told_of_and_counts_while_it_is_not_paused() -> None:
    lesson = a_class()
    noor = lesson.join()
    track = lesson.send(noor, "camera")
    assert lesson.effects == [effects.Begin(noor.id, "camera")]
    lesson.do(moves.Pause(noor.id, track.id, True))
    assert lesson.effects == [effects.Hold(track.id, True), effects.Finish(noor.id, "camera")]
    lesson.do(moves.Pause(noor.id, track.id, False))
    assert lesson.effects == [effects.Hold(track.id, False), effects.Begin(noor.id, "camera")]
    assert lesson.do(moves.Pause(noor.id, track.id, False)) == []
    lesson.do(moves.Unpublish(noor.id, track.id))
    assert lesson.effects == [effects.Stop(track.id), effects.Finish(noor.id, "camera")]


def test_each_source_is_sent_once() -> None:
    lesson = a_class()
    noor = lesson.join()
    lesson.send(noor)
    with pytest.raises(AlreadyPublished):
        lesson.send(noor)
    lesson.send(lesson.join())


def test_a_microphone_cannot_be_video() -> None:
    lesson = a_class()
    noor = lesson.join()
    with pytest.raises(WrongKind):
        lesson.do(
            moves.Publish(
                participant_id=noor.id,
                track_id=facts.TrackId(uuid4()),
                kind="video",
                source="microphone",
            )
        )


def test_the_screen_is_for_hosts_unless_the_room_says_otherwise() -> None:
    lesson = a_class()
    host, noor = lesson.join("host"), lesson.join()
    lesson.send(host, "screen")
    with pytest.raises(MayNotPublish):
        lesson.send(noor, "screen")
    lesson.allow("screen")
    lesson.send(noor, "screen")


def test_what_may_be_sent_no_more_ends() -> None:
    lesson = a_class()
    host, noor = lesson.join("host"), lesson.join()
    theirs, ours = lesson.send(noor, "camera"), lesson.send(host, "camera")
    sound = lesson.send(noor)
    events = lesson.allow("microphone")
    assert kinds(events) == ["sources_changed", "track_ended"]
    assert set(lesson.state.tracks) == {ours.id, sound.id}
    assert effects.Stop(theirs.id) in lesson.effects


def test_a_host_who_becomes_a_member_stops_sending_what_members_may_not() -> None:
    lesson = a_class()
    host = lesson.join("host")
    screen, sound = lesson.send(host, "screen"), lesson.send(host)
    events = lesson.do(moves.ChangeRole(host.id, "member"))
    assert kinds(events) == ["participant_changed", "track_ended"]
    assert screen.id not in lesson.state.tracks
    assert sound.id in lesson.state.tracks


def test_tracks_of_others_are_not_found() -> None:
    lesson = a_class()
    track = lesson.send(lesson.join())
    other = lesson.join()
    for move in (moves.Pause(other.id, track.id, True), moves.Unpublish(other.id, track.id)):
        with pytest.raises(NoSuchTrack):
            lesson.do(move)


def test_who_was_muted_can_only_be_unmuted_by_themselves() -> None:
    lesson = a_class()
    noor = lesson.join()
    track = lesson.send(noor)
    lesson.do(moves.Mute(track.id))
    assert (lesson.track(track).paused, lesson.track(track).muted_by_staff) == (True, True)
    assert lesson.effects == [effects.Hold(track.id, True), effects.Finish(noor.id, "microphone")]
    lesson.do(moves.Pause(noor.id, track.id, True))
    assert lesson.track(track).muted_by_staff
    lesson.do(moves.Pause(noor.id, track.id, False))
    assert (lesson.track(track).paused, lesson.track(track).muted_by_staff) == (False, False)


def test_a_hand_is_up_since_it_was_raised() -> None:
    lesson = a_class()
    noor = lesson.join()
    assert kinds(lesson.do(moves.RaiseHand(noor.id, True))) == ["hand"]
    assert lesson.effects == [effects.Begin(noor.id, "hand")]
    lesson.after(5)
    assert lesson.do(moves.RaiseHand(noor.id, True)) == []
    assert lesson.who(noor).hand_at == START
    lesson.do(moves.RaiseHand(noor.id, False))
    assert lesson.who(noor).hand_at is None


# --- removing and ending ----------------------------------------------------------------------
def test_who_is_removed_goes_with_all_devices_and_cannot_come_back_unless_let_in() -> None:
    lesson = a_class()
    lesson.join("host")
    noor = lesson.join()
    tablet = lesson.join(user_id=noor.user_id)
    lesson.do(moves.Remove(noor.user_id))
    dropped = [one for one in lesson.effects if isinstance(one, effects.Drop)]
    assert dropped == [effects.Drop(noor.id), effects.Drop(tablet.id)]
    with pytest.raises(RemovedFromMeeting):
        lesson.join(user_id=noor.user_id)
    lesson.do(moves.Readmit(noor.user_id))
    lesson.join(user_id=noor.user_id)


def test_a_host_cannot_be_removed() -> None:
    lesson = a_class()
    with pytest.raises(HostsStay):
        lesson.do(moves.Remove(lesson.join("host").user_id))


def test_a_refused_move_changes_nothing() -> None:
    lesson = a_class()
    noor = lesson.join()
    before = lesson.state
    with pytest.raises(MayNotPublish):
        lesson.send(noor, "screen")
    assert lesson.state is before


def test_an_ended_class_is_over_for_everybody() -> None:
    lesson = a_class()
    noor = lesson.join()
    lesson.send(noor)
    assert kinds(lesson.do(moves.End("ended"))) == ["meeting_ended"]
    assert lesson.effects[-2:] == [effects.Drop(noor.id), effects.Close(lesson.state.over)]  # type: ignore[arg-type]  # it is over
    assert lesson.state.participants == {}
    assert lesson.do(moves.Cut(noor.id)) == lesson.after(100) == []
    with pytest.raises(MeetingOver):
        lesson.join()


def test_an_empty_class_ends_after_a_while_and_counts_as_ended_when_the_last_one_left() -> None:
    lesson = a_class()
    noor = lesson.join()
    lesson.after(600)
    lesson.do(moves.Leave(noor.id))
    left_at = lesson.now.wall
    assert lesson.after(29.9) == []
    assert kinds(lesson.after(0.1)) == ["meeting_ended"]
    assert lesson.state.over is not None
    assert (lesson.state.over.at, lesson.state.over.how) == (left_at, "empty")


def test_somebody_who_comes_in_time_keeps_an_empty_class_going() -> None:
    lesson = a_class()
    lesson.do(moves.Leave(lesson.join().id))
    lesson.after(29)
    lesson.join()
    assert lesson.after(1000) == []


def test_a_class_is_not_empty_while_somebody_is_only_away() -> None:
    lesson = a_class()
    lesson.do(moves.Cut(lesson.join().id))
    lesson.after(59)
    assert lesson.state.over is None
    lesson.after(1)
    assert lesson.state.over is None  # it waits for others from here on
    lesson.after(30)
    assert lesson.state.over is not None


def test_a_class_that_a_crash_interrupted_goes_on_or_ended_when_last_seen() -> None:
    now, seen = Now(START, 5.0), START - timedelta(seconds=20)
    removed = uuid4()
    lesson = a_class()
    order = Order(people={removed: Stand(name="Rosa", kept_out_at=START)})
    lesson.state = reopened(RULES, order, seen_at=seen, now=now)
    lesson.now = now
    with pytest.raises(RemovedFromMeeting):
        lesson.join(user_id=removed)
    lost = a_class()
    lost.state, lost.now = lesson.state, now
    lesson.join()
    assert lesson.after(1000) == []
    lost.after(60)
    assert lost.state.over is not None
    assert (lost.state.over.at, lost.state.over.how) == (seen, "lost")
