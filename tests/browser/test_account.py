"""The profile page at work: it saves itself, and shows what the server says."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.support.accounts import PASSWORD
from tests.support.application import Application, Person
from tests.support.browser import Windows
from vtp.accounts import zones


async def sign_in(page: Page, person: Person) -> None:
    await page.get_by_label("Email").fill(person.user.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page).not_to_have_url(re.compile("/login"))


async def saved(app: Application, person: Person) -> dict[str, object]:
    _, me = await app.call("GET", "/api/v1/users/me", headers=person.bearer)
    return dict(me)


@pytest.mark.slow
async def test_a_name_is_saved_while_one_types(app: Application, windows: Windows) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/profile")
    await page.get_by_label("Name", exact=True).press("End")
    await page.get_by_label("Name", exact=True).press_sequentially(" the First")
    await expect(page.locator("#save-state")).to_have_text(re.compile(r"^Saved, \d\d:\d\d$"))
    assert (await saved(app, person))["name"] == "Noor Haddad the First"


async def test_an_empty_name_is_not_sent_and_says_what_to_write(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    page = await (await windows.new(person)).open("/profile")
    await page.get_by_label("Name", exact=True).fill("")
    await page.get_by_label("Name", exact=True).blur()
    await expect(page.locator("#field-name-error")).to_contain_text("Write the name")
    assert (await saved(app, person))["name"] == "Noor Haddad"


async def test_the_zone_of_the_device_is_one_click_away(app: Application, windows: Windows) -> None:
    person = await app.person()
    page = await (await windows.new(person, timezone_id="America/Lima")).open("/profile")
    await page.get_by_role("button", name="Use the zone of this device, America/Lima").click()
    await expect(page.locator("#save-state")).to_contain_text("Saved")
    await expect(page.get_by_label("Time zone")).to_have_value("America/Lima")
    assert (await saved(app, person))["time_zone"] == "America/Lima"


async def test_a_zone_can_be_chosen_from_all_that_there_are(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    page = await (await windows.new(person)).open("/profile")
    await page.get_by_label("Time zone").select_option("Asia/Tokyo")
    await expect(page.locator("#save-state")).to_contain_text("Saved")
    assert (await saved(app, person))["time_zone"] == "Asia/Tokyo"


async def test_every_zone_that_the_browser_offers_is_known_here(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    page = await (await windows.new(person)).open("/profile")
    offered = await page.get_by_label("Time zone").evaluate("e => [...e.options].map(o => o.value)")
    assert sorted(set(offered) - zones.known()) == []


@pytest.mark.slow
async def test_offline_the_change_is_kept_and_saved_later(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/profile")
    window.expect("ERR_INTERNET_DISCONNECTED")
    await window.context.set_offline(True)
    await page.get_by_label("Name", exact=True).fill("Noor Offline")
    await expect(page.locator("#save-state")).to_have_text("Offline, kept here")
    await window.context.set_offline(False)
    await expect(page.locator("#save-state")).to_contain_text("Saved")
    assert (await saved(app, person))["name"] == "Noor Offline"


async def test_what_could_not_be_saved_survives_the_page(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/profile")
    window.expect("ERR_FAILED")
    await page.route("**/api/v1/users/me", lambda route: route.abort())
    await page.get_by_label("Name", exact=True).fill("Noor Kept")
    await expect(page.locator("#save-state")).to_have_text("Offline, kept here")
    await page.goto(window.url + "/")
    await page.unroute("**/api/v1/users/me")
    await window.open("/profile")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Noor Kept")
    await expect(page.locator("#save-state")).to_contain_text("Saved")
    assert (await saved(app, person))["name"] == "Noor Kept"


@pytest.mark.slow
@pytest.mark.parametrize("late", ["shell", "account"])
async def test_what_was_changed_before_the_script_came_is_saved(
    app: Application, windows: Windows, late: str
) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = window.page
    async with window.slow_line(late):
        await page.goto(window.url + "/profile", wait_until="commit")
        await page.locator("form[data-island]").get_by_role("radio", name="Dark").check()
        await page.get_by_label("Name", exact=True).fill("Noor the Fast")
    await expect(page.locator("#save-state")).to_contain_text("Saved")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    me = await saved(app, person)
    assert (me["name"], me["theme"]) == ("Noor the Fast", "dark")


@pytest.mark.slow
async def test_what_was_kept_gives_way_to_what_was_typed_since(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/")
    kept = {"name": "Noor Before", "time_zone": "Asia/Tokyo"}
    await page.evaluate(
        "([user, kept]) => sessionStorage.setItem(`vtp.profile.${user}`, JSON.stringify(kept))",
        [str(person.user.id), kept],
    )
    async with window.slow_line():
        await page.goto(window.url + "/profile", wait_until="commit")
        await page.get_by_label("Name", exact=True).fill("Noor After")
    await expect(page.locator("#save-state")).to_contain_text("Saved")
    me = await saved(app, person)
    assert (me["name"], me["time_zone"]) == ("Noor After", "Asia/Tokyo")


@pytest.mark.slow
async def test_what_the_browser_remembers_of_a_visit_is_not_saved_again(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/profile")
    await page.get_by_label("Name", exact=True).fill("Noor Here")
    await expect(page.locator("#save-state")).to_contain_text("Saved")
    await window.open("/")
    change = {"name": "Noor Elsewhere"}
    await app.call("PATCH", "/api/v1/users/me", headers=person.bearer, json=change)
    await page.go_back()
    await window.alive()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Noor Elsewhere")
    await page.get_by_label("Time zone").select_option("Asia/Tokyo")
    await expect(page.locator("#save-state")).to_contain_text("Saved")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Noor Elsewhere")
    assert (await saved(app, person))["name"] == "Noor Elsewhere"


async def change_password(page: Page, current: str, new: str) -> None:
    await page.get_by_label("Current password", exact=True).fill(current)
    await page.get_by_label("New password", exact=True).fill(new)
    await page.get_by_role("button", name="Change password").click()


@pytest.mark.slow
async def test_a_password_is_changed(app: Application, windows: Windows) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/profile?tab=sign-in")
    window.expect("tab=sign-in", "422")
    await change_password(page, "not this one", "quiet lantern over nine bridges")
    await expect(page.locator("#field-current-error")).to_be_visible()
    await change_password(page, PASSWORD, "password")
    await expect(page.locator("#field-new-error")).to_be_visible()
    await change_password(page, PASSWORD, "quiet lantern over nine bridges")
    await expect(page.locator(".toast")).to_contain_text("Your password is changed.")
    login = {"email": person.user.email, "password": "quiet lantern over nine bridges"}
    status, _ = await app.call("POST", "/api/v1/auth/login", json=login)
    assert status == 200


@pytest.mark.slow
async def test_enter_before_the_password_form_is_alive_does_not_leave_the_page(
    app: Application, windows: Windows
) -> None:
    window = await windows.new(await app.person())
    page = window.page
    async with window.slow_line():
        await page.goto(window.url + "/profile?tab=sign-in", wait_until="commit")
        await page.get_by_label("Current password", exact=True).fill(PASSWORD)
        await page.get_by_label("New password", exact=True).fill("quiet lantern over nine bridges")
        await page.get_by_label("New password", exact=True).press("Enter")
    await page.get_by_role("button", name="Change password").click()
    await expect(page.locator(".toast")).to_contain_text("Your password is changed.")


async def create_key(page: Page, name: str, *scopes: str) -> str:
    await page.get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill(name)
    for scope in scopes:
        await dialog.get_by_label(scope, exact=True).check()
    await dialog.get_by_role("button", name="Create", exact=True).click()
    await expect(page.get_by_role("dialog", name="Your new key")).to_be_visible()
    return await page.locator("#new-key").inner_text()


async def test_a_key_is_shown_once_works_and_is_revoked(app: Application, windows: Windows) -> None:
    window = await windows.new(await app.person())
    page = await window.open("/profile?tab=keys")
    await expect(page.get_by_text("No API keys yet")).to_be_visible()
    key = await create_key(page, "report script", "users:read")
    assert await window.violations() == []
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="I have kept it").click()
    await expect(page.get_by_role("listitem").filter(has_text="report script")).to_be_visible()
    assert key not in await page.content()
    status, me = await app.call("GET", "/api/v1/users/me", headers={"X-API-Key": key})
    assert (status, me["name"]) == (200, "Noor Haddad")
    await page.get_by_role("button", name="Revoke").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke key").click()
    await expect(page.get_by_text("No API keys yet")).to_be_visible()
    status, _ = await app.call("GET", "/api/v1/users/me", headers={"X-API-Key": key})
    assert status == 401


async def test_where_the_browser_does_not_copy_one_is_told_to(
    app: Application, windows: Windows
) -> None:
    window = await windows.new(await app.person())
    page = await window.open("/profile?tab=keys")
    await page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject('no'); }")
    await create_key(page, "report script", "users:read")
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("alert")).to_contain_text("copy it by hand")


async def test_a_key_without_a_name_or_a_scope_is_not_made(
    app: Application, windows: Windows
) -> None:
    page = await (await windows.new(await app.person())).open("/profile?tab=keys")
    await page.get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Create", exact=True).click()
    await expect(dialog.get_by_text("Write what uses the key.")).to_be_visible()
    await expect(dialog.get_by_text("Choose at least one thing")).to_be_visible()


async def test_one_place_is_signed_out(app: Application, windows: Windows) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/profile?tab=sessions")
    await page.get_by_role("listitem").get_by_role("button", name="Sign out").first.click()
    await expect(page.locator(".toast")).to_contain_text("is signed out")
    status, _ = await app.call("GET", "/api/v1/users/me", headers=person.bearer)
    assert status == 401


@pytest.mark.slow
async def test_a_list_that_cannot_be_had_says_so_and_can_be_tried_again(
    app: Application, windows: Windows
) -> None:
    window = await windows.new(await app.person())
    window.expect("ERR_FAILED")
    await window.page.route("**/api/v1/keys*", lambda route: route.abort())
    page = await window.open("/profile?tab=keys")
    await expect(page.get_by_text("We cannot reach the server")).to_be_visible()
    assert await window.violations() == []
    await page.unroute("**/api/v1/keys*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("No API keys yet")).to_be_visible()


@pytest.mark.slow
async def test_a_part_that_breaks_leaves_the_rest_and_is_reported(
    app: Application, windows: Windows
) -> None:
    window = await windows.new(await app.person())
    nonsense = {"items": [{"id": 1, "scopes": 7, "expires_at": None}], "next": None}
    await window.page.route("**/api/v1/keys*", lambda route: route.fulfill(json=nonsense))
    async with window.page.expect_request("**/api/v1/client-errors") as told:
        await window.open("/profile?tab=keys")
    report = (await told.value).post_data_json or {}
    assert (report.get("source"), report.get("page")) == ("island keys", "/profile")
    await expect(window.page.get_by_text("This part of the page broke")).to_be_visible()
    await expect(window.page.get_by_role("link", name="Sessions")).to_be_visible()
    answer = await (await told.value).response()
    assert answer is not None
    assert answer.status == 204


@pytest.mark.slow
async def test_a_change_made_after_being_signed_out_is_saved_after_signing_in(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new(person)
    page = await window.open("/profile?tab=profile")
    await app.call("DELETE", "/api/v1/auth/sessions", headers=person.bearer)
    window.expect("401")
    await page.get_by_label("Name", exact=True).fill("Noor Returned")
    await expect(page.locator("#save-state")).to_contain_text("Not saved yet, you were signed out.")
    assert await window.violations() == []
    await page.get_by_role("link", name="Sign in again").click()
    await expect(page).to_have_url(window.url + "/login?next=/profile")
    await sign_in(page, person)
    await expect(page.locator("#save-state")).to_contain_text("Saved")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Noor Returned")
    assert (await saved(app, person))["name"] == "Noor Returned"


@pytest.mark.slow
async def test_a_change_made_after_being_signed_out_is_not_saved_for_somebody_else(
    app: Application, windows: Windows
) -> None:
    person, other = await app.person(), await app.person(name="Ines Costa")
    window = await windows.new(person)
    page = await window.open("/profile")
    await app.call("DELETE", "/api/v1/auth/sessions", headers=person.bearer)
    window.expect("401")
    await page.get_by_label("Name", exact=True).fill("Noor Returned")
    again = page.get_by_role("link", name="Sign in again")
    await expect(again).to_be_visible()
    elsewhere = await window.context.new_page()
    await elsewhere.goto(window.url + "/login")
    await sign_in(elsewhere, other)
    async with page.expect_response("**/api/v1/users/me"):
        await page.get_by_label("Name", exact=True).fill("Noor Returned Twice")
    await expect(again).to_be_visible()
    await again.click()
    await window.alive()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Ines Costa")
    assert (await saved(app, other))["name"] == "Ines Costa"
    assert (await saved(app, person))["name"] == "Noor Haddad"


async def test_files_travel_compressed_and_are_kept_for_ever(
    app: Application, windows: Windows
) -> None:
    window = await windows.new()
    async with window.page.expect_response("**/static/main-*.css") as styles:
        await window.open("/login")
    headers = await (await styles.value).all_headers()
    assert headers["content-encoding"] in {"br", "gzip"}
    assert headers["content-type"].startswith("text/css")
    assert "immutable" in headers["cache-control"]
