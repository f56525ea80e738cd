"""How often is too often. Sliding windows, in memory or in Redis where there are several nodes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Protocol

import structlog
from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string

from vtp import settings
from vtp.actor import Actor
from vtp.errors import Limited, Unavailable
from vtp.ids import UserId

_log = structlog.get_logger()

_PER: dict[int, type[RateLimitItem]] = {60: RateLimitItemPerMinute, 3600: RateLimitItemPerHour}
_IN_MEMORY = "memory://"
_TOGETHER = 50
_REDIS = ("redis://", "rediss://", "redis+unix://")


# Asked each time, because admins change it while we run.
Limit = Callable[[], int]
_MINUTE, _HOUR = 60, 3600  # s


def _limits(options: settings.Limits) -> dict[str, tuple[Limit, int]]:
    """How many, and in how many seconds, by their kind."""
    return {
        "user": (lambda: options.requests_per_minute, _MINUTE),
        "address": (lambda: options.anonymous_per_minute, _MINUTE),
        "stream": (lambda: options.streamed_per_minute, _MINUTE),
        # A school is behind one address, and watches a class together.
        "streams": (lambda: _TOGETHER * options.streamed_per_minute, _MINUTE),
        "register": (lambda: options.registrations_per_hour, _HOUR),
        "picture": (lambda: options.pictures_per_hour, _HOUR),
        "guess": (lambda: options.wrong_links_per_minute, _MINUTE),
        "strength": (lambda: options.judged_passwords_per_minute, _MINUTE),
        "mail": (lambda: options.mails_per_hour, _HOUR),
        "mailbox": (lambda: options.mails_per_person_per_hour, _HOUR),
    }


class Window:
    """A sliding window in memory: the count of this one, and a fading share of the last one.

    In place of the storage in memory of `limits`, which at every hit starts a task that looks at
    all keys: 11 µs with one person, 80 µs with a thousand. Here a hit is two look-ups, 2 µs, and
    what is over is dropped whole, with its window.
    """

    def __init__(self, limit: Limit, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._number = 0
        self._last: dict[str, int] = {}
        self._now: dict[str, int] = {}

    def wait(self, key: str, *, now: float) -> float:
        """Count one and return 0.0; or do not, and return after how many seconds to try again."""
        number, into = divmod(now, self._seconds)
        self._turn_to(int(number))
        last, count = self._last.get(key, 0), self._now.get(key, 0)
        left, limit = self._seconds - into, self._limit()
        if math.floor(last * left / self._seconds) + count < limit:
            self._now[key] = count + 1
            return 0.0
        free = limit - count  # once the share of the last window is below this
        return max(1.0, left - free * self._seconds / last) if free > 0 else max(1.0, left)

    def _turn_to(self, number: int) -> None:
        if number != self._number:
            self._last = self._now if number == self._number + 1 else {}
            self._now = {}
            self._number = number


class Counts(Protocol):
    """Where requests are counted, by their kind (`_limits`)."""

    async def wait(self, kind: str, key: str) -> float:
        """Count one and return 0.0; or do not, and return after how many seconds to try again."""

    async def check(self) -> None: ...

    async def close(self) -> None: ...


class InMemory:
    """For one node."""

    def __init__(self, options: settings.Limits) -> None:
        self._windows = {kind: Window(*one) for kind, one in _limits(options).items()}

    async def wait(self, kind: str, key: str) -> float:
        return self._windows[kind].wait(key, now=time.monotonic())

    async def check(self) -> None:
        """Memory is there."""

    async def close(self) -> None:
        """Nothing is open."""


class InRedis:
    """For several nodes. While Redis is away nobody is counted: better open than locked."""

    def __init__(self, options: settings.Limits) -> None:
        self._storage = _redis(options.storage)
        self._windows = SlidingWindowCounterRateLimiter(self._storage)
        self._limits = _limits(options)

    async def wait(self, kind: str, key: str) -> float:
        limit, seconds = self._limits[kind]
        item = _PER[seconds](limit())
        try:
            if await self._windows.hit(item, kind, key):
                return 0.0
            stats = await self._windows.get_window_stats(item, kind, key)
        except StorageError as error:
            _log.warning("limits.away", error=str(error), seldom="limits")
            return 0.0
        return max(1.0, stats.reset_time - time.time())

    async def check(self) -> None:
        if not await self._storage.check():
            raise Unavailable("The storage of rate limits does not answer.")

    async def close(self) -> None:
        await self._storage.bridge.storage.aclose()


class Limiter:
    """Own it: `close` it after the last request."""

    def __init__(self, options: settings.Limits) -> None:
        in_memory = options.storage == _IN_MEMORY
        self._counts: Counts = InMemory(options) if in_memory else InRedis(options)

    async def request(self, actor: Actor, address: str) -> None:
        """Count one request; raise `Limited` when it was one too many."""
        if actor.known:
            await self._hit("user", actor.person_id.hex)
        else:
            await self._hit("address", address)

    async def stream(self, actor: Actor, address: str) -> None:
        """A piece, a segment or a playlist of something that is played."""
        if actor.known:
            await self._hit("stream", actor.person_id.hex)
        else:
            await self._hit("streams", address)

    async def registration(self, address: str) -> None:
        await self._hit("register", address)

    async def guess(self, address: str) -> None:
        """A secret link that opens nothing."""
        await self._hit("guess", address)

    async def strength(self, address: str) -> None:
        """A password that is judged while somebody types it."""
        await self._hit("strength", address)

    async def picture(self, user_id: UserId) -> None:
        await self._hit("picture", user_id.hex)

    async def mail(self, *, network: str, address: str) -> None:
        await self._hit("mail", network)
        await self._hit("mailbox", sha256(address.encode()).hexdigest())

    async def _hit(self, kind: str, key: str) -> None:
        if wait := await self._counts.wait(kind, key):
            raise Limited(retry_after=max(1.0, math.ceil(wait)))

    async def check(self) -> None:
        """For health: raise unless requests can be counted."""
        await self._counts.check()

    async def close(self) -> None:
        await self._counts.close()


LIMITER: web.AppKey[Limiter] = web.AppKey("limiter", Limiter)


def _redis(url: str) -> Any:
    """`limits` through redis-py, which comes with the extra `redis`."""
    plain = url.removeprefix("async+")
    if not plain.startswith(_REDIS):
        raise settings.SettingsError(f"limits.storage: {url} is neither memory:// nor redis://…")
    try:
        return storage_from_string(f"async+{plain}", implementation="redispy", wrap_exceptions=True)
    except (ConfigurationError, ValueError) as error:
        raise settings.SettingsError(f"limits.storage: {error}") from None
