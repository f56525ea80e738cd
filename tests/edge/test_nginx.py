"""Debian's nginx with the file that we ship, in front of us: cached bytes stay behind the gate."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import msgspec
import pytest

from tests.support import shown
from tests.support.application import Application, an_application, free_port, some_settings
from vtp import settings
from vtp.serve import certificate

_ROOT = Path(__file__).parents[2]
_NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")

# Else its workers become somebody who may not enter the folder of the test.
_AS_ROOT = "user root; " if os.geteuid() == 0 else ""

pytestmark = pytest.mark.slow


@dataclass
class Front:
    application: Application
    url: str
    cache: Path

    async def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        async with self.application.http.get(self.url + path, headers=headers, ssl=False) as answer:
            return answer.status, await answer.read()

    def kept(self) -> int:
        return sum(one.is_file() for one in self.cache.rglob("*"))


@pytest.fixture
async def front(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Front]:
    if _NGINX is None:
        pytest.skip("nginx is not installed (make peers)")
    port = free_port()
    chosen = some_settings(
        database_settings,
        tmp_path / "data",
        delivery=settings.Delivery(gate_cache=0.01),
    )
    server = chosen.server
    chosen = msgspec.structs.replace(
        chosen,
        server=msgspec.structs.replace(
            server, url=f"https://localhost:{port}", trusted_proxies=("127.0.0.1/32",)
        ),
    )
    pair = tmp_path / "pair"
    certificate.ensure(pair, ["localhost"], now=datetime.now(UTC))
    text = (_ROOT / "config" / "nginx.conf").read_text("utf-8")
    for before, after in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("127.0.0.1:8080", f"127.0.0.1:{server.port}"),
        ("/etc/ssl/vtp/fullchain.pem", str(pair / certificate.CERTIFICATE)),
        ("/etc/ssl/vtp/privkey.pem", str(pair / certificate.KEY)),
        ("/var/cache/nginx", str(tmp_path)),
        (
            "worker_processes auto;",
            f"{_AS_ROOT}worker_processes 1; pid {tmp_path}/pid; daemon off;",
        ),
    ):
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "nginx.conf").write_text(text)
    async with an_application(chosen) as application:
        process = await asyncio.create_subprocess_exec(
            _NGINX, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log"),
            "-p", str(tmp_path),
        )  # fmt: skip
        try:
            made = Front(application, f"https://localhost:{port}", tmp_path / "vtp")
            await _listening(made)
            yield made
        finally:
            process.terminate()
            await process.wait()


async def _listening(front: Front) -> None:
    for _ in range(200):
        try:
            await front.get("/health/live")
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.05)
        else:
            return
    raise TimeoutError


async def test_what_is_cached_is_given_to_whoever_may_see_it_and_to_nobody_else(
    front: Front,
) -> None:
    application = front.application
    ines, stranger = await application.person(), await application.person()
    made = await shown.a_recording(application, ines)
    film = shown.a_lesson(shown.folder(application, made))
    film.develop()
    film.close()
    base = f"/api/v1/recordings/{made}/hls/"
    status, playlist = await front.get(base + "stage.m3u8", **ines.bearer)
    assert status == 200
    uri = re.findall(r"^\.\./media/2/.*$", playlist.decode(), re.MULTILINE)[0]
    first = await front.get(base + uri, **ines.bearer)
    assert first[0] == 200
    assert len(first[1]) > 1_000
    kept = front.kept()
    assert kept >= 2
    (shown.folder(application, made) / "0002.mp4").rename(front.cache / "elsewhere.mp4")
    assert await front.get(base + uri, **ines.bearer) == first
    for path in (base + uri, base + "stage.m3u8"):
        assert (await front.get(path, **stranger.bearer))[0] == 403
        assert (await front.get(path))[0] == 401
    status, link = await application.call(
        "POST",
        f"/api/v1/recordings/{made}/links",
        headers={**ines.bearer, "Host": front.url.removeprefix("https://")},
    )
    ticket = link["hls"].partition("?t=")[2]
    assert await front.get(f"{base}{uri}?t={ticket}") == first
    assert (await front.get(f"{base}{uri}?t={ticket[::-1]}"))[0] == 403


async def test_it_speaks_http_2(front: Front) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    port = int(front.url.rpartition(":")[2])
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    chosen = writer.get_extra_info("ssl_object").selected_alpn_protocol()
    writer.close()
    assert chosen == "h2"
