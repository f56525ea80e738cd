"""Webhooks: news to programs of others, put aside in the transaction of what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.ids import JobId, uuid7
from vtp.webhooks import store
from vtp.webhooks.kinds import Kind
from vtp.webhooks.model import Deliver, Delivery, DeliveryId, EndpointId, State

T = TypeVar("T", bound=msgspec.Struct)


class Enqueue(Protocol):
    """What this needs of `vtp.jobs.service.Jobs`."""

    async def enqueue(
        self,
        tx: Db,
        payload: msgspec.Struct,
        *,
        subject: str,
        delay: timedelta = timedelta(0),
    ) -> JobId: ...


class Webhooks:
    """For domains that have news."""

    def __init__(self, db: Database, *, clock: Clock, audit: Audit, jobs: Enqueue) -> None:
        self.db = db
        self.clock = clock
        self.audit = audit
        self.jobs = jobs

    async def tell(self, tx: Db, kind: Kind[T], payload: T) -> None:
        """Have everybody told who chose this; nothing happens before `tx` is committed."""
        wanting = await store.wanting(tx, kind.name)
        if not wanting:
            return
        message_id, body = uuid7(), self.body(kind.name, payload)
        for endpoint_id in wanting:
            await self.put(tx, endpoint_id, message_id, kind.name, body)

    async def put(
        self, tx: Db, endpoint_id: EndpointId, message_id: UUID, event: str, body: bytes
    ) -> DeliveryId:
        delivery = Delivery(
            id=DeliveryId(uuid7()),
            endpoint_id=endpoint_id,
            message_id=message_id,
            event=event,
            body=body,
            created_at=self.clock.now(),
            state=State.WAITING,
            attempts=0,
            next_at=None,
            last_at=None,
            last_status=None,
            last_seconds=None,
            last_error=None,
        )
        await store.put(tx, delivery)
        await self.enqueue(tx, delivery.id)
        return delivery.id

    async def enqueue(
        self, tx: Db, delivery_id: DeliveryId, *, delay: timedelta = timedelta(0)
    ) -> None:
        subject = f"webhook_delivery:{delivery_id}"
        await self.jobs.enqueue(tx, Deliver(delivery_id), subject=subject, delay=delay)

    def body(self, event: str, payload: msgspec.Struct) -> bytes:
        told = {"type": event, "timestamp": self.clock.now(), "data": payload}
        return msgspec.json.encode(told)
