"""How a class changes: (state, move, now) → (state, events, effects). Pure.

A move is carried out whole or refused by raising; a refused one changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vtp.rooms import coming, effects, ordering, sending
from vtp.rooms import moves as c
from vtp.rooms.draft import Draft
from vtp.rooms.facts import AnyEvent
from vtp.rooms.problems import MeetingOver
from vtp.rooms.state import Now, State
from vtp.rooms.talk import turns as talk


@dataclass(frozen=True, slots=True)
class Turn:
    state: State
    events: tuple[AnyEvent, ...]
    effects: tuple[effects.Effect, ...]


def apply(state: State, move: c.Move, *, now: Now) -> Turn:
    if state.over is not None:
        if isinstance(move, c.Tick | c.Cut | c.Stray | c.StopWaiting):
            return Turn(state, (), ())
        raise MeetingOver
    if isinstance(move, c.Tick) and not _due(state, now):
        return Turn(state, (), ())
    draft = Draft(state, now)
    _HANDLERS[type(move)](draft, move)
    after = draft.state()
    return Turn(after, tuple(draft.events), effects.between(state, after))


def _due(state: State, now: Now) -> bool:
    """Whether anything follows from the time alone."""
    if state.vacant is not None and now.ticks >= state.vacant.until:
        return True
    if talk.due(state.talk, now.ticks):
        return True
    return any(now.ticks >= until for until in (*state.away.values(), *state.astray.values()))


_HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    c.Join: coming.join,
    c.Resume: coming.resume,
    c.Cut: coming.cut,
    c.Leave: coming.leave,
    c.Warn: coming.warn,
    c.End: coming.end,
    c.Tick: coming.tick,
    c.Publish: sending.publish,
    c.Pause: sending.pause,
    c.Unpublish: sending.unpublish,
    c.Mute: sending.mute,
    c.MuteAll: sending.mute_all,
    c.Wait: ordering.wait,
    c.Stray: ordering.stray,
    c.StopWaiting: ordering.stop_waiting,
    c.Admit: ordering.admit,
    c.AdmitAll: ordering.admit_all,
    c.Decline: ordering.decline,
    c.DeclineAll: ordering.decline_all,
    c.Remove: ordering.remove,
    c.Readmit: ordering.readmit,
    c.Promote: ordering.promote,
    c.ChangeRole: ordering.change_role,
    c.Lock: ordering.lock,
    c.ChangeRoom: ordering.change_room,
    c.ShowRecording: ordering.show_recording,
    c.RaiseHand: ordering.raise_hand,
    c.LowerAll: ordering.lower_all,
    c.Pin: ordering.pin,
    **talk.HANDLERS,
}
