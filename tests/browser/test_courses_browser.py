"""Courses in a browser: made by a teacher, entered with a code by a student who then joins."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from tests.support.application import Application
from tests.support.browser import PHONE, Windows
from vtp.actor import Role

_PICTURES = os.environ.get("VTP_PICTURES", "")


async def test_a_course_is_made_in_one_form_and_entered_with_its_code(
    app: Application, windows: Windows
) -> None:
    teacher = await windows.new(await app.person(Role.INSTRUCTOR, name="Ines Carvalho"))
    page = await teacher.open("/courses/new")
    assert await teacher.violations() == []
    today, last = datetime.now(UTC).date(), datetime.now(UTC).date() + timedelta(days=60)
    await page.get_by_label("Title").fill("Algebra II")
    await page.get_by_label("Public").check()
    await page.get_by_label("Tue", exact=True).check(force=True)
    await page.get_by_label("Thu", exact=True).check(force=True)
    await page.get_by_label("First day").fill(today.isoformat())
    await page.get_by_label("Last day").fill(last.isoformat())
    await page.get_by_role("button", name="Create course").click()
    await expect(page.get_by_role("heading", name="Algebra II", level=1)).to_be_visible()
    assert await page.locator(".lesson").count() > 10
    await page.get_by_role("button", name="Publish").click()
    assert await teacher.violations() == []
    await page.get_by_role("link", name="People").click()
    await page.get_by_role("button", name="Make a code").click()
    code = await page.locator(".join-code").inner_text()
    assert await teacher.violations() == []
    student = await windows.new(await app.person(name="Noor Haddad"), viewport=PHONE)
    seen = await student.open("/courses")
    assert await student.violations() == []
    await seen.get_by_label("Have a code?").fill(code)
    await seen.get_by_role("button", name="Enter").click()
    await expect(seen.get_by_text("You are in. Welcome.")).to_be_visible()
    await seen.goto(f"{app.url}/dashboard")
    await expect(seen.get_by_role("heading", name="Calendar", level=1)).to_be_visible()
    assert await seen.locator(".lesson").count() >= 3
    assert await student.violations() == []
