"""What S3, and the way to it, can answer: as our values and as errors to act upon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import structlog
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
)

from vtp.blob.port import (
    OCTETS,
    NoSuchBlob,
    Stat,
    StorageTimeout,
    StorageUnavailable,
)
from vtp.settings import Blob

# What can break a transfer between the first and the last byte of a body.
BROKEN = (BotoCoreError, HTTPClientError, aiohttp.ClientError, TimeoutError, OSError)

_ABSENT = ("NoSuchKey", "NotFound", "404")
# The longest pause of botocore's "standard" retries.
_LONGEST_PAUSE = 20.0

_log = structlog.get_logger()


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def patience(settings: Blob, *, body: int) -> float:
    """Seconds that one call with all its attempts may take, when it carries `body` bytes.

    The limits of connect and read do not cover a peer that does not take the body, nor the
    wait for a free connection, so this ends a call that they let through.
    """
    once = settings.connect_timeout + settings.read_timeout + body / settings.s3_slowest
    pauses = sum(min(2.0**n, _LONGEST_PAUSE) for n in range(settings.attempts - 1))
    return settings.attempts * once + pauses


@asynccontextmanager
async def asking(limit: float | None = None) -> AsyncIterator[None]:
    """Ask the store something: an error of the library leaves this as one of ours."""
    try:
        async with asyncio.timeout(limit):
            yield
    except ClientError as error:
        if code_of(error) in _ABSENT:
            raise NoSuchBlob from None
        # The code says what is wrong with the bucket or the key; people only learn that it is.
        code = code_of(error)
        _log.warning("blob.refused", code=code, operation=error.operation_name, seldom=code)
        raise StorageUnavailable from error
    except (TimeoutError, ConnectTimeoutError, ReadTimeoutError) as error:
        raise StorageTimeout from error
    except BROKEN as error:
        raise StorageUnavailable from error


def stat_of(key: str, answer: Mapping[str, Any]) -> Stat:
    """From the answer to HeadObject or GetObject, also to one for a range."""
    _, _, total = str(answer.get("ContentRange", "")).partition("/")
    size = int(total) if total.isdecimal() else int(answer["ContentLength"])
    told = str(answer.get("Metadata", {}).get("sha256", ""))
    sha256 = told if len(told) == 64 else None
    return Stat(key, size, answer["LastModified"], answer.get("ContentType", OCTETS), sha256)


def range_of(start: int, length: int | None) -> str:
    """The value of a Range header (RFC 9110 section 14.2), which names the last byte too."""
    return f"bytes={start}-" if length is None else f"bytes={start}-{start + length - 1}"
