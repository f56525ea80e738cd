"""`Sockets`: what domains use to reach clients, and what the composition root starts and ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

import structlog
from aiohttp import web

from vtp import settings
from vtp.actor import Actor, Role
from vtp.clock import Clock
from vtp.edge.auth import AUTHENTICATE
from vtp.edge.sockets import endings, fence, packets
from vtp.edge.sockets.admission import Admission
from vtp.edge.sockets.bucket import Rate
from vtp.edge.sockets.channels import Channel, Sid, of_credential, of_user
from vtp.edge.sockets.connection import Connection
from vtp.edge.sockets.dispatch import Dispatch, Observe, where
from vtp.edge.sockets.events import Call, Events, News, Table
from vtp.edge.sockets.farewells import ENDED, GOING, REVOKED, Going, farewells
from vtp.edge.sockets.hub import Hub, OnGone
from vtp.edge.sockets.recheck import Recheck, look
from vtp.edge.sockets.roster import Roster
from vtp.errors import Unavailable
from vtp.ids import UserId
from vtp.tasks import Tasks

T = TypeVar("T")
_log = structlog.get_logger()


class Sockets:
    """Made at import time of nothing but settings and declarations; lives from `start` to `close`.

    Call `drain` before `close`, while requests are still answered.
    """

    def __init__(
        self, options: settings.Sockets, events: Iterable[Events], *, clock: Clock, observe: Observe
    ) -> None:
        self._options = options
        self._table = Table([farewells, *events])
        self._tasks = Tasks(_report)
        self._roster = Roster()
        self._server = fence.Server(self._roster)
        # Whose roles were found to be others than before, by whatever process they were changed.
        self.on_roles_changed: list[Callable[[UserId], Awaitable[None]]] = []
        self._app: web.Application | None = None
        self._ask: Recheck | None = None
        self._admission = Admission(
            self._roster,
            per_address=options.unauthenticated_per_address,
            per_user=options.per_user,
            timeout=options.connect_timeout,
            tasks=self._tasks,
        )
        self._dispatch = Dispatch(
            self._table,
            calls=self._call,
            rate=Rate(options.events_per_second, options.events_burst),
            most_waiting=options.queue_events,
            timeout=options.event_timeout,
            clock=clock,
            observe=observe,
            tasks=self._tasks,
        )
        self._hub = Hub(
            options,
            roster=self._roster,
            admission=self._admission,
            dispatch=self._dispatch,
            clock=clock,
            observe=observe,
        )

    @property
    def table(self) -> Table:
        """All that clients may send and the server may tell."""
        return self._table

    @property
    def count(self) -> int:
        """Sockets that are signed in."""
        return len(self._roster)

    @property
    def on_gone(self) -> list[OnGone]:
        """Who is called when a socket that was signed in has ended, in whatever way."""
        return self._hub.on_gone

    def actor(self, sid: Sid) -> Actor | None:
        found = self._roster.get(sid)
        return found.actor if found is not None else None

    async def emit(
        self, news: News[T], payload: T, *, to: Channel | Sid, skip: Sid | None = None
    ) -> None:
        """Tell everybody in a channel, or one socket. Encoded once, however many they are."""
        await self._server.emit(news.name, payload, to=to, skip_sid=skip)

    async def enter(
        self, sid: Sid, channel: Channel, *, roles: Iterable[Role] | None = None
    ) -> None:
        """A socket leaves all its channels by ending; one that has ended enters none.

        Whoever is there by right of one of `roles` leaves as soon as they have none of them.
        """
        if roles is not None and (found := self._roster.get(sid)) is not None:
            self._roster.bind(found, channel, frozenset(roles))
        await self._server.enter_room(sid, channel)

    async def leave(self, sid: Sid, channel: Channel) -> None:
        await self._server.leave_room(sid, channel)

    async def close_user(self, user_id: UserId) -> None:
        """Close all sockets of a user, telling them why first."""
        self._revoke(of_user(user_id))

    async def refresh_user(self, user_id: UserId) -> None:
        """Their roles changed: what the sockets of a user may do follows at once."""
        if self._ask is not None:
            await self._look_again(self._ask, self._roster.members(of_user(user_id)))

    async def close_credential(self, credential_id: UUID) -> None:
        """Close what was opened with one session, token family or key, telling why first."""
        self._revoke(of_credential(credential_id))

    def connection(self, actor: Actor, address: str, agent: str = "") -> Connection:
        """For the upgrade of a request. Raises when there is no place for it."""
        return self._hub.connection(actor, address, agent)

    def start(self, app: web.Application, recheck: Recheck) -> None:
        """From now on connections live. `app` is where handlers find their services."""
        self._app, self._ask = app, recheck
        self._server.manager.initialize()
        self._hub.start(app[AUTHENTICATE])
        self._tasks.start("sockets.recheck", self._recheck(recheck))

    async def drain(self, *, reason: str, retry_after: float, within: float) -> None:
        """Take nothing new, tell everybody, let running events finish, close all sockets."""
        going = Unavailable("The server is about to restart.", retry_after=retry_after)
        self._admission.going = self._dispatch.going = going
        await self._server.emit(GOING.name, Going(reason, retry_after))
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._dispatch.finished()
        await self._hub.end_all(endings.GOING)

    async def close(self) -> None:
        await self._tasks.close()
        await self._hub.close()

    def _call(self, connection: Connection, request_id: str) -> Call:
        if self._app is None:
            raise RuntimeError("sockets are not started")
        return Call(
            actor=connection.actor,
            sid=connection.sid,
            request_id=request_id,
            app=self._app,
            sockets=self,
        )

    def _revoke(self, channel: Channel) -> None:
        last = packets.event(ENDED.name, REVOKED)
        for connection in self._roster.members(channel) + self._admission.waiting(channel):
            connection.end(endings.REVOKED, last=last)

    async def _recheck(self, ask: Recheck) -> None:
        while True:
            await asyncio.sleep(self._options.recheck_interval)
            await self._look_again(ask, self._roster)

    async def _look_again(self, ask: Recheck, sockets: Iterable[Connection]) -> None:
        """Who cannot be asked about, stays: the database being away ends no class."""
        limit = self._options.event_timeout
        try:
            found = await look(self._roster, sockets, ask, timeout=limit)
            for credential_id in found.ended:
                self._revoke(of_credential(credential_id))
            for user_id in found.roles:
                for tell in self.on_roles_changed:
                    await tell(user_id)
        except Exception as error:
            _log.warning("sockets.recheck_failed", **where(error))


def _report(task: str, error: BaseException) -> None:
    _log.error("sockets.task_failed", task=task, **where(error))
