"""Between classes and those who hear of them: sockets, and callers over HTTP who have none."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from vtp.edge.sockets.channels import Sid
from vtp.ids import MeetingId
from vtp.rooms.facts import AnyEvent
from vtp.rooms.news import Audience, Common, Personal, WaitOver

# No socket has a name with a colon.
_PREFIX = "caller:"


def new() -> Sid:
    """The name under which a caller is in a class, where others have a socket."""
    return Sid(_PREFIX + secrets.token_urlsafe(16))


def _is_caller(sid: Sid) -> bool:
    return sid.startswith(_PREFIX)


class Callers:
    """An `Audience` that tells sockets what concerns sockets.

    Callers have none and are told nothing; whoever looks after them hears in `on_change` that a
    class changed.
    """

    def __init__(self, sockets: Audience) -> None:
        self._sockets = sockets
        self.on_change: list[Callable[[MeetingId], None]] = []

    def here(self, sid: Sid) -> bool:
        return _is_caller(sid) or self._sockets.here(sid)

    async def enter(self, sid: Sid, meeting_id: MeetingId) -> None:
        if not _is_caller(sid):
            await self._sockets.enter(sid, meeting_id)

    async def leave(self, sid: Sid, meeting_id: MeetingId) -> None:
        if not _is_caller(sid):
            await self._sockets.leave(sid, meeting_id)

    async def events(self, meeting_id: MeetingId, events: Sequence[AnyEvent]) -> None:
        for tell in self.on_change:
            tell(meeting_id)
        await self._sockets.events(meeting_id, events)

    async def common(self, told: Common) -> None:
        await self._sockets.common(told)

    async def personal(self, sid: Sid, news: Personal) -> None:
        if not _is_caller(sid):
            await self._sockets.personal(sid, news)

    async def wait_over(self, sid: Sid, news: WaitOver) -> None:
        await self._sockets.wait_over(sid, news)
