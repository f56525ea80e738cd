"""Endpoints and deliveries, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from vtp.db import Db
from vtp.webhooks.model import Delivery, DeliveryId, Endpoint, EndpointId, Outcome, State, Why


# --- endpoints -------------------------------------------------------------------------------
async def insert(db: Db, endpoint: Endpoint) -> None:
    await db.execute(
        """
        insert into webhook_endpoint (id, url, description, events, secret, created_by, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        endpoint.id,
        endpoint.url,
        endpoint.description,
        list(endpoint.events),
        endpoint.secret,
        endpoint.created_by,
        endpoint.created_at,
    )


async def count(db: Db) -> int:
    return int(await db.fetchval("select count(*) from webhook_endpoint"))


async def by_id(db: Db, endpoint_id: EndpointId) -> Endpoint | None:
    row = await db.fetchrow("select * from webhook_endpoint where id = $1", endpoint_id)
    return None if row is None else _endpoint(row)


async def listed(db: Db) -> list[Endpoint]:
    rows = await db.fetch("select * from webhook_endpoint order by id desc")
    return [_endpoint(row) for row in rows]


async def wanting(db: Db, event: str) -> list[EndpointId]:
    """Those that are told of `event`."""
    rows = await db.fetch(
        "select id from webhook_endpoint where disabled_at is null and $1 = any(events)", event
    )
    return [row["id"] for row in rows]


async def change(
    db: Db, endpoint_id: EndpointId, *, url: str, description: str, events: Sequence[str]
) -> None:
    await db.execute(
        "update webhook_endpoint set url = $2, description = $3, events = $4 where id = $1",
        endpoint_id,
        url,
        description,
        list(events),
    )


async def rotate(db: Db, endpoint_id: EndpointId, *, secret: bytes, until: datetime) -> None:
    await db.execute(
        """
        update webhook_endpoint
           set secret_before = secret, secret_before_until = $3, secret = $2 where id = $1
        """,
        endpoint_id,
        secret,
        until,
    )


async def set_disabled(
    db: Db, endpoint_id: EndpointId, at: datetime | None, why: Why | None
) -> None:
    await db.execute(
        """
        update webhook_endpoint
           set disabled_at = $2, disabled_why = $3,
               failing_since = case when $2::timestamptz is null then null else failing_since end
         where id = $1
        """,
        endpoint_id,
        at,
        why,
    )


async def failing(db: Db, endpoint_id: EndpointId, *, since: datetime | None) -> None:
    """None: it works."""
    await db.execute(
        """
        update webhook_endpoint
           set failing_since = case when $2::timestamptz is null then null
                                    else coalesce(failing_since, $2) end
         where id = $1 and (failing_since is null) <> ($2::timestamptz is null)
        """,
        endpoint_id,
        since,
    )


async def delete(db: Db, endpoint_id: EndpointId) -> bool:
    tag = await db.execute("delete from webhook_endpoint where id = $1", endpoint_id)
    return tag == "DELETE 1"


# --- deliveries ------------------------------------------------------------------------------
async def put(db: Db, delivery: Delivery) -> None:
    await db.execute(
        """
        insert into webhook_delivery (id, endpoint_id, message_id, event, body, created_at, state,
                                      next_at)
        values ($1, $2, $3, $4, $5, $6, $7, $6)
        """,
        delivery.id,
        delivery.endpoint_id,
        delivery.message_id,
        delivery.event,
        delivery.body,
        delivery.created_at,
        delivery.state.value,
    )


async def delivery(db: Db, delivery_id: UUID) -> Delivery | None:
    row = await db.fetchrow("select * from webhook_delivery where id = $1", delivery_id)
    return None if row is None else _delivery(row)


async def deliveries(
    db: Db, endpoint_id: EndpointId, *, before: DeliveryId | None, limit: int
) -> list[Delivery]:
    """Newest first."""
    rows = await db.fetch(
        """
        select * from webhook_delivery
         where endpoint_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3
        """,
        endpoint_id,
        before,
        limit,
    )
    return [_delivery(row) for row in rows]


async def attempted(
    db: Db,
    delivery_id: DeliveryId,
    outcome: Outcome,
    *,
    at: datetime,
    state: State,
    next_at: datetime | None,
) -> None:
    await db.execute(
        """
        update webhook_delivery
           set attempts = attempts + 1, state = $2, next_at = $3, last_at = $4, last_status = $5,
               last_seconds = $6, last_error = $7
         where id = $1
        """,
        delivery_id,
        state.value,
        next_at,
        at,
        outcome.status,
        outcome.seconds,
        outcome.error,
    )


async def again(db: Db, delivery_id: DeliveryId, *, at: datetime) -> None:
    await db.execute(
        "update webhook_delivery set state = 'waiting', attempts = 0, next_at = $2 where id = $1",
        delivery_id,
        at,
    )


async def sweep(db: Db, *, before: datetime, limit: int) -> int:
    tag = await db.execute(
        """
        delete from webhook_delivery where id in (
            select id from webhook_delivery where created_at < $1 and state <> 'waiting' limit $2)
        """,
        before,
        limit,
    )
    return int(tag.removeprefix("DELETE "))


def _endpoint(row: Any) -> Endpoint:
    return Endpoint(**{**row, "events": tuple(row["events"])})


def _delivery(row: Any) -> Delivery:
    return Delivery(**{**row, "state": State(row["state"])})
