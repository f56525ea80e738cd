"""The overview of attendance in a browser, over the term of the demo: who teaches, who learns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.application import Application, an_application, some_settings
from tests.support.browser import PHONE, Window, Windows, picture
from tests.support.demo_term import a_term
from vtp import demo, settings

pytestmark = pytest.mark.slow


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path), demo=True) as made:
        await a_term(made.parts)
        yield made


async def signed_in(window: Window, email: str) -> Page:
    page = await window.open("/login?next=/")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password", exact=True).fill(demo.PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url(f"{window.url}/")
    return page


async def test_one_look_leads_to_what_waits_and_to_what_can_be_mended(
    app: Application, windows: Windows
) -> None:
    teacher = await windows.new()
    page = await signed_in(teacher, "teacher@demo.test")
    await page.get_by_role("navigation", name="Main").first.get_by_text("Attendance").click()
    await expect(page.get_by_role("heading", name="Needs a word with you")).to_be_visible()
    await expect(page.get_by_role("img", name="Attendance class by class").first).to_be_visible()
    assert await teacher.violations() == []
    assert await teacher.sticks_out() <= 0
    await picture(page, "overview")
    answer = page.get_by_role("link", name="Answer ").first
    name = ((await answer.get_attribute("aria-label")) or "").removeprefix("Answer ")
    await answer.click()
    await page.get_by_label(f"Change the mark of {name}").click()
    row = page.locator(".register-line", has_text=name)
    await row.get_by_label("Answer to the student").fill("Then it counts.")
    await row.get_by_role("button", name="Answer", exact=True).click()
    await expect(page.get_by_text("Then it counts.")).to_be_visible()
    await picture(page, "overview-register")
    await page.goto(f"{app.url}/attendance")
    await expect(page.get_by_role("link", name=f"Answer {name}")).to_have_count(0)
    student = await windows.new(viewport=PHONE)
    seen = await signed_in(student, "student@demo.test")
    await seen.goto(f"{app.url}/attendance")
    await expect(seen.get_by_role("heading", name="Algebra II")).to_be_visible()
    await expect(seen.get_by_text("is still reachable").first).to_be_visible()
    assert await student.violations() == []
    assert await student.sticks_out() <= 0
    await picture(seen, "overview-student-phone")
