"""What somebody sees who asks for a page while the database hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.application import an_application, some_settings
from tests.support.hanging import Hanging, hanging

_FAR_BELOW_ONE_CONNECT = 20.0  # s; limits of statements are 0.3 s here, that of connecting is 60


@pytest.fixture(scope="module")
def server() -> Iterator[Hanging]:
    with hanging() as made:
        yield made


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/api/v1/users/me", "problem")])
async def test_a_database_that_hangs_is_a_prompt_503(
    server: Hanging, tmp_path: Path, path: str, kind: str
) -> None:
    async with an_application(some_settings(server.options(), tmp_path)) as app:
        cookie = {"Cookie": f"{app.by_cookie}={'A' * 43}"}
        with server.silent():
            async with (
                asyncio.timeout(_FAR_BELOW_ONE_CONNECT),
                app.http.get(app.url + path, headers=cookie) as answer,
            ):
                assert answer.status == 503
                assert kind in answer.content_type
                assert answer.headers["Retry-After"]
        async with app.http.get(app.url + path, headers=cookie) as answer:
            assert answer.status in (200, 401)
