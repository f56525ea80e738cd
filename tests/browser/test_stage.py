"""What is on the stage of a class: layouts, pages, pins, keys, small screens and lost networks."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from playwright.async_api import expect

from tests.support.browser import PHONE
from tests.support.room_page import WITH_DEVICES, Class, Someone, becomes
from tests.support.whip import Device, Picture
from tools.crowd import Extra, a_crowd

Others = Callable[[Class, int], AbstractAsyncContextManager[None]]

# ms that nothing else could run on the page, since it was opened.
_LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver(list => {
    for (const task of list.getEntries()) window.longTasks.push(Math.round(task.duration));
}).observe({type: "longtask", buffered: true});
"""


# ms from the network to a page that says nothing of it any more.
_BACK = """
addEventListener("online", () => {
    const began = performance.now();
    const look = () => {
        if (document.querySelector(".class-line-note")) requestAnimationFrame(look);
        else window.backAfter = performance.now() - began;
    };
    look();
}, {once: true});
"""


@pytest.fixture
def browser_options() -> tuple[str, ...]:
    return (*WITH_DEVICES, "--autoplay-policy=no-user-gesture-required")


async def crowded(room: Class, count: int, **first: Any) -> None:
    """So many members with faces; the first of them as said."""
    extras = []
    for number in range(count):
        person = await room.app.person(name=f"P{number} Person")
        more = first if number == 0 else {}
        extras.append(Extra(person.access_token, room.path.rsplit("/", 1)[1], face=number, **more))
    context = await room.windows.browser.new_context()
    await a_crowd(context, room.app.url, extras)


async def flowing(someone: Someone) -> int:
    """Pictures that arrive right now, of different people."""

    async def decoded() -> dict[str, int]:
        return {
            one["mid"]: one.get("framesDecoded") or 0 for one in await someone.received("video")
        }

    before = await decoded()
    await someone.page.wait_for_timeout(1_500)
    after = await decoded()
    return sum(after[mid] > before.get(mid, 0) for mid in after)


async def shows(someone: Someone, count: int) -> None:
    """Waits until so many pictures of others flow, and no more."""

    async def so() -> bool:
        return await flowing(someone) == count

    await becomes(so)


async def test_layouts_pins_and_keys(room: Class) -> None:
    await crowded(room, 3)
    ines = await room.someone(room.host, color_scheme="dark")
    await ines.join()
    page = ines.page
    await expect(page.locator("figure.tile-tile")).to_have_count(4)
    # Whom one keeps large is large, and the others stand in a strip.
    await ines.tile("P1").dblclick()
    await expect(page.locator("figure.tile-large")).to_contain_text("P1")
    await expect(page.locator("figure.tile-small")).to_have_count(3)
    await ines.tile("P2").hover()
    await ines.button("Picture of P2 Person").click()
    await ines.button("Keep large").click()
    await expect(page.locator("figure.tile-large")).to_contain_text("P2")
    # A key goes on to the next layout, and none does while somebody types.
    await page.keyboard.press("g")
    await expect(page.locator("figure.tile-tile")).to_have_count(4)
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    await expect(sheet).to_contain_text("Talk while you hold it")
    assert await ines.window.violations() == []
    await page.keyboard.press("m")
    await page.keyboard.press("Escape")
    await expect(ines.button("Mute")).to_be_visible()
    # Sound alone: nothing of the others is decoded, and it is said.
    await page.get_by_role("button", name="Layout").click()
    assert await ines.window.violations() == []
    assert await ines.window.missing_icons() == []
    await page.get_by_role("button", name="Sound only").click()
    await expect(page.locator(".stage .tile-picture")).to_have_count(0)
    await shows(ines, 0)
    await ines.button("Show pictures").click()
    await expect(page.locator(".stage .tile-picture video")).to_have_count(3)


