"""The first administrator, by the link from the terminal."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.support.accounts import PASSWORD
from tests.support.application import Application
from tests.support.browser import PHONE, Windows


async def path_of_link(app: Application) -> str:
    link = await app.parts.accounts.first_admin.link()
    assert link is not None
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_link_makes_an_administrator_and_works_once(
    app: Application, windows: Windows, theme: Any
) -> None:
    path = await path_of_link(app)
    window = await windows.new(viewport=PHONE, color_scheme=theme)
    page = await window.open(path)
    assert await window.violations() == []
    await page.get_by_label("Name", exact=True).fill("Noor Haddad")
    await page.get_by_label("Email").fill("noor@school.test")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create administrator").click()
    await expect(page.locator(".hero")).to_contain_text("Administrator")

    window.expect("/setup", "410")
    await window.open(path)
    await expect(page.get_by_role("heading", level=1)).to_have_text("This link has ended")
    assert await window.violations() == []
