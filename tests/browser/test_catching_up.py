"""Rules of a course in a browser, and a class that a student makes up by watching it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.support.application import Application, Person
from tests.support.browser import PHONE, Windows, picture
from tests.support.film import Film
from tests.support.held_class import HeldClass, plan
from tests.support.shown import a_recording, folder
from vtp.actor import Role
from vtp.ids import RecordingId

pytestmark = pytest.mark.slow

_PATIENCE = 60_000


async def recorded(app: Application, owner: Person, lesson: HeldClass) -> RecordingId:
    """Sixteen seconds of it, with sound and a picture."""
    made = await a_recording(app, owner, access="school")
    film = Film(folder(app, made)).voice("mix-opus", 0, 16, source="mix").camera("cam", 0, 16)
    story = film.develop()
    film.close()
    async with app.parts.db.transaction() as tx:
        await tx.execute(
            "update recording set seconds = $2, stopped_at = started_at + $3 where id = $1",
            made,
            story.seconds,
            timedelta(seconds=story.seconds),
        )
        await tx.execute(
            "insert into class_recording (recording_id, session_id) values ($1, $2)",
            made,
            lesson.class_id,
        )
    return made


async def test_rules_are_changed_and_who_was_absent_catches_up(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    noor = await app.person(name="Noor Haddad")
    rosa = await app.person(name="Rosa Lima")
    nine = (datetime.now(UTC) - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    lesson = await plan(app.parts, ines.actor, nine)
    for one in (noor, rosa):
        await lesson.enrol(one.user.email)
    await lesson.meets(-5, 62)
    await lesson.receives(ines.actor, (0, 60))
    await lesson.receives(rosa.actor, (8, 60))
    await recorded(app, ines, lesson)
    register, rules = (
        f"/attendance/{lesson.class_id}",
        f"/courses/{lesson.course_id}/attendance/rules",
    )

    teacher = await windows.new(ines)
    page = await teacher.open(register)
    await page.get_by_text("Breaks", exact=True).click()
    await page.get_by_label("From", exact=True).fill(f"{nine:%H}:30")
    await page.get_by_label("To", exact=True).fill(f"{nine:%H}:40")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_text("nothing was required then")).to_be_visible()
    await page.get_by_role("button", name="Confirm marks").click()
    await expect(page.get_by_role("button", name="Confirm marks")).to_have_count(0)
    assert await teacher.violations() == []
    await picture(page, "register-break")

    page = await teacher.open(rules)
    await page.get_by_label("Late after").fill("10")
    await page.get_by_role("button", name="Show what would change").click()
    turned = page.get_by_role("listitem").filter(has_text="Rosa Lima")
    await expect(turned).to_contain_text("In from")
    assert await teacher.violations() == []
    await picture(page, "rules-outlook")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Version 1 of these rules holds.")).to_be_visible()
    await page.get_by_label("Reason").fill("Agreed with the class")
    await page.get_by_role("button", name="Mark held classes anew").click()
    await expect(page.get_by_text("1 marks changed in 1 classes")).to_be_visible()

    student = await windows.new(noor, viewport=PHONE)
    page = await student.open(rules)
    await expect(page.get_by_text("more than 10 min after the beginning")).to_be_visible()
    assert await student.violations() == []
    await picture(page, "rules-phone")
    page = await student.open(register)
    await expect(page.get_by_text("Never received the class.")).to_be_visible()
    await picture(page, "catch-up-phone")
    await page.get_by_role("link", name="Catch up").click()
    await page.get_by_role("button", name="Play", exact=True).first.click()
    await expect(page.get_by_text("Only what you have not seen")).to_be_visible()
    await picture(page, "catching-up-phone")
    done = page.get_by_text("You have caught up on this class.")
    await expect(done).to_be_visible(timeout=_PATIENCE)
    assert await student.violations() == []
    mark = page.get_by_text("Made up", exact=True)
    await page.get_by_role("link", name="See your mark").click()
    await expect(mark).to_be_visible()
    await expect(page.get_by_text("Never there live; watched")).to_be_visible()
    await picture(page, "made-up-phone")
    assert await student.sticks_out() <= 0
