"""The chain of seals: what is hashed, and how a row that was touched is found. Pure.

A batch of rows that are surely complete is sealed together: each row is a leaf of its id and the
SHA-256 of all that it says, and the hash of a seal covers its leaves and the hash of the seal
before. Nothing else is needed to find what was changed, left out, put in or moved; the signature
of each hash stands for who sealed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID

import msgspec

from vtp.audit.model import Entry

_ID = 16
_LEAF = _ID + 32
GENESIS = bytes(32)

Fault = Literal[
    "row_changed",
    "row_missing",
    "row_added",
    "address_changed",
    "address_missing",
    "seal_changed",
    "seal_missing",
    "seal_forged",
    "end_missing",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    n: int
    first_seq: int
    last_seq: int
    count: int
    leaves: bytes
    previous: bytes
    hash: bytes
    signature: bytes
    sealed_at: datetime

    def leaf_ids(self) -> list[UUID]:
        return [UUID(bytes=leaf[:_ID]) for leaf in _split(self.leaves)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Where the chain begins: the hash of its last seal that is gone, and which rows went."""

    n: int
    hash: bytes
    before: UUID
    signature: bytes
    dropped_at: datetime


ORIGIN = Anchor(
    n=0,
    hash=GENESIS,
    before=UUID(int=0),
    signature=b"",
    dropped_at=datetime(1970, 1, 1, tzinfo=UTC),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first place where the record is not as it was sealed."""

    fault: Fault
    seal: int
    entry_id: UUID | None = None


def leaf(entry: Entry) -> bytes:
    said = [
        entry.seq,
        entry.id,
        entry.at,
        entry.actor_id,
        entry.via,
        entry.action,
        entry.noun,
        entry.target_id,
        entry.result,
        entry.details,
        entry.request_id,
        entry.agent,
        entry.network,
        entry.address_digest,
    ]
    return entry.id.bytes + sha256(msgspec.json.encode(said, order="sorted")).digest()


def hash_of(
    *,
    n: int,
    previous: bytes,
    first_seq: int,
    last_seq: int,
    leaves: bytes,
    sealed_at: datetime,
) -> bytes:
    root = sha256(leaves).digest()
    said = ["vtp.audit.seal.1", n, previous, first_seq, last_seq, root, sealed_at]
    return sha256(msgspec.json.encode(said)).digest()


def hash_of_anchor(*, n: int, hash: bytes, before: UUID, dropped_at: datetime) -> bytes:
    said = ["vtp.audit.anchor.1", n, hash, before, dropped_at]
    return sha256(msgspec.json.encode(said)).digest()


def links(seal: Seal, *, n: int, previous: bytes, first_seq: int) -> Broken | None:
    """Whether `seal` is the one that comes next."""
    if seal.n != n:
        return Broken(fault="seal_missing", seal=n)
    as_told = hash_of(
        n=seal.n,
        previous=seal.previous,
        first_seq=seal.first_seq,
        last_seq=seal.last_seq,
        leaves=seal.leaves,
        sealed_at=seal.sealed_at,
    )
    sound = (
        seal.previous == previous
        and seal.hash == as_told
        and first_seq <= seal.first_seq <= seal.last_seq
        and len(seal.leaves) == seal.count * _LEAF
    )
    return None if sound else Broken(fault="seal_changed", seal=n)


def compare(seal: Seal, rows: Sequence[Entry], *, before: UUID) -> Broken | None:
    """The rows in the range of a seal, by their order, with its leaves. Those `before` are gone."""
    found = {row.id: leaf(row) for row in rows}
    sealed = _split(seal.leaves)
    known = set()
    for one in sealed:
        entry_id = UUID(bytes=one[:_ID])
        known.add(entry_id)
        if entry_id not in found:
            if entry_id >= before:
                return Broken(fault="row_missing", seal=seal.n, entry_id=entry_id)
        elif found[entry_id] != one:
            return Broken(fault="row_changed", seal=seal.n, entry_id=entry_id)
    if added := next((row.id for row in rows if row.id not in known), None):
        return Broken(fault="row_added", seal=seal.n, entry_id=added)
    return None


def addresses_hold(
    seal: Seal, rows: Iterable[Entry], digests: Mapping[UUID, bytes], *, forgotten: UUID
) -> Broken | None:
    """Whether the addresses beside the rows are those of then; older ones may be gone."""
    for row in rows:
        digest = digests.get(row.id)
        if digest is None:
            if row.address_digest is not None and row.id >= forgotten:
                return Broken(fault="address_missing", seal=seal.n, entry_id=row.id)
        elif digest != row.address_digest:
            return Broken(fault="address_changed", seal=seal.n, entry_id=row.id)
    return None


def _split(leaves: bytes) -> list[bytes]:
    return [leaves[at : at + _LEAF] for at in range(0, len(leaves), _LEAF)]
