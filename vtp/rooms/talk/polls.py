"""Polls: from draft over open to closed, answers that may change, what comes of them. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Final, Literal, NewType
from uuid import UUID

import msgspec
from msgspec import Meta

from vtp.rooms.problems import (
    BadAnswer,
    BadMessage,
    BadPoll,
    MessageTooLong,
    NotADraft,
    PollClosed,
    PollNotOpened,
)
from vtp.rooms.talk.messages import cleaned

PollId = NewType("PollId", UUID)
Voter = NewType("Voter", bytes)  # who answered: of an anonymous poll a keyed hash

Kind = Literal["single", "multiple", "text"]
Stage = Literal["draft", "open", "closed"]

MAX_QUESTION: Final = 300  # characters
MAX_OPTION: Final = 200
MAX_ANSWER: Final = 500
MAX_OPTIONS: Final = 10
MAX_POLLS: Final = 100  # of one class


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What somebody answered: options by their place from 0, or a text."""

    choices: tuple[int, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    id: PollId
    kind: Kind
    question: str
    options: tuple[str, ...]
    anonymous: bool
    live: bool  # everybody sees the result grow
    created_at: datetime
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    shared_at: datetime | None = None
    # Of an open anonymous poll: what makes voters of people. It is gone when the poll is closed.
    secret: bytes = b""
    ballots: Mapping[Voter, Ballot] = field(default_factory=dict)
    # Once it is closed nobody's answer is known by its voter any more: only sums are kept here.
    answered: int = 0
    counts: tuple[int, ...] = ()

    @property
    def stage(self) -> Stage:
        if self.opened_at is None:
            return "draft"
        return "open" if self.closed_at is None else "closed"

    @property
    def public(self) -> bool:
        """Whether those who answer see the result."""
        return self.shared_at is not None or (self.live and self.opened_at is not None)


class PollView(msgspec.Struct, frozen=True, kw_only=True):
    """A poll as you may see it."""

    id: PollId
    kind: Annotated[Kind, Meta(description="`multiple` may take several options.")]
    question: Annotated[str, Meta(examples=["Ready for the graph?"])]
    options: Annotated[list[str], Meta(description="None for `text`.", examples=[["Yes", "No"]])]
    anonymous: Annotated[bool, Meta(description="Nobody can read who answered what.")]
    live: Annotated[bool, Meta(description="Everybody sees the result while it grows.")]
    stage: Stage
    opened_at: datetime | None
    closed_at: datetime | None
    shared: Annotated[bool, Meta(description="The result was shown to everybody.")]
    answered: Annotated[int | None, Meta(description="People; null while you may not know.")]
    counts: Annotated[
        list[int] | None, Meta(description="For each option; null while you may not know.")
    ]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How far a poll is."""

    poll: PollId
    answered: int
    counts: list[int]


class MyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What you answered, on any of your devices."""

    poll: PollId
    choices: list[int]
    text: str


def drafted(
    poll_id: PollId,
    *,
    kind: Kind,
    question: str,
    options: Sequence[str],
    anonymous: bool,
    live: bool,
    at: datetime,
) -> Poll:
    asked = _plain(question, "question", MAX_QUESTION)
    given = tuple(_plain(one, f"options.{n}", MAX_OPTION) for n, one in enumerate(options))
    if kind == "text" and given:
        raise BadPoll(fields={"options": "A free text has no options."})
    if kind != "text" and not 2 <= len(given) <= MAX_OPTIONS:
        raise BadPoll(fields={"options": f"Give 2 to {MAX_OPTIONS} options."})
    if len(set(given)) != len(given):
        raise BadPoll(fields={"options": "Two options are the same."})
    return Poll(
        id=poll_id,
        kind=kind,
        question=asked,
        options=given,
        anonymous=anonymous,
        live=live,
        created_at=at,
        counts=(0,) * len(given),
    )


def _plain(text: str, where: str, most: int) -> str:
    try:
        return " ".join(cleaned(text, most=most).split())
    except (BadMessage, MessageTooLong):
        raise BadPoll(fields={where: f"Write 1 to {most} characters."}) from None


def opened(poll: Poll, *, at: datetime, secret: bytes) -> Poll:
    if poll.stage != "draft":
        raise NotADraft
    return replace(poll, opened_at=at, secret=secret if poll.anonymous else b"")


def closed(poll: Poll, *, at: datetime) -> Poll:
    """For good. Of an anonymous poll nobody can find out any more whose answer is whose."""
    require_open(poll)
    return replace(
        poll,
        closed_at=at,
        secret=b"",
        ballots={},
        answered=len(poll.ballots),
        counts=counted(poll),
    )


def shared(poll: Poll, *, at: datetime) -> Poll:
    """Show the result to everybody; while it is open they see it grow."""
    if poll.stage == "draft":
        raise PollNotOpened
    return poll if poll.shared_at is not None else replace(poll, shared_at=at)


def require_open(poll: Poll) -> None:
    if poll.stage != "open":
        raise PollClosed


def ballot(poll: Poll, *, choices: Sequence[int], text: str) -> Ballot:
    """An answer that fits, or a refusal."""
    require_open(poll)
    if poll.kind == "text":
        if choices:
            raise BadAnswer
        try:
            return Ballot(text=cleaned(text, most=MAX_ANSWER))
        except (BadMessage, MessageTooLong):
            raise BadAnswer(fields={"text": f"Write 1 to {MAX_ANSWER} characters."}) from None
    fits = all(0 <= one < len(poll.options) for one in choices)
    if text or not choices or not fits or len(set(choices)) != len(choices):
        raise BadAnswer
    if poll.kind == "single" and len(choices) > 1:
        raise BadAnswer
    return Ballot(choices=tuple(sorted(choices)))


def answered(poll: Poll, voter: Voter, given: Ballot) -> Poll:
    """Once for each voter: a later answer replaces the one before."""
    require_open(poll)
    return replace(poll, ballots={**poll.ballots, voter: given})


def voter(poll: Poll, user_id: UUID) -> Voter:
    """The same person is the same voter on all devices; of an anonymous poll only with its key."""
    if not poll.anonymous:
        return Voter(user_id.bytes)
    return Voter(hmac.new(poll.secret, user_id.bytes, hashlib.sha256).digest())


def counted(poll: Poll) -> tuple[int, ...]:
    if poll.stage == "closed":
        return poll.counts
    return sums(poll.ballots.values(), len(poll.options))


def sums(ballots: Iterable[Ballot], options: int) -> tuple[int, ...]:
    counts = [0] * options
    for one in ballots:
        for choice in one.choices:
            counts[choice] += 1
    return tuple(counts)


def how_many(poll: Poll) -> int:
    return poll.answered if poll.stage == "closed" else len(poll.ballots)


def tally(poll: Poll) -> Tally:
    return Tally(poll=poll.id, answered=how_many(poll), counts=list(counted(poll)))


def view(poll: Poll, *, hosts: bool) -> PollView:
    known = hosts or poll.public
    return PollView(
        id=poll.id,
        kind=poll.kind,
        question=poll.question,
        options=list(poll.options),
        anonymous=poll.anonymous,
        live=poll.live,
        stage=poll.stage,
        opened_at=poll.opened_at,
        closed_at=poll.closed_at,
        shared=poll.shared_at is not None,
        answered=how_many(poll) if known else None,
        counts=list(counted(poll)) if known else None,
    )


def my_answer(poll: Poll, user_id: UUID) -> MyAnswer | None:
    """None too once it is closed: of an anonymous poll that cannot be known any more."""
    if poll.stage != "open" or (given := poll.ballots.get(voter(poll, user_id))) is None:
        return None
    return MyAnswer(poll=poll.id, choices=list(given.choices), text=given.text)
