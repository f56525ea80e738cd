"""News that a credential proves nothing any more, or something else than before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import structlog

from vtp.accounts.service.recent import Recent
from vtp.actor import Actor
from vtp.ids import UserId

# Whose, and which; None for everything of that person.
OnEnded = Callable[[UserId, UUID | None], Awaitable[None]]
# Whose roles they are.
OnChanged = Callable[[UserId], Awaitable[None]]

_log = structlog.get_logger()


class Endings:
    """Tell it after the change was committed, never before."""

    def __init__(self, recent: Recent[Actor]) -> None:
        self._recent = recent
        self.on_ended: list[OnEnded] = []
        self.on_changed: list[OnChanged] = []

    async def one(self, user_id: UserId, credential_id: UUID) -> None:
        await self.several(user_id, [credential_id])

    async def several(self, user_id: UserId, credential_ids: Iterable[UUID]) -> None:
        self._recent.forget()
        for credential_id in credential_ids:
            await self._heard([hear(user_id, credential_id) for hear in self.on_ended])

    async def all(self, user_id: UserId) -> None:
        self._recent.forget()
        await self._heard([hear(user_id, None) for hear in self.on_ended])

    async def changed(self, user_id: UserId) -> None:
        self._recent.forget()
        await self._heard([hear(user_id) for hear in self.on_changed])

    async def _heard(self, telling: Iterable[Awaitable[None]]) -> None:
        """Everybody hears it, even where one of them fails."""
        for failure in await asyncio.gather(*telling, return_exceptions=True):
            if isinstance(failure, BaseException):
                _log.error("accounts.ending_unheard", exc_info=failure)
