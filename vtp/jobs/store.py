"""The rows of jobs. One is live while `finished_at` is null: it waits or runs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from vtp.db import Db, Row
from vtp.ids import JobId, UserId
from vtp.jobs.model import Claim, Figure, JobError, JobView, State


async def insert(
    tx: Db,
    *,
    job_id: JobId,
    kind: str,
    payload: bytes,
    subject: str,
    owner_id: UserId | None,
    key: str | None,
    priority: int,
    max_attempts: int,
    delay: float,
) -> bool:
    """False when a live job of this kind has the key already."""
    tag = await tx.execute(
        """
        insert into job (id, kind, subject, owner_id, state, max_attempts, priority, payload,
                         dedupe_key, run_after)
        values ($1, $2, $3, $4, 'queued', $5, $6, $7::jsonb, $8, now() + $9 * interval '1 second')
        on conflict (kind, dedupe_key) where finished_at is null and dedupe_key is not null
        do nothing
        """,
        job_id,
        kind,
        subject,
        owner_id,
        max_attempts,
        priority,
        payload.decode(),
        key,
        delay,
    )
    return tag == "INSERT 0 1"


async def live_with_key(tx: Db, *, kind: str, key: str) -> JobId | None:
    found: JobId | None = await tx.fetchval(
        "select id from job where kind = $1 and dedupe_key = $2 and finished_at is null", kind, key
    )
    return found


async def set_queue_id(tx: Db, *, job_id: JobId, queue_id: int) -> None:
    await tx.execute("update job set queue_id = $2 where id = $1", job_id, queue_id)


# --- for those who ask ----------------------------------------------------------------------
async def by_id(db: Db, *, job_id: JobId) -> JobView | None:
    row = await db.fetchrow("select * from job where id = $1", job_id)
    return _view(row) if row else None


async def by_ids(db: Db, *, job_ids: Collection[UUID]) -> list[JobView]:
    rows = await db.fetch("select * from job where id = any($1)", list(job_ids))
    return [_view(row) for row in rows]


async def live_or_ended_since(
    db: Db, *, since: datetime, before: JobId | None, limit: int
) -> list[JobView]:
    """Newest first, a portion at a time."""
    rows = await db.fetch(
        """
        select * from job
         where (finished_at is null or finished_at >= $1) and ($2::uuid is null or id < $2)
         order by id desc limit $3
        """,
        since,
        before,
        limit,
    )
    return [_view(row) for row in rows]


async def listed(
    db: Db,
    *,
    owner_id: UserId | None,
    state: State | None,
    kind: str | None,
    before: JobId | None,
    limit: int,
) -> list[JobView]:
    """Newest first; None asks for any."""
    rows = await db.fetch(
        """
        select * from job
         where ($1::uuid is null or owner_id = $1)
           and ($2::text is null or state = $2)
           and ($3::text is null or kind = $3)
           and ($4::uuid is null or id < $4)
         order by id desc limit $5
        """,
        owner_id,
        state,
        kind,
        before,
        limit,
    )
    return [_view(row) for row in rows]


async def figures(db: Db) -> list[Figure]:
    rows = await db.fetch(
        """
        select kind, state, count(*) as count,
               greatest(extract(epoch from now() - min(
                   case state when 'running' then started_at else run_after end)), 0) as oldest
          from job where finished_at is null group by kind, state order by kind, state
        """
    )
    return [Figure(r["kind"], State(r["state"]), r["count"], float(r["oldest"])) for r in rows]


async def failed(db: Db) -> int:
    """How many failed and were neither begun anew nor swept away."""
    count: int = await db.fetchval("select count(*) from job where state = 'failed'")
    return count


# --- for those who decide -------------------------------------------------------------------
async def lock(tx: Db, *, job_id: JobId) -> tuple[JobView, int | None] | None:
    """The job and its number in the queue, kept from changing until the transaction ends."""
    row = await tx.fetchrow("select * from job where id = $1 for update", job_id)
    return (_view(row), row["queue_id"]) if row else None


async def request_cancel(tx: Db, *, job_id: JobId) -> None:
    await tx.execute("update job set cancel_requested = true where id = $1", job_id)
    await tx.execute("select pg_notify('vtp_job_stop', $1)", str(job_id))


async def cancel_waiting(tx: Db, *, job_id: JobId) -> None:
    await tx.execute(
        """
        update job set state = 'cancelled', cancel_requested = true, finished_at = now()
         where id = $1 and state = 'queued'
        """,
        job_id,
    )


async def begin_anew(tx: Db, *, job_id: JobId, max_attempts: int) -> bool:
    """As if it had just been enqueued; False when another live job has its key by now."""
    try:
        await tx.execute(
            """
            update job set state = 'queued', attempt = 0, max_attempts = $2, progress = 0,
                   message = '', error_code = null, error = null, result = null,
                   cancel_requested = false, lease = null, run_after = now(), started_at = null,
                   finished_at = null
             where id = $1
            """,
            job_id,
            max_attempts,
        )
    except asyncpg.UniqueViolationError:
        return False
    return True


# --- for the worker that runs it --------------------------------------------------------------
async def claim(
    tx: Db, *, job_id: JobId, queue_id: int, lease: UUID, worker_id: UUID
) -> Claim | None:
    """Take the job; None when it has ended, was cancelled or has no attempt left.

    A running one is taken over: its worker was silent for so long that the queue gave it away.
    """
    row = await tx.fetchrow(
        """
        update job set state = 'running', attempt = attempt + 1, lease = $2, worker_id = $3,
               progress = 0, message = '', started_at = now()
         where id = $1 and queue_id = $4 and finished_at is null and not cancel_requested
           and attempt < max_attempts
        returning id, lease, kind, subject, owner_id, payload, attempt, max_attempts
        """,
        job_id,
        lease,
        worker_id,
        queue_id,
    )
    if row is None:
        return None
    return Claim(**{**row, "payload": row["payload"].encode()})


async def end_unclaimed(tx: Db, *, job_id: JobId, queue_id: int, error: JobError) -> bool:
    """End a live job that could not be claimed: cancelled if that was asked for, else failed."""
    tag = await tx.execute(
        """
        update job set state = case when cancel_requested then 'cancelled' else 'failed' end,
               error_code = case when cancel_requested then error_code else $2 end,
               error = case when cancel_requested then error else $3 end,
               message = '', finished_at = now()
         where id = $1 and queue_id = $4 and finished_at is null
           and (cancel_requested or attempt >= max_attempts)
        """,
        job_id,
        error.code,
        error.detail,
        queue_id,
    )
    return tag == "UPDATE 1"


async def write_progress(
    tx: Db, *, job_id: JobId, lease: UUID, progress: float, message: str
) -> None:
    await tx.execute(
        """
        update job set progress = $3, message = $4
         where id = $1 and lease = $2 and state = 'running'
        """,
        job_id,
        lease,
        progress,
        message,
    )


async def succeed(tx: Db, *, job_id: JobId, lease: UUID, result: bytes | None) -> bool:
    """False, here and below, when the job is not this run's any more."""
    tag = await tx.execute(
        """
        update job set state = 'succeeded', progress = 1, message = '', result = $3::jsonb,
               error_code = null, error = null, finished_at = now()
         where id = $1 and lease = $2 and state = 'running'
        """,
        job_id,
        lease,
        None if result is None else result.decode(),
    )
    return tag == "UPDATE 1"


