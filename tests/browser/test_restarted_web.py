"""The program dies in the middle of a class: everybody is back by themselves, and so is the class."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import a_browser, chromium
from tests.support.processes import Program, free_port, started, vtp
from tests.support.room_page import WITH_DEVICES
from vtp import demo

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.alone]

_READY = "Press Ctrl-C to stop."
_LONG = 90_000  # ms; what a new process takes on a busy machine
# Pictures of others that were shown; one's own goes on whatever happens.
_SHOWN = """() => [...document.querySelectorAll("video")]
  .filter(({ srcObject }) => srcObject?.getTracks().some(({ label }) => label === "remote video"))
  .reduce((sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames, 0)"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with a_browser(executable, *WITH_DEVICES) as made:
        yield made


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[tuple[Program, str]]:
    port = free_port()
    env = {"VTP_SERVER__PORT": str(port), "VTP_MEDIA__PORT": "0"}
    with started(vtp("serve", "--data", "data", "--demo"), folder=tmp_path, env=env) as program:
        await asyncio.to_thread(program.wait_for, _READY, seconds=120)
        yield program, f"http://127.0.0.1:{port}"


async def enters(browser: Browser, url: str, email: str) -> Page:
    page = await (await browser.new_context(locale="en-GB")).new_page()
    page.set_default_timeout(_LONG)
    await page.goto(f"{url}/login?next=/room/{demo.ROOM}")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill(demo.PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Join class").click()
    await expect(page.locator(".stage")).to_be_visible(timeout=_LONG)
    return page


async def says(page: Page, text: str) -> None:
    """What could not be sent stays where it was written, and is sent once."""
    written = page.get_by_label("Message everyone")
    await written.fill(text)
    async with asyncio.timeout(_LONG / 1_000):
        while await written.input_value():
            await written.press("Enter")
            await asyncio.sleep(0.5)


async def sees_pictures(page: Page) -> None:
    async with asyncio.timeout(_LONG / 1_000):
        before = await page.evaluate(_SHOWN)
        while True:
            await asyncio.sleep(0.2)
            now = await page.evaluate(_SHOWN)
            if now > before > 0:
                return
            before = now


async def test_the_same_people_with_their_hands_and_words_are_back_by_themselves(
    browser: Browser, school: tuple[Program, str]
) -> None:
    program, url = school
    host = await enters(browser, url, "teacher@demo.test")
    student = await enters(browser, url, "student@demo.test")
    await sees_pictures(host)
    await student.keyboard.press("h")
    hand = host.locator(".tile-hand")
    await expect(hand).to_have_count(1, timeout=_LONG)
    tile = host.locator("figure.tile", has=hand)
    await tile.hover()
    await tile.get_by_role("button", name="Picture of").click()
    await tile.get_by_role("button", name="Keep large for everyone").click()
    await expect(student.get_by_text("Everyone sees you large now").first).to_be_attached()
    for page in (host, student):
        await page.keyboard.press("c")
    await says(student, "Where does the minus come from?")
    await expect(host.get_by_text("Where does the minus come from?")).to_have_count(1)
    died = program.child("vtp web")
    os.kill(died, signal.SIGKILL)
    await says(student, "Are you back?")
    await expect(host.get_by_text("Are you back?")).to_have_count(1, timeout=_LONG)
    assert program.child("vtp web") != died
    for page in (host, student):
        await sees_pictures(page)
        await expect(page.locator("figure.tile")).to_have_count(2)
        await expect(page.locator(".tile-hand")).to_have_count(1)
        await expect(page.get_by_text("Where does the minus come from?")).to_have_count(1)
    await expect(host.locator("figure.tile", has=hand).get_by_text("Kept large")).to_have_count(1)
