"""A row of the record: who did what to which, how it went, from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

# What was refused was asked for and not done; what failed was begun and not finished.
Result = Literal["done", "refused", "failed"]
Detail = str | int | bool | None | Sequence[str]
# Short facts that say what changed: names of fields, old and new values. Never a secret.
Details = Mapping[str, Detail]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row as it is written; `seq` is given by the database."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    via: str
    action: str
    noun: str
    target_id: str | None
    result: Result
    details: Details
    request_id: str
    agent: str
    network: str
    address_digest: bytes | None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Whence:
    """A whole address, and the salt with which the digest of it was made."""

    address: str
    salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows; None is whatever it may be."""

    actors: tuple[UUID, ...] | None = None
    noun: str | None = None
    action: str | None = None
    target: str | None = None
    result: Result | None = None
    since: datetime | None = None
    until: datetime | None = None
    # Of one person: what they did, and what was done to their account.
    about: UUID | None = None


@dataclass(frozen=True, slots=True)
class Found:
    entry: Entry
    address: str  # whole, or what is left of it
