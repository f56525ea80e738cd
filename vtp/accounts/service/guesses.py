"""Judging a password: never too often, and in the same time whether or not there is an account."""

from __future__ import annotations

import asyncio

from vtp.accounts.passwords import Passwords
from vtp.accounts.problems import TooManyAttempts
from vtp.accounts.throttle import Throttle
from vtp.clock import Clock
from vtp.errors import Problem


class Guesses:
    def __init__(self, passwords: Passwords, throttle: Throttle, clock: Clock) -> None:
        self._passwords = passwords
        self._throttle = throttle
        self._clock = clock

    async def right(self, password: str, stored: str | None, *, account: str, place: str) -> bool:
        """Whether it is the password. `stored` is None where nobody may sign in."""
        now = self._clock.monotonic
        wait = self._throttle.begin(account, place, now=now())
        if wait > 0:
            raise TooManyAttempts(retry_after=wait)
        try:
            right = await self._passwords.matches(password, stored)
        except Problem:  # too long, or too many at once: not judged
            self._throttle.abandoned(account, place, now=now())
            raise
        except asyncio.CancelledError:  # who goes away before the answer has guessed all the same
            self._throttle.failed(account, place, now=now())
            raise
        if right:
            self._throttle.succeeded(account, place)
        else:
            self._throttle.failed(account, place, now=now())
        return right
