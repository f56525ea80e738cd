"""How long the record is kept: months made ahead and let go, addresses forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import structlog

from vtp import settings
from vtp.actor import SYSTEM
from vtp.audit.chain import Anchor, hash_of_anchor
from vtp.audit.service.recording import Audit
from vtp.audit.signing import Signer
from vtp.audit.store import months, seals
from vtp.clock import Clock
from vtp.db import Database, Db

# Made ahead: a work process that stands still for two months costs nothing but a later move.
_AHEAD = 2
_SEALS_AT_ONCE = 50

_log = structlog.get_logger()


class Keeping:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        signer: Signer,
        options: settings.Audit,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._signer = signer
        self._options = options

    async def make_months(self) -> int:
        """The months to come, and those that rows wait for; how many there were to make."""
        this = self._clock.now().date().replace(day=1)
        wanted = [months_later(this, step) for step in range(_AHEAD + 1)]
        wanted += await months.without_place(self._db)
        made = 0
        for month in dict.fromkeys(wanted):
            async with self._db.transaction() as tx:
                made += await months.make(tx, month)
        return made

    async def forget_addresses(self) -> int:
        """What is left of them is the network, in the row itself."""
        limit = self._clock.now() - timedelta(days=self._options.keep_addresses)
        async with self._db.transaction() as tx:
            before = await months.bound(tx, limit)
            count = await months.forget_addresses(tx, before=before)
            if count:
                await self._audit.record(
                    tx,
                    SYSTEM,
                    action="addresses_forgotten",
                    noun="audit",
                    details={"before": str(before), "count": count},
                )
        return count

    async def drop_months(self) -> list[date]:
        """Let go of the months whose time is over, as far as they are sealed."""
        this = self._clock.now().date().replace(day=1)
        oldest = months_later(this, -self._options.keep_months)
        gone: list[date] = []
        for month in await months.there_are(self._db):
            if month >= oldest:
                break
            async with self._db.transaction() as tx:
                if not await self._drop(tx, month):
                    _log.warning("audit.month_not_sealed", month=month.isoformat())
                    break
            gone.append(month)
        return gone

    async def _drop(self, tx: Db, month: date) -> bool:
        before = await months.bound(tx, start_of(months_later(month, 1)))
        last = await seals.last(tx)
        if await months.last_number(tx, before=before) > (last.last_seq if last else 0):
            return False
        await seals.put_anchor(tx, await self._anchor(tx, before))
        rows = await months.drop(tx, month)
        await self._audit.record(
            tx,
            SYSTEM,
            action="month_dropped",
            noun="audit",
            details={"month": month.strftime("%Y-%m"), "count": rows},
        )
        return True

    async def _anchor(self, tx: Db, before: UUID) -> Anchor:
        """At the last seal of which, and of all before it, every row goes."""
        known = await seals.anchor(tx)
        n, digest = known.n, known.hash
        while ahead := await seals.after(tx, n, limit=_SEALS_AT_ONCE):
            for seal in ahead:
                if any(one >= before for one in seal.leaf_ids()):
                    return self._signed(n, digest, before)
                n, digest = seal.n, seal.hash
        return self._signed(n, digest, before)

    def _signed(self, n: int, hash: bytes, before: UUID) -> Anchor:
        at = self._clock.now()
        said = hash_of_anchor(n=n, hash=hash, before=before, dropped_at=at)
        return Anchor(
            n=n, hash=hash, before=before, signature=self._signer.sign(said), dropped_at=at
        )


def months_later(month: date, count: int) -> date:
    years, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(years, index + 1, 1)


def start_of(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)
