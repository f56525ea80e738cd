"""A job as its handler sees it while it runs."""

from __future__ import annotations

import asyncio

import msgspec

from vtp.db import Db
from vtp.ids import JobId, UserId
from vtp.jobs import store
from vtp.jobs.model import Claim

_LONGEST = 200  # characters of a progress message that are kept


class NotYours(Exception):
    """The job was stopped, or another worker has it: whatever is under way must not be kept."""


class Running:
    """Given to the handler. A job may run twice, when a worker dies between effect and record.

    Either make the effect one that may repeat, or record it with `done`, in the same
    transaction. When the job is to stop, the handler is cancelled: clean up in `finally`.
    """

    def __init__(self, claim: Claim) -> None:
        self.id: JobId = claim.id
        self.kind = claim.kind
        self.subject = claim.subject
        self.owner_id: UserId | None = claim.owner_id
        self.attempt = claim.attempt
        self.max_attempts = claim.max_attempts
        self.stopping = False
        self.recorded = False  # by `done`; true only if that transaction was committed
        self._lease = claim.lease
        self._news = (0.0, "")
        self._has_news = asyncio.Event()

    async def progress(self, fraction: float, message: str = "") -> None:
        """Say how far it is, as often as you like; people see it four times a second.

        Raises when the job is to stop.
        """
        self._news = (min(max(fraction, 0.0), 1.0), message[:_LONGEST])
        self._has_news.set()
        await asyncio.sleep(0)
        if self.stopping:
            raise NotYours

    async def done(self, tx: Db, result: msgspec.Struct | None = None) -> None:
        """Record success in the transaction of the effect, so that both happen or neither.

        Call it last in there: it locks the job until the commit. Raises when this run may not,
        because it was stopped or taken over.
        """
        encoded = None if result is None else msgspec.json.encode(result)
        if not await store.succeed(tx, job_id=self.id, lease=self._lease, result=encoded):
            raise NotYours
        self.recorded = True

    async def next_news(self) -> tuple[float, str]:
        """The last progress that was not asked for yet: for whoever shows it."""
        await self._has_news.wait()
        self._has_news.clear()
        return self._news
