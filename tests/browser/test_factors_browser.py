"""A second step and passkeys as a person meets them, with the authenticator of Chromium."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

from playwright.async_api import Page, expect

from tests.support.accounts import PASSWORD
from tests.support.application import Application, Person
from tests.support.browser import Window, Windows
from vtp.accounts import codes


async def at_home(window: Window, path: str) -> Page:
    """By the name of the server: browsers make no passkeys for an address."""
    window.url = window.url.replace("127.0.0.1", "localhost")
    return await window.open(path)


async def device(window: Window) -> None:
    """A phone that knows its person's finger."""
    session = await window.context.new_cdp_session(window.page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def type_password(page: Page, person: Person) -> None:
    await page.get_by_label("Email").fill(person.user.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()


def code_of(secret: str, *, later: int = 0) -> str:
    raw = base64.b32decode(secret.replace(" ", ""))
    return codes.code_at(raw, codes.step_at(datetime.now(UTC)) + later)


async def test_a_passkey_is_added_and_signs_in_without_a_password(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new()
    page = await at_home(window, "/login?next=/profile?tab=sign-in")
    await device(window)
    await type_password(page, person)
    await window.alive()
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_label("Name of the passkey").fill("Blue phone")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.locator(".toast")).to_contain_text("Blue phone is added.")
    await expect(page.get_by_role("listitem").filter(has_text="Blue phone")).to_be_visible()
    assert await window.violations() == []
    await window.context.clear_cookies()
    await window.open("/login?next=/profile")
    assert await window.violations() == []
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page).to_have_url(window.url + "/profile")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Noor Haddad")


async def test_an_app_is_set_up_and_asked_for_at_the_next_sign_in(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/profile?tab=sign-in")
    await page.get_by_role("button", name="Set up").click()
    secret = await page.locator(".qr-secret").inner_text()
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    window.expect("422")
    await page.get_by_label("Code of the app").fill("000000")
    await page.get_by_role("button", name="Turn it on").click()
    await expect(page.get_by_text("This code is not right")).to_be_visible()
    assert await window.violations() == []
    await page.get_by_label("Code of the app").fill(code_of(secret))
    await page.get_by_role("button", name="Turn it on").click()
    await expect(page.locator("ul.codes code")).to_have_count(10)
    kept = await page.locator("ul.codes code").all_inner_texts()
    assert await window.violations() == []
    await page.get_by_role("button", name="I have kept them").click()
    await expect(page.get_by_text("Signing in asks for a code of your app.")).to_be_visible()

    other = await windows.new()
    page = await other.open("/login?next=/profile")
    await type_password(page, person)
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert await other.violations() == []
    other.expect("422")
    await page.get_by_label("Code of the app").fill("000 000")
    await page.get_by_role("button", name="Continue").first.click()
    await expect(page.locator("#field-code-error")).to_contain_text("This code is not right")
    await page.get_by_label("Code of the app").fill(code_of(secret, later=1))
    await page.get_by_role("button", name="Continue").first.click()
    await expect(page).to_have_url(re.compile("/profile$"))

    lost = await windows.new(java_script_enabled=False)
    await lost.page.goto(lost.url + "/login")
    await type_password(lost.page, person)
    await lost.page.get_by_text("Use a recovery code").click()
    await lost.page.get_by_label("Recovery code", exact=True).fill(kept[0])
    await lost.page.get_by_role("button", name="Continue").last.click()
    await expect(lost.page).to_have_url(lost.url + "/")
