"""Insights of a class in a browser: charts with their tables, a place that was hard, the page of the course."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.application import Application, an_application, some_settings
from tests.support.browser import PHONE, Windows
from tests.support.hard_class import NAMES, HardClass
from tests.support.held_class import plan
from vtp import settings
from vtp.actor import Actor, Role, Via
from vtp.app.attending import attending

pytestmark = pytest.mark.slow

_PICTURES = os.environ.get("VTP_PICTURES", "")
_WAIT = 60_000


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as made:
        yield made


async def a_hard_class(app: Application, teacher: Actor) -> HardClass:
    nine = (datetime.now(UTC) - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    planned = await plan(app.parts, teacher, nine)
    lesson = HardClass(app.parts, planned.courses, teacher, nine)
    lesson.course_id, lesson.section_id = planned.course_id, planned.section_id
    lesson.class_id, lesson.room_id = planned.class_id, planned.room_id
    people = {}
    for name in NAMES:
        one = await app.person(name=name)
        await lesson.enrol(one.user.email)
        people[name] = Actor(one.user.id, one.user.roles, Via.SESSION)
    await lesson.is_hard(people)
    return lesson


async def test_a_teacher_sees_who_watched_when_and_where_it_was_hard(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    lesson = await a_hard_class(app, Actor(ines.user.id, ines.user.roles, Via.SESSION))
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
    await pictures(page, "class-insights")
    course = await teacher.open(f"/courses/{lesson.course_id}/insights")
    # One class is no way from class to class.
    await expect(course.locator(".uplot canvas")).to_have_count(0, timeout=_WAIT)
    await expect(course.get_by_role("link", name="Roots")).to_be_visible(timeout=_WAIT)
    assert await teacher.violations() == []
    await pictures(course, "insights")
    phone = await windows.new(ines, viewport=PHONE)
    small = await phone.open(f"/insights/{lesson.class_id}")
    await expect(small.locator(".uplot canvas")).to_have_count(2, timeout=_WAIT)
    assert await phone.violations() == []
    await pictures(small, "class-insights-phone")
    await pictures(await phone.open(f"/courses/{lesson.course_id}/insights"), "insights-phone")
    # Beside the recording too.
    await page.goto(f"{app.url}/watch/{lesson.recording_id}")
    await page.get_by_role("tab", name="Got lost").click(timeout=_WAIT)
    lost = page.locator(".lost-place")
    await expect(lost).to_contain_text("28:00", timeout=_WAIT)
    assert await teacher.violations() == []
    await pictures(page, "watch-insight")


async def pictures(page: Page, name: str) -> None:
    """For who wants to look: `VTP_PICTURES` names a folder."""
    if not _PICTURES:
        return
    for theme in ("light", "dark"):
        await page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        await page.wait_for_timeout(300)
        await page.screenshot(
            path=f"{_PICTURES}/{name}-{theme}.png", full_page=name != "watch-insight"
        )
