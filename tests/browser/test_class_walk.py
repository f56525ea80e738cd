"""A class walked through in real browsers: what is done once in a while, and by few."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.support.browser import PHONE
from tests.support.room_page import WITH_DEVICES, Class, Someone, becomes

# A camera whose system can blur what is behind somebody, as some do; what is asked of it is kept.
_BLURS = """
window.blurred = [];
const could = MediaStreamTrack.prototype.getCapabilities;
MediaStreamTrack.prototype.getCapabilities = function () {
    const more = this.kind === "video" ? {backgroundBlur: [true, false]} : {};
    return {...could.call(this), ...more};
};
const apply = MediaStreamTrack.prototype.applyConstraints;
MediaStreamTrack.prototype.applyConstraints = function ({backgroundBlur, ...others} = {}) {
    if (backgroundBlur !== undefined) window.blurred.push(backgroundBlur);
    return apply.call(this, others);
};
"""
# Everything that was said to screen readers, politely or at once, by the page of a class.
_HEARD = """
window.heard = [];
new MutationObserver(changes => {
    for (const {target} of changes) {
        const region = (target.closest ? target : target.parentElement)
            ?.closest(".class > .visually-hidden");
        if (region?.textContent) window.heard.push([region.role, region.textContent]);
    }
}).observe(document, {subtree: true, childList: true, characterData: true});
"""
# Of everything that comes by the way of Noor, a part is missing: what the browser counts is changed.
_LOSES = """
window.losing = 0;
const count = RTCPeerConnection.prototype.getStats;
let lost = 0, before = 0;
RTCPeerConnection.prototype.getStats = async function (...given) {
    const reports = await count.apply(this, given);
    return new Map([...reports].map(([id, one]) => {
        if (one.type !== "inbound-rtp" || one.kind !== "video") return [id, one];
        lost += Math.max(0, one.packetsReceived - before) * window.losing;
        before = one.packetsReceived;
        return [id, {...one, packetsLost: Math.round(lost)}];
    }));
};
"""


@pytest.fixture
def browser_options() -> tuple[str, ...]:
    return WITH_DEVICES


async def change(room: Class, **wish: Any) -> None:
    path = f"/api/v1/rooms/{room.path.rpartition('/')[2]}"
    status, body = await room.app.call("PATCH", path, headers=room.host.bearer, json=wish)
    assert status == 200, body


async def two(room: Class, **options: Any) -> tuple[Someone, Someone]:
    ines, noor = await room.someone(room.host), await room.member("Noor Haddad", **options)
    await ines.join()
    await noor.join()
    await expect(ines.tile("Noor")).to_be_visible()
    return ines, noor


async def of_noor(ines: Someone, item: str) -> None:
    await ines.button("More for Noor Haddad").click()
    await ines.page.locator(".menu-item:visible", has_text=item).click()


def notice(someone: Someone) -> Locator:
    return someone.page.locator(".class-notice")


async def test_one_is_muted_asked_and_may_say_no_and_the_end_asks_first(room: Class) -> None:
    ines, noor = await two(room)
    await ines.page.keyboard.press("p")
    await of_noor(ines, "Mute")
    await expect(noor.button("Unmute")).to_be_visible()
    await of_noor(ines, "Ask to unmute")
    await noor.button("Not now").click()
    await expect(notice(ines)).to_contain_text("Noor would rather not speak now.")
    await expect(noor.button("Unmute")).to_be_visible()
    await ines.button("End").click()
    asked = ines.page.get_by_role("dialog", name="End class for all 2?")
    await expect(asked).to_be_visible()
    assert await ines.window.violations() == []
    await ines.page.keyboard.press("Escape")
    await expect(asked).to_have_count(0)
    await expect(noor.page.locator(".stage")).to_be_visible()
    await ines.button("End").click()
    await ines.button("End class").click()
    for one in (ines, noor):
        await expect(one.page.get_by_role("heading", name="The class has ended")).to_be_visible()


@pytest.mark.slow
async def test_who_leads_can_leave_without_ending(room: Class) -> None:
    ines, noor = await two(room)
    await ines.button("End").click()
    await ines.button("Leave without ending").click()
    await expect(ines.page.get_by_role("heading", name="You left the class")).to_be_visible()
    await expect(noor.page.locator(".stage")).to_be_visible()


@pytest.mark.slow
async def test_the_class_goes_along_in_a_small_window(room: Class) -> None:
    ines, noor = await two(room)
    await noor.sees_pictures()
    await noor.button("More").click()
    item = noor.page.locator(".menu-item:visible", has_text="Small window")
    # A window of its own opens where the browser has these.
    if not await noor.page.evaluate("'documentPictureInPicture' in window"):
        pytest.skip("this Chromium has no windows for documents")
    async with noor.window.context.expect_page() as opening:
        await item.click()
    small = await opening.value
    await expect(small.locator(".small-window-name")).to_have_text("Ines")
    await expect(small.locator("video")).to_be_visible()
    await small.get_by_role("button", name="Mute").click()
    await expect(ines.tile("Noor").get_by_text("Muted")).to_be_attached()
    await small.get_by_role("button", name="Back to the class").click()
    await expect(noor.page.locator(".stage")).to_be_visible()


@pytest.mark.slow
async def test_ones_own_picture_is_dragged_into_a_corner_and_hidden(room: Class) -> None:
    _, noor = await two(room)
    own = noor.page.locator(".stage-self")
    await expect(own).to_have_class("stage-self stage-self-bottom-right")
    box, stage = await own.bounding_box(), await noor.page.locator(".stage").bounding_box()
    assert box is not None
    assert stage is not None
    mouse = noor.page.mouse
    await mouse.move(box["x"] + 60, box["y"] + 60)
    await mouse.down()
    await mouse.move(stage["x"] + 100, stage["y"] + 100, steps=5)
    await mouse.up()
    await expect(own).to_have_class("stage-self stage-self-top-left")
    await noor.button("Hide my picture").click()
    await expect(own).to_have_count(0)
    await noor.page.get_by_role("button", name="Show me").click()
    await expect(own).to_have_class("stage-self stage-self-top-left")


@pytest.mark.slow
async def test_of_two_shared_screens_one_is_large_and_a_click_changes_which(room: Class) -> None:
    await change(room, member_sources=["microphone", "camera", "screen", "screen_audio"])
    ines, noor = await two(room)
    kwame = await room.member("Kwame Boateng")
    await kwame.join()
    await ines.page.keyboard.press("s")
    await expect(kwame.page.locator(".share")).to_contain_text("Ines is sharing")
    await noor.page.keyboard.press("s")
    await expect(kwame.page.locator(".share")).to_contain_text("Noor is sharing")
    other = kwame.page.locator(".tile-share")
    await expect(other).to_contain_text("Ines")
    await other.click()
    await expect(kwame.page.locator(".share")).to_contain_text("Ines is sharing")
    await expect(other).to_contain_text("Noor")
    # Closer, moved, and whole again.
    share = kwame.page.locator(".share")
    await kwame.page.keyboard.press("+")
    await expect(share).to_have_attribute("data-zoomed", "")
    box = await share.bounding_box()
    assert box is not None
    moved = share.locator(".share-picture")
    before = await moved.get_attribute("style")
    await kwame.page.mouse.move(box["x"] + 300, box["y"] + 200)
    await kwame.page.mouse.down()
    await kwame.page.mouse.move(box["x"] + 340, box["y"] + 220, steps=4)
    await kwame.page.mouse.up()
    assert await moved.get_attribute("style") != before
    await kwame.page.keyboard.press("-")
    await expect(share).not_to_have_attribute("data-zoomed", "")
    await noor.button("Stop sharing").first.click()
    await expect(other).to_have_count(0)


@pytest.mark.slow
async def test_what_is_behind_one_is_blurred_where_the_system_can(room: Class) -> None:
    noor = await room.member("Noor Haddad")
    await noor.page.add_init_script(_BLURS)
    await noor.join()
    await noor.button("More").click()
    blur = noor.page.locator(".menu-item:visible", has_text="Blur my background")
    await blur.click()

    async def asked(*wanted: bool) -> bool:
        return bool(await noor.page.evaluate("blurred") == list(wanted))

    await becomes(lambda: asked(True))
    # Another picture of the same camera begins as it was.
    await noor.page.keyboard.press("v")
    await expect(noor.button("Switch the camera on")).to_be_visible()
    await noor.page.keyboard.press("v")
    await expect(noor.button("Switch the camera off")).to_be_visible()
    await becomes(lambda: asked(True, True))
    await noor.button("More").click()
    await expect(blur).to_have_attribute("aria-pressed", "true")
    await blur.click()
    await becomes(lambda: asked(True, True, False))


@pytest.mark.slow
async def test_a_newcomer_waits_on_a_phone_and_is_let_in(room: Class) -> None:
    await change(room, waiting_room=True)
    ines = await room.someone(room.host)
    await ines.join()
    noor = await room.member("Noor Haddad", viewport=PHONE)
    await noor.to_the_lobby()
    await noor.button("Join class").tap()
    await expect(noor.page.get_by_text("Ines Carvalho will let you in")).to_be_visible()
    assert await noor.window.violations() == []
    assert await noor.window.sticks_out() == 0
    # Away for a moment, the place is kept.
    await noor.page.reload()
    await noor.window.alive()
    await noor.button("Join class").tap()
    await ines.page.keyboard.press("p")
    await expect(ines.page.locator(".counter").first).to_contain_text("1")
    await ines.button("Admit Noor Haddad").click()
    await expect(noor.page.locator(".class")).to_be_visible()
    await expect(noor.page.locator("figure.tile-large")).to_have_count(1)


@pytest.mark.slow
async def test_screen_readers_hear_joins_hands_messages_and_what_concerns_one(room: Class) -> None:
    ines = await room.someone(room.host)
    await ines.page.add_init_script(_HEARD)
    await ines.join()
    noor, kwame = await room.member("Noor Haddad"), await room.member("Kwame Boateng")
    await noor.page.add_init_script(_HEARD)

    async def hears(who: Someone, words: str, *, how: str = "status") -> None:
        async def so() -> bool:
            heard: list[list[str]] = await who.page.evaluate("heard")
            return any(how == role and words in text for role, text in heard)

        await becomes(so)

    await noor.join()
    await hears(ines, "Noor joined")
    await kwame.join()
    await hears(noor, "Kwame joined")
    await noor.page.keyboard.press("h")
    await hears(ines, "Noor raised")
    await kwame.page.keyboard.press("c")
    await kwame.page.get_by_label("Message everyone").fill("Is it the sign?")
    await kwame.page.keyboard.press("Enter")
    await hears(ines, "Kwame")
    await hears(ines, "Is it the sign?")
    await ines.page.keyboard.press("Shift+M")
    await hears(noor, "muted", how="alert")
    await ines.page.keyboard.press("p")
    await ines.button("More for Kwame Boateng").click()
    await ines.page.locator(".menu-item:visible", has_text="Remove").click()
    await ines.button("Remove").click()
    await hears(noor, "Kwame left")


@pytest.mark.slow
@pytest.mark.parametrize("panel", ["p", "c", "o"])
async def test_everything_that_can_be_pressed_is_reached_by_the_tab_key(
    room: Class, panel: str
) -> None:
    ines, noor = await two(room)
    await noor.page.keyboard.press("c")
    await noor.page.get_by_label("Message everyone").fill("Look: https://example.org")
    await noor.page.keyboard.press("Enter")
    await ines.page.keyboard.press(panel)
    await expect(ines.page.locator(".panel")).to_be_visible()
    await ines.page.evaluate(
        """() => {
            document.activeElement?.blur();
            const all = document.querySelectorAll("button, a[href], input, textarea, select");
            const seen = one => one.checkVisibility({visibilityProperty: true})
                && !one.disabled && one.tabIndex >= 0;
            window.pressable = new Set([...all].filter(seen));
            // Of the choices of one group one is reached by Tab, the others by arrows.
            for (const one of window.pressable) if (one.type === "radio") pressable.delete(one);
            window.reached = new Set();
            addEventListener("focusin", ({target}) => reached.add(target));
        }"""
    )
    assert await ines.page.evaluate("pressable.size") > 15
    for _ in range(80):
        await ines.page.keyboard.press("Tab")
    missed = await ines.page.evaluate(
        "[...pressable].filter(one => !reached.has(one)).map(one => one.outerHTML.slice(0, 120))"
    )
    assert missed == []
    assert await ines.window.violations() == []
    # What opens by a key is left by Escape, and one is where one was.
    await ines.page.keyboard.press("Escape")
    await expect(ines.page.locator(".panel")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_menus_of_pictures_and_a_closed_chat_shut_nobody_out(room: Class, theme: Any) -> None:
    ines, noor = await two(room, color_scheme=theme)
    kwame = await room.member("Kwame Boateng")
    await kwame.join()
    await noor.tile("Kwame").hover()
    await noor.button("Picture of Kwame Boateng").click()
    assert await noor.window.violations() == []
    await noor.page.keyboard.press("Escape")
    await ines.page.keyboard.press("p")
    await ines.button("Locks").click()
    await ines.page.get_by_role("switch", name="Lock chat").click()
    await ines.button("Done").click()
    await noor.page.keyboard.press("c")
    await expect(noor.page.get_by_text("The chat is closed for now.")).to_be_visible()
    assert await noor.window.violations() == []
    ground = "getComputedStyle(document.querySelector('.composer-send')).backgroundColor"
    assert await noor.page.evaluate(ground) == "rgba(0, 0, 0, 0)"


@pytest.mark.slow
async def test_the_line_of_each_person_is_shown_as_the_browser_counts_it(room: Class) -> None:
    ines, noor = await room.someone(room.host), await room.member("Noor Haddad")
    await ines.page.add_init_script(_LOSES)
    await ines.join()
    await noor.join()
    await ines.sees_pictures()
    own = ines.page.locator(".class-quality")
    await expect(own).to_have_attribute("data-line", "3")
    tile = ines.tile("Noor")
    await expect(tile.locator(".tile-weak")).to_have_count(0)
    await ines.page.evaluate("losing = 0.06")
    await expect(tile.locator(".tile-weak")).to_have_attribute("data-line", "2")
    await ines.page.evaluate("losing = 0.4")
    await expect(tile.locator(".tile-weak")).to_have_attribute("data-line", "1")
    await ines.page.keyboard.press("p")
    row = ines.page.locator("[data-person]", has_text="Noor Haddad").last
    await expect(row.get_by_text("Very weak network")).to_be_attached()
    assert await ines.window.violations() == []
    await ines.page.evaluate("losing = 0")
    await expect(tile.locator(".tile-weak")).to_have_count(0)
    await expect(own).to_have_attribute("data-line", "3")
