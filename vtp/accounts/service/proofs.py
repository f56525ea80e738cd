"""Once more who you are: asked before what could take an account away from its person.

A proof lasts for minutes, in the session that gave it. Signing in is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from vtp.accounts.problems import ChallengeEnded, ProofNeeded, WrongPassword
from vtp.accounts.service.answers import Answer, Answers
from vtp.accounts.service.guesses import Guesses
from vtp.accounts.service.second_step import methods, refusal
from vtp.accounts.store import factors, sessions, users
from vtp.actor import Actor
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Unauthenticated


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A password, or an answer; who has a second factor gives that."""

    password: str = ""
    answer: Answer | None = None


class Proofs:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        answers: Answers,
        guesses: Guesses,
        lifetime: float,
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._answers = answers
        self._guesses = guesses
        self._lifetime = timedelta(seconds=lifetime)
        self._demo = demo

    async def require(self, actor: Actor) -> None:
        """Return while a proof lasts, else raise `ProofNeeded`."""
        if not await self.fresh(actor):
            raise ProofNeeded(await self.ways(actor))

    async def fresh(self, actor: Actor) -> bool:
        if actor.credential_id is None:
            return False
        return await sessions.proved_since(
            self._db,
            actor.credential_id,
            user_id=actor.require_user(),
            since=self._clock.now() - self._lifetime,
        )

    async def give(self, actor: Actor, proof: Proof) -> None:
        """Note it; else `WrongPassword`, `WrongCode`, `PasskeyRefused`."""
        ways = await self.ways(actor)
        if proof.answer is not None:
            await self._answered(actor, proof.answer)
        elif "password" in ways:
            await self._by_password(actor, proof.password)
        else:
            raise ProofNeeded(ways)

    async def ways(self, actor: Actor) -> list[str]:
        """Who has a second factor is not known by the password alone."""
        found = await factors.of(self._db, actor.require_user())
        if found.authenticator:
            return methods(found)
        return [*(["password"] if found.password else []), *methods(found)]

    async def _answered(self, actor: Actor, answer: Answer) -> None:
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            proved_by = await self._answers.judge(tx, user_id, answer)
            if proved_by is not None and not await self._note(tx, actor):
                raise ChallengeEnded
        if proved_by is None:
            raise refusal(answer)

    async def _by_password(self, actor: Actor, password: str) -> None:
        user_id = actor.require_user()
        user = await users.by_id(self._db, user_id)
        login = await users.login_of(self._db, user_id, demo=self._demo)
        if user is None or login is None or not login.open:
            raise Unauthenticated
        # A place of its own: whoever sits at a forgotten screen cannot lock its owner out.
        place = f"session:{actor.credential_id}"
        if not await self._guesses.right(
            password, login.password_hash, account=user.email.casefold(), place=place
        ):
            raise WrongPassword(field="password")
        async with self._db.transaction() as tx:
            await self._note(tx, actor)

    async def _note(self, tx: Db, actor: Actor) -> bool:
        if actor.credential_id is None:
            return False
        await self._audit.record(tx, actor, action="proved_again", noun="session")
        return await sessions.prove(
            tx, actor.credential_id, user_id=actor.require_user(), now=self._clock.now()
        )
