"""A teacher sends captions; a student reads them over the video, in the transcript, and later."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_watching_browser import at, plays_past, recorded
from tests.support.application import Application
from tests.support.browser import DESK, Windows
from vtp.actor import Role

_SRT = b"""1
00:00:00,500 --> 00:00:07,000
A parabola hangs below the axis
between its roots

2
00:00:09,000 --> 00:00:15,500
so the sign can only change where the curve crosses the axis
"""
# Pictures are kept where somebody wants to look at them.
_SHOTS = os.environ.get("VTP_TEST_SHOTS", "")


async def shot(page: Page, name: str) -> None:
    if _SHOTS:
        await page.screenshot(path=Path(_SHOTS) / f"{name}.png")


@pytest.mark.alone
@pytest.mark.slow
async def test_captions_are_sent_read_and_searched(app: Application, windows: Windows) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    made = await recorded(app, ines)
    window = await windows.new(ines, viewport=DESK)
    page = await window.open("/recordings")
    await page.get_by_role("button", name="More for").click()
    await page.get_by_role("button", name="Captions").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("There are none yet")
    await dialog.get_by_label("File").set_input_files(
        {"name": "lesson.srt", "mimeType": "application/x-subrip", "buffer": _SRT}
    )
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog.get_by_role("link", name="English")).to_be_visible()
    await dialog.get_by_label("Language").select_option(label="Portuguese")
    await dialog.get_by_label("File").set_input_files(
        {"name": "aula.vtt", "mimeType": "text/vtt", "buffer": b"WEBVTT\n\n" + _SRT}
    )
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog.get_by_role("link", name="Portuguese")).to_be_visible()
    await shot(page, "captions-dialog")
    assert await window.violations() == []
    await dialog.get_by_role("button", name="Remove Portuguese").click()
    await expect(dialog.get_by_role("link", name="Portuguese")).to_have_count(0)
    await dialog.get_by_role("button", name="Undo").click()
    await expect(dialog.get_by_role("link", name="Portuguese")).to_be_visible()
    await dialog.get_by_role("button", name="Remove Portuguese").click()
    await expect(dialog.get_by_role("link", name="Portuguese")).to_have_count(0)

    noor = await app.person(name="Noor Haddad")
    window = await windows.new(noor, viewport=DESK, color_scheme="dark")
    page = await window.open(f"/watch/{made}")
    await page.get_by_role("tab", name="Transcript").click()
    said = page.get_by_role("button", name="so the sign can only change")
    await expect(said).to_be_visible()
    search = page.get_by_role("searchbox", name="Search what was said")
    await search.fill("PARABOLA")
    await expect(said).to_have_count(0)
    await search.fill("")
    await said.click()
    await page.keyboard.press("c")
    await page.locator(".cover-play").click()
    await plays_past(page, 9.5)
    lines = page.locator(".caption-lines")
    await expect(lines).to_have_text("so the sign can only change where the curve crosses the axis")
    await expect(page.locator(".transcript [aria-current]")).to_contain_text("so the sign")
    await shot(page, "captions-desk-dark")
    assert await window.violations() == []
    assert await at(page) > 9

    # Which language is kept on the device, and there is room for it on a phone.
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.reload()
    await page.locator(".cover-play").click()
    await page.keyboard.press("Home")
    await expect(lines).to_contain_text("A parabola hangs below the axis")
    await page.get_by_role("tab", name="Transcript").click()
    await shot(page, "captions-phone-dark")
    assert await window.sticks_out() <= 0
    await page.get_by_role("button", name="Captions").click()
    await expect(lines).to_have_count(0)
