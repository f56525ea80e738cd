"""Whether the record is as it was sealed; if not, the first row where it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from vtp.audit.chain import (
    ORIGIN,
    Anchor,
    Broken,
    Seal,
    addresses_hold,
    compare,
    hash_of_anchor,
    links,
)
from vtp.audit.head import Head, HeadFile
from vtp.audit.signing import Signer
from vtp.audit.store import months, seals
from vtp.db import Database, Db

_SEALS_AT_ONCE = 50
_LOWEST = -(2**62)

# Told how many rows were looked at.
Progress = Callable[[int], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Verdict:
    rows: int = 0  # sealed and sound
    seals: int = 0
    unsealed: int = 0  # too young to be sealed
    broken: Broken | None = None


class Verifying:
    """Looks at the whole record as it is at one moment."""

    def __init__(self, db: Database, *, signer: Signer, head: HeadFile) -> None:
        self._db = db
        self._signer = signer
        self._head = head

    async def verify(self, progress: Progress | None = None) -> Verdict:
        head = await asyncio.to_thread(self._head.read)
        async with self._db.transaction() as tx:
            await tx.execute("set transaction isolation level repeatable read, read only")
            return await verify(tx, signer=self._signer, head=head, progress=progress)


async def verify(
    db: Db, *, signer: Signer, head: Head | None, progress: Progress | None = None
) -> Verdict:
    """Walk the chain from its beginning to its end. `head` is what is known of its end."""
    walk = _Walk(db, signer, await seals.anchor(db), await months.forgotten_before(db), head)
    while walk.verdict.broken is None and await walk.on():
        if progress is not None:
            await progress(walk.verdict.rows)
    walk.verdict.unsealed = await seals.unsealed(db, after=walk.next_seq - 1)
    return walk.verdict


class _Walk:
    def __init__(
        self, db: Db, signer: Signer, anchor: Anchor, forgotten: UUID, head: Head | None
    ) -> None:
        self._db = db
        self._signer = signer
        self._anchor = anchor
        self._forgotten = forgotten
        # What must still be met; a head that went with its month is not waited for.
        self._head = head if head is not None and head.n >= anchor.n else None
        self.verdict = Verdict()
        self.next_seq = 1
        self._n, self._hash = anchor.n, anchor.hash
        self._meet(anchor.n, anchor.hash)
        if not _anchored(anchor, signer):
            self.verdict.broken = Broken(fault="seal_forged", seal=anchor.n)

    async def on(self) -> bool:
        """Look at the next seals; False when there are none."""
        ahead = await seals.after(self._db, self._n, limit=_SEALS_AT_ONCE)
        for seal in ahead:
            self.verdict.broken = await self._look(seal)
            if self.verdict.broken is not None:
                return False
            self._meet(seal.n, seal.hash)
            self._n, self._hash, self.next_seq = seal.n, seal.hash, seal.last_seq + 1
            self.verdict.rows += seal.count
            self.verdict.seals += 1
        if not ahead and self._head is not None:
            self.verdict.broken = Broken(fault="end_missing", seal=self._n + 1)
        return bool(ahead)

    def _meet(self, n: int, hash: bytes) -> None:
        if self._head is not None and (self._head.n, self._head.hash) == (n, hash):
            self._head = None

    async def _look(self, seal: Seal) -> Broken | None:
        broken = links(seal, n=self._n + 1, previous=self._hash, first_seq=self.next_seq)
        if broken is not None:
            return broken
        if not self._signer.holds(seal.hash, seal.signature):
            return Broken(fault="seal_forged", seal=seal.n)
        # From where the seal before ended, so that nothing hides between two; the first one
        # answers for everything before it.
        first = self.next_seq if self.next_seq > 1 else _LOWEST
        rows = await seals.rows_between(self._db, first, seal.last_seq)
        broken = compare(seal, rows, before=self._anchor.before)
        if broken is not None:
            return broken
        digests = await months.digests(self._db, [row.id for row in rows])
        return addresses_hold(seal, rows, digests, forgotten=self._forgotten)


def _anchored(anchor: Anchor, signer: Signer) -> bool:
    if anchor == ORIGIN:
        return True
    said = hash_of_anchor(
        n=anchor.n, hash=anchor.hash, before=anchor.before, dropped_at=anchor.dropped_at
    )
    return signer.holds(said, anchor.signature)
