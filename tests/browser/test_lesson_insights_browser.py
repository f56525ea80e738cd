"""Insights of a class in a browser: charts with their tables, a place that was hard, the page of the course."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.support.application import Application
from tests.support.browser import PHONE, Windows, picture
from tests.support.hard_class import NAMES, HardClass
from tests.support.held_class import planned
from vtp.actor import Actor, Role
from vtp.app.attending import attending

pytestmark = pytest.mark.slow

_WAIT = 60_000


async def a_hard_class(app: Application, teacher: Actor) -> HardClass:
    nine = (datetime.now(UTC) - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    lesson = await planned(app.parts, teacher, nine, kind=HardClass)
    people = {}
    for name in NAMES:
        one = await app.person(name=name)
        await lesson.enrol(one.user.email)
        people[name] = one.actor
    await lesson.is_hard(people)
    return lesson


async def test_a_teacher_sees_who_watched_when_and_where_it_was_hard(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    lesson = await a_hard_class(app, ines.actor)
    teacher = await windows.new(ines)
    assert await attending(app.parts).registers.call_due() == 1
    page = await teacher.open(f"/insights/{lesson.class_id}")
    await expect(page.get_by_text("6 + 1")).to_be_visible(timeout=_WAIT)
    await expect(page.locator(".uplot canvas")).to_have_count(2, timeout=_WAIT)
    place = page.locator(".hard-place").first
    await expect(place).to_contain_text("Graphs")
    await expect(place).to_contain_text("“I am lost” 2\u00d7")
    link = place.get_by_role("link")
    assert await link.get_attribute("href") == f"/watch/{lesson.recording_id}?t=1680"
    await page.get_by_text("As a table").first.click()
    await expect(page.get_by_role("cell", name="6", exact=True).first).to_be_visible(timeout=_WAIT)
    assert await teacher.violations() == []
    await page.get_by_text("As a table").first.click()
    await picture(page, "class-insights")
    course = await teacher.open(f"/courses/{lesson.course_id}/insights")
    # One class is no way from class to class.
    await expect(course.locator(".uplot canvas")).to_have_count(0, timeout=_WAIT)
    await expect(course.get_by_role("link", name="Roots")).to_be_visible(timeout=_WAIT)
    assert await teacher.violations() == []
    await picture(course, "insights")
    phone = await windows.new(ines, viewport=PHONE)
    small = await phone.open(f"/insights/{lesson.class_id}")
    await expect(small.locator(".uplot canvas")).to_have_count(2, timeout=_WAIT)
    assert await phone.violations() == []
    await picture(small, "class-insights-phone")
    await picture(await phone.open(f"/courses/{lesson.course_id}/insights"), "insights-phone")
    # Beside the recording too.
    await page.goto(f"{app.url}/watch/{lesson.recording_id}")
    await page.get_by_role("tab", name="Got lost").click(timeout=_WAIT)
    lost = page.locator(".lost-place")
    await expect(lost).to_contain_text("28:00", timeout=_WAIT)
    assert await teacher.violations() == []
    await picture(page, "watch-insight", whole=False)
