"""What goes by mail, as a person walks it: the mails are read in the mailbox of a demo."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.application import Application, an_application, some_settings
from tests.support.browser import PHONE, Window, Windows
from vtp import settings
from vtp.accounts.kinds import FACTOR_ADDED, PASSWORD_CHANGED
from vtp.ids import UserId

NEW = "quiet lantern over nine bridges"


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path), demo=True) as made:
        yield made


async def follow(app: Application, window: Window, subject: str, action: str) -> None:
    """Open the newest mail with this subject, as it looks, and its button."""
    await window.page.goto(window.url + "/dev/mail")
    await window.page.get_by_role("link", name=re.compile(subject)).first.click()
    await expect(window.page.get_by_role("heading", name=subject)).to_be_visible()
    button = window.page.frame_locator("iframe").get_by_role("link", name=action, exact=True)
    target = await button.get_attribute("href")
    assert target
    assert target.startswith(f"{app.parts.origins.public}/")
    await window.open(target.removeprefix(app.parts.origins.public))


async def work(app: Application, email: str) -> None:
    """What the work process does with a forgotten password, which does not run here."""
    async with app.parts.db.transaction() as tx:
        await app.parts.accounts.recovery.write(tx, email)


async def sign_in(page: Page, email: str, password: str) -> None:
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page).not_to_have_url(re.compile("/login"))


async def test_a_forgotten_password_is_replaced_by_the_link_in_a_mail(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new()
    window.expect("status of 422")
    page = await window.open("/login")
    await page.get_by_role("link", name="Forgot your password").click()
    assert await window.violations() == []
    await page.get_by_label("Email").fill(person.user.email)
    await page.get_by_role("button", name="Send me a link").click()
    await expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    await work(app, person.user.email)
    await follow(app, window, "Choose a new password", "Choose a new password")
    await page.get_by_label("New password").fill("password1")
    await page.get_by_role("button", name="Set the password").click()
    await expect(page.locator("#field-password-error")).to_contain_text("Three or four words")
    assert await window.violations() == []
    await page.get_by_label("New password").fill(NEW)
    await page.get_by_role("button", name="Set the password").click()
    await sign_in(page, person.user.email, NEW)
    await follow_and_fail(app, window)


async def follow_and_fail(app: Application, window: Window) -> None:
    """The link worked once."""
    window.expect("status of 410")
    await follow(app, window, "Choose a new password", "Choose a new password")
    await expect(window.page.get_by_role("heading", name="This link has ended")).to_be_visible()


@pytest.mark.slow
async def test_who_registers_confirms_the_address_by_the_mail(
    app: Application, windows: Windows
) -> None:
    window = await windows.new()
    page = await window.open("/register")
    await page.get_by_label("Name").fill("Mei Tan")
    await page.get_by_label("Email").fill("mei@school.test")
    await page.get_by_label("Password", exact=True).fill(NEW)
    await page.get_by_role("button", name="Create account").click()
    await expect(page).not_to_have_url(re.compile("/register"))
    await window.open("/profile?tab=sign-in")
    await expect(page.get_by_text("Confirm your address")).to_be_visible()
    await follow(app, window, "Confirm your address", "Confirm my address")
    assert await window.violations() == []
    await page.get_by_role("button", name="Confirm my address").click()
    await expect(page.get_by_role("heading", name="Your address is confirmed")).to_be_visible()
    await window.open("/profile?tab=sign-in")
    await expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()


@pytest.mark.slow
async def test_a_change_of_address_is_told_to_the_old_one_and_taken_back(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/profile?tab=sign-in")
    form = page.locator("form[data-island=address]")
    await form.get_by_label("New address").fill("thief@else.test")
    await form.get_by_role("button", name="Change the address").click()
    await expect(page.locator(".toast")).to_contain_text("We wrote to thief@else.test")
    await follow(app, window, "Confirm your new address", "This is my address")
    await page.get_by_role("button", name="This is my address").click()
    await expect(page.get_by_role("heading", name="Your address is changed")).to_be_visible()
    await follow(app, window, "The address of your account was changed", "Take it back")
    await expect(page.get_by_text(person.user.email)).to_be_visible()
    assert await window.violations() == []
    await page.get_by_role("button", name="Take it back").click()
    await page.get_by_label("New password").fill(NEW)
    await page.get_by_role("button", name="Set the password").click()
    await sign_in(page, person.user.email, NEW)


@pytest.mark.slow
async def test_a_notice_rings_at_once_and_is_read_or_turned_off(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/profile?tab=notices")
    await tell(app, person.user.id)
    bell = page.get_by_role("button", name="Notices, 1 unread")
    await bell.click()
    await page.get_by_role("link", name=re.compile("Your password was changed")).click()
    await expect(page).to_have_url(re.compile("tab=sessions"))
    await window.alive()
    await expect(page.get_by_role("button", name="Notices", exact=True)).to_be_visible()
    await window.open("/profile?tab=notices")
    await page.get_by_role("switch", name="Security of your account, In the page").uncheck()
    await expect(page.locator(".toast")).to_contain_text("Saved")
    await tell(app, person.user.id)
    await window.open("/notices")
    await expect(page.get_by_role("button", name="Notices", exact=True)).to_be_visible()
    await expect(page.locator(".notices li")).to_have_count(1)


async def tell(app: Application, user_id: UserId) -> None:
    async with app.parts.db.transaction() as tx:
        await app.parts.letterbox.notices.tell(tx, user_id, PASSWORD_CHANGED)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
async def test_the_pages_of_mail_and_notices_can_be_used_by_everybody(
    app: Application, windows: Windows, scheme: str, size: str
) -> None:
    person = await app.person()
    async with app.parts.db.transaction() as tx:
        said = {"factor": "The passkey “Phone”"}
        await app.parts.letterbox.notices.tell(tx, person.user.id, PASSWORD_CHANGED)
        await app.parts.letterbox.notices.tell(tx, person.user.id, FACTOR_ADDED, said)
    await work(app, person.user.email)
    more = {"viewport": PHONE} if size == "phone" else {}
    window = await windows.new(person, color_scheme=scheme, **more)
    window.expect("status of 410")
    paths = ("/notices", "/profile?tab=notices", "/dev/mail", "/forgotten", "/address/undo?token=x")
    for path in paths:
        await window.open(path)
        assert await window.violations(leave_out="iframe") == []
        assert await window.sticks_out() <= 0
    await follow(app, window, "Choose a new password", "Choose a new password")
    assert await window.violations() == []
    assert await window.sticks_out() <= 0
