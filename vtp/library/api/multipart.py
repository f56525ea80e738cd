"""The parts of a form with a file: small fields, and a file of any size in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import BodyPartReader

from vtp.edge.problems import Malformed, TooLarge, TooSlow

_LONGEST_FIELD = 1000  # bytes
_PIECE = 262_144


async def field(part: BodyPartReader, idle: float) -> str:
    """What stands in a small field."""
    read = bytearray()
    async for piece in pieces(part, idle):
        read += piece
        if len(read) > _LONGEST_FIELD:
            raise TooLarge(f"A field may have {_LONGEST_FIELD} bytes.")
    try:
        return read.decode()
    except UnicodeDecodeError:
        raise Malformed("The form cannot be read.") from None


async def pieces(part: BodyPartReader, idle: float) -> AsyncIterator[bytes]:
    while True:
        try:
            piece = await asyncio.wait_for(part.read_chunk(_PIECE), idle)
        except TimeoutError:
            raise TooSlow from None
        if not piece:
            return
        yield piece
