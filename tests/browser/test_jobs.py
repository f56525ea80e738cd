"""Background jobs in front of the people who wait for them: a picture, and the page of jobs."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.support import media_files
from tests.support.application import Application, Person
from tests.support.browser import PHONE, Windows
from tests.support.working import work
from vtp.accounts.model import MakePicture
from vtp.actor import Role
from vtp.ids import uuid7


async def a_job(app: Application, owner: Person) -> str:
    """One that nobody works on, because no worker runs."""
    async with app.parts.db.transaction() as tx:
        payload = MakePicture(user_id=owner.user.id, upload_id=uuid7())
        job_id = await app.parts.jobs.enqueue(
            tx, payload, subject=f"user:{owner.user.id}", owner_id=owner.user.id
        )
    return str(job_id)


async def choose(page: Page, file: Path) -> None:
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name=re.compile("picture")).click()
    await (await chooser.value).set_files(file)


async def test_a_picture_is_made_smaller_here_and_ready_there(
    app: Application, windows: Windows, tmp_path: Path
) -> None:
    photo = tmp_path / "me.png"
    photo.write_bytes(media_files.picture("png", width=1200, height=800))
    window = await windows.new(await app.person())
    page = await window.open("/profile")
    async with work(app), page.expect_request("**/users/me/picture") as sent:
        await choose(page, photo)
        await expect(page.locator(".toast")).to_have_text("Your picture is set.")
    headers = await (await sent.value).all_headers()
    assert headers["content-type"] == "image/jpeg"
    assert int(headers["content-length"]) < 100_000
    shown = page.locator(".picture .avatar img")
    await expect(shown).to_have_attribute("src", re.compile(r"/picture\?v=.*size=512"))
    assert await shown.evaluate("e => e.decode().then(() => e.naturalWidth)") == 512
    assert await window.violations() == []

    await page.get_by_role("button", name="Remove").click()
    await expect(page.locator(".toast")).to_have_text("Your picture is removed.")
    await expect(shown).to_have_count(0)


async def test_a_file_that_is_no_picture_is_refused_before_it_travels(
    app: Application, windows: Windows, tmp_path: Path
) -> None:
    text = tmp_path / "notes.png"
    text.write_text("not a picture")
    page = await (await windows.new(await app.person())).open("/profile")
    await choose(page, text)
    await expect(page.get_by_role("alert")).to_contain_text("not a picture that this browser")


def row(page: Page, job_id: str) -> Locator:
    return page.get_by_role("row").filter(has_text=job_id)


async def test_jobs_come_move_and_end_before_ones_eyes(app: Application, windows: Windows) -> None:
    window = await windows.new(await app.person(Role.ADMIN))
    page = await window.open("/admin/jobs")
    await expect(page.get_by_text("No jobs yet")).to_be_visible()
    person = await app.person()
    await a_job(app, person)
    listed = row(page, str(person.user.id))
    await expect(listed).to_contain_text("Waiting")
    async with work(app):
        await expect(listed).to_contain_text("Done")


async def test_a_waiting_job_is_cancelled_and_begun_anew(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    job_id = await a_job(app, person)
    window = await windows.new(await app.person(Role.MANAGER))
    page = await window.open("/admin/jobs")
    await row(page, str(person.user.id)).get_by_role("button").click()
    details = page.get_by_role("dialog", name="Make a profile picture")
    await expect(details).to_contain_text(job_id)
    assert await window.violations() == []
    await details.get_by_role("button", name="Cancel").click()
    await expect(details).to_contain_text("Cancelled")
    await details.get_by_role("button", name="Try again").click()
    await expect(details).to_contain_text("Waiting")


async def test_the_filter_is_in_the_address_and_back_brings_it_back(
    app: Application, windows: Windows
) -> None:
    await a_job(app, await app.person())
    page = await (await windows.new(await app.person(Role.ADMIN))).open("/admin/jobs?state=failed")
    await expect(page.get_by_text("Nothing matches")).to_be_visible()
    await expect(page.get_by_role("radio", name="Failed")).to_be_checked()
    await page.get_by_role("radio", name="Waiting").check()
    await expect(page).to_have_url(re.compile("state=queued"))
    await expect(page.get_by_role("row")).to_have_count(2)
    await page.go_back()
    await expect(page.get_by_text("Nothing matches")).to_be_visible()
    await expect(page.get_by_role("radio", name="Failed")).to_be_checked()


async def test_on_a_phone_every_job_is_a_card(app: Application, windows: Windows) -> None:
    person = await app.person()
    await a_job(app, person)
    window = await windows.new(await app.person(Role.ADMIN), viewport=PHONE)
    page = await window.open("/admin/jobs")
    cells = row(page, str(person.user.id)).get_by_role("cell")
    boxes = [await cell.bounding_box() for cell in await cells.all()]
    assert len({box["x"] for box in boxes if box}) == 1
    assert await window.sticks_out() == 0
    assert await window.violations() == []
