"""Whether those who stay connected may still be: asked again and again for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from vtp.accounts.model import Proof
from vtp.accounts.store import standing
from vtp.actor import Actor
from vtp.clock import Clock
from vtp.db import Database


class Standing:
    def __init__(self, db: Database, *, clock: Clock, demo: bool) -> None:
        self._db = db
        self._clock = clock
        self._demo = demo

    async def __call__(self, actors: Sequence[Actor]) -> list[Actor | None]:
        """Each as it is now, in the same order; None where what proved it has ended."""
        asked = {actor.credential_id for actor in actors if actor.credential_id}
        proofs = await standing.of(self._db, asked, now=self._clock.now(), demo=self._demo)
        return [_now(actor, proofs) for actor in actors]


def _now(actor: Actor, proofs: dict[UUID, Proof]) -> Actor | None:
    proof = proofs.get(actor.credential_id) if actor.credential_id else None
    if proof is None or proof.user_id != actor.user_id:
        return None
    return replace(actor, roles=proof.roles, scopes=proof.scopes)
