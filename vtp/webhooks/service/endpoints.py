"""What admins do with webhooks: make, change, switch off, look how deliveries went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from vtp import settings
from vtp.actor import Actor, Role
from vtp.db import Db
from vtp.errors import Conflict, Forbidden, Invalid, NotFound
from vtp.ids import uuid7
from vtp.webhooks import signature, store, targets
from vtp.webhooks.kinds import Kind
from vtp.webhooks.model import Delivery, DeliveryId, Endpoint, EndpointId, State
from vtp.webhooks.service import Webhooks
from vtp.webhooks.vault import Vault

MOST = 50
TEST = "webhook.test"


class UnknownEvent(Invalid):
    """There is no such event."""

    code = "unknown_webhook_event"


class TooManyWebhooks(Conflict):
    """There are 50 webhooks already. Delete one first."""

    code = "webhook_limit"


class Tested(msgspec.Struct, frozen=True):
    """What a test tells."""

    message: str = "This is a test. Nothing has happened."


class Endpoints:
    def __init__(
        self,
        webhooks: Webhooks,
        *,
        options: settings.Webhooks,
        vault: Vault,
        kinds: Iterable[Kind[Any]],
    ) -> None:
        self._webhooks = webhooks
        self._db = webhooks.db
        self._overlap = timedelta(seconds=options.secret_overlap)
        self._vault = vault
        self.kinds = tuple(sorted(kinds, key=lambda kind: kind.name))

    async def listed(self, actor: Actor) -> list[Endpoint]:
        """The newest first; there are few."""
        _require_admin(actor)
        return await store.listed(self._db)

    async def get(self, actor: Actor, endpoint_id: EndpointId) -> Endpoint:
        _require_admin(actor)
        return await self._found(self._db, endpoint_id)

    async def create(
        self, actor: Actor, *, url: str, description: str, events: Sequence[str]
    ) -> tuple[Endpoint, str]:
        """The endpoint, and its secret, which nobody can show again."""
        _require_admin(actor)
        targets.parsed(url)
        secret, endpoint_id = self._vault.new(), EndpointId(uuid7())
        endpoint = Endpoint(
            id=endpoint_id,
            url=url,
            description=description.strip(),
            events=self._known(events),
            secret=self._vault.closed(secret, endpoint_id),
            secret_before=None,
            secret_before_until=None,
            created_by=actor.user_id,
            created_at=self._webhooks.clock.now(),
            failing_since=None,
            disabled_at=None,
            disabled_why=None,
        )
        async with self._db.transaction() as tx:
            if await store.count(tx) >= MOST:
                raise TooManyWebhooks
            await store.insert(tx, endpoint)
            await self._record(tx, actor, "made", endpoint)
        return endpoint, signature.shown(secret)

    async def change(
        self,
        actor: Actor,
        endpoint_id: EndpointId,
        *,
        url: str | None = None,
        description: str | None = None,
        events: Sequence[str] | None = None,
    ) -> Endpoint:
        """None leaves it as it is."""
        _require_admin(actor)
        if url is not None:
            targets.parsed(url)
        async with self._db.transaction() as tx:
            before = await self._found(tx, endpoint_id)
            after = replace(
                before,
                url=before.url if url is None else url,
                description=before.description if description is None else description.strip(),
                events=before.events if events is None else self._known(events),
            )
            await store.change(
                tx,
                endpoint_id,
                url=after.url,
                description=after.description,
                events=after.events,
            )
            await self._record(tx, actor, "changed", after)
        return after

    async def rotate(self, actor: Actor, endpoint_id: EndpointId) -> str:
        """Another secret, shown this once. The one before signs as well for a while."""
        _require_admin(actor)
        secret = self._vault.new()
        until = self._webhooks.clock.now() + self._overlap
        async with self._db.transaction() as tx:
            endpoint = await self._found(tx, endpoint_id)
            closed = self._vault.closed(secret, endpoint_id)
            await store.rotate(tx, endpoint_id, secret=closed, until=until)
            await self._record(tx, actor, "key_changed", endpoint)
        return signature.shown(secret)

    async def disable(self, actor: Actor, endpoint_id: EndpointId) -> Endpoint:
        return await self._switch(actor, endpoint_id, on=False)

    async def enable(self, actor: Actor, endpoint_id: EndpointId) -> Endpoint:
        return await self._switch(actor, endpoint_id, on=True)

    async def _switch(self, actor: Actor, endpoint_id: EndpointId, *, on: bool) -> Endpoint:
        _require_admin(actor)
        async with self._db.transaction() as tx:
            endpoint = await self._found(tx, endpoint_id)
            if (endpoint.disabled_at is None) != on:
                at = None if on else self._webhooks.clock.now()
                await store.set_disabled(tx, endpoint_id, at, None if on else "admin")
                await self._record(tx, actor, "enabled" if on else "disabled", endpoint)
            return await self._found(tx, endpoint_id)

    async def delete(self, actor: Actor, endpoint_id: EndpointId) -> None:
        """With the log of its deliveries."""
        _require_admin(actor)
        async with self._db.transaction() as tx:
            endpoint = await self._found(tx, endpoint_id)
            await store.delete(tx, endpoint_id)
            await self._record(tx, actor, "deleted", endpoint)

    # --- deliveries ---------------------------------------------------------------------------
    async def deliveries(
        self, actor: Actor, endpoint_id: EndpointId, *, before: DeliveryId | None, limit: int
    ) -> list[Delivery]:
        """Newest first."""
        _require_admin(actor)
        await self._found(self._db, endpoint_id)
        return await store.deliveries(self._db, endpoint_id, before=before, limit=limit)

    async def test(self, actor: Actor, endpoint_id: EndpointId) -> DeliveryId:
        """Send something, whatever was chosen."""
        _require_admin(actor)
        async with self._db.transaction() as tx:
            endpoint = await self._found(tx, endpoint_id)
            body = self._webhooks.body(TEST, Tested())
            made = await self._webhooks.put(tx, endpoint_id, uuid7(), TEST, body)
            await self._record(tx, actor, "tested", endpoint)
        return made

    async def redeliver(
        self, actor: Actor, endpoint_id: EndpointId, delivery_id: DeliveryId
    ) -> Delivery:
        """Once more, with all its attempts. One that still waits is not doubled."""
        _require_admin(actor)
        async with self._db.transaction() as tx:
            endpoint = await self._found(tx, endpoint_id)
            delivery = await store.delivery(tx, delivery_id)
            if delivery is None or delivery.endpoint_id != endpoint_id:
                raise NotFound
            if delivery.state is State.WAITING:
                return delivery
            await store.again(tx, delivery_id, at=self._webhooks.clock.now())
            await self._webhooks.enqueue(tx, delivery_id)
            await self._record(tx, actor, "redelivered", endpoint)
            return await store.delivery(tx, delivery_id) or delivery

    async def _found(self, db: Db, endpoint_id: EndpointId) -> Endpoint:
        endpoint = await store.by_id(db, endpoint_id)
        if endpoint is None:
            raise NotFound
        return endpoint

    def _known(self, events: Sequence[str]) -> tuple[str, ...]:
        names = {kind.name for kind in self.kinds}
        if not events:
            raise UnknownEvent(fields={"events": "Choose at least one."})
        if unknown := sorted(set(events) - names):
            raise UnknownEvent(fields={"events": f"There is no event {', '.join(unknown)}."})
        return tuple(sorted(set(events)))

    async def _record(self, tx: Db, actor: Actor, action: str, endpoint: Endpoint) -> None:
        await self._webhooks.audit.record(
            tx,
            actor,
            action=action,
            noun="webhook",
            target_id=endpoint.id,
            details={"url": endpoint.url, "events": list(endpoint.events)},
        )


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise Forbidden
