"""The rows beside the jobs: who works, what cron has begun, and what may go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from vtp.db import Db
from vtp.ids import JobId
from vtp.jobs.model import WorkerView

_MENDING = 0x7674_7002  # "vtp", then what is locked: see vtp.db.migrate


async def beat(tx: Db, *, worker_id: UUID, name: str, concurrency: int) -> None:
    await tx.execute(
        """
        insert into job_worker (id, name, concurrency) values ($1, $2, $3)
        on conflict (id) do update set seen_at = now()
        """,
        worker_id,
        name,
        concurrency,
    )


async def remove_worker(tx: Db, *, worker_id: UUID) -> None:
    await tx.execute("delete from job_worker where id = $1", worker_id)


async def workers(db: Db, *, within: float) -> list[WorkerView]:
    """Those that were heard of within so many seconds."""
    rows = await db.fetch(
        """
        select id, name, concurrency, started_at, seen_at,
               (select count(*) from job where finished_at is null and worker_id = w.id) as running
          from job_worker w
         where seen_at > now() - $1 * interval '1 second'
         order by started_at
        """,
        within,
    )
    return [
        WorkerView(
            id=row["id"],
            name=row["name"],
            concurrency=row["concurrency"],
            running=row["running"],
            started_at=row["started_at"],
            seen_at=row["seen_at"],
        )
        for row in rows
    ]


async def take_tick(tx: Db, *, kind: str) -> datetime | None:
    """The minute of a tick that nobody has taken; None when another worker was first.

    Two seconds early counts as on time: clocks of machines differ, and pgqueuer cuts its
    instants to whole seconds.
    """
    minute: datetime | None = await tx.fetchval(
        """
        insert into job_schedule as s (kind, ticked_at)
        values ($1, date_trunc('minute', now() + interval '2 seconds'))
        on conflict (kind) do update set ticked_at = excluded.ticked_at
         where s.ticked_at < excluded.ticked_at
        returning ticked_at
        """,
        kind,
    )
    return minute


async def alone(tx: Db) -> bool:
    """Whether nobody else mends until this transaction ends."""
    got: bool = await tx.fetchval("select pg_try_advisory_xact_lock($1)", _MENDING)
    return got


async def adrift(tx: Db, *, silent_for: float, limit: int) -> list[tuple[JobId, str, int]]:
    """Live jobs that the queue does not know, with kind and priority: nobody will run them.

    Those of a worker that is heard of are left alone: they may just be ending.
    """
    rows = await tx.fetch(
        """
        select id, kind, priority from job j
         where finished_at is null and run_after < now() - $1 * interval '1 second'
           and not exists (select 1 from pgqueuer q where q.id = j.queue_id)
           and not exists (select 1 from job_worker w where w.id = j.worker_id
                              and w.seen_at > now() - $1 * interval '1 second')
         limit $2 for update skip locked
        """,
        silent_for,
        limit,
    )
    return [(row["id"], row["kind"], row["priority"]) for row in rows]


async def delete_finished(tx: Db, *, older_than: float, limit: int) -> int:
    """How many rows were deleted, `limit` at the most."""
    tag = await tx.execute(
        """
        delete from job where id in (
            select id from job where finished_at < now() - $1 * interval '1 second'
             order by finished_at limit $2 for update skip locked)
        """,
        older_than,
        limit,
    )
    return _count(tag)


async def delete_log(tx: Db, *, older_than: float, limit: int) -> int:
    """Delete what pgqueuer wrote down about jobs; our own row says what people want to know."""
    tag = await tx.execute(
        """
        delete from pgqueuer_log where id in (
            select id from pgqueuer_log where created < now() - $1 * interval '1 second'
             order by created limit $2 for update skip locked)
        """,
        older_than,
        limit,
    )
    return _count(tag)


async def delete_silent_workers(tx: Db, *, silent_for: float) -> None:
    await tx.execute(
        "delete from job_worker where seen_at < now() - $1 * interval '1 second'", silent_for
    )


def _count(tag: str) -> int:
    """The number in "DELETE 12"."""
    return int(tag.rpartition(" ")[2])
