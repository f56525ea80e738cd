"""Coming in and going out, with and without scripts."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.support.accounts import PASSWORD
from tests.support.application import Application
from tests.support.browser import Windows
from vtp.actor import Role


async def fill(page: Page, **values: str) -> None:
    for label, value in values.items():
        await page.get_by_label(label, exact=True).fill(value)


async def test_from_registering_to_signing_out_elsewhere(windows: Windows) -> None:
    laptop = await windows.new()
    page = await laptop.open("/")
    await expect(page).to_have_url(re.compile("/login"))
    await page.get_by_role("link", name="Create an account").click()
    await fill(page, Name="Noor Haddad", Email="noor@school.test", Password=PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Noor")
    await expect(page.locator(".hero")).to_contain_text("Student")

    phone = await windows.new()
    other = await phone.open("/login?next=/profile")
    await fill(other, Email="noor@school.test", Password=PASSWORD)
    await other.get_by_role("button", name="Sign in", exact=True).click()
    await expect(other).to_have_url(re.compile("/profile$"))
    await other.get_by_label("Name", exact=True).fill("Noor H.")
    await expect(other.locator("#save-state")).to_contain_text("Saved")

    await page.goto(laptop.url + "/profile?tab=sessions")
    await expect(page.get_by_text("This device")).to_be_visible()
    await page.get_by_role("button", name="Sign out everywhere else").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Sign out everywhere else").click()
    await expect(page.locator(".toast")).to_contain_text("only here now")

    await other.reload()
    await expect(other).to_have_url(re.compile("/login"))
    await page.reload()
    await expect(page.get_by_role("button", name="Noor H., menu")).to_be_visible()

    await page.get_by_role("button", name="Noor H., menu").click()
    await page.get_by_role("button", name="Sign out", exact=True).first.click()
    await expect(page).to_have_url(re.compile("/login"))


async def test_all_of_it_without_a_script(app: Application, windows: Windows) -> None:
    window = await windows.new(java_script_enabled=False)
    page = window.page
    await page.goto(window.url + "/register")
    await fill(page, Name="Noor Haddad", Email="noor@school.test", Password=PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Noor")
    await page.get_by_role("button", name="Noor Haddad, menu").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(re.compile("/login"))
    await fill(page, Email="noor@school.test", Password=PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Noor")


async def test_a_wrong_password_is_said_kindly_and_the_email_stays(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new()
    page = await window.open("/login")
    await fill(page, Email=person.user.email, Password="not this one")
    window.expect("/login", "401")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("do not go together")
    await expect(page.get_by_label("Email")).to_have_value(person.user.email)
    assert await window.violations() == []


async def test_who_types_already_is_not_led_to_another_field(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new()
    page = await window.open("/register")
    await fill(page, Name="Noor Haddad", Email=person.user.email, Password=PASSWORD)
    window.expect("/register", "409")
    async with window.slow_line():
        await page.get_by_role("button", name="Create account").click(no_wait_after=True)
        await expect(page.locator("#field-email-error")).to_be_visible()
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await expect(page.get_by_label("Password", exact=True)).to_be_focused()


async def test_a_field_is_checked_when_one_leaves_it_and_then_at_every_key(
    windows: Windows,
) -> None:
    window = await windows.new()
    page = await window.open("/register")
    email = page.get_by_label("Email")
    sentence = page.locator("#field-email-error")
    await email.fill("noor")
    await expect(sentence).to_be_hidden()
    await email.blur()
    await expect(sentence).to_contain_text("not an email address yet")
    await expect(email).to_have_attribute("aria-invalid", "true")
    await email.fill("noor@school.test")
    await expect(sentence).to_be_hidden()


async def test_an_incomplete_form_is_not_sent_and_leads_to_its_first_gap(windows: Windows) -> None:
    window = await windows.new()
    page = await window.open("/register")
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await expect(page.locator("#field-name-error")).to_contain_text("others should see")
    await expect(page).to_have_url(re.compile("/register$"))


async def test_a_password_can_be_looked_at(windows: Windows) -> None:
    window = await windows.new()
    page = await window.open("/login")
    password = page.get_by_label("Password", exact=True)
    await password.fill("violet harbour")
    reveal = page.get_by_role("button", name="Show what I type")
    await reveal.click()
    await expect(password).to_have_attribute("type", "text")
    await expect(reveal).to_have_attribute("aria-pressed", "true")
    await reveal.click()
    await expect(password).to_have_attribute("type", "password")


async def test_a_new_person_gets_the_time_zone_of_the_device(
    app: Application, windows: Windows
) -> None:
    window = await windows.new(timezone_id="Asia/Tokyo")
    page = await window.open("/register")
    await fill(page, Name="Noor Haddad", Email="noor@school.test", Password=PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.locator(".home-clock")).to_contain_text("Asia/Tokyo")


async def test_each_role_sees_its_own_places(app: Application, windows: Windows) -> None:
    student = await windows.new(await app.person())
    page = await student.open("/")
    await expect(page.get_by_role("link", name="Jobs")).to_have_count(0)
    student.expect("/admin/jobs", "403")
    await student.open("/admin/jobs")
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "This page is not for your role"
    )
    admin = await windows.new(await app.person(Role.ADMIN))
    page = await admin.open("/")
    await expect(page.get_by_role("heading", name="System")).to_be_visible()
    await page.get_by_role("button", name="Administration").click()
    await page.get_by_role("navigation").get_by_role("link", name="Jobs").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Jobs")
