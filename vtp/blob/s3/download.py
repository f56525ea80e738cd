"""One object on its way to a reader. Where the stream breaks it is taken up again there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

import structlog

from vtp.blob.content import CHUNK
from vtp.blob.port import StorageUnavailable
from vtp.blob.s3.answers import BROKEN, range_of

# Ask for the bytes of a range, of exactly the version that has this ETag.
Resume = Callable[[str, str], Awaitable[Mapping[str, Any]]]

_log = structlog.get_logger()


class Download:
    """`close` it: what is left of a body would keep its connection busy."""

    def __init__(self, answer: Mapping[str, Any], resume: Resume, *, attempts: int) -> None:
        self._body = answer["Body"]
        self._version = str(answer.get("ETag", ""))
        self._resume = resume
        self._attempts = attempts

    async def chunks(self, start: int, stop: int) -> AsyncGenerator[bytes]:
        at, failures = start, 0
        while at < stop:
            try:
                piece = await self._body.read(CHUNK)
            except BROKEN as error:
                failures += 1
                if failures >= self._attempts:
                    raise StorageUnavailable from error
                await self._again(at, stop)
                continue
            if not piece:
                raise StorageUnavailable("The file storage sent less than it announced.")
            yield piece
            at += len(piece)

    async def _again(self, at: int, stop: int) -> None:
        _log.info("blob.resumed", at=at, seldom="blob.resumed")
        self.close()
        self._body = (await self._resume(range_of(at, stop - at), self._version))["Body"]

    def close(self) -> None:
        self._body.close()
