"""Requests that nobody sends by mistake: answered as what they are, never as a mistake of ours."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.application import Application, an_application, some_settings
from vtp import settings


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as running:
        yield running


async def test_what_cannot_be_the_name_of_a_file_is_not_found(app: Application) -> None:
    for name in ("%00", "shell%00.js", "a" * 300, "a/" * 2000, "%ed%a0%80", "."):
        status, problem = await app.call("GET", f"/static/{name}")
        assert (status, problem["code"]) == (404, "not_found"), name


async def test_a_packed_body_is_refused_unread(app: Application) -> None:
    codings = ("gzip", "deflate", "br", "zstd", "GZIP")
    for coding, body in itertools.product(codings, (gzip.compress(b"{}"), b"not packed at all")):
        status, problem = await app.call(
            "POST",
            "/api/v1/auth/login",
            data=body,
            headers={"Content-Type": "application/json", "Content-Encoding": coding},
        )
        assert (status, problem["code"]) == (415, "unsupported_media_type"), coding


async def test_probes_are_answered_whatever_is_sent_with_them(app: Application) -> None:
    odd = {"X-API-Key": "vtp_nobody", "Cookie": f"{app.by_cookie}=stale"}
    for path in ("/health/live", "/health/ready", "/health/startup"):
        assert (await app.call("GET", path, headers=odd))[0] == 200
