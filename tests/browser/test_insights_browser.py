"""Figures in a browser: charts with their tables, rows below them, and pages that tell."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.support.application import Application
from tests.support.browser import PHONE, Windows, picture
from tests.support.held_class import plan
from tests.support.room_page import WITH_DEVICES, a_class
from vtp.actor import Role

pytestmark = pytest.mark.slow

_NAMES = ("Noor Haddad", "Rosa Lima", "Kwame Boateng", "Elif Yildiz", "Mateo Quispe")
_PLAYS = """
    insert into play_session (
        id, user_id, meeting_id, began_at, heard_at, startup_ms, watched_ms, stalled_ms, stalls,
        height_ms, sized_ms, changes, received, lost, rtt_ms, broken, browser, network, connection)
    select gen_random_uuid(), $1, $2, $3::timestamptz + n * interval '1 minute',
           $3::timestamptz + interval '1 hour',
           300 + 40 * n, 600000, 500 * n, n, 600000 * 480::bigint, 600000, 1, 9900, 10 * n, 30 + n,
           false, (array['Firefox', 'Chrome', 'Safari'])[1 + n % 3], '192.0.2.0/24',
           (array['wifi', 'wired', 'mobile', 'unknown'])[1 + n % 4]
      from generate_series(1, 12) n
"""


@pytest.fixture
def browser_options() -> tuple[str, ...]:
    return WITH_DEVICES


async def a_day(app: Application) -> None:
    """A class that was held some hours ago, with a connection for each who received it."""
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    nine = (datetime.now(UTC) - timedelta(hours=5)).replace(minute=0, second=0, microsecond=0)
    lesson = await plan(app.parts, ines.actor, nine)
    people = {name: await app.person(name=name) for name in _NAMES}
    for one in people.values():
        await lesson.enrol(one.user.email)
    await lesson.hold({name: one.actor for name, one in people.items()})
    await app.parts.db.execute(
        "insert into presence_span (id, meeting_id, participant_id, user_id, kind, started_at,"
        " seen_at, ended_at) select gen_random_uuid(), meeting_id, participant_id, user_id,"
        " 'socket', started_at, seen_at, ended_at from presence_span where kind = 'media'"
    )
    noor = people["Noor Haddad"].user.id
    await app.parts.db.execute(_PLAYS, noor, lesson.meeting_id, nine)


async def test_an_administrator_looks_at_figures_and_goes_down_to_their_rows(
    app: Application, windows: Windows
) -> None:
    await a_day(app)
    admin = await app.person(Role.ADMIN, name="Amara Okafor")
    desk = await windows.new(admin)
    page = await desk.open("/admin/insights")
    await expect(page.locator(".chart canvas")).to_be_visible(timeout=60_000)
    assert await desk.violations() == []
    await picture(page, "insights-desk")
    await page.get_by_text("As a table").click()
    table = page.get_by_role("group", name="People in class at the same time")
    await expect(table.get_by_role("row").nth(1)).to_be_visible()
    await page.locator("summary", has_text="All courses").click()
    await page.get_by_label("Course").select_option("Algebra II")
    await page.get_by_role("button", name="Show").locator("visible=true").click()
    await expect(page.locator("summary", has_text="Algebra II")).to_be_visible()
    await page.get_by_role("link", name="Planned", exact=True).click()
    await expect(page.get_by_role("link", name="Roots")).to_be_visible()
    await page.get_by_role("link", name="Quality").click()
    await expect(page.locator(".chart canvas")).to_be_visible(timeout=60_000)
    await page.get_by_role("link", name="Browser", exact=True).click()
    await picture(page, "quality-desk")
    await page.get_by_role("link", name="Firefox").click()
    await expect(page.get_by_role("cell", name="Noor Haddad").first).to_be_visible()
    phone = await windows.new(admin, viewport=PHONE, color_scheme="dark")
    for path in ("", "/quality?by=browser", "/classes", "/people", "/plays"):
        seen = await phone.open(f"/admin/insights{path}")
        assert await phone.violations() == [], path
        assert await phone.sticks_out() == 0, path
        await picture(seen, f"insights-phone{path.partition('?')[0].replace('/', '-')}")


async def test_the_page_of_a_class_tells_how_it_arrived(app: Application, windows: Windows) -> None:
    room = await a_class(app, windows, await app.person(Role.INSTRUCTOR, name="Ines Carvalho"))
    ines, noor = await room.someone(room.host), await room.member("Noor Haddad")
    await ines.join()
    await noor.join()
    await noor.sees_pictures(more=150)  # the page looks now and then
    await noor.page.goto(f"{app.url}/rooms")
    rows: list[dict[str, object]] = []
    async with asyncio.timeout(60):
        while not rows:
            await asyncio.sleep(0.1)
            rows = await app.parts.db.fetch(
                "select play.* from play_session play join app_user on app_user.id = user_id"
                " where name = 'Noor Haddad'"
            )
    (row,) = rows
    assert row["browser"] == "Chrome"
    assert row["startup_ms"] is not None
    assert not row["broken"]
