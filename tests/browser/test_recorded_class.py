"""A class from beginning to end: recorded, watched from behind while it runs, and afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.application import Application
from tests.support.browser import Windows, a_browser, chromium
from tests.support.room_page import WITH_DEVICES, Class, Someone, a_class
from vtp.actor import Role

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.alone]


class Recorder:
    """A process of its own, as `vtp serve` starts it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        env = {
            **os.environ,
            "VTP_RECORDINGS": str(self._root),
            "VTP_RECORDER__RESERVE": "1",
            "VTP_SANDBOX__ALLOW_WEAK": "true",
        }
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "vtp", "record", env=env
        )

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
            await self._process.wait()


@pytest.fixture
async def recorder(app: Application) -> AsyncIterator[Recorder]:
    made = Recorder(app.parts.settings.recordings_dir)
    await made.start()
    yield made
    await made.kill()


@pytest.fixture
async def room(app: Application, recorder: Recorder) -> AsyncIterator[Class]:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with a_browser(executable, *WITH_DEVICES) as browser:
        windows = Windows(browser, app)
        yield await a_class(app, windows, await app.person(Role.INSTRUCTOR, name="Ines Carvalho"))
        assert [c for window in windows.opened for c in window.unexpected] == []


async def becomes(so: Callable[[], Awaitable[bool]], *, limit: float = 90) -> None:
    async with asyncio.timeout(limit):
        while True:
            if await so():
                return
            await asyncio.sleep(0.1)


async def at(page: Page, place: str = "camera") -> float:
    found: float = await page.evaluate(
        f"document.querySelector('.picture-{place} video').currentTime"
    )
    return found


async def plays(page: Page, *, more: float = 2) -> None:
    before = await at(page)

    async def on() -> bool:
        return await at(page) > before + more

    await becomes(on)


async def from_more(one: Someone, name: str) -> None:
    await one.button("More").click()
    await one.page.get_by_role("button", name=name).click()


async def recordable(app: Application, one: Someone) -> None:
    """The recorder may be on its way."""

    async def begun() -> bool:
        await from_more(one, "Record this class")
        with suppress(AssertionError):
            await expect(one.page.locator(".class-pill")).to_have_text("Recording", timeout=2_000)
            return True
        return False

    await becomes(begun)


async def test_a_class_is_recorded_watched_live_and_watched_later(
    app: Application, room: Class, recorder: Recorder
) -> None:
    ines, noor = await room.someone(room.host), await room.member("Noor Haddad")
    await ines.join()
    await noor.join()
    await ines.sees_pictures()
    await recordable(app, ines)
    await noor.page.keyboard.press("c")
    await noor.page.locator("#chat-text").fill("Is it a root?")
    await noor.page.keyboard.press("Enter")
    await ines.page.keyboard.press("s")
    await expect(ines.page.get_by_text("You are sharing your screen")).to_be_visible()
    # What was told to others is what the page is about; what is kept is looked at below.
    [found] = (await app.call("GET", "/api/v1/recordings", headers=room.host.bearer))[1]["items"]

    async def length() -> float:
        path = f"/api/v1/recordings/{found['id']}/playing"
        _, playing = await app.call("GET", path, headers=room.host.bearer)
        return float(playing.get("seconds", 0))

    async def reaches(seconds: float) -> None:
        async def long() -> bool:
            return await length() >= seconds

        await becomes(long)

    await reaches(6)
    late = await room.windows.new(await app.person(name="Lars Berg"))
    behind = await late.open(f"/watch/{found['id']}")
    await expect(behind.get_by_text("The class goes on")).to_be_visible()
    await behind.get_by_role("button", name="Play", exact=True).first.click()
    await plays(behind)
    assert await at(behind) < await length() - 1
    await expect(behind.locator(".talk")).to_contain_text("Is it a root?")
    await from_more(ines, "Pause the recording")
    await expect(noor.page.locator(".class-pill")).to_have_text("Recording paused")
    await from_more(ines, "Go on recording")
    await expect(noor.page.locator(".class-pill")).to_have_text("Recording")
    await recorder.kill()
    await recorder.start()
    await reaches(await length() + 4)
    await plays(behind)
    await from_more(ines, "Stop the recording")
    await expect(noor.page.locator(".class-pill")).to_have_text("Not recorded")

    async def done() -> bool:
        path = f"/api/v1/recordings/{found['id']}"
        return bool((await app.call("GET", path, headers=room.host.bearer))[1]["state"] == "ready")

    await becomes(done)
    await expect(behind.get_by_text("The class goes on")).to_have_count(0)
    for window in (ines.window, noor.window, late):
        await window.context.close()
    later = await room.windows.new(await app.person(name="Mei Lin"))
    page = await later.open(f"/watch/{found['id']}?t=4")
    await page.get_by_role("button", name="Go on at 0:04").click()
    await plays(page)
    await expect(page.locator(".picture-camera")).to_be_visible()
    await expect(page.locator(".picture-screen")).to_be_visible()
    await page.keyboard.press("g")
    await expect(page.locator(".pictures")).to_have_attribute("data-layout", "screen")
    assert await later.violations() == []
