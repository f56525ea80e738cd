"""Looking after people in a browser: invite, come in, import, close an account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.accounts import PASSWORD
from tests.support.application import Application, an_application, some_settings
from tests.support.browser import PHONE, Windows
from tests.support.working import work
from vtp import settings
from vtp.actor import Role

LIST = b"mail,name,roles\nsam@school.test,Sam Osei,student\nlena@school.test,=cmd(),student\n"


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    """A demo: its mailbox shows what would be mailed."""
    async with an_application(some_settings(database_settings, tmp_path), demo=True) as made:
        yield made


async def test_who_is_invited_comes_in_and_goes_when_the_account_is_closed(
    app: Application, windows: Windows
) -> None:
    window = await windows.new(await app.person(Role.ADMIN, name="Amara Okafor"))
    page = await window.open("/admin/people")
    assert await window.violations() == []
    await page.get_by_label("Email", exact=True).fill("noor@school.test")
    await page.get_by_role("button", name="Add this person").click()
    await expect(page.get_by_text("The invitation is on its way.")).to_be_visible()

    theirs = await windows.new(viewport=PHONE)
    guest = await theirs.open("/dev/mail")
    link = (
        await guest.frame_locator("iframe")
        .get_by_role("link", name="Come in")
        .get_attribute("href")
    )
    assert link
    await guest.goto(theirs.url + link[link.index("/invitation") :])
    assert await theirs.violations() == []
    await guest.get_by_label("Name").fill("Noor Haddad")
    await guest.get_by_label("Password", exact=True).fill(PASSWORD)
    await guest.get_by_role("button", name="Come in").click()
    await expect(guest.get_by_text("Your account is ready.")).to_be_visible()
    await guest.get_by_label("Email").fill("noor@school.test")
    await guest.get_by_label("Password", exact=True).fill(PASSWORD)
    await guest.get_by_role("button", name="Sign in", exact=True).click()
    await guest.wait_for_url(theirs.url + "/")

    await window.open("/admin/people?q=noor&state=active")
    await page.get_by_role("link", name="Noor Haddad").click()
    assert await window.violations() == []
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await window.sticks_out() <= 0
    await page.get_by_role("button", name="Disable the account").click()
    await expect(page.get_by_text("The account is disabled.")).to_be_visible()
    theirs.expect("401")
    theirs.expect("WebSocket")
    await guest.goto(theirs.url + "/profile")
    await expect(guest).to_have_url(theirs.url + "/login?next=/profile")


async def test_a_list_is_compared_and_then_applied(app: Application, windows: Windows) -> None:
    window = await windows.new(await app.person(Role.ADMIN, name="Amara Okafor"))
    page = await window.open("/admin/people/import")
    assert await window.violations() == []
    async with work(app):
        await page.get_by_label("List, a CSV file").set_input_files(
            {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST}
        )
        await page.get_by_role("button", name="Compare the list").click()
        await expect(page.get_by_role("row").filter(has_text="sam@school.test")).to_contain_text(
            "New"
        )
        wrong = page.get_by_role("row").filter(has_text="lena@school.test")
        await expect(wrong).to_contain_text("A name cannot begin with =.")
        assert await window.violations() == []
        assert await window.missing_icons() == []
        await page.get_by_role("button", name="Apply the list").click()
        await expect(page.get_by_text("The list is applied.")).to_be_visible()
    await window.open("/admin/people?state=invited")
    await expect(page.get_by_role("link", name="Sam Osei")).to_be_visible()
    await expect(page.get_by_text("lena@school.test")).to_have_count(0)


async def test_two_accounts_are_merged_after_a_question(app: Application, windows: Windows) -> None:
    window = await windows.new(await app.person(Role.ADMIN, name="Amara Okafor"))
    old, new = await app.person(name="Old Account"), await app.person(name="New Account")
    page = await window.open(f"/admin/people/{old.user.id}")
    await page.get_by_role("button", name="Merge into another account").click()
    await expect(
        page.get_by_role("heading", name="Merge the account of Old Account")
    ).to_be_visible()
    assert await window.violations() == []
    await page.get_by_label("Address of the account that stays").fill(new.user.email)
    await page.get_by_role("button", name="Merge for good").click()
    await expect(page.get_by_text("The accounts are merged.")).to_be_visible()
    await expect(page.get_by_role("button", name="Enable the account")).to_have_count(0)
