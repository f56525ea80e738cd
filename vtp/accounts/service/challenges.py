"""What somebody has to come back with: for minutes, once, and only for what it was made for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

import msgspec

from vtp.accounts import opaque
from vtp.accounts.model import Challenge
from vtp.accounts.problems import ChallengeEnded
from vtp.accounts.store import challenges
from vtp.clock import Clock
from vtp.db import Db
from vtp.ids import UserId

F = TypeVar("F", bound=msgspec.Struct)

# Wrong answers after which one begins again, from the password.
MOST_FAILURES = 5


@dataclass(frozen=True, slots=True)
class Held(Generic[F]):
    user_id: UserId | None
    facts: F

    @property
    def owner(self) -> UserId:
        if self.user_id is None:
            raise ChallengeEnded
        return self.user_id


class Challenges:
    """The kind of a challenge is the type of its facts: one kind is never taken for another."""

    def __init__(self, clock: Clock, *, lifetime: float) -> None:
        self._clock = clock
        self._lifetime = timedelta(seconds=lifetime)

    @property
    def expires_in(self) -> int:
        return int(self._lifetime.total_seconds())

    async def issue(self, tx: Db, facts: msgspec.Struct, *, user_id: UserId | None) -> str:
        token, now = opaque.new(), self._clock.now()
        challenge = Challenge(
            kind=type(facts).__name__,
            user_id=user_id,
            facts=msgspec.json.encode(facts),
            expires_at=now + self._lifetime,
        )
        await challenges.insert(tx, challenge, token_hash=opaque.digest(token), now=now)
        return token

    async def hold(self, tx: Db, token: str, kind: type[F]) -> Held[F]:
        """It stays, and is ours until the transaction ends; else `ChallengeEnded`."""
        return _opened(await self._found(tx, token, kind, challenges.held), kind)

    async def take(self, tx: Db, token: str, kind: type[F]) -> Held[F]:
        """It ends with this; else `ChallengeEnded`."""
        return _opened(await self._found(tx, token, kind, challenges.take), kind)

    async def failed(self, tx: Db, token: str) -> None:
        await challenges.failed(tx, opaque.digest(token), most=MOST_FAILURES)

    async def _found(
        self, tx: Db, token: str, kind: type[F], how: challenges.Find
    ) -> Challenge | None:
        if not opaque.plausible(token):
            return None
        return await how(tx, opaque.digest(token), kind=kind.__name__, now=self._clock.now())


def _opened(challenge: Challenge | None, kind: type[F]) -> Held[F]:
    if challenge is None:
        raise ChallengeEnded
    return Held(challenge.user_id, msgspec.json.decode(challenge.facts, type=kind))
