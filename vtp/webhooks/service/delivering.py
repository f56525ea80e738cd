"""Delivering: an attempt, and what follows from how it went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from vtp import settings
from vtp.actor import SYSTEM
from vtp.db import Db
from vtp.jobs.running import Running
from vtp.webhooks import pace, signature, store
from vtp.webhooks.model import Deliver, Delivery, Endpoint, Outcome, State, Why
from vtp.webhooks.sending import Sender
from vtp.webhooks.service import Webhooks
from vtp.webhooks.vault import Vault

_log = structlog.get_logger()
_SWEPT_AT_ONCE = 1000

# Told in the transaction in which an endpoint was given up.
OnGivenUp = Callable[[Db, Endpoint], Awaitable[None]]


class Delivering:
    def __init__(
        self, webhooks: Webhooks, *, options: settings.Webhooks, vault: Vault, sender: Sender
    ) -> None:
        self._webhooks = webhooks
        self._options = options
        self._patience = timedelta(seconds=options.give_up_after)
        self._vault = vault
        self._sender = sender
        self.on_given_up: list[OnGivenUp] = []

    async def attempt(self, job: Running, work: Deliver) -> None:
        delivery = await store.delivery(self._webhooks.db, work.delivery_id)
        if delivery is None or delivery.state is not State.WAITING:
            return
        endpoint = await store.by_id(self._webhooks.db, delivery.endpoint_id)
        if endpoint is None:
            return
        outcome = await self._send(endpoint, delivery)
        async with self._webhooks.db.transaction() as tx:
            await self._note(tx, endpoint, delivery, outcome)
            await job.done(tx)

    async def _send(self, endpoint: Endpoint, delivery: Delivery) -> Outcome:
        if endpoint.disabled_at is not None:
            return Outcome(status=None, seconds=0.0, error="The webhook is switched off.")
        now = self._webhooks.clock.now()
        headers = signature.headers(
            f"msg_{delivery.message_id.hex}",
            at=now.timestamp(),
            body=delivery.body,
            secrets=self._secrets(endpoint, now),
        )
        return await self._sender.send(endpoint.url, delivery.body, headers)

    def _secrets(self, endpoint: Endpoint, now: datetime) -> list[bytes]:
        """The one before signs as well until its time is over."""
        stored = [endpoint.secret]
        until = endpoint.secret_before_until
        if endpoint.secret_before is not None and until is not None and now < until:
            stored.append(endpoint.secret_before)
        return [self._vault.opened(one, endpoint.id) for one in stored]

    async def _note(self, tx: Db, endpoint: Endpoint, delivery: Delivery, outcome: Outcome) -> None:
        now = self._webhooks.clock.now()
        pause = None
        if not outcome.delivered and not outcome.gone and endpoint.disabled_at is None:
            pause = pace.pause_after(delivery.attempts + 1)
        state = State.DELIVERED if outcome.delivered else State.FAILED
        await store.attempted(
            tx,
            delivery.id,
            outcome,
            at=now,
            state=state if pause is None else State.WAITING,
            next_at=None if pause is None else now + pause,
        )
        if pause is not None:
            await self._webhooks.enqueue(tx, delivery.id, delay=pause)
        await self._judge(tx, endpoint, outcome, now)

    async def _judge(self, tx: Db, endpoint: Endpoint, outcome: Outcome, now: datetime) -> None:
        """Whether the endpoint is still worth trying."""
        if endpoint.disabled_at is not None:
            return
        await store.failing(tx, endpoint.id, since=None if outcome.delivered else now)
        if outcome.gone:
            await self._give_up(tx, endpoint, now, "gone")
        elif not outcome.delivered and now - (endpoint.failing_since or now) >= self._patience:
            await self._give_up(tx, endpoint, now, "failing")

    async def _give_up(self, tx: Db, endpoint: Endpoint, now: datetime, why: Why) -> None:
        await store.set_disabled(tx, endpoint.id, now, why)
        await self._webhooks.audit.record(
            tx,
            SYSTEM,
            action="disabled",
            noun="webhook",
            target_id=endpoint.id,
            details={"why": why, "url": endpoint.url},
        )
        for tell in self.on_given_up:
            await tell(tx, endpoint)
        _log.warning("webhooks.given_up", endpoint_id=str(endpoint.id), why=why)

    async def sweep(self) -> int:
        """Delete what was delivered or given up long ago."""
        before = self._webhooks.clock.now() - timedelta(seconds=self._options.keep_deliveries)
        total, deleted = 0, _SWEPT_AT_ONCE
        while deleted == _SWEPT_AT_ONCE:
            async with self._webhooks.db.transaction() as tx:
                deleted = await store.sweep(tx, before=before, limit=_SWEPT_AT_ONCE)
            total += deleted
        return total
