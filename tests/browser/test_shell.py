"""What every page can do: themes, menus, dialogs, tips, tabs; by mouse and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import FloatRect, Page, expect

from tests.support.application import Application
from tests.support.browser import Window, Windows
from vtp.actor import Role

_CANVAS = "getComputedStyle(document.body).backgroundColor"
_LIGHT, _DARK = "rgb(245, 246, 242)", "rgb(17, 21, 19)"


@pytest.fixture
async def kit(app: Application, windows: Windows) -> Window:
    window = await windows.new(await app.person(Role.ADMIN))
    await window.open("/admin/kit")
    return window


@pytest.mark.slow
@pytest.mark.parametrize(("device", "canvas"), [("light", "255, 255, 255"), ("dark", "25, 30, 27")])
async def test_auto_follows_the_device_without_any_script(
    windows: Windows, device: Any, canvas: str
) -> None:
    window = await windows.new(color_scheme=device, java_script_enabled=False)
    await window.page.goto(window.url + "/login")
    shown = await window.page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    assert shown == f"rgb({canvas})"


@pytest.mark.slow
async def test_a_chosen_theme_is_there_at_once_and_stays(
    app: Application, windows: Windows
) -> None:
    person = await app.person()
    window = await windows.new(person, color_scheme="light")
    page = await window.open("/")
    await page.get_by_role("button", name=", menu").click()
    async with page.expect_response("**/users/me"):
        await page.get_by_role("radio", name="Dark").check()
    assert await page.evaluate(_CANVAS) == _DARK
    await page.reload()
    assert await page.evaluate(_CANVAS) == _DARK
    elsewhere = await windows.new(person, color_scheme="light")
    await elsewhere.open("/")
    assert await elsewhere.page.evaluate(_CANVAS) == _DARK


async def test_before_signing_in_the_theme_is_kept_in_the_browser(windows: Windows) -> None:
    window = await windows.new(color_scheme="light")
    page = await window.open("/login")
    await page.get_by_role("radio", name="Dark").check()
    await page.goto(window.url + "/register")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_the_first_tab_stop_leads_past_the_navigation(kit: Window) -> None:
    await kit.page.keyboard.press("Tab")
    skip = kit.page.get_by_role("link", name="Skip to the content")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()


@pytest.mark.slow
async def test_a_menu_opens_and_moves_with_the_arrow_keys(kit: Window) -> None:
    page = kit.page
    opener = page.get_by_role("button", name="Menu", exact=True)
    await opener.focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Rename")).to_be_focused()
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await expect(opener).to_have_attribute("aria-expanded", "false")


async def box(page: Page, selector: str) -> FloatRect:
    found = await page.locator(selector).bounding_box()
    assert found is not None
    return found


async def test_a_menu_hangs_under_its_button(kit: Window) -> None:
    page = kit.page
    await page.get_by_role("button", name=", menu").click()
    button, menu = await box(page, ".account-button"), await box(page, "#account-menu")
    assert menu["y"] >= button["y"] + button["height"]
    assert abs(menu["x"] + menu["width"] - button["x"] - button["width"]) < 2


@pytest.mark.slow
async def test_a_dialog_gives_the_focus_back(kit: Window) -> None:
    page = kit.page
    opener = page.get_by_role("button", name="Dialog", exact=True)
    await opener.click()
    await expect(page.get_by_role("dialog", name="End class for all 28?")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(opener).to_be_focused()


@pytest.mark.slow
async def test_a_click_beside_a_drawer_closes_it(kit: Window) -> None:
    page = kit.page
    await page.get_by_role("button", name="Drawer", exact=True).click()
    await expect(page.get_by_role("dialog", name="Details")).to_be_visible()
    await page.mouse.click(20, 400)
    await expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.slow
async def test_a_tip_names_a_button_at_once_on_focus_and_goes_with_escape(kit: Window) -> None:
    page = kit.page
    await page.get_by_role("button", name="Small", exact=True).focus()
    await page.keyboard.press("Tab")
    tip = page.locator(".tooltip:popover-open")
    await expect(tip).to_have_text("MoreF2")
    await page.keyboard.press("Escape")
    await expect(tip).to_have_count(0)


@pytest.mark.slow
async def test_tabs_move_with_the_arrow_keys(kit: Window) -> None:
    page = kit.page
    await page.get_by_role("tab", name="Outline").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="People")).to_be_focused()
    await expect(page.get_by_role("tabpanel")).to_have_text("28 students, 2 teachers.")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Outline")).to_be_focused()


async def test_a_toast_is_said_and_waits_while_one_is_at_it(kit: Window) -> None:
    page = kit.page
    await page.clock.install()
    await page.get_by_role("button", name="Toast", exact=True).click()
    shown = page.locator("#toasts .toast")
    await expect(shown).to_have_text("3 items moved")
    await shown.hover()
    await page.clock.run_for(60_000)
    await expect(shown).to_be_visible()
    await page.mouse.move(10, 10)
    await page.clock.run_for(10_001)
    await expect(shown).to_have_count(0)


@pytest.mark.slow
async def test_on_a_touch_screen_everything_is_large_enough_to_hit(
    app: Application, windows: Windows
) -> None:
    phone = {"width": 390, "height": 844}
    window = await windows.new(await app.person(Role.ADMIN), viewport=phone)
    small = {}
    for path in ("/", "/profile", "/profile?tab=sessions", "/profile?tab=keys"):
        await window.open(path)
        small[path] = await window.page.evaluate(
            """() => [...document.querySelectorAll('.button, .bottombar a, .input, .account-button')]
                .filter(e => e.offsetParent !== null && e.getBoundingClientRect().height < 44)
                .map(e => e.outerHTML.slice(0, 120))"""
        )
    assert {path: found for path, found in small.items() if found} == {}


@pytest.mark.slow
async def test_reduced_motion_moves_nothing(app: Application, windows: Windows) -> None:
    window = await windows.new(await app.person(Role.ADMIN), reduced_motion="reduce")
    page = await window.open("/admin/kit")
    moving = await page.evaluate(
        """() => document.getAnimations()
            .filter(a => a.effect.getComputedTiming().iterations === Infinity).length"""
    )
    assert moving == 0
