"""The certified OpenID provider of npm, and a school whose people have accounts there."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.application import Application, an_application, some_settings
from tests.support.processes import ROOT
from vtp import settings

_PEERS = ROOT / "bench" / "peers"
_PERSON = {"sub": "n-1", "email": "noor@school.test", "email_verified": True, "name": "Noor Haddad"}
SECRET = "a secret: of the tests & more"


@asynccontextmanager
async def a_provider(redirect: str, person: dict[str, Any]) -> AsyncIterator[str]:
    """Its issuer."""
    if shutil.which("node") is None or not (_PEERS / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("oidc-provider is not installed (make peers)")
    process = await asyncio.create_subprocess_exec(
        *("node", str(_PEERS / "oidc.mjs"), redirect, json.dumps(person)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def a_school(
    database: settings.Database, folder: Path, person: dict[str, Any] | None = None, **options: Any
) -> AsyncIterator[Application]:
    """Whose people have accounts at a provider called `home`."""
    chosen = some_settings(database, folder)
    redirect = f"http://localhost:{chosen.server.port}/login/with/home/back"
    async with a_provider(redirect, _PERSON | (person or {})) as issuer:
        home = settings.Provider(
            title="Home", issuer=issuer, client_id="vtp", client_secret=SECRET, **options
        )
        chosen = msgspec.structs.replace(chosen, oidc={"home": home})
        async with an_application(chosen) as app:
            app.url = app.url.replace("127.0.0.1", "localhost")
            yield app
