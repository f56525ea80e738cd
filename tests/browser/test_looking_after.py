"""What an administrator does in a week, and how somebody takes everything away and is forgotten."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.accounts import PASSWORD
from tests.support.application import Application, an_application, some_settings
from tests.support.browser import PHONE, Windows
from tests.support.working import work
from vtp import settings
from vtp.actor import Role

_PATIENCE = 60_000.0  # ms, for a job on a machine that has much to do


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    """A demo: its mailbox shows what would be mailed."""
    chosen = some_settings(database_settings, tmp_path, jobs=settings.Jobs(poll_interval=0.2))
    async with an_application(chosen, demo=True) as made:
        yield made


async def soon(page: Page, text: str) -> None:
    """A page that is looked at again until the job behind it has ended."""
    async with asyncio.timeout(_PATIENCE / 1000):
        while not await page.get_by_text(text).count():
            await page.reload()


@pytest.mark.slow
async def test_an_administrator_adds_somebody_tunes_the_school_and_takes_the_record_away(
    app: Application, windows: Windows, tmp_path: Path
) -> None:
    window = await windows.new(await app.person(Role.ADMIN, name="Amara Okafor"))
    page = await window.open("/admin/people")
    await page.get_by_label("Email", exact=True).fill("sam@school.test")
    await page.get_by_label("Name, if you like").fill("Sam Osei")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Add this person").click()
    await expect(page.get_by_text("The account is open.")).to_be_visible()
    await page.get_by_role("link", name="Sam Osei").click()
    await page.get_by_label("Teacher").check()
    await page.get_by_role("button", name="Save the roles").click()
    await expect(page.get_by_text("The roles are saved.")).to_be_visible()
    await page.get_by_role("button", name="Sign out everywhere").click()
    await expect(page.get_by_text("Signed out everywhere.")).to_be_visible()

    await window.open("/admin/settings")
    name = page.get_by_role("textbox", name="Name of the school")
    await name.fill("Hill School")
    await page.get_by_role("button", name="Save Name of the school").click()
    await expect(name).to_have_value("Hill School")
    await expect(page.get_by_role("banner")).to_contain_text("Hill School")

    await window.open("/admin/mail")
    await page.get_by_role("button", name="Send me a test").click()
    await expect(page.get_by_role("row").filter(has_text="test").first).to_be_visible()

    async with work(app):
        await window.open("/admin/audit?noun=user")
        roles = page.get_by_role("row").filter(has_text="changed roles")
        await expect(roles.first).to_be_visible()
        await page.get_by_role("button", name="Export CSV").click()
        await soon(page, "Fetch the file")
        async with page.expect_download() as coming:
            await page.get_by_role("link", name="Fetch the file").click()
        await (await coming.value).save_as(tmp_path / "record.csv")
        await page.get_by_role("button", name="Check the record").click()
        await soon(page, "as they were sealed")
    lines = (tmp_path / "record.csv").read_text("utf-8").splitlines()
    assert lines[0].startswith("at,actor_id")
    assert any(",roles_set," in line for line in lines)
    assert all(",user," in line for line in lines[1:])
    assert await window.violations() == []


@pytest.mark.slow
async def test_somebody_takes_everything_away_and_is_forgotten(
    app: Application, windows: Windows, tmp_path: Path
) -> None:
    theirs = await windows.new(await app.person(name="Noor Haddad"), viewport=PHONE)
    page = await theirs.open("/profile?tab=data")
    async with work(app):
        await page.get_by_role("button", name="Have it made").click()
        await soon(page, "It can be fetched until")
        async with page.expect_download() as coming:
            await page.get_by_role("link", name="Download").click()
        await (await coming.value).save_as(tmp_path / "held.zip")
    with zipfile.ZipFile(tmp_path / "held.zip") as held:
        assert "Noor Haddad" in held.read("account.json").decode()
    await page.get_by_role("button", name="Ask to be erased").click()
    assert await theirs.violations() == []
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Ask to be erased").click()
    await expect(page.get_by_text("An admin will see to it.")).to_be_visible()

    window = await windows.new(await app.person(Role.ADMIN, name="Amara Okafor"))
    admin = await window.open("/admin/erasures")
    await admin.get_by_role("button", name="Erase Noor Haddad", exact=True).click()
    assert await window.violations() == []
    await admin.get_by_role("button", name="Erase for ever").click()
    await expect(admin.get_by_text("Erased person")).to_be_visible()
    await expect(admin.get_by_text("Noor Haddad")).to_have_count(0)
    theirs.expect("401")
    theirs.expect("WebSocket")
    await page.goto(theirs.url + "/profile")
    await expect(page).to_have_url(theirs.url + "/login?next=/profile")
