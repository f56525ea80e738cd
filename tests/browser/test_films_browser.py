"""Uploads that are cut off, and what becomes of a video: in a real browser."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from tests.support.application import Application, Person
from tests.support.browser import PHONE, Windows
from tests.support.media_files import video
from tests.support.tus import Tus
from tests.support.working import work
from vtp.actor import Role
from vtp.edge.bodies import chunks
from vtp.ids import uuid7
from vtp.library.api import uploads

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(240)]

# Bytes a second: a file of 20 MB takes long enough to be cut off in the middle.
_SPEED = 3_000_000
_VIDEO = "document.querySelector('.picture-camera video')"


class Slow:
    """Takes what comes no faster than that, and can be cut off."""

    request: web.Request | None = None

    async def chunks(self, request: web.Request, *, limit: int) -> AsyncIterator[bytes]:
        self.request = request
        async for piece in chunks(request, limit=limit):
            await asyncio.sleep(len(piece) / _SPEED)
            yield piece

    def cut(self) -> None:
        """Whatever is on its way just now."""
        if self.request is not None and self.request.transport is not None:
            self.request.transport.abort()


async def _sent(page: Page) -> int:
    shown = page.locator("progress")
    return int(await shown.evaluate("one => one.value")) if await shown.count() else 0


async def _sent_more_than(page: Page, size: int) -> None:
    async with asyncio.timeout(60):
        while await _sent(page) <= size:
            await page.wait_for_timeout(50)


async def test_an_upload_goes_on_after_two_cuts_a_pause_and_a_reload(
    app: Application, windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    monkeypatch.setattr(uploads, "chunks", slow.chunks)
    data = b"%PDF-1.7\n" + os.urandom(20_000_000)
    (tmp_path / "Atlas.pdf").write_bytes(data)
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    window = await windows.new(ines)
    page = await window.open("/library")
    await page.locator("input[type=file]").set_input_files([tmp_path / "Atlas.pdf"])
    for reached in (2_000_000, 6_000_000):
        await _sent_more_than(page, reached)
        slow.cut()
    await _sent_more_than(page, 7_500_000)
    # What is on its way goes on until it breaks; then there is nobody to ask.
    await window.context.set_offline(True)
    waits = page.get_by_text("waiting for the network")
    async with asyncio.timeout(60):
        while not await waits.is_visible():
            slow.cut()
            await page.wait_for_timeout(50)
    await window.context.set_offline(False)
    await _sent_more_than(page, 9_000_000)
    await page.get_by_role("button", name="Pause Atlas.pdf").click()
    await expect(page.get_by_role("button", name="Go on with Atlas.pdf")).to_be_visible()
    window.complaints.clear()
    page = await window.open("/library")
    await expect(page.get_by_text("Choose the file again")).to_be_visible(timeout=60_000)
    await page.locator("input[type=file]").set_input_files([tmp_path / "Atlas.pdf"])
    await expect(page.locator(".upload", has_text="It is here")).to_be_visible(timeout=60_000)
    (found,) = (await Tus(app, ines).ask("GET", "/api/v1/media")).body["items"]
    assert found["sha256"] == hashlib.sha256(data).hexdigest()
    window.complaints.clear()


async def test_a_video_plays_as_it_was_sent_and_then_in_all_sizes(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    data = video("webm", codec="libvpx", sound="libopus", seconds=6.0, width=640, height=480)
    made = await Tus(app, ines).whole(data, "Reading a parabola.webm")
    window = await windows.new(ines)
    page = await window.open(f"/library/{made}")
    await expect(page.get_by_text("It is on its way")).to_be_visible()
    async with work(app):
        await page.get_by_role("button", name="Play").last.click(timeout=60_000)
        await _plays(page)
        await _wait_for_sizes(app, Tus(app, ines), made)
    page = await window.open(f"/library/{made}")
    assert await window.violations() == []
    await page.locator(".cover-play").click()
    await _plays(page)
    await page.get_by_role("button", name=re.compile("^Quality")).click()
    await page.get_by_role("button", name="360p").click()
    await page.locator(".strip-bar").hover()
    await expect(page.locator(".strip-tile")).to_be_visible()
    await _was_counted(app, Tus(app, ines), made)
    phone = await windows.new(ines, viewport=PHONE, color_scheme="dark")
    await phone.open(f"/library/{made}")
    assert await phone.violations() == []
    assert await phone.sticks_out() == 0


async def _a_course(app: Application, teacher: Person, student: Person, media: str) -> str:
    """With this video in it; the path of that."""

    async def call(method: str, path: str, body: Any = None) -> Any:
        status, said = await app.call(
            method, f"/api/v1/courses{path}", headers=teacher.bearer, json=body or {}
        )
        assert status < 300, said
        return said

    course = (await call("POST", "", {"title": "Algebra II"}))["id"]
    chapter, item = str(uuid7()), str(uuid7())
    steps = [
        {"do": "add", "id": chapter, "kind": "chapter", "title": "Parabolas"},
        {"do": "add", "id": item, "kind": "media", "title": "Sketching", "parent": chapter}
        | {"media_id": media},
    ]
    await call("POST", f"/{course}/publish")
    await call("POST", f"/{course}/students", {"email": student.user.email})
    op = {"op_id": str(uuid7()), "base": 0, "client": "test", "steps": steps}
    await call("POST", f"/{course}/outline/ops", op)
    await call("POST", f"/{course}/outline/publish")
    return f"/courses/{course}/items/{item}"


async def test_a_video_that_was_watched_is_done_in_its_course(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    noor = await app.person(name="Noor Haddad")
    data = video("webm", codec="libvpx", sound="libopus", seconds=12.0, width=320, height=240)
    async with work(app):
        made = await Tus(app, ines).whole(data, "Sketching.webm")
        await _wait_for_sizes(app, Tus(app, ines), made)
    path = await _a_course(app, ines, noor, made)
    window = await windows.new(noor)
    page = await window.open(path)
    await expect(page.get_by_role("button", name="I have done this")).to_be_visible()
    await page.locator(".cover-play").click()
    # Half of it, and the end is forgiven; the outline says so without being opened anew.
    await expect(page.locator(".way-now .way-mark-done")).to_be_visible(timeout=120_000)
    await expect(page.get_by_role("button", name="I have done this")).to_have_count(0)
    await page.keyboard.press("k")
    assert await window.violations() == []
    # On another device one goes on where one stopped.
    phone = await windows.new(noor, viewport=PHONE, color_scheme="dark")
    there = await phone.open(path)
    await expect(there.locator(".way-now .way-mark-done")).to_be_visible()
    await there.locator(".cover-play").click()
    async with asyncio.timeout(60):
        while (at := float(await there.evaluate(f"{_VIDEO}.currentTime"))) < 0.2:
            await there.wait_for_timeout(50)
    assert at > 4.0


async def _plays(page: Page) -> None:
    async with asyncio.timeout(60):
        while float(await page.evaluate(f"{_VIDEO}.currentTime")) < 1.5:
            await page.wait_for_timeout(50)


async def _wait_for_sizes(app: Application, ines: Tus, made: str) -> None:
    async with asyncio.timeout(60):
        while True:
            found: Any = (await ines.ask("GET", f"/api/v1/media/{made}")).body
            if found["streams"]:
                return
            await asyncio.sleep(0.2)


async def _was_counted(app: Application, ines: Tus, made: str) -> None:
    """A view counts once some of it was seen, whatever else goes on."""
    async with asyncio.timeout(60):
        while True:
            found: Any = (await ines.ask("GET", f"/api/v1/videos/{made}")).body
            if found["views"] >= 1:
                return
            await asyncio.sleep(0.2)
