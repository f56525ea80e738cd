"""Reading what a client sends: bounded in size, and in the time between two pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

from aiohttp import web

from vtp.edge.problems import InvalidInput, Malformed, TooLarge, TooSlow, WrongMediaType

BODY_IDLE: web.AppKey[float] = web.AppKey("body_idle", float)
MAX_BODY: web.AppKey[int] = web.AppKey("max_body", int)

_MAX_FORM_FIELDS = 100


async def chunks(request: web.Request, *, limit: int) -> AsyncIterator[bytes]:
    """The body in pieces; raises as soon as it is too large or stands still for too long."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise WrongMediaType("Send it as it is, without Content-Encoding.")
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge(f"At most {limit} bytes are taken here.")
    idle, read = request.app[BODY_IDLE], 0
    while True:
        try:
            async with asyncio.timeout(idle):
                chunk = await request.content.readany()
        except TimeoutError:
            raise TooSlow from None
        except ConnectionResetError:
            # Nobody hears this answer; it is no fault of ours either.
            raise Malformed("It broke off before its end.") from None
        if not chunk:
            return
        read += len(chunk)
        if read > limit:
            raise TooLarge(f"At most {limit} bytes are taken here.")
        yield chunk


async def whole(request: web.Request, *, limit: int | None = None) -> bytes:
    most = request.app[MAX_BODY] if limit is None else limit
    return b"".join([chunk async for chunk in chunks(request, limit=most)])


async def form(request: web.Request) -> dict[str, str]:
    """The fields of an HTML form. Each may come once."""
    require_type(request, "application/x-www-form-urlencoded")
    raw = await whole(request)
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(raw),
            max_num_fields=_MAX_FORM_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise Malformed("The form cannot be read.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidInput("A field was sent twice.")
    return fields


def require_type(request: web.Request, *wanted: str) -> None:
    if request.content_type not in wanted:
        raise WrongMediaType(f"Send it as {' or '.join(wanted)}.")
