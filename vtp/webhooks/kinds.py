"""News that webhooks tell, as data: declared by the domains that have it, chosen by admins.

    news = News("rooms")
    STARTED = news.on("meeting.started", MeetingStarted, "A class began.")

and in the transaction of what happened: `await webhooks.tell(tx, STARTED, MeetingStarted(...))`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
_NAME = re.compile(r"[a-z]+(\.[a-z_]+)+")


class BadKind(Exception):
    """News is declared in a way that cannot work."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """`name` and the fields of `payload` are a promise to programs of others."""

    name: str
    payload: type[T]
    summary: str


@dataclass(slots=True)
class News:
    """The news of one package."""

    package: str
    declared: list[Kind[msgspec.Struct]] = field(default_factory=list)

    def __iter__(self) -> Iterator[Kind[msgspec.Struct]]:
        return iter(self.declared)

    def on(self, name: str, payload: type[T], summary: str) -> Kind[T]:
        if not _NAME.fullmatch(name):
            raise BadKind(f"{name!r} is not written like meeting.started")
        kind = Kind(name, payload, summary)
        self.declared.append(kind)  # type: ignore[arg-type]  # read only, from here on
        return kind
