"""Events as data: declared beside their handlers at import, as routes are.

What a client may send is an `Event`: name, rule, body, result. What the server sends is `News`:
name and payload. Both can be listed without a server, for the permission table and the manual.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_type_hints

import msgspec
from aiohttp import web

from vtp.actor import Actor
from vtp.edge.problems import from_validation
from vtp.edge.rules import Rule
from vtp.edge.sockets.channels import Sid

if TYPE_CHECKING:
    from vtp.edge.sockets.facade import Sockets

T = TypeVar("T")
Handler = Callable[..., Awaitable[Any]]
_NAME = re.compile(r"[a-z]+(\.[a-z_]+)+|going|ended")


class BadEvent(Exception):
    """An event is declared in a way that cannot work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One event of one socket. Who sent it is the socket's actor, never its payload."""

    actor: Actor
    sid: Sid
    request_id: str
    app: web.Application
    sockets: Sockets


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    name: str
    rule: Rule
    handler: Handler
    body: Any  # the struct that it is decoded into; None: nothing may be sent with it
    result: Any
    timeout: float | None  # seconds; None: as set for all
    tag: str
    decoder: msgspec.json.Decoder[Any] = field(repr=False)

    @property
    def summary(self) -> str:
        return (self.handler.__doc__ or self.name).strip().splitlines()[0].rstrip(".")

    async def __call__(self, call: Call, body: bytes | None) -> Any:
        """Decode `body` and run the handler. The rule has been checked by the caller."""
        given = self._decode(body)
        return await (self.handler(call) if self.body is None else self.handler(call, given))

    def _decode(self, body: bytes | None) -> Any:
        if body is None:
            body = b"null" if self.body is None else b"{}"
        try:
            return self.decoder.decode(body)
        except msgspec.ValidationError as error:
            raise from_validation(error, "body") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class News(Generic[T]):
    """What the server tells clients unasked."""

    name: str
    payload: type[T]
    summary: str
    tag: str


@dataclass(slots=True)
class Events:
    """The events of one package; `tag` is their heading in the manual."""

    tag: str
    taken: list[Event] = field(default_factory=list)
    told: list[News[Any]] = field(default_factory=list)

    def on(
        self, name: str, *, rule: Rule, timeout: float | None = None
    ) -> Callable[[Handler], Handler]:
        """Declare the handler of an event: `async def watch(call: Call, body: Watch) -> Watching`.

        It returns what is acknowledged, or raises a `Problem`, which is acknowledged as well.
        """
        check_name(name)

        def declare(handler: Handler) -> Handler:
            body, result = _signature(name, handler)
            self.taken.append(
                Event(
                    name=name,
                    rule=rule,
                    handler=handler,
                    body=body,
                    result=result,
                    timeout=timeout,
                    tag=self.tag,
                    decoder=msgspec.json.Decoder(type=body),
                )
            )
            return handler

        return declare

    def news(self, name: str, payload: type[T], summary: str) -> News[T]:
        """Declare what `Sockets.emit` may send."""
        check_name(name)
        told = News(name=name, payload=payload, summary=summary, tag=self.tag)
        self.told.append(told)
        return told


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadEvent(f"{name!r} is not a name like jobs.watch")


def _signature(name: str, handler: Handler) -> tuple[Any, Any]:
    """What the handler takes beside the call, and what it returns."""
    hints = get_type_hints(handler, include_extras=True)
    taken = list(inspect.signature(handler).parameters)
    if taken not in (["call"], ["call", "body"]) or hints.get("call") is not Call:
        raise BadEvent(f"{name}: {handler.__name__} must take (call: Call) or (call, body)")
    if "return" not in hints or not hints.keys() >= set(taken):
        raise BadEvent(f"{name}: {handler.__name__} must say what it takes and returns")
    return hints.get("body"), hints["return"]


class Table:
    """All events and news of the program, by name."""

    def __init__(self, groups: Iterable[Events]) -> None:
        self._taken: dict[str, Event] = {}
        self._told: dict[str, News[Any]] = {}
        for group in groups:
            for event in group.taken:
                self._add(self._taken, event)
            for news in group.told:
                self._add(self._told, news)

    def _add(self, table: dict[str, Any], entry: Event | News[Any]) -> None:
        if entry.name in self._taken or entry.name in self._told:
            raise BadEvent(f"{entry.name} is declared twice")
        table[entry.name] = entry

    def __iter__(self) -> Iterator[Event]:
        return iter(self._taken.values())

    @property
    def news(self) -> list[News[Any]]:
        return list(self._told.values())

    def get(self, name: str) -> Event | None:
        return self._taken.get(name)
