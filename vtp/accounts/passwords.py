"""Passwords become bcrypt hashes here, in few threads and for few callers at a time.

bcrypt reads 72 bytes and no NUL, so it is given a keyed hash of the password: a long passphrase
counts to its last letter, and a stolen table is useless without the pepper in the secrets folder.
A stored hash names the pepper that it needs: `p` and 8 hex digits, then bcrypt's own form.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import threading
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from vtp.accounts import strength
from vtp.accounts.problems import PasswordTooLong, TooManySignIns

T = TypeVar("T")

MAX_BYTES = 1024
_SHORTEST_PEPPER = 32  # bytes
# Salt and digest of no password; checking it costs as much as checking a real one.
_NOBODY = "." * 53


class Passwords:
    """Own it and `close` it."""

    def __init__(self, pepper: bytes, *, cost: int, threads: int, queue: int) -> None:
        if len(pepper) < _SHORTEST_PEPPER:
            raise ValueError(f"a pepper has at least {_SHORTEST_PEPPER} bytes")
        self._pepper = pepper
        self._mark = f"p{hmac.digest(pepper, b'mark', 'sha256').hex()[:8]}"
        self._cost = cost
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._places = threading.BoundedSemaphore(threads + queue)

    async def require_strong(
        self, password: str, *, about: Iterable[str], field: str = "password"
    ) -> None:
        """Return when it may be chosen; `about` is what others know of the person."""
        _bytes(password, field)
        known = tuple(about)
        await self._run(lambda: strength.require(password, about=known, field=field))

    async def judged(self, password: str, *, about: Iterable[str]) -> strength.Judged:
        """How hard it is to guess, for somebody who is still typing it."""
        _bytes(password)
        known = tuple(about)
        return await self._run(lambda: strength.judged(password, about=known))

    async def hash(self, password: str) -> str:
        """The hash of a password, however weak it is."""
        raw = _bytes(password)
        return await self._run(lambda: self._hash(raw))

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether it is the one; without a stored hash it takes as long and is not."""
        raw = _bytes(password)
        return await self._run(lambda: self._matches(raw, stored))

    def outdated(self, stored: str) -> bool:
        """Whether it should be hashed again, now that the password is at hand."""
        return not stored.startswith(f"{self._mark}$2b${self._cost:02}$")

    def readable(self, stored: str) -> bool:
        """Whether it was made with the pepper that we have."""
        return stored.startswith(f"{self._mark}$")

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    def _hash(self, raw: bytes) -> str:
        made = bcrypt.hashpw(self._prepared(raw), bcrypt.gensalt(self._cost))
        return self._mark + made.decode()

    def _matches(self, raw: bytes, stored: str | None) -> bool:
        known = stored is not None and self.readable(stored)
        inner = stored[len(self._mark) :] if stored and known else f"$2b${self._cost:02}${_NOBODY}"
        return bcrypt.checkpw(self._prepared(raw), inner.encode()) and known

    def _prepared(self, raw: bytes) -> bytes:
        return base64.b64encode(hmac.digest(self._pepper, raw, hashlib.sha256))

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise TooManySignIns(retry_after=1)
        future: Future[T] = self._pool.submit(work)
        # Also when the caller went away: the place is free once the thread is.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)


def _bytes(password: str, field: str = "password") -> bytes:
    """One spelling for what keyboards compose in different ways."""
    raw = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        raise PasswordTooLong(field=field)
    return raw
