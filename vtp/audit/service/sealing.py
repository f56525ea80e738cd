"""Sealing: rows that are surely complete become one more link of the chain."""

from __future__ import annotations

import asyncio

import structlog

from vtp.audit.chain import Seal, hash_of, leaf
from vtp.audit.head import HeadFile
from vtp.audit.model import Entry
from vtp.audit.signing import Signer
from vtp.audit.store import seals
from vtp.clock import Clock
from vtp.db import Database, Db

# Rows of one seal: hashed in some milliseconds, and 24 kB of leaves.
AT_ONCE = 500

_log = structlog.get_logger()


class Sealing:
    """One process at a time, on whatever machine; who writes rows never waits for it."""

    def __init__(self, db: Database, *, clock: Clock, signer: Signer, head: HeadFile) -> None:
        self._db = db
        self._clock = clock
        self._signer = signer
        self._head = head

    async def seal(self) -> int:
        """Seal what is complete; how many rows that were.

        What is written now is complete at the next call, or when its transaction is over.
        While another process seals there is nothing to do here.
        """
        async with self._db.transaction() as alone:
            if not await seals.stand_alone(alone):
                return 0
            return await self._seal(alone)

    async def _seal(self, alone: Db) -> int:
        async with self._db.transaction() as tx:
            up_to = await seals.complete_up_to(tx)
        total = 0
        while up_to:
            async with self._db.transaction() as tx:
                made = await self._next(tx, up_to)
            if made is None:
                break
            total += made.count
            # Under the lock as well: of two that write the end down, the older would win.
            await asyncio.to_thread(self._head.write, made)
            _log.info("audit.sealed", n=made.n, rows=made.count, head=made.hash.hex())
            # A transaction that is idle for long is ended by the server, and the lock with it.
            await seals.stand_alone(alone)
        return total

    async def _next(self, tx: Db, up_to: int) -> Seal | None:
        before = await seals.last(tx)
        anchor = await seals.anchor(tx)
        n, previous = (before.n, before.hash) if before else (anchor.n, anchor.hash)
        first = before.last_seq + 1 if before else 1
        rows = await seals.rows_between(tx, first, up_to, limit=AT_ONCE)
        if not rows:
            return None
        seal = self._sealed(rows, n=n + 1, previous=previous, first=first)
        await seals.insert(tx, seal)
        return seal

    def _sealed(self, rows: list[Entry], *, n: int, previous: bytes, first: int) -> Seal:
        leaves = b"".join(leaf(row) for row in rows)
        last, at = rows[-1].seq, self._clock.now()
        made = hash_of(
            n=n, previous=previous, first_seq=first, last_seq=last, leaves=leaves, sealed_at=at
        )
        return Seal(
            n=n,
            first_seq=first,
            last_seq=last,
            count=len(rows),
            leaves=leaves,
            previous=previous,
            hash=made,
            signature=self._signer.sign(made),
            sealed_at=at,
        )
