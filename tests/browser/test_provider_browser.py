"""Signing in with an account elsewhere, as a person sees it, against the certified provider."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.application import Application
from tests.support.browser import Windows
from tests.support.provider import a_school
from vtp import settings

pytestmark = pytest.mark.slow

NEW = "quiet lantern over nine bridges"


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with a_school(database_settings, tmp_path, create=True) as made:
        yield made


async def test_somebody_comes_in_sets_a_password_and_changes_what_is_connected(
    windows: Windows,
) -> None:
    window = await windows.new()
    page = await window.open("/login?next=/profile?tab=sign-in")
    await page.get_by_role("link", name="Home").click()
    await window.alive()
    elsewhere = page.locator("[data-island=identities]")
    await expect(elsewhere).to_contain_text("noor@school.test")
    form = page.locator("form[data-island=password]")
    await expect(form.get_by_label("Current password")).to_have_count(0)
    field = form.get_by_label("New password")
    await field.fill("password1")
    await expect(page.locator("#field-new-strength")).to_contain_text("Guessed at once")
    assert await window.violations() == []
    await field.fill(NEW)
    await expect(page.locator("#field-new-strength")).to_have_text("Very hard to guess")
    await form.get_by_role("button", name="Set a password").click()
    await expect(form.get_by_label("Current password")).to_be_visible()
    await elsewhere.get_by_role("button", name="Disconnect Home").click()
    await page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    await expect(elsewhere).to_contain_text("No account elsewhere")
    await elsewhere.get_by_role("link", name="Connect Home").click()
    await expect(page.get_by_role("heading", name=re.compile("Connect Home"))).to_be_visible()
    assert await window.violations() == []
    await page.locator("form.plain-form button[type=submit]").click()
    await expect(elsewhere).to_contain_text("noor@school.test")
