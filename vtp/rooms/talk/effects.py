"""Whom a change of the conversation concerns beside everybody: found by comparing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vtp.rooms.talk.messages import Message
from vtp.rooms.talk.polls import Poll, PollId
from vtp.rooms.talk.state import Talk


@dataclass(frozen=True, slots=True)
class Whisper:
    """A private message is this now: for its two."""

    message: Message


@dataclass(frozen=True, slots=True)
class ShowPoll:
    """Hosts see drafts and sums."""

    poll: Poll


@dataclass(frozen=True, slots=True)
class ForgetDraft:
    poll_id: PollId


@dataclass(frozen=True, slots=True)
class ShowTally:
    """Everybody sees the sums of a poll whose result is public."""

    poll: Poll


@dataclass(frozen=True, slots=True)
class ShowLost:
    count: int


TalkEffect = Whisper | ShowPoll | ForgetDraft | ShowTally | ShowLost


def between(before: Talk, after: Talk) -> tuple[TalkEffect, ...]:
    if before is after:
        return ()
    return (*_whispers(before, after), *_polls(before, after), *_lost(before, after))


def _whispers(before: Talk, after: Talk) -> Iterator[TalkEffect]:
    if before.whispers is not after.whispers:
        known = {one.id: one for one in before.whispers}
        for one in after.whispers:
            if known.get(one.id) is not one:
                yield Whisper(one)


def _polls(before: Talk, after: Talk) -> Iterator[TalkEffect]:
    if before.polls is after.polls:
        return
    for poll_id, now in after.polls.items():
        was = before.polls.get(poll_id)
        if was is now:
            continue
        yield ShowPoll(now)
        if now.public and was is not None and was.ballots is not now.ballots:
            yield ShowTally(now)
    for poll_id in before.polls.keys() - after.polls.keys():
        yield ForgetDraft(poll_id)


def _lost(before: Talk, after: Talk) -> Iterator[TalkEffect]:
    if len(before.lost) != len(after.lost):
        yield ShowLost(len(after.lost))
