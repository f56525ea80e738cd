"""Settings that change while the program runs: judged, written down, live in every process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog

from vtp.actor import Actor, Role
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.errors import Forbidden, Unavailable
from vtp.runtime import store
from vtp.runtime.catalogue import CHOICES, Choice, WrongValue, choice, judged, value_in
from vtp.settings import Settings

_log = structlog.get_logger()

_EVERY = 2.0  # s, after which another process has a change at the latest


def own_copy(chosen: Settings) -> Settings:
    """With sections of its own where values change: they are put into them in place."""
    names = {one.section for one in CHOICES}
    copies = {name: msgspec.structs.replace(getattr(chosen, name)) for name in names}
    return msgspec.structs.replace(chosen, **copies)


@dataclass(frozen=True, slots=True)
class Held:
    """A setting as it is now."""

    choice: Choice
    value: Any
    default: Any

    @property
    def changed(self) -> bool:
        return bool(self.value != self.default)


class Runtime:
    """`live` is what all parts were given; `defaults` is what the configuration says."""

    def __init__(
        self, db: Database, *, clock: Clock, audit: Audit, defaults: Settings, live: Settings
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._defaults = defaults
        self._live = live

    def listed(self, actor: Actor) -> list[Held]:
        _require_admin(actor)
        return [self._held(one) for one in CHOICES]

    async def change(self, actor: Actor, name: str, value: object) -> Held:
        _require_admin(actor)
        one = choice(name)
        good = judged(self._defaults, one, value)
        await self._write(actor, one, good, default=False)
        return self._held(one)

    async def reset(self, actor: Actor, name: str) -> Held:
        """Back to what the configuration says."""
        _require_admin(actor)
        one = choice(name)
        await self._write(actor, one, value_in(self._defaults, one), default=True)
        return self._held(one)

    async def _write(self, actor: Actor, one: Choice, value: Any, *, default: bool) -> None:
        before = value_in(self._live, one)
        async with self._db.transaction() as tx:
            if default:
                await store.forget(tx, one.name)
            else:
                await store.put(tx, one.name, value, by=actor.user_id, at=self._clock.now())
            await self._audit.record(
                tx,
                actor,
                action="changed",
                noun="setting",
                target_id=one.name,
                details={"before": before, "after": value},
            )
        self._put(one, value)

    async def read(self) -> None:
        """All of them, as they stand in the database."""
        written = await store.values(self._db)
        for one in CHOICES:
            self._put(one, self._good(one, written))

    async def follow(self) -> None:
        """Owned by a process, which runs it as a task and cancels it."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.read()
            except Unavailable as problem:
                _log.warning("settings.not_read", code=problem.code, seldom="settings")

    def _good(self, one: Choice, written: dict[str, Any]) -> Any:
        default = value_in(self._defaults, one)
        if one.name not in written:
            return default
        try:
            return judged(self._defaults, one, written[one.name])
        except WrongValue:  # what another version took
            return default

    def _put(self, one: Choice, value: Any) -> None:
        # In place, because every part holds its section: what it asks next, it is told anew.
        msgspec.structs.force_setattr(getattr(self._live, one.section), one.field, value)

    def _held(self, one: Choice) -> Held:
        return Held(one, value_in(self._live, one), value_in(self._defaults, one))


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise Forbidden
