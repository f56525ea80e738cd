"""The record of what was done, webhooks and one's own activity, as people see them."""

from __future__ import annotations

from playwright.async_api import expect

from tests.support.application import Application
from tests.support.browser import PHONE, Windows
from vtp.actor import Role


async def test_an_admin_finds_what_was_done(app: Application, windows: Windows) -> None:
    admin = await app.person(Role.ADMIN, name="Amara Okafor")
    await app.person(name="Noor Haddad")
    window = await windows.new(admin)
    page = await window.open("/admin/audit")
    await page.get_by_label("Who", exact=True).fill("noor")
    await page.get_by_label("Result").select_option("done")
    await page.get_by_role("button", name="Search").click()
    await expect(page.get_by_role("row").filter(has_text="Noor Haddad").first).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="looked through")).to_have_count(0)
    assert "who=noor" in page.url
    assert await window.violations() == []
    await page.get_by_role("button", name="Export CSV").click()
    await expect(page.get_by_text("This is being done.")).to_be_visible()
    assert await window.sticks_out() <= 0


async def test_a_webhook_is_made_tried_and_deleted(app: Application, windows: Windows) -> None:
    window = await windows.new(await app.person(Role.ADMIN))
    page = await window.open("/admin/webhooks")
    await expect(page.get_by_text("No webhooks yet")).to_be_visible()
    await page.get_by_label("Address").fill("ftp://hooks.school.test/")
    await page.get_by_label("meeting.started").check()
    await page.get_by_role("button", name="Make the webhook").click()
    await expect(page.get_by_text("Webhooks go to https addresses")).to_be_visible()
    window.expect("422")
    await page.get_by_label("Address").fill("https://hooks.school.test/")
    await page.get_by_label("What it is for").fill("The register")
    await page.get_by_role("button", name="Make the webhook").click()
    await expect(page.get_by_text("whsec_")).to_be_visible()
    first = await page.locator("code.record-url").inner_text()
    assert await window.violations() == []
    await page.get_by_role("button", name="Send a test").click()
    await expect(page.get_by_role("row").filter(has_text="webhook.test")).to_contain_text("Waits")
    await expect(page.get_by_text("whsec_")).to_have_count(0)
    await page.get_by_role("button", name="Make another secret").click()
    await expect(page.get_by_text("whsec_")).to_be_visible()
    assert await page.locator("code.record-url").inner_text() != first
    await page.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No webhooks yet")).to_be_visible()


async def test_people_see_what_they_did_on_a_phone(app: Application, windows: Windows) -> None:
    window = await windows.new(await app.person(name="Noor Haddad"), viewport=PHONE)
    page = await window.open("/profile?tab=activity")
    await expect(page.get_by_text("signed in").first).to_be_visible()
    await expect(page.get_by_text("registered")).to_be_visible()
    assert await window.violations() == []
    assert await window.sticks_out() <= 0
