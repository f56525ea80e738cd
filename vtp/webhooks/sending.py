"""One attempt over HTTP: the name is looked up once, judged, and that is where it goes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from typing import Protocol

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from vtp import settings
from vtp.clock import Clock
from vtp.errors import Problem
from vtp.webhooks import targets
from vtp.webhooks.model import Outcome

_AGENT = "vtp-webhooks/1"


class LookUp(Protocol):
    """The addresses of a host, as the system knows them."""

    async def __call__(self, host: str, port: int, /) -> list[str]: ...


async def system_look_up(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Sender:
    def __init__(
        self, options: settings.Webhooks, *, clock: Clock, look_up: LookUp = system_look_up
    ) -> None:
        self._options = options
        self._clock = clock
        self._look_up = look_up
        self._allowed = targets.networks(options.allowed_networks)

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Never raises: what went wrong is the outcome."""
        started = self._clock.monotonic()
        status, error = None, None
        try:
            async with asyncio.timeout(self._options.timeout):
                status = await self._post(url, body, headers)
        except TimeoutError:
            error = "It took too long."
        except Problem as problem:
            error = str(problem)
        except socket.gaierror:
            error = "The name in its address is not known."
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            error = f"{type(problem).__name__}: {problem}"[:300]
        return Outcome(
            status=status, seconds=self._clock.monotonic() - started, error=error or _said(status)
        )

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        parts = targets.parsed(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        found = await self._look_up(host, port)
        addresses = targets.require_allowed(parts.scheme, found, self._allowed)
        # A connector for one connection: nothing is remembered from one name to another.
        connector = aiohttp.TCPConnector(
            resolver=_Judged(addresses), use_dns_cache=False, force_close=True, limit=1
        )
        async with (
            aiohttp.ClientSession(connector=connector, trust_env=False) as session,
            session.post(
                url,
                data=body,
                headers={"Content-Type": "application/json", "User-Agent": _AGENT, **headers},
                allow_redirects=False,
                max_line_size=4096,
                max_field_size=8190,
            ) as answer,
        ):
            await answer.content.read(self._options.most_bytes)
            return answer.status


class _Judged(AbstractResolver):
    """Answers with what was judged, whatever the name says by now."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        wanted = {socket.AF_UNSPEC: (4, 6), socket.AF_INET: (4,), socket.AF_INET6: (6,)}[family]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
            if (6 if ":" in address else 4) in wanted
        ]

    async def close(self) -> None:
        pass


def _said(status: int | None) -> str | None:
    if status is None or 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"It answered {status}; redirects are not followed."
    return f"It answered {status}."