async def test_who_holds_the_bar_is_heard_as_long_as_it_is_down(room: Class) -> None:
    ines = await room.someone(room.host)
    await ines.join()
    await ines.page.keyboard.press("m")
    await expect(ines.button("Unmute")).to_be_visible()
    await ines.page.keyboard.down(" ")
    await expect(ines.button("Mute")).to_be_visible()
    await ines.page.keyboard.up(" ")
    await expect(ines.button("Unmute")).to_be_visible()


async def test_a_phone_shows_one_large_and_turns_pages_by_a_swipe(room: Class) -> None:
    await crowded(room, 6)
    noor = await room.member("Noor Haddad", viewport=PHONE)
    await noor.join()
    page = noor.page
    await expect(page.locator("figure.tile-large")).to_have_count(1)
    await expect(page.locator("figure.tile-tile")).to_have_count(4)
    await swipe(noor, by=-200)
    await expect(page.locator(".stage-pages [role=status]")).to_have_text("Page 2 of 2")
    await swipe(noor, by=200)
    await expect(page.locator(".stage-pages [role=status]")).to_have_text("Page 1 of 2")
    assert await noor.window.violations() == []
    assert await noor.window.sticks_out() == 0
    await page.set_viewport_size({"width": 844, "height": 390})
    await expect(page.locator("figure.tile-small")).to_have_count(3)


async def swipe(someone: Someone, *, by: int) -> None:
    touch = await someone.window.context.new_cdp_session(someone.page)
    start = {"x": 195 - by / 2, "y": 300}
    steps = [{"x": start["x"] + by * step / 4, "y": 300} for step in range(1, 5)]
    await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [start]})
    for step in steps:
        await touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [step]})
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@asynccontextmanager
async def published(room: Class, count: int) -> AsyncIterator[None]:
    """So many who send by WHIP, as encoders do, and watch nobody."""
    path = f"/whip/{room.path.rsplit('/', 1)[1]}"
    async with aiohttp.ClientSession() as http, AsyncExitStack() as stack:
        for number in range(count):
            person = await room.app.person(name=f"P{number} Person")
            device = Device(http, room.app.url, person.access_token)
            picture = Picture(40 + 8 * number, width=160, height=90)
            session = await stack.enter_async_context(device.publishing(path, [picture]))
            await session.connected()
        yield


@asynccontextmanager
async def faces(room: Class, count: int) -> AsyncIterator[None]:
    await crowded(room, count)
    yield


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("others", [published, faces])
async def test_in_a_class_of_25_only_what_is_seen_is_received(
    room: Class, others: Others, capsys: pytest.CaptureFixture[str]
) -> None:
    async with others(room, 24):
        await turns_pages(room, capsys)


async def turns_pages(room: Class, capsys: pytest.CaptureFixture[str]) -> None:
    ines = await room.someone(room.host)
    await ines.page.add_init_script(_LONG_TASKS)
    await ines.join()
    page = ines.page
    await expect(page.locator("figure.tile")).to_have_count(12)
    await shows(ines, 11)
    cost = {"one": await cost_of(ines)}
    first = await page.locator("figure.tile").evaluate_all("all => all.map(a => a.dataset.person)")
    await page.keyboard.press("ArrowRight")
    await shows(ines, 12)
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("figure.tile")).to_have_count(1)
    await shows(ines, 1)
    cost["last"] = await cost_of(ines)
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowLeft")
    await shows(ines, 11)
    again = await page.locator("figure.tile").evaluate_all("all => all.map(a => a.dataset.person)")
    assert again == first, "nobody has jumped"
    # Times are for people to read: a busy machine says nothing about the page.
    with capsys.disabled():
        sys.stdout.write(f"\nclass of 25, a second: {cost}\n")
    assert cost["last"]["pixels"] < cost["one"]["pixels"] / 4


