"""What a job is, to those who ask about it and to the worker that runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from vtp.ids import JobId, UserId


class State(StrEnum):
    QUEUED = "queued"  # waits for a worker, or for its time
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = frozenset({State.QUEUED, State.RUNNING})


class JobError(msgspec.Struct, frozen=True):
    """Why the last attempt ended: `code` is stable, `detail` is a sentence for people."""

    code: Annotated[str, Meta(examples=["timed_out"])]
    detail: Annotated[str, Meta(examples=["This took longer than it may and was stopped."])]


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job, as its owner and the staff see it."""

    id: JobId
    kind: Annotated[str, Meta(examples=["accounts.picture"])]
    subject: Annotated[
        str,
        Meta(
            description="What it works on.", examples=["user:018f3f4e-7c1a-7000-8000-000000000001"]
        ),
    ]
    owner_id: UserId | None
    state: State
    progress: Annotated[float, Meta(ge=0, le=1, description="How much is done, 0 to 1.")]
    message: Annotated[str, Meta(examples=["making 512 px"])]
    attempt: Annotated[int, Meta(description="How often it was begun.")]
    max_attempts: int
    priority: Annotated[int, Meta(description="Higher goes first.")]
    error: JobError | None
    result: Any
    cancel_requested: bool
    created_at: datetime
    run_after: Annotated[datetime, Meta(description="It is not begun before.")]
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job that a worker has taken. Its writes are good as long as the row has its lease."""

    id: JobId
    lease: UUID
    kind: str
    subject: str
    owner_id: UserId | None
    payload: bytes
    attempt: int
    max_attempts: int


class Figure(msgspec.Struct, frozen=True):
    """How many jobs of one kind are in one state, and for how long the oldest has been."""

    kind: str
    state: State
    count: int
    oldest_seconds: float


class WorkerView(msgspec.Struct, frozen=True):
    """A work process that was heard of lately."""

    id: UUID
    name: str
    concurrency: int
    running: int
    started_at: datetime
    seen_at: datetime


class Figures(msgspec.Struct, frozen=True):
    """The live jobs, and who works on them. No worker and something queued is an alarm."""

    jobs: list[Figure]
    workers: list[WorkerView]
