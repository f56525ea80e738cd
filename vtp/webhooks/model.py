"""The values of webhooks: an endpoint, a delivery, how an attempt went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NewType
from uuid import UUID

import msgspec

from vtp.ids import UserId

EndpointId = NewType("EndpointId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
Why = Literal["admin", "failing", "gone"]


class State(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    id: EndpointId
    url: str
    description: str
    events: tuple[str, ...]
    secret: bytes  # encrypted
    secret_before: bytes | None
    secret_before_until: datetime | None
    created_by: UserId | None
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_why: Why | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: DeliveryId
    endpoint_id: EndpointId
    message_id: UUID
    event: str
    body: bytes
    created_at: datetime
    state: State
    attempts: int
    next_at: datetime | None
    last_at: datetime | None
    last_status: int | None
    last_seconds: float | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one attempt went; without an answer there is no status."""

    status: int | None
    seconds: float
    error: str | None = None

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The other side says that it wants no more of this."""
        return self.status == 410


class Deliver(msgspec.Struct, frozen=True):
    """Work: one attempt to deliver."""

    delivery_id: UUID