async def cost_of(someone: Someone) -> dict[str, Any]:
    """What a second on this page costs: pixels decoded, and milliseconds in tasks that were long."""

    async def pixels() -> dict[str, int]:
        return {
            one["mid"]: (one.get("framesDecoded") or 0)
            * (one.get("frameWidth") or 0) ** 2
            * 9
            // 16
            for one in await someone.received("video")
        }

    await someone.page.evaluate("longTasks.length = 0")
    before = await pixels()
    await someone.page.wait_for_timeout(4_000)
    after = await pixels()
    long = await someone.page.evaluate("longTasks")
    decoded = sum(max(0, after[mid] - before.get(mid, 0)) for mid in after)
    return {"pixels": decoded // 4, "long_ms": sum(long) / 4, "long": len(long)}


@pytest.mark.alone
@pytest.mark.slow
async def test_students_of_a_large_class_see_whoever_speaks_and_the_seats_stay(room: Class) -> None:
    await crowded(room, 14, speaks=True)
    noor = await room.member("Noor Haddad")
    await noor.join()
    page = noor.page
    await page.keyboard.press("m")  # or the beeps of this device speak, too
    await expect(noor.button("Unmute")).to_be_visible()
    large = page.locator("figure.tile-large[data-speaking]")
    await expect(large).to_contain_text("P0", timeout=180_000)  # 14 cameras on one machine
    await expect(page.locator(".strip-more")).to_contain_text("others")
    strip = page.locator("figure.tile-small")
    await expect(strip.last).to_contain_text("You")
    await page.locator(".strip-more").click()
    await expect(strip.filter(has_text="You")).to_have_count(0)
    await page.keyboard.press("ArrowLeft")
    await expect(strip.last).to_contain_text("You")


@pytest.mark.alone
@pytest.mark.slow
async def test_a_network_that_goes_and_comes_back_is_hardly_noticed(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    ines, noor = await room.someone(room.host), await room.member("Noor Haddad")
    await ines.join()
    await noor.join()
    await noor.sees_pictures()
    who = await ines.tile("Noor Haddad").get_attribute("data-person")
    noor.window.expect("ERR_INTERNET_DISCONNECTED")
    noor.window.expect("WebSocket connection")
    await noor.window.context.set_offline(True)
    await expect(noor.page.get_by_text("Connecting again")).to_be_visible()
    # Whoever mutes while nobody hears it is muted, then as afterwards.
    await noor.page.keyboard.press("m")
    await expect(noor.button("Unmute")).to_be_visible()
    await noor.page.evaluate(_BACK)
    # Longer than the tries that come by themselves would take.
    await noor.page.wait_for_timeout(3_000)
    await noor.window.context.set_offline(False)
    await expect(noor.page.get_by_text("Connecting again")).to_have_count(0)
    after = await noor.page.evaluate("backAfter")
    with capsys.disabled():
        sys.stdout.write(f"\nback in class {after:.0f} ms after the network\n")
    await expect(ines.tile("Noor Haddad").get_by_text("Muted")).to_be_attached()
    await expect(ines.tile("Noor Haddad")).to_have_count(1)
    assert await ines.tile("Noor Haddad").get_attribute("data-person") == who
    await noor.sees_pictures()


@pytest.mark.alone
@pytest.mark.slow
async def test_what_one_likes_is_remembered(room: Class) -> None:
    noor = await room.member("Noor Haddad")
    await noor.to_the_lobby()
    await noor.button("Switch the camera off").click()
    await expect(noor.page.get_by_text("Your camera is off").first).to_be_visible()
    await noor.page.get_by_role("button", name="Test", exact=True).click()
    await expect(noor.button("Playing…")).to_be_visible()
    await noor.join()
    await expect(noor.button("Switch the camera on")).to_be_visible()
    await noor.page.keyboard.press("g")
    await noor.page.reload()
    await expect(noor.button("Switch the camera on")).to_be_visible()
    kept = await noor.page.evaluate("JSON.parse(localStorage['vtp.class']).wish")
    assert kept == "grid"
