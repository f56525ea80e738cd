"""Forms with files: their parts one after the other, each in pieces, none waited for too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import BadHttpMessage

from vtp.edge.bodies import BODY_IDLE, require_type
from vtp.edge.problems import Malformed, TooLarge, TooSlow

_LONGEST_FIELD = 1000  # bytes
_PIECE = 262_144


async def parts(request: web.Request) -> AsyncIterator[BodyPartReader]:
    """What of one is not read is skipped when the next is asked for."""
    require_type(request, "multipart/form-data")
    with _readable():
        reader = await request.multipart()
    while True:
        with _readable():
            async with asyncio.timeout(request.app[BODY_IDLE]):
                part = await reader.next()
        if not isinstance(part, BodyPartReader):
            return
        yield part


async def pieces(request: web.Request, part: BodyPartReader) -> AsyncIterator[bytes]:
    while True:
        with _readable():
            async with asyncio.timeout(request.app[BODY_IDLE]):
                piece = await part.read_chunk(_PIECE)
        if not piece:
            return
        yield piece


async def field(request: web.Request, part: BodyPartReader) -> str:
    """What stands in a small field."""
    read = await _whole(request, part, limit=_LONGEST_FIELD)
    try:
        return read.decode()
    except UnicodeDecodeError:
        raise Malformed("The form cannot be read.") from None


async def file(request: web.Request, name: str, *, limit: int) -> bytes:
    """The one file of a form, read as long as it is not larger than `limit`."""
    async for part in parts(request):
        if part.name == name:
            return await _whole(request, part, limit=limit)
        break
    raise Malformed("The form cannot be read.")


async def _whole(request: web.Request, part: BodyPartReader, *, limit: int) -> bytes:
    read = bytearray()
    async for piece in pieces(request, part):
        read += piece
        if len(read) > limit:
            raise TooLarge(f"At most {limit} bytes are taken here.")
    return bytes(read)


@contextmanager
def _readable() -> Iterator[None]:
    """All that aiohttp's reader raises for what is no form, or comes too slowly."""
    try:
        yield
    except TimeoutError:
        raise TooSlow from None
    except (ValueError, AssertionError, BadHttpMessage):
        raise Malformed("The form cannot be read.") from None
