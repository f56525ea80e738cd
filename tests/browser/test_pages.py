"""Every page, on a phone and on a desk, light and dark."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.application import Application
from tests.support.browser import DESK, PHONE, Window, Windows
from vtp.actor import Role

SIGNED_OUT = ("/login", "/register")
READERS = ("/api/docs", "/api/redoc")
SIGNED_IN = (
    "/",
    "/rooms",
    "/recordings",
    "/profile",
    "/profile?tab=sign-in",
    "/profile?tab=sessions",
    "/profile?tab=keys",
    "/admin/jobs",
    "/admin/kit",
    "/nothing-here",
)
LOOKED_AFTER = (
    "/profile?tab=notices",
    "/profile?tab=activity",
    "/profile?tab=data",
    "/notices",
    "/forgotten",
    "/admin/courses",
    "/admin/insights",
    "/admin/insights/quality",
    "/admin/insights/classes",
    "/admin/insights/people",
    "/admin/insights/plays",
    "/admin/people",
    "/admin/people/import",
    "/admin/mail",
    "/admin/webhooks",
    "/admin/settings",
    "/admin/storage",
    "/admin/erasures",
    "/admin/audit",
)
# What Swagger UI and ReDoc draw inside is theirs.
_READER = "#docs-reader"
_HEADING = f"{_READER} :is(.swagger-ui .info .title, .redoc-wrap h1)"
_READ_FOR = 120_000.0  # ms; some seconds on a machine that is idle
_IN_ITS_THEME = """heading => {
    const [red] = getComputedStyle(heading).color.match(/[0-9]+/g);
    return matchMedia("(prefers-color-scheme: dark)").matches === red > 127;
}"""


async def problems_of(window: Window, path: str) -> list[str]:
    """What is wrong with one page."""
    page = window.page
    if path.startswith("/api/"):
        # Until it has read the whole description it lets nothing else happen on the page.
        await page.goto(window.url + path)
        await page.wait_for_selector(_HEADING, timeout=_READ_FOR)
        await window.alive()
    else:
        await window.open(path)
    found = await window.violations(leave_out=_READER)
    if path.startswith("/api/") and not await page.eval_on_selector(_HEADING, _IN_ITS_THEME):
        found.append("what reads the API is light where the page is dark")
    found += [f"no icon {name}" for name in await window.missing_icons()]
    if sticks_out := await window.sticks_out():
        found.append(f"{sticks_out} px wider than the window")
    return found


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [
        pytest.param(PHONE, "light", id="phone-light"),
        pytest.param(DESK, "dark", id="desk-dark"),
        pytest.param(PHONE, "dark", id="phone-dark", marks=pytest.mark.slow),
        pytest.param(DESK, "light", id="desk-light", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    "paths",
    [
        pytest.param(SIGNED_OUT, id="signed out"),
        pytest.param(SIGNED_IN, id="signed in"),
        pytest.param(READERS, id="readers", marks=pytest.mark.slow),
    ],
)
async def test_no_page_shuts_anybody_out(
    app: Application, windows: Windows, viewport: Any, theme: Any, paths: tuple[str, ...]
) -> None:
    person = await app.person(Role.ADMIN, Role.INSTRUCTOR) if paths is SIGNED_IN else None
    window = await windows.new(person, viewport=viewport, color_scheme=theme)
    window.expect("/nothing-here", "404")
    found = {path: await problems_of(window, path) for path in paths}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
async def test_no_page_of_those_who_look_after_a_school_shuts_anybody_out(
    app: Application, windows: Windows, viewport: Any, theme: Any
) -> None:
    admin = await app.person(Role.ADMIN)
    student = await app.person()
    assert (await app.call("POST", "/api/v1/users/me/erasure", headers=student.bearer))[0] == 201
    course = {"title": "Algebra II, with a title that is much too long for the page of a phone"}
    status, _ = await app.call("POST", "/api/v1/courses", headers=admin.bearer, json=course)
    assert status == 201
    window = await windows.new(admin, viewport=viewport, color_scheme=theme)
    paths = (*LOOKED_AFTER, f"/admin/people/{student.user.id}")
    found = {path: await problems_of(window, path) for path in paths}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


async def test_open_things_shut_nobody_out_either(app: Application, windows: Windows) -> None:
    window = await windows.new(await app.person(Role.ADMIN), color_scheme="dark")
    page = await window.open("/admin/kit")
    for name in ("Menu", "Dialog", "Drawer"):
        await page.get_by_role("button", name=name, exact=True).click()
        assert await window.violations() == [], name
        await page.keyboard.press("Escape")
    await page.get_by_role("button", name=", menu").click()
    assert await window.violations() == []


async def test_no_width_makes_a_page_scroll_sideways(app: Application, windows: Windows) -> None:
    window = await windows.new(await app.person(Role.ADMIN))
    wide = {}
    for path in ("/", "/rooms", "/profile", "/profile?tab=keys", "/admin/jobs", "/admin/kit"):
        page = await window.open(path)
        for width in (320, 360, 600, 768, 900, 1200, 1920, 3840):
            await page.set_viewport_size({"width": width, "height": 800})
            wide[path, width] = await window.sticks_out()
    assert wide == dict.fromkeys(wide, 0)


async def test_a_page_holds_at_twice_the_size_of_text(app: Application, windows: Windows) -> None:
    window = await windows.new(await app.person(), viewport={"width": 640, "height": 800})
    for path in ("/", "/profile"):
        page = await window.open(path)
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await window.sticks_out() == 0, path