async def fail(tx: Db, *, job_id: JobId, lease: UUID, error: JobError) -> bool:
    tag = await tx.execute(
        """
        update job set state = 'failed', message = '', error_code = $3, error = $4,
               finished_at = now()
         where id = $1 and lease = $2 and state = 'running'
        """,
        job_id,
        lease,
        error.code,
        error.detail,
    )
    return tag == "UPDATE 1"


async def cancel_running(tx: Db, *, job_id: JobId, lease: UUID) -> bool:
    tag = await tx.execute(
        """
        update job set state = 'cancelled', message = '', finished_at = now()
         where id = $1 and lease = $2 and state = 'running'
        """,
        job_id,
        lease,
    )
    return tag == "UPDATE 1"


async def try_again(tx: Db, *, job_id: JobId, lease: UUID, delay: float, error: JobError) -> bool:
    tag = await tx.execute(
        """
        update job set state = 'queued', lease = null, worker_id = null, progress = 0,
               message = '', run_after = now() + $3 * interval '1 second',
               error_code = $4, error = $5
         where id = $1 and lease = $2 and state = 'running'
        """,
        job_id,
        lease,
        delay,
        error.code,
        error.detail,
    )
    return tag == "UPDATE 1"


async def give_back(tx: Db, *, job_id: JobId, lease: UUID) -> bool:
    """The worker ends before the job did: this attempt does not count."""
    tag = await tx.execute(
        """
        update job set state = 'queued', lease = null, worker_id = null, progress = 0,
               message = '', run_after = now(), attempt = attempt - 1
         where id = $1 and lease = $2 and state = 'running'
        """,
        job_id,
        lease,
    )
    return tag == "UPDATE 1"


async def leases(db: Db, *, job_ids: Collection[JobId]) -> dict[JobId, tuple[UUID, bool]]:
    """Of those that run: whose it is, and whether it should stop."""
    rows = await db.fetch(
        """
        select id, lease, cancel_requested from job where id = any($1) and state = 'running'
        """,
        list(job_ids),
    )
    return {row["id"]: (row["lease"], row["cancel_requested"]) for row in rows}


def _view(row: Row) -> JobView:
    return JobView(
        id=row["id"],
        kind=row["kind"],
        subject=row["subject"],
        owner_id=row["owner_id"],
        state=State(row["state"]),
        progress=round(row["progress"], 4),  # stored in four bytes: 0.4 reads 0.4000000059…
        message=row["message"],
        attempt=row["attempt"],
        max_attempts=row["max_attempts"],
        priority=row["priority"],
        error=JobError(row["error_code"], row["error"]) if row["error_code"] else None,
        result=msgspec.json.decode(row["result"]) if row["result"] else None,
        cancel_requested=row["cancel_requested"],
        created_at=row["created_at"],
        run_after=row["run_after"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
    )
