"""Order in a class: who waits, who is let in or kept out, locks, co-hosts and hands. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec

from vtp.rooms import facts, rights
from vtp.rooms import moves as c
from vtp.rooms.draft import Draft
from vtp.rooms.facts import Locks, Participant, Role, Source
from vtp.rooms.order import Stand
from vtp.rooms.problems import (
    ClassLocked,
    GuestsStayMembers,
    HostsStay,
    NotWaiting,
    RemovedFromMeeting,
    RoomFull,
)


# --- the waiting room -------------------------------------------------------------------------
def wait(draft: Draft, move: c.Wait) -> None:
    """Who is back at the door, keeps their place."""
    order = draft.order
    if order.kept_out(move.person):
        raise RemovedFromMeeting
    if order.waits(move.person):
        draft.astray.pop(move.person, None)
        return
    if order.locks.entry:
        raise ClassLocked
    if len(order.waiting) >= draft.rules.waiting:
        raise RoomFull(retry_after=30)
    before = order.of(move.person) or Stand(name=move.name, guest=move.guest)
    draft.order = order.with_stand(move.person, replace(before, waiting_since=draft.now.wall))


def stray(draft: Draft, move: c.Stray) -> None:
    if draft.order.waits(move.person):
        draft.astray[move.person] = draft.now.ticks + draft.rules.away_after


def stop_waiting(draft: Draft, move: c.StopWaiting) -> None:
    if draft.order.waits(move.person):
        _out_of_line(draft, move.person)


def admit(draft: Draft, move: c.Admit) -> None:
    if not draft.order.waits(move.person):
        raise NotWaiting
    _out_of_line(draft, move.person, admitted=True)


def admit_all(draft: Draft, _move: c.AdmitAll) -> None:
    for one in draft.order.waiting:
        _out_of_line(draft, one.person, admitted=True)


def decline(draft: Draft, move: c.Decline) -> None:
    if not draft.order.waits(move.person):
        raise NotWaiting
    _out_of_line(draft, move.person, kept_out_at=draft.now.wall)


def decline_all(draft: Draft, _move: c.DeclineAll) -> None:
    for one in draft.order.waiting:
        _out_of_line(draft, one.person, kept_out_at=draft.now.wall)


def _out_of_line(
    draft: Draft, person: UUID, *, admitted: bool = False, kept_out_at: datetime | None = None
) -> None:
    draft.astray.pop(person, None)
    draft.order = draft.order.with_person(
        person, waiting_since=None, admitted=admitted, kept_out_at=kept_out_at
    )


# --- who is kept out --------------------------------------------------------------------------
def remove(draft: Draft, move: c.Remove) -> None:
    devices = draft.of_user(move.user_id)
    if any(rights.is_staff(one.role) for one in devices):
        raise HostsStay
    before = draft.order.of(move.user_id) or Stand(name=move.name, guest=move.guest)
    stand = Stand(name=before.name, guest=before.guest, kept_out_at=draft.now.wall)
    draft.order = draft.order.with_stand(move.user_id, stand)
    draft.astray.pop(move.user_id, None)
    for one in devices:
        draft.out(one, "removed")


def readmit(draft: Draft, move: c.Readmit) -> None:
    """They need not wait again."""
    if draft.order.kept_out(move.user_id):
        draft.order = draft.order.with_person(move.user_id, kept_out_at=None, admitted=True)


# --- what people are --------------------------------------------------------------------------
def promote(draft: Draft, move: c.Promote) -> None:
    one = draft.participant(move.participant_id)
    if one.guest and move.cohost:
        raise GuestsStayMembers
    if one.role == "host":
        return
    draft.order = draft.order.with_person(one.user_id, cohost=move.cohost)
    for device in draft.of_user(one.user_id):
        role: Role = "cohost" if move.cohost else "member"
        draft.put(msgspec.structs.replace(device, role=role))
    draft.end_forbidden()


def change_role(draft: Draft, move: c.ChangeRole) -> None:
    one = draft.participant(move.participant_id)
    raised = move.role == "member" and draft.order.cohost(one.user_id)
    draft.put(msgspec.structs.replace(one, role="cohost" if raised else move.role))
    draft.end_forbidden()


# --- locks ------------------------------------------------------------------------------------
def lock(draft: Draft, move: c.Lock) -> None:
    _change_locks(draft, move.locks)
    _change_sources(draft, move.member_sources)


def change_room(draft: Draft, move: c.ChangeRoom) -> None:
    draft.waiting_room = move.waiting_room
    if not move.waiting_room:
        admit_all(draft, c.AdmitAll())
    _change_locks(draft, move.locks)
    if move.member_sources is not None:
        _change_sources(draft, move.member_sources)


def _change_locks(draft: Draft, locks: Locks) -> None:
    if locks != draft.order.locks:
        draft.order = replace(draft.order, locks=locks)
        draft.tell(facts.LocksChanged, locks=locks)


def _change_sources(draft: Draft, sources: frozenset[Source]) -> None:
    if sources == draft.order.member_sources:
        return
    draft.order = replace(draft.order, member_sources=sources)
    told = [one for one in facts.SOURCES if one in sources]
    draft.tell(facts.SourcesChanged, member_sources=told)
    draft.end_forbidden()


# --- who is large ------------------------------------------------------------------------------
def pin(draft: Draft, move: c.Pin) -> None:
    pinned = None if move.participant_id is None else draft.participant(move.participant_id).user_id
    draft.pin(pinned)


# --- hands ------------------------------------------------------------------------------------
def raise_hand(draft: Draft, move: c.RaiseHand) -> None:
    """Up is up since the first time; the queue is in that order."""
    one = draft.participant(move.participant_id)
    if move.raised == (one.hand_at is not None):
        return
    hand_at = draft.order.next_hand(draft.now.wall) if move.raised else None
    _put_hand(draft, one, hand_at)


def lower_all(draft: Draft, _move: c.LowerAll) -> None:
    for one in list(draft.participants.values()):
        if one.hand_at is not None:
            _put_hand(draft, one, None)


def _put_hand(draft: Draft, one: Participant, hand_at: datetime | None) -> None:
    draft.participants[one.id] = msgspec.structs.replace(one, hand_at=hand_at)
    others = [d.hand_at for d in draft.of_user(one.user_id) if d.hand_at is not None]
    draft.order = draft.order.with_person(one.user_id, hand_at=min(others, default=None))
    draft.tell(facts.Hand, participant_id=one.id, hand_at=hand_at)


def show_recording(draft: Draft, move: c.ShowRecording) -> None:
    if move.shown != draft.recording:
        draft.recording = move.shown
        draft.tell(facts.RecordingShown, recording=move.shown)
