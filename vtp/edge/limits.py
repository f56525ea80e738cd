"""How often is too often. Sliding windows, in memory or in Redis where there are several nodes."""

from __future__ import annotations

import math
import time

from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

from vtp import settings
from vtp.actor import Actor
from vtp.errors import Limited, Unavailable


class Limiter:
    def __init__(self, options: settings.Limits) -> None:
        storage = storage_from_string(_async(options.storage))
        if not isinstance(storage, Storage):
            raise settings.SettingsError(f"limits.storage: {options.storage} cannot be used")
        self._storage = storage
        self._windows = SlidingWindowCounterRateLimiter(storage)
        self._signed_in = RateLimitItemPerMinute(options.requests_per_minute)
        self._anonymous = RateLimitItemPerMinute(options.anonymous_per_minute)
        self._registrations = RateLimitItemPerHour(options.registrations_per_hour)

    async def request(self, actor: Actor, address: str) -> None:
        """Count one request; raise `Limited` when it was one too many."""
        if actor.user_id is None:
            await self._hit(self._anonymous, "address", address)
        else:
            await self._hit(self._signed_in, "user", actor.user_id.hex)

    async def registration(self, address: str) -> None:
        await self._hit(self._registrations, "register", address)

    async def _hit(self, item: RateLimitItem, *key: str) -> None:
        if await self._windows.hit(item, *key):
            return
        stats = await self._windows.get_window_stats(item, *key)
        raise Limited(retry_after=max(1.0, math.ceil(stats.reset_time - time.time())))

    async def check(self) -> None:
        """For health: whether the storage answers."""
        if not await self._storage.check():
            raise Unavailable("The storage of rate limits does not answer.")


LIMITER: web.AppKey[Limiter] = web.AppKey("limiter", Limiter)


def _async(url: str) -> str:
    return url if url.startswith("async+") else f"async+{url}"
