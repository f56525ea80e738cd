"""Kinds of jobs as data: declared beside their handlers at import, bound by the composition root.

    handlers: Handlers[Pictures] = Handlers("accounts")

    @handlers.on(PicturePayload, retries=3, timeout=60)
    async def picture(job: Running, payload: PicturePayload, pictures: Pictures) -> Made: ...

is the kind "accounts.picture". The last argument is whatever the handlers of that package need;
`handlers.bind(pictures)` gives it to them in the work process. Web needs only the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from vtp.jobs.kinds import Kind, Result, Tick
from vtp.jobs.running import Running

P = TypeVar("P", bound=msgspec.Struct)
C = TypeVar("C")
Handler = Callable[[Running, P, C], Coroutine[Any, Any, Result]]


class BadHandler(Exception):
    """A handler of jobs is declared in a way that cannot work."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A kind with what its handler needs."""

    kind: Kind
    context: Any

    async def run(self, job: Running, payload: msgspec.Struct) -> Result:
        return await self.kind.run(job, payload, self.context)


@dataclass(slots=True)
class Handlers(Generic[C]):
    """The handlers of one package, whose kinds begin with its name."""

    package: str
    kinds: list[Kind] = field(default_factory=list)

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.kinds)

    def on(
        self,
        payload: type[P],
        *,
        retries: int = 3,
        timeout: float = 300.0,
        concurrency: int = 0,
        priority: int = 0,
    ) -> Callable[[Handler[P, C]], Handler[P, C]]:
        """Declare the handler of a payload. It may run more than once: see `Running.done`."""

        def declare(handler: Handler[P, C]) -> Handler[P, C]:
            self._add(
                Kind(
                    name=f"{self.package}.{handler.__name__}",
                    payload=payload,
                    run=handler,
                    retries=retries,
                    timeout=timeout,
                    concurrency=concurrency,
                    priority=priority,
                )
            )
            return handler

        return declare

    def every(
        self, cron: str, *, retries: int = 3, timeout: float = 300.0, priority: int = 0
    ) -> Callable[[Handler[Tick, C]], Handler[Tick, C]]:
        """Declare what is done at each tick of `cron` (five fields, UTC), by one worker."""
        if len(cron.split()) != 5:
            raise BadHandler(f"{cron!r} must have five fields: the smallest step is a minute")

        def declare(handler: Handler[Tick, C]) -> Handler[Tick, C]:
            self._add(
                Kind(
                    name=f"{self.package}.{handler.__name__}",
                    payload=Tick,
                    run=handler,
                    retries=retries,
                    timeout=timeout,
                    concurrency=1,
                    priority=priority,
                    cron=cron,
                )
            )
            return handler

        return declare

    def bind(self, context: C) -> list[Bound]:
        return [Bound(kind, context) for kind in self.kinds]

    def _add(self, kind: Kind) -> None:
        if kind.retries < 0 or kind.timeout <= 0 or kind.concurrency < 0:
            raise BadHandler(f"{kind.name}: a limit is out of range")
        self.kinds.append(kind)


class Catalogue:
    """All kinds of the program, by name and by payload."""

    def __init__(self, groups: Iterable[Handlers[Any]]) -> None:
        self._by_name: dict[str, Kind] = {}
        self._by_payload: dict[type[msgspec.Struct], Kind] = {}
        for kind in (kind for group in groups for kind in group):
            if kind.name in self._by_name:
                raise BadHandler(f"{kind.name} is declared twice")
            self._by_name[kind.name] = kind
            if kind.cron is None and self._by_payload.setdefault(kind.payload, kind) is not kind:
                raise BadHandler(f"{kind.payload.__name__} is the payload of two kinds")

    def names(self) -> list[str]:
        return sorted(self._by_name)

    def named(self, name: str) -> Kind | None:
        return self._by_name.get(name)

    def of(self, payload: msgspec.Struct) -> Kind:
        try:
            return self._by_payload[type(payload)]
        except KeyError:
            raise BadHandler(f"no handler takes {type(payload).__name__}") from None


__all__ = ["BadHandler", "Bound", "Catalogue", "Handlers", "Kind", "Tick"]
