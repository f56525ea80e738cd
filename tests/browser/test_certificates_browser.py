"""Certificates in a browser: asked for, earned, taken, checked by a stranger, revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.support.application import Application
from tests.support.browser import PHONE, Windows, picture
from tests.support.held_class import plan
from tests.support.papers import pages
from vtp.actor import Role
from vtp.app.attending import attending

pytestmark = pytest.mark.slow

_NAMES = ("Noor Haddad", "Rosa Lima", "Kwame Boateng", "Elif Yildiz", "Mateo Quispe")


async def test_a_certificate_is_taken_checked_and_revoked(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    # Held some days ago, so that its marks are final.
    nine = (datetime.now(UTC) - timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    lesson = await plan(app.parts, ines.actor, nine)
    people = {name: await app.person(name=name) for name in _NAMES}
    for one in people.values():
        await lesson.enrol(one.user.email)
    await lesson.hold({name: one.actor for name, one in people.items()})
    assert await attending(app.parts).registers.call_due() == 1
    path = f"/courses/{lesson.course_id}/certificate"
    teacher = await windows.new(ines)
    staff = await teacher.open(path)
    await staff.get_by_label("Attendance, in percent").fill("90")
    await staff.get_by_label("Parts done, in percent").fill("0")
    await staff.get_by_role("button", name="Give certificates").click()
    await expect(staff.get_by_text("For 90 % attendance.")).to_be_visible(timeout=60_000)
    assert await teacher.violations() == []
    late = await windows.new(people["Rosa Lima"], viewport=PHONE)
    seen = await late.open(path)
    await expect(seen.get_by_text("A class counts a day after")).to_be_visible(timeout=60_000)
    await expect(seen.get_by_role("button", name="Take my certificate")).to_have_count(0)
    assert await late.violations() == []
    await picture(seen, "certificate-not-yet")
    student = await windows.new(people["Noor Haddad"], viewport=PHONE)
    mine = await student.open(path)
    await mine.get_by_role("button", name="Take my certificate").click()
    await expect(mine.get_by_text("Congratulations.")).to_be_visible(timeout=60_000)
    assert await student.violations() == []
    await picture(mine, "certificate-mine")
    href = await mine.get_by_role("link", name="Download").get_attribute("href")
    (paper,) = pages(await (await mine.request.get(f"{app.url}{href}")).body())
    assert "Noor Haddad" in paper
    public = await mine.get_by_role("link", name="Public page").get_attribute("href")
    assert public is not None
    stranger = await windows.new(None, viewport=PHONE)
    checked = await stranger.open(public)
    await expect(checked.get_by_role("heading", name="This certificate is valid")).to_be_visible()
    assert await stranger.violations() == []
    await picture(checked, "certificate-check")
    await teacher.open(path)
    await staff.get_by_role("button", name="Revoke the certificate of Noor Haddad").click()
    await staff.get_by_label("Reason").fill("Given by mistake")
    await picture(staff, "certificate-revoke")
    await staff.get_by_role("button", name="Revoke it").click()
    await expect(staff.get_by_text("Given by mistake")).to_be_visible(timeout=60_000)
    assert await teacher.violations() == []
    await picture(staff, "certificate-staff")
    await checked.reload()
    await expect(checked.get_by_text("This certificate was revoked")).to_be_visible(timeout=60_000)
    await expect(checked.get_by_text("Given by mistake")).to_have_count(0)
    await picture(checked, "certificate-revoked")
    own = await student.open("/certificates")
    await expect(own.get_by_text("Given by mistake")).to_be_visible(timeout=60_000)
    assert await student.violations() == []
    gone = await own.request.get(f"{app.url}{href}")
    assert (gone.status, (await gone.json())["code"]) == (409, "certificate_revoked")
    await picture(own, "certificates")
    matrix = await teacher.open(f"/courses/{lesson.course_id}/attendance")
    await matrix.get_by_role("button", name="Export").click()
    await expect(matrix.get_by_role("link", name="Excel workbook")).to_be_visible()
    await matrix.keyboard.press("Escape")
    await matrix.get_by_text("Report by mail").click()
    await matrix.get_by_label("Send me how the course goes").select_option("week")
    await matrix.locator("#reports").get_by_role("button", name="Save").click()
    await matrix.get_by_text("Report by mail").click()
    await expect(matrix.get_by_label("Send me how the course goes")).to_have_value("week")
    await picture(matrix, "attendance-report")
