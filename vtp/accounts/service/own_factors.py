"""What a person sets up to prove who they are: each change asks for a fresh proof first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from vtp.accounts.kinds import FACTOR_ADDED, FACTOR_REMOVED
from vtp.accounts.model import Factors, Passkey
from vtp.accounts.problems import SecondFactorKept
from vtp.accounts.service.authenticators import Authenticators, NewApp
from vtp.accounts.service.passkeys import Passkeys
from vtp.accounts.service.proofs import Proof, Proofs
from vtp.accounts.store import factors, passkeys
from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.db import Database
from vtp.errors import NotFound
from vtp.notices.service import Notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    factors: Factors
    passkeys: list[Passkey]
    # Whether the school asks this person for a second step.
    demanded: bool
    # Whether browsers make passkeys for the address of this server.
    passkeys_usable: bool


class OwnFactors:
    def __init__(
        self,
        db: Database,
        *,
        audit: Audit,
        notices: Notices,
        proofs: Proofs,
        authenticators: Authenticators,
        passkeys: Passkeys,
    ) -> None:
        self._db = db
        self._audit = audit
        self._notices = notices
        self._proofs = proofs
        self._authenticators = authenticators
        self._passkeys = passkeys

    async def overview(self, actor: Actor) -> Overview:
        return Overview(
            factors=await self._authenticators.of(actor),
            passkeys=await self._passkeys.listed(actor),
            demanded=self._authenticators.demanded(actor),
            passkeys_usable=self._passkeys.usable,
        )

    async def prove(self, actor: Actor, proof: Proof) -> None:
        await self._proofs.give(actor, proof)

    async def ask_passkey(self, actor: Actor) -> dict[str, Any]:
        """The question for `prove`, to the passkeys of this person."""
        return await self._passkeys.ask(actor.require_user())

    async def begin_app(self, actor: Actor) -> NewApp:
        await self._proofs.require(actor)
        return await self._authenticators.begin(actor)

    async def confirm_app(self, actor: Actor, challenge: str, code: str) -> list[str]:
        """The recovery codes, shown this once."""
        return await self._authenticators.confirm(actor, challenge, code)

    async def turn_off_app(self, actor: Actor) -> None:
        await self._proofs.require(actor)
        await self._authenticators.turn_off(actor)

    async def new_codes(self, actor: Actor) -> list[str]:
        await self._proofs.require(actor)
        return await self._authenticators.new_codes(actor)

    async def offer_passkey(self, actor: Actor) -> dict[str, Any]:
        await self._proofs.require(actor)
        return await self._passkeys.offer(actor)

    async def add_passkey(self, actor: Actor, answer: Mapping[str, Any], *, name: str) -> Passkey:
        async with self._db.transaction() as tx:
            made = await self._passkeys.add(tx, actor, answer, name=name)
            await self._audit.record(
                tx,
                actor,
                action="added",
                noun="passkey",
                target_id=made.id,
                details={"name": made.name, "syncable": made.syncable},
            )
            await self._notices.tell(tx, made.user_id, FACTOR_ADDED, _factor(made.name))
        return made

    async def rename_passkey(self, actor: Actor, passkey_id: UUID, name: str) -> Passkey:
        return await self._passkeys.rename(actor, passkey_id, name)

    async def remove_passkey(self, actor: Actor, passkey_id: UUID) -> None:
        await self._proofs.require(actor)
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            name = await passkeys.delete(tx, passkey_id, user_id=user_id)
            if name is None:
                raise NotFound
            found = await factors.of(tx, user_id)
            alone = not found.authenticator and not found.passkeys
            if alone and self._authenticators.demanded(actor):
                raise SecondFactorKept
            if alone:
                await factors.replace_codes(tx, user_id, [])
            await self._audit.record(
                tx,
                actor,
                action="removed",
                noun="passkey",
                target_id=passkey_id,
                details={"name": name},
            )
            await self._notices.tell(tx, user_id, FACTOR_REMOVED, _factor(name))


def _factor(name: str) -> dict[str, str]:
    """As notices begin their sentence with it."""
    return {"factor": f"The passkey “{name}”"}
