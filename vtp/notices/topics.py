"""What people can be told, as data: declared by the domains at import, chosen from by people.

    SECURITY = Topic(name="accounts.security", title="topic.security", text="topic.securityText",
                     by_mail=Choice.ALWAYS)
    PASSWORD_CHANGED = Kind(name="accounts.password_changed", topic=SECURITY, line="notice.…", …)

A topic is what somebody turns on or off, by mail and in the page; a kind is one thing that
happens. Texts are keys of the catalogue, whose places are filled from the values of a notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from vtp.actor import Actor, Role
from vtp.mail.model import Letter


class Choice(StrEnum):
    ALWAYS = "always"  # and nobody can turn it off
    ON = "on"
    OFF = "off"
    NEVER = "never"  # there is nothing to send there


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    name: str
    title: str
    text: str
    by_mail: Choice = Choice.ON
    in_page: Choice = Choice.ON
    # Whom it concerns; None: everybody.
    roles: frozenset[Role] | None = None

    def concerns(self, actor: Actor) -> bool:
        return self.roles is None or actor.has(*self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One thing that happens. `link` is a path of ours that leads to it."""

    name: str  # stays, because rows name it
    topic: Topic
    line: str
    icon: str
    link: str
    letter: Letter | None = None


class Topics:
    """All kinds of the program, by name."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._topics = {kind.topic.name: kind.topic for kind in self._kinds.values()}

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._topics.values())

    def kind(self, name: str) -> Kind | None:
        return self._kinds.get(name)

    def topic(self, name: str) -> Topic | None:
        return self._topics.get(name)


def chosen(default: Choice, *, choice: bool | None) -> Choice:
    """What holds for somebody who chose `choice`, or nothing."""
    if default in {Choice.ALWAYS, Choice.NEVER} or choice is None:
        return default
    return Choice.ON if choice else Choice.OFF


def wanted(choice: Choice) -> bool:
    return choice in {Choice.ALWAYS, Choice.ON}
