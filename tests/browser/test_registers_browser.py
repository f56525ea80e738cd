"""Attendance in a browser: a register with its sentences, a mark that is set, one that is contested."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.support.application import Application
from tests.support.browser import PHONE, Windows, picture
from tests.support.held_class import plan
from vtp.actor import Role

pytestmark = pytest.mark.slow

_NAMES = ("Noor Haddad", "Rosa Lima", "Kwame Boateng", "Elif Yildiz", "Mateo Quispe")


async def test_a_register_is_read_decided_contested_and_counted(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    # Held some hours ago, so that its marks are not final by themselves.
    nine = (datetime.now(UTC) - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    actor = ines.actor
    lesson = await plan(app.parts, actor, nine)
    people = {name: await app.person(name=name) for name in _NAMES}
    for one in people.values():
        await lesson.enrol(one.user.email)
    await lesson.hold({name: one.actor for name, one in people.items()})
    teacher = await windows.new(ines)
    page = await teacher.open(f"/attendance/{lesson.class_id}")
    late = f"In from {nine:%H}:15:00, 12 min late; 41 of 53 min"
    await expect(page.get_by_text(late)).to_be_visible()
    assert await teacher.violations() == []
    await page.get_by_label("Change the mark of Mateo Quispe").click()
    row = page.locator(".register-line", has_text="Mateo")
    await row.get_by_label("New mark").select_option("excused")
    await row.get_by_label("Reason").fill("Exam elsewhere")
    await row.get_by_role("button", name="Set the mark").click()
    await expect(page.get_by_text("Exam elsewhere. Set by staff, was absent")).to_be_visible()
    student = await windows.new(people["Rosa Lima"], viewport=PHONE)
    seen = await student.open(f"/attendance/{lesson.class_id}")
    await expect(seen.get_by_text("12 min late")).to_be_visible()
    await expect(seen.get_by_text("Mateo")).to_have_count(0)
    await seen.get_by_text("This is not right").click()
    await seen.get_by_label("What should it be, and why?").fill("My bus was late.")
    await seen.get_by_role("button", name="Send to my teacher").click()
    await expect(seen.get_by_text("My bus was late.").first).to_be_visible()
    assert await student.violations() == []
    await page.reload()
    row = page.locator(".register-line", has_text="Rosa")
    await row.get_by_label("Change the mark of Rosa Lima").click()
    await row.get_by_label("Answer to the student").fill("Then it is excused.")
    await row.get_by_role("button", name="Answer", exact=True).click()
    await expect(page.get_by_text("Then it is excused.")).to_be_visible()
    await page.get_by_role("button", name="Confirm marks").click()
    await expect(page.get_by_role("button", name="Confirm marks")).to_have_count(0)
    await picture(page, "register")
    matrix = await teacher.open(f"/courses/{lesson.course_id}/attendance")
    await expect(matrix.get_by_role("row", name="Noor Haddad")).to_contain_text("100 %")
    assert await teacher.violations() == []
    await picture(matrix, "matrix")
    own = await student.open(f"/courses/{lesson.course_id}/attendance")
    await expect(own.get_by_role("row", name="Rosa Lima")).to_contain_text("80 %")
    assert await student.violations() == []
    await picture(own, "matrix-phone")
    await picture(await student.open(f"/attendance/{lesson.class_id}"), "register-phone")
    text = await (
        await page.request.get(f"{app.url}/api/v1/courses/{lesson.course_id}/attendance.csv")
    ).text()
    assert "Mateo Quispe,Excused,," in text
