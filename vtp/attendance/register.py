"""The values of a register: a class as it was held, and a mark for each who was expected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from vtp.attendance.facts import Facts
from vtp.attendance.policy import Mark
from vtp.attendance.stretches import Span
from vtp.ids import ClassId, UserId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def ms(at: datetime) -> int:
    return (at - _EPOCH) // _MS


def moment(at: int) -> datetime:
    return _EPOCH + at * _MS


def stretch(since: datetime, until: datetime) -> Span:
    return ms(since), ms(until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A class as it was held."""

    class_id: ClassId
    policy_version: int
    taught: Span | None
    outages: tuple[Span, ...]
    computed_at: datetime
    final_at: datetime
    confirmed_at: datetime | None = None

    def final(self, now: datetime) -> bool:
        return self.confirmed_at is not None or now >= self.final_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What staff decided, and why; the computed mark stays beside it."""

    mark: Mark
    why: str
    by: UserId | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A student does not agree, and what they were told."""

    text: str
    at: datetime
    answer: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Caught:
    """Somebody watched later what they missed: since when, and how much they have of it."""

    at: datetime
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    class_id: ClassId
    user_id: UserId
    facts: Facts
    computed: Mark  # of what they were there for
    caught: Caught | None = None
    override: Override | None = None
    contest: Contest | None = None

    @property
    def found(self) -> Mark:
        """Without what staff decided."""
        return "made_up" if self.caught else self.computed

    def beside(self, before: Marked | None) -> Marked:
        """Found anew, with what people said and did about the one before."""
        if before is None:
            return self
        return replace(self, caught=before.caught, override=before.override, contest=before.contest)

    @property
    def mark(self) -> Mark:
        return self.override.mark if self.override else self.found
