"""The authenticator app of a person, and the recovery codes for the day when it is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from vtp.accounts import codes
from vtp.accounts.kinds import FACTOR_ADDED, FACTOR_REMOVED
from vtp.accounts.model import Factors
from vtp.accounts.problems import (
    ChallengeEnded,
    NoAuthenticator,
    SecondFactorKept,
    WrongCode,
)
from vtp.accounts.sealing import Sealing
from vtp.accounts.service.challenges import Challenges
from vtp.accounts.store import factors
from vtp.actor import Actor, Role
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.ids import UserId
from vtp.notices.service import Notices

# As notices begin their sentence with it.
_APP = "An authenticator app"


class AppOffered(msgspec.Struct, frozen=True):
    """Asked of a person who is signed in: show that your app knows this."""

    secret: bytes  # sealed


@dataclass(frozen=True, slots=True)
class NewApp:
    """What an app has to be given; the challenge takes its first code back."""

    challenge: str
    secret: bytes


class Authenticators:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        challenges: Challenges,
        sealing: Sealing,
        notices: Notices,
        demanded: Callable[[], frozenset[Role]],
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._challenges = challenges
        self._sealing = sealing
        self._notices = notices
        self._demanded = demanded

    async def of(self, actor: Actor) -> Factors:
        return await factors.of(self._db, actor.require_user())

    def demanded(self, actor: Actor) -> bool:
        """Whether the school asks people like this for a second step."""
        return actor.has(*self._demanded())

    async def begin(self, actor: Actor) -> NewApp:
        """Nothing is changed until a first code comes back."""
        user_id = actor.require_user()
        secret = codes.new_secret()
        facts = AppOffered(self._sealing.seal(secret, of=user_id))
        async with self._db.transaction() as tx:
            challenge = await self._challenges.issue(tx, facts, user_id=user_id)
        return NewApp(challenge, secret)

    async def confirm(self, actor: Actor, challenge: str, code: str) -> list[str]:
        """The app is set up, in place of one before; the new recovery codes, shown this once."""
        made = None
        async with self._db.transaction() as tx:
            held = await self._challenges.hold(tx, challenge, AppOffered)
            if held.user_id != actor.require_user():
                raise ChallengeEnded
            made = await self.set(tx, actor, held.facts.secret, code)
            if made is None:
                await self._challenges.failed(tx, challenge)
            else:
                await self._challenges.take(tx, challenge, AppOffered)
        if made is None:
            raise WrongCode
        return made

    async def set(self, tx: Db, actor: Actor, sealed: bytes, code: str) -> list[str] | None:
        """Recovery codes when `code` is of this secret; None when it is wrong."""
        user_id = actor.require_user()
        secret = self.opened(user_id, sealed)
        now = self._clock.now()
        step = codes.step_of(secret, code, now=now, after=0)
        if step is None:
            return None
        again = self._sealing.seal(secret, of=user_id)
        await factors.set_authenticator(tx, user_id, again, last_step=step, now=now)
        await self._audit.record(
            tx, actor, action="authenticator_set_up", noun="user", target_id=user_id
        )
        await self._notices.tell(tx, user_id, FACTOR_ADDED, {"factor": _APP})
        return await self._new_codes(tx, user_id)

    async def turn_off(self, actor: Actor) -> None:
        """The recovery codes go with it, unless passkeys stay that may get lost too."""
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            found = await factors.of(tx, user_id)
            if self.demanded(actor) and not found.passkeys:
                raise SecondFactorKept
            if not await factors.remove_authenticator(tx, user_id):
                raise NoAuthenticator
            if not found.passkeys:
                await factors.replace_codes(tx, user_id, [])
            await self._audit.record(
                tx, actor, action="authenticator_turned_off", noun="user", target_id=user_id
            )
            await self._notices.tell(tx, user_id, FACTOR_REMOVED, {"factor": _APP})

    async def new_codes(self, actor: Actor) -> list[str]:
        """Ten new ones; those before open nothing any more."""
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            found = await factors.of(tx, user_id)
            if not found.authenticator and not found.passkeys:
                raise NoAuthenticator
            made = await self._new_codes(tx, user_id)
            await self._audit.record(
                tx, actor, action="recovery_codes_made", noun="user", target_id=user_id
            )
        return made

    def sealed(self, user_id: UserId) -> bytes:
        """A new secret for somebody who has to set up an app before coming in."""
        return self._sealing.seal(codes.new_secret(), of=user_id)

    def opened(self, user_id: UserId, sealed: bytes) -> bytes:
        secret = self._sealing.open(sealed, of=user_id)
        if secret is None:
            raise ChallengeEnded
        return secret

    async def _new_codes(self, tx: Db, user_id: UserId) -> list[str]:
        made = codes.new_recovery_codes()
        hashes = [self._sealing.digest(codes.recovery(code), of=user_id) for code in made]
        await factors.replace_codes(tx, user_id, hashes)
        return made
