"""A class in real browsers, with invented cameras and real media."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.application import Application
from tests.support.browser import DESK, PHONE, Windows
from tests.support.room_page import WITH_DEVICES, Class, Someone
from vtp.actor import Role

_REFUSING = """navigator.mediaDevices.getUserMedia = async constraints => {
    throw new DOMException("no", "%s");
}"""


@pytest.fixture
def browser_options() -> tuple[str, ...]:
    return WITH_DEVICES


async def two(room: Class) -> tuple[Someone, Someone]:
    """A host and a member who see each other."""
    ines = await room.someone(room.host)
    noor = await room.member("Noor Haddad")
    await ines.join()
    await noor.join()
    await expect(ines.tile("Noor Haddad")).to_be_visible()
    return ines, noor


async def test_two_people_see_and_hear_each_other(room: Class) -> None:
    ines, noor = await two(room)
    for one in (ines, noor):
        await one.sees_pictures()
        await one.hears()
        await expect(one.tile("You")).to_be_visible()
    await expect(noor.tile("Ines Carvalho")).to_contain_text("Teacher")


async def test_a_mute_and_a_hand_are_seen_by_the_other(room: Class) -> None:
    ines, noor = await two(room)
    await noor.page.keyboard.press("m")
    await expect(noor.button("Unmute")).to_be_visible()
    await expect(ines.tile("Noor Haddad").get_by_text("Muted")).to_be_attached()
    await noor.page.keyboard.press("h")
    await expect(ines.tile("Noor Haddad").locator(".tile-hand")).to_contain_text("1")
    await expect(ines.page.locator(".class-notice > span")).to_have_text("Noor raised a hand")
    await noor.page.keyboard.press("v")
    await expect(ines.tile("Noor Haddad").locator("video")).to_have_count(0)
    await noor.page.keyboard.press("v")
    await expect(ines.tile("Noor Haddad").locator("video")).to_have_count(1)
    await ines.sees_pictures()


async def test_who_leaves_or_reloads_does_not_stay_as_a_ghost(room: Class) -> None:
    ines, noor = await two(room)
    await noor.page.reload()
    await expect(ines.tile("Noor Haddad")).to_have_count(0)
    await noor.join()
    await expect(ines.tile("Noor Haddad")).to_have_count(1)
    await noor.button("Leave").click()
    await expect(noor.page.get_by_role("heading", name="You left the class")).to_be_visible()
    await expect(ines.page.get_by_text("You are the only one here")).to_be_visible()


async def test_the_lobby_says_who_is_in_before_one_joins(room: Class) -> None:
    ines = await room.someone(room.host)
    await ines.join()
    noor = await room.member("Noor Haddad")
    await noor.to_the_lobby()
    await expect(noor.page.get_by_text("Ines is in")).to_be_visible()
    await expect(noor.page.get_by_role("heading", name="Quadratic inequalities")).to_be_visible()
    await expect(noor.page.locator(".lobby-picture video")).to_be_visible()


async def test_a_device_that_gives_nothing_is_explained_and_one_joins_anyway(room: Class) -> None:
    for error, sentence in (
        ("NotAllowedError", "may not use your camera"),
        ("NotFoundError", "We found no camera"),
        ("NotReadableError", "Another program may be using it"),
    ):
        noor = await room.member("Noor Haddad")
        await noor.page.add_init_script(_REFUSING % error)
        await noor.to_the_lobby()
        await expect(noor.page.locator(".banner")).to_contain_text(sentence)
    await noor.page.get_by_role("button", name="Join class").click()
    await expect(noor.button("Unmute")).to_be_visible()


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [
        pytest.param(PHONE, "light", id="phone-light"),
        pytest.param(DESK, "dark", id="desk-dark"),
        pytest.param(PHONE, "dark", id="phone-dark", marks=pytest.mark.slow),
        pytest.param(DESK, "light", id="desk-light", marks=pytest.mark.slow),
    ],
)
async def test_a_class_shuts_nobody_out(room: Class, viewport: Any, theme: Any) -> None:
    ines = await room.someone(room.host, viewport=viewport, color_scheme=theme)
    noor = await room.member("Noor Haddad")
    await ines.to_the_lobby()
    await expect(ines.page.locator(".lobby-picture video")).to_be_visible()
    found = {"lobby": await problems_of(ines)}
    await ines.join()
    await noor.join()
    await noor.page.keyboard.press("h")
    await expect(ines.tile("Noor Haddad").locator(".tile-hand")).to_be_visible()
    found["class"] = await problems_of(ines)
    await ines.page.keyboard.press("p")
    await ines.page.get_by_role("button", name="More for Noor Haddad").click()
    found["people"] = await problems_of(ines)
    await ines.page.keyboard.press("Escape")
    await ines.page.keyboard.press("p")
    await ines.button("End").click()
    found["end"] = await problems_of(ines)
    await ines.button("End class").click()
    await expect(ines.page.get_by_role("heading", name="The class has ended")).to_be_visible()
    found["over"] = await problems_of(ines)
    await expect(noor.page.get_by_role("heading", name="The class has ended")).to_be_visible()
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


async def problems_of(someone: Someone) -> list[str]:
    found = await someone.window.violations()
    found += [f"no icon {name}" for name in await someone.window.missing_icons()]
    if sticks_out := await someone.window.sticks_out():
        found.append(f"{sticks_out} px wider than the window")
    return found


async def test_a_room_is_made_listed_and_its_link_copied(
    app: Application, windows: Windows
) -> None:
    ines = await windows.new(await app.person(Role.INSTRUCTOR, name="Ines Carvalho"))
    await ines.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await ines.open("/rooms")
    await page.get_by_label("New room").fill("Algebra, group B")
    await page.get_by_role("button", name="Create room").click()
    await page.get_by_role("button", name="Copy link of Algebra, group B").click()
    await expect(page.locator(".toast")).to_have_text("The link is copied.")
    link = await page.evaluate("navigator.clipboard.readText()")
    noor = await windows.new(await app.person())
    await noor.page.goto(link)
    await expect(noor.page.get_by_role("heading", name="Algebra, group B")).to_be_visible()
    await noor.open("/rooms")
    await expect(noor.page.get_by_label("New room")).to_have_count(0)


async def test_cameras_are_allowed_on_the_page_of_a_class_alone(room: Class) -> None:
    seen = {}
    for path in ("/rooms", room.path):
        async with room.app.http.get(
            room.app.url + path, cookies={room.app.by_cookie: room.host.cookie}
        ) as answer:
            seen[path] = "camera=(self)" in answer.headers["Permissions-Policy"]
    assert seen == {"/rooms": False, room.path: True}


@pytest.mark.slow
async def test_a_host_mutes_and_removes(room: Class) -> None:
    ines, noor = await two(room)
    await ines.page.keyboard.press("p")
    more = ines.page.get_by_role("button", name="More for Noor Haddad")
    await more.click()
    await ines.page.locator(".menu:popover-open").get_by_text("Mute").click()
    await expect(noor.page.locator(".class-notice")).to_contain_text("A host muted you")
    await noor.button("Unmute").click()
    await expect(ines.tile("Noor Haddad").get_by_text("Muted")).to_have_count(0)
    await more.click()
    await ines.page.get_by_role("button", name="Remove from class").click()
    await ines.button("Remove").click()
    await expect(noor.page.get_by_role("heading", name="You were removed")).to_be_visible()
    await noor.to_the_lobby()
    await noor.page.get_by_role("button", name="Join class").click()
    await expect(noor.page.get_by_role("heading", name="You were removed")).to_be_visible()


@pytest.mark.slow
async def test_a_cut_line_comes_back_as_the_same_person_and_pictures_go_on(room: Class) -> None:
    ines, noor = await room.someone(room.host), await room.member("Noor Haddad")
    await noor.may_lose_the_line()
    await ines.join()
    await noor.join()
    await noor.sees_pictures()
    await noor.page.keyboard.press("h")
    await expect(ines.tile("Noor Haddad").locator(".tile-hand")).to_be_visible()
    who = await ines.tile("Noor Haddad").get_attribute("data-person")
    before = await noor.pictures()
    await noor.lose_the_line()
    await expect(noor.page.get_by_text("Connecting again")).to_be_visible()
    await expect(noor.tile("Ines Carvalho").locator("video")).to_be_visible()
    await expect(noor.page.get_by_text("Connecting again")).to_have_count(0)
    assert len(noor.lines) == 2
    await noor.sees_pictures()
    assert await noor.pictures() > before
    assert await ines.tile("Noor Haddad").get_attribute("data-person") == who
    await expect(ines.tile("Noor Haddad").locator(".tile-hand")).to_be_visible()
    await noor.page.keyboard.press("m")
    await expect(ines.tile("Noor Haddad").get_by_text("Muted")).to_be_attached()


@pytest.mark.slow
async def test_a_smaller_tile_gets_a_smaller_picture(room: Class) -> None:
    ines, noor = await two(room)
    await noor.sees_width(1280)
    await noor.page.set_viewport_size({"width": 336, "height": 400})
    await noor.sees_width(320)
    tomasz = await room.member("Tomasz Zieliński")
    await tomasz.join()
    await tomasz.sees_pictures()
    await noor.page.set_viewport_size({"width": 1280, "height": 800})
    await noor.sees_width(640)
    await expect(ines.page.locator("figure.tile")).to_have_count(3)


@pytest.mark.slow
async def test_a_shared_screen_takes_the_stage(room: Class) -> None:
    ines, noor = await two(room)
    await ines.page.keyboard.press("s")
    await expect(ines.page.get_by_text("You are sharing your screen")).to_be_visible()
    await expect(noor.page.get_by_text("Ines is sharing")).to_be_visible()
    await expect(noor.page.locator(".share video")).to_be_visible()
    await expect(noor.page.locator("figure.tile-small")).to_have_count(2)
    await noor.sees_pictures()
    await expect(noor.button("Share your screen")).to_have_count(0)
    await ines.button("Stop sharing").first.click()
    await expect(noor.page.locator(".share")).to_have_count(0)
