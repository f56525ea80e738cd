"""How often is too often. Sliding windows, in memory or in Redis where there are several nodes."""

from __future__ import annotations

import math
import time

from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from vtp import settings
from vtp.actor import Actor
from vtp.errors import Limited, Unavailable


class Window:
    """A sliding window in memory: the count of this one, and a fading share of the last one.

    In place of the storage in memory of `limits`, which at every hit starts a task that looks at
    all keys: 11 µs with one person, 80 µs with a thousand. Here a hit is two look-ups, 2 µs, and
    what is over is dropped whole, with its window.
    """

    def __init__(self, limit: int, seconds: float) -> None:
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
        left = self._seconds - into
        if math.floor(last * left / self._seconds) + count < self._limit:
            self._now[key] = count + 1
            return 0.0
        free = self._limit - count  # once the share of the last window is below this
        return max(1.0, left - free * self._seconds / last) if free > 0 else max(1.0, left)

    def _turn_to(self, number: int) -> None:
        if number != self._number:
            self._last = self._now if number == self._number + 1 else {}
            self._now = {}
            self._number = number


class Limiter:
    def __init__(self, options: settings.Limits) -> None:
        storage = storage_from_string(_async(options.storage))
        if not isinstance(storage, Storage):
            raise settings.SettingsError(f"limits.storage: {options.storage} cannot be used")
        self._storage = storage
        self._shared = SlidingWindowCounterRateLimiter(storage)
        self._signed_in = RateLimitItemPerMinute(options.requests_per_minute)
        self._anonymous = RateLimitItemPerMinute(options.anonymous_per_minute)
        self._registrations = RateLimitItemPerHour(options.registrations_per_hour)
        self._windows = {
            "user": Window(options.requests_per_minute, 60),
            "address": Window(options.anonymous_per_minute, 60),
            "register": Window(options.registrations_per_hour, 3600),
        }

    async def request(self, actor: Actor, address: str) -> None:
        """Count one request; raise `Limited` when it was one too many."""
        if actor.user_id is None:
            await self._hit(self._anonymous, "address", address)
        else:
            await self._hit(self._signed_in, "user", actor.user_id.hex)

    async def registration(self, address: str) -> None:
        await self._hit(self._registrations, "register", address)

    async def _hit(self, item: RateLimitItem, *key: str) -> None:
        wait = await self._wait(item, *key)
        if wait:
            raise Limited(retry_after=max(1.0, math.ceil(wait)))

    async def _wait(self, item: RateLimitItem, *key: str) -> float:
        if isinstance(self._storage, MemoryStorage):
            return self._windows[key[0]].wait(key[1], now=time.monotonic())
        if await self._shared.hit(item, *key):
            return 0.0
        stats = await self._shared.get_window_stats(item, *key)
        return max(1.0, stats.reset_time - time.time())

    async def check(self) -> None:
        """For health: whether the storage answers."""
        if not await self._storage.check():
            raise Unavailable("The storage of rate limits does not answer.")


LIMITER: web.AppKey[Limiter] = web.AppKey("limiter", Limiter)


def _async(url: str) -> str:
    return url if url.startswith("async+") else f"async+{url}"
