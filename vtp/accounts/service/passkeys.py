"""Passkeys: made by who is signed in, and asked for wherever somebody proves who they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
import structlog

from vtp.accounts import ceremonies, fields
from vtp.accounts.ceremonies import Site
from vtp.accounts.model import Passkey
from vtp.accounts.problems import ChallengeEnded, NoPasskeysHere, PasskeyKnown, PasskeyRefused
from vtp.accounts.service.challenges import Challenges
from vtp.accounts.store import passkeys, users
from vtp.actor import Actor
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import NotFound, Unauthenticated
from vtp.ids import PasskeyId, UserId, uuid7

_log = structlog.get_logger()

MOST = 20
_TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal", "cable"})


class PasskeyOffered(msgspec.Struct, frozen=True):
    """Asked of a person who is signed in: make one."""

    credential_id: UUID  # of the session that asked


class PasskeyAsked(msgspec.Struct, frozen=True):
    """Show that you have one; of anybody, or of one person."""


class Passkeys:
    def __init__(self, db: Database, *, clock: Clock, challenges: Challenges, site: Site) -> None:
        self._db = db
        self._clock = clock
        self._challenges = challenges
        self._site = site

    @property
    def usable(self) -> bool:
        return self._site.usable

    async def offer(self, actor: Actor) -> dict[str, Any]:
        """The question that makes a new one."""
        self._require_usable()
        user = await users.by_id(self._db, actor.require_user())
        if user is None or actor.credential_id is None:
            raise Unauthenticated
        known = await passkeys.of_user(self._db, user.id)
        async with self._db.transaction() as tx:
            facts = PasskeyOffered(actor.credential_id)
            token = await self._challenges.issue(tx, facts, user_id=user.id)
        return ceremonies.creation(
            self._site, token, user_id=user.id.bytes, email=user.email, name=user.name, known=known
        )

    async def add(self, tx: Db, actor: Actor, answer: Mapping[str, Any], *, name: str) -> Passkey:
        user_id, called = actor.require_user(), fields.name(name)
        token = ceremonies.token_of(answer)
        held = await self._challenges.take(tx, token, PasskeyOffered)
        if held.user_id != user_id or held.facts.credential_id != actor.credential_id:
            raise ChallengeEnded
        made = ceremonies.made(self._site, answer, token=token)
        if made is None:
            raise PasskeyRefused
        passkey = Passkey(
            id=PasskeyId(uuid7()),
            user_id=user_id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=_transports(answer),
            name=called,
            syncable=made.syncable,
            backed_up=made.backed_up,
            created_at=self._clock.now(),
        )
        if not await passkeys.insert(tx, passkey, most=MOST):
            raise PasskeyKnown
        return passkey

    async def listed(self, actor: Actor) -> list[Passkey]:
        return await passkeys.of_user(self._db, actor.require_user())

    async def rename(self, actor: Actor, passkey_id: UUID, name: str) -> Passkey:
        called = fields.name(name)
        async with self._db.transaction() as tx:
            renamed = await passkeys.rename(tx, passkey_id, called, user_id=actor.require_user())
        if renamed is None:
            raise NotFound
        return renamed

    async def ask(self, of: UserId | None) -> dict[str, Any]:
        """The question that anybody's passkey may answer, or only those of one person."""
        self._require_usable()
        known = await passkeys.of_user(self._db, of) if of else []
        async with self._db.transaction() as tx:
            token = await self._challenges.issue(tx, PasskeyAsked(), user_id=of)
        return ceremonies.request(self._site, token, known=known)

    async def judge(
        self, tx: Db, answer: Mapping[str, Any], *, of: UserId | None
    ) -> Passkey | None:
        """Whose it is when it is right; asked of one person, it must be theirs."""
        token = ceremonies.token_of(answer)
        held = await self._challenges.take(tx, token, PasskeyAsked)
        passkey = await passkeys.held(tx, ceremonies.credential_of(answer))
        if passkey is None or held.user_id != of or of not in {None, passkey.user_id}:
            return None
        if ceremonies.user_of(answer) not in {None, passkey.user_id.bytes}:
            return None
        counted = ceremonies.counted(self._site, answer, token=token, passkey=passkey)
        if counted is None:
            _log.warning("accounts.passkey_refused", passkey_id=str(passkey.id))
            return None
        await passkeys.used(
            tx,
            passkey.id,
            sign_count=counted.sign_count,
            backed_up=counted.backed_up,
            now=self._clock.now(),
        )
        return passkey

    def _require_usable(self) -> None:
        if not self.usable:
            raise NoPasskeysHere


def _transports(answer: Mapping[str, Any]) -> tuple[str, ...]:
    said = answer["response"].get("transports") or ()
    return tuple(one for one in said if one in _TRANSPORTS)
