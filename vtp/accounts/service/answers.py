"""Whether an answer to "who are you" is right: a code, a recovery code, a passkey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vtp.accounts import codes
from vtp.accounts.model import ProvedBy
from vtp.accounts.problems import TooManyCodes
from vtp.accounts.sealing import Sealing
from vtp.accounts.service.passkeys import Passkeys
from vtp.accounts.store import factors
from vtp.accounts.throttle import Throttle
from vtp.clock import Clock
from vtp.db import Db
from vtp.ids import UserId

# Six digits are guessed from anywhere with equal luck, so all places count as one.
_ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of them is given."""

    code: str = ""
    recovery_code: str = ""
    # What `navigator.credentials.get` gave, as JSON.
    passkey: Mapping[str, Any] | None = None


class Answers:
    def __init__(
        self, *, clock: Clock, sealing: Sealing, passkeys: Passkeys, throttle: Throttle
    ) -> None:
        self._clock = clock
        self._sealing = sealing
        self._passkeys = passkeys
        self._throttle = throttle

    async def judge(self, tx: Db, user_id: UserId, answer: Answer) -> ProvedBy | None:
        """What it proved; None when it is wrong. What is right is used up in `tx`."""
        if answer.passkey is not None:
            answered = await self._passkeys.judge(tx, answer.passkey, of=user_id)
            return ProvedBy.PASSKEY if answered else None
        if answer.recovery_code:
            right = await self._recovery(tx, user_id, answer.recovery_code)
            return ProvedBy.RECOVERY if right else None
        return ProvedBy.CODE if await self._code(tx, user_id, answer.code) else None

    async def _recovery(self, tx: Db, user_id: UserId, code: str) -> bool:
        plain = codes.recovery(code)
        digest = self._sealing.digest(plain, of=user_id)
        return bool(plain) and await factors.use_code(tx, user_id, digest, now=self._clock.now())

    async def _code(self, tx: Db, user_id: UserId, code: str) -> bool:
        account = str(user_id)
        wait = self._throttle.begin(account, _ANYWHERE, now=self._clock.monotonic())
        if wait > 0:
            raise TooManyCodes(retry_after=wait)
        right = False
        try:
            right = await self._shown_now(tx, user_id, code)
        finally:  # who goes away before the answer has guessed all the same
            if right:
                self._throttle.succeeded(account, _ANYWHERE)
            else:
                self._throttle.failed(account, _ANYWHERE, now=self._clock.monotonic())
        return right

    async def _shown_now(self, tx: Db, user_id: UserId, code: str) -> bool:
        kept = await factors.authenticator(tx, user_id)
        secret = self._sealing.open(kept[0], of=user_id) if kept else None
        if kept is None or secret is None:
            return False
        step = codes.step_of(secret, code, now=self._clock.now(), after=kept[1])
        if step is None:
            return False
        await factors.took_step(tx, user_id, step)
        return True
