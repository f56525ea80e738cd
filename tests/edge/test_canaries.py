"""Nothing secret in any log, whatever is done with it: planted, used, and looked for."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog

from tests.support.application import Application, an_application, some_settings
from tests.support.socket_client import connected
from vtp import settings
from vtp.telemetry import logs

_PASSWORD = "canary lantern quartz meadow"
_WRONG = "wrong-canary-3c9d2b6f"
_IN_A_BODY = "body-canary-8f003c9d"


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """At the level debug, as JSON, what libraries say too."""
    root, said = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    logs.set_up(settings.Log(level="debug", format="json"), stream=said)
    try:
        yield said
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()


@pytest.fixture
async def application(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as running:
        yield running


async def use_every_secret(app: Application) -> list[str]:
    """Do with each secret what people do, right and wrong; the secrets."""
    person = {"email": "canary@school.test", "name": "Canary", "password": _PASSWORD}
    known = {"email": person["email"], "password": _PASSWORD}
    status, _ = await app.call("POST", "/api/v1/auth/register", json=person)
    assert status == 201
    _, tokens = await app.call("POST", "/api/v1/auth/login", json=known)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    _, key = await app.call("POST", "/api/v1/keys", json={"name": "k"}, headers=bearer)
    opened = await app.sign_in_by_form(**known)
    secrets = [
        _PASSWORD,
        _WRONG,
        _IN_A_BODY,
        tokens["access_token"],
        tokens["refresh_token"],
        key["key"],
        opened,
    ]
    await app.call("POST", "/api/v1/auth/login", json={**known, "password": _WRONG})
    await app.call("POST", "/api/v1/auth/login", data=f'{{"password": "{_IN_A_BODY}"')
    await app.call("PATCH", "/api/v1/users/me", json={_IN_A_BODY: _IN_A_BODY}, headers=bearer)
    await app.call("GET", "/api/v1/users/me", headers={"X-API-Key": key["key"]})
    await app.call("GET", "/api/v1/users/me", headers={"X-API-Key": key["key"] + "x"})
    await app.call("GET", "/", headers={"Cookie": f"{app.by_cookie}={opened}"})
    await app.call("GET", f"/setup?token={_IN_A_BODY}")
    for _ in range(2):  # the second time is reuse
        again = {"refresh_token": tokens["refresh_token"]}
        _, renewed = await app.call("POST", "/api/v1/auth/refresh", json=again)
        secrets += [renewed[name] for name in ("access_token", "refresh_token") if name in renewed]
    await listen(app, key["key"])
    return secrets


async def listen(app: Application, key: str) -> None:
    port = int(app.url.rpartition(":")[2])
    async with connected(port, Host=f"127.0.0.1:{port}", X_API_Key=key) as socket:
        await socket.call("jobs.watch", {"id": _IN_A_BODY})


async def test_no_secret_is_in_any_log(application: Application) -> None:
    with everything_logged() as said:
        secrets = await use_every_secret(application)
    text = said.getvalue()
    assert "http.request" in text
    assert "accounts.wrong_password" in text
    assert [secret for secret in secrets if secret in text] == []
