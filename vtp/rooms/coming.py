"""Coming into a class, being cut off, coming back and leaving; and how a class ends. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec

from vtp.rooms import facts, rights
from vtp.rooms import moves as c
from vtp.rooms.draft import Draft
from vtp.rooms.facts import Participant, Role
from vtp.rooms.order import Stand
from vtp.rooms.problems import (
    ClassLocked,
    MustWait,
    RemovedFromMeeting,
    RoomFull,
    TooManyDevices,
)
from vtp.rooms.state import Over
from vtp.rooms.talk import turns as talk


def join(draft: Draft, move: c.Join) -> None:
    role = _role(draft, move)
    _require_let_in(draft, move, role)
    _require_place(draft, move)
    participant = Participant(
        id=move.participant_id,
        user_id=move.user_id,
        name=move.name,
        role=role,
        joined_at=draft.now.wall,
        guest=move.guest,
        hand_at=_hand_of_before(draft, move),
    )
    draft.participants[participant.id] = participant
    draft.tokens[move.token_hash] = participant.id
    draft.vacant = None
    draft.astray.pop(move.user_id, None)
    draft.order = draft.order.with_stand(move.user_id, _inside(draft, move))
    draft.tell(facts.ParticipantJoined, participant=participant)


def _role(draft: Draft, move: c.Join) -> Role:
    if move.role == "member" and draft.order.cohost(move.user_id):
        return "cohost"
    return move.role


def _require_let_in(draft: Draft, move: c.Join, role: Role) -> None:
    if draft.order.kept_out(move.user_id):
        raise RemovedFromMeeting
    admitted = draft.order.admitted(move.user_id)
    if not rights.may_enter(role, draft.order.locks, admitted=admitted):
        raise ClassLocked
    if rights.has_to_wait(role, waiting_room=draft.waiting_room, admitted=admitted):
        raise MustWait


def _require_place(draft: Draft, move: c.Join) -> None:
    devices = draft.of_user(move.user_id)
    if len(devices) >= draft.rules.devices:
        # Whoever reloads a page without its token should not be kept out by their own ghosts.
        ghost = next((one for one in devices if one.connection == "away"), None)
        if ghost is None:
            raise TooManyDevices
        draft.out(ghost, "lost")
    if len(draft.participants) >= draft.rules.participants:
        raise RoomFull(retry_after=30)


def _hand_of_before(draft: Draft, move: c.Join) -> datetime | None:
    """A hand that was up when the server went away is up again, in its place of the queue."""
    if any(one.hand_at is not None for one in draft.of_user(move.user_id)):
        return None
    return draft.order.hand_at(move.user_id)


def _inside(draft: Draft, move: c.Join) -> Stand:
    before = draft.order.of(move.user_id)
    if before is None:
        return Stand(name=move.name, guest=move.guest, admitted=True)
    if before.admitted and before.waiting_since is None and before.name == move.name:
        return before
    return replace(before, name=move.name, admitted=True, waiting_since=None)


def resume(draft: Draft, move: c.Resume) -> None:
    participant = draft.participant(move.participant_id)
    draft.away.pop(participant.id, None)
    draft.put(msgspec.structs.replace(participant, connection="live"))


def cut(draft: Draft, move: c.Cut) -> None:
    participant = draft.participants.get(move.participant_id)
    if participant is not None and participant.connection == "live":
        draft.away[participant.id] = draft.now.ticks + draft.rules.away_after
        draft.put(msgspec.structs.replace(participant, connection="away"))


def leave(draft: Draft, move: c.Leave) -> None:
    draft.out(draft.participant(move.participant_id), move.how)


def warn(draft: Draft, move: c.Warn) -> None:
    draft.tell(facts.ServerStops, by=move.by)


def end(draft: Draft, move: c.End) -> None:
    draft.end(Over(move.how, draft.now.wall))


def tick(draft: Draft, _move: c.Tick) -> None:
    ticks = draft.now.ticks
    for participant_id in [one for one, until in draft.away.items() if ticks >= until]:
        draft.out(draft.participants[participant_id], "lost")
    for person in [one for one, until in draft.astray.items() if ticks >= until]:
        del draft.astray[person]
        draft.order = draft.order.with_person(person, waiting_since=None)
    talk.found_again(draft)
    vacant = draft.vacant
    if vacant is None or ticks < vacant.until:
        return
    if vacant.fresh and draft.order.waiting:
        return  # it has not begun: who waits outside, waits for that
    draft.end(Over(vacant.how, vacant.since))
