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
    """One process at a time; who writes rows never waits for it."""

    def __init__(self, db: Database, *, clock: Clock, signer: Signer, head: HeadFile) -> None:
        self._db = db
        self._clock = clock
        self._signer = signer
        self._head = head

    async def seal(self) -> int:
        """Seal what is complete; how many rows that were.

        What is written now is complete at the next call, or when its transaction is over.
        """
        async with self._db.transaction() as tx:
            up_to = await seals.complete_up_to(tx)
        total = 0
        while up_to:
            async with self._db.transaction() as tx:
                made = await self._next(tx, up_to)
            if made is None:
                break
            total += made.count
            await asyncio.to_thread(self._head.write, made)
            _log.info("audit.sealed", n=made.n, rows=made.count, head=made.hash.hex())
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
