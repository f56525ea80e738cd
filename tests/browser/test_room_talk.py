"""Conversation in real browsers: what one says is there for the others, and there again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import FilePayload, Locator, expect

from tests.support.browser import DESK, PHONE
from tests.support.hostile_texts import HOSTILE
from tests.support.pictures import a_png
from tests.support.room_page import WITH_DEVICES, Class, Someone
from tests.support.socket_client import connected
from vtp.ids import uuid7

# What a person may write at once.
BURST = 8


@pytest.fixture
def browser_options() -> tuple[str, ...]:
    return WITH_DEVICES


async def two(room: Class, **options: Any) -> tuple[Someone, Someone]:
    ines = await room.someone(room.host)
    noor = await room.member("Noor Haddad", **options)
    await ines.join()
    await noor.join()
    return ines, noor


def messages(one: Someone) -> Locator:
    return one.page.locator("[data-message]")


async def opens(one: Someone, panel: str) -> None:
    await one.page.locator(".class-bar-end").get_by_role("button", name=panel).click()
    await expect(one.page.locator(".panel")).to_have_accessible_name(panel)


async def says(one: Someone, text: str) -> None:
    await one.page.locator("#chat-text").fill(text)
    await one.page.keyboard.press("Enter")
    await expect(one.page.locator("#chat-text")).to_have_value("")


async def test_two_people_chat(room: Class) -> None:
    ines, noor = await two(room)
    await noor.page.keyboard.press("c")
    await noor.page.locator("#chat-text").focus()
    await says(noor, "Is this it? https://example.org/a, I think <b>so</b>")
    # Unread, until one looks.
    tab = ines.page.locator(".class-tab", has_text="Chat")
    await expect(tab.locator(".counter")).to_contain_text("1")
    await opens(ines, "Chat")
    await expect(tab.locator(".counter")).to_have_count(0)
    link = ines.page.locator(".chat-words a")
    await expect(link).to_have_attribute("href", "https://example.org/a")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow ugc")
    await expect(messages(ines)).to_contain_text("I think <b>so</b>")
    # A reply, an image, and taking back.
    await messages(ines).hover()
    await ines.button("Reply to Noor Haddad").click()
    await says(ines, "Exactly")
    await expect(messages(noor).nth(1).locator("blockquote")).to_contain_text(
        "Noor Haddad: Is this"
    )
    picture = FilePayload(name="sketch.png", mimeType="image/png", buffer=a_png(300))
    await noor.page.locator("[data-chat-file]").set_input_files(picture)
    await expect(noor.page.get_by_text("Ready to send")).to_be_visible()
    await noor.page.get_by_role("button", name="Send", exact=True).click()
    shown = messages(ines).nth(2).locator("img")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("async i => { await i.decode(); return i.naturalWidth }") == 300
    await messages(ines).nth(0).hover()
    await messages(ines).nth(0).get_by_role("button", name="Delete message").click()
    await ines.button("Delete").click()
    await expect(messages(noor).nth(0)).to_contain_text("Deleted by a teacher")
    await expect(messages(noor).nth(1).locator("blockquote")).to_contain_text("message deleted")
    # All of it is there again.
    await noor.join()
    await expect(
        noor.page.locator(".class-tab", has_text="Chat").locator(".counter")
    ).to_have_count(0)
    await opens(noor, "Chat")
    await expect(messages(noor)).to_have_count(3)
    await expect(messages(noor).nth(2).locator("img")).to_be_visible()


@pytest.mark.slow
async def test_private_is_between_two(room: Class) -> None:
    ines, noor = await two(room)
    kwame = await room.member("Kwame Mensah")
    await kwame.join()
    await opens(noor, "Chat")
    await noor.page.get_by_role("radio", name="Private").check()
    await noor.page.get_by_role("combobox", name="With").select_option(label="Kwame Mensah")
    await says(noor, "Do you follow?")
    await expect(kwame.page.get_by_text("Noor Haddad wrote to you in private")).to_be_visible()
    await opens(kwame, "Chat")
    await kwame.page.get_by_role("radio", name="Private").check()
    await expect(messages(kwame)).to_contain_text("Do you follow?")
    await says(kwame, "No")
    await expect(messages(noor)).to_have_count(2)
    await opens(ines, "Chat")
    await expect(ines.page.get_by_text("Nothing was said yet")).to_be_visible()


async def test_a_poll_is_asked_answered_and_shown(room: Class) -> None:
    ines, noor = await two(room)
    await opens(ines, "Polls")
    await ines.button("Ask something").click()
    await ines.page.get_by_label("Question").fill("Ready for the graph?")
    await ines.button("Ask now").click()
    # It opens by itself for who is asked, and is answered by a key.
    await expect(noor.page.locator(".poll-question")).to_have_text("Ready for the graph?")
    await noor.page.locator(".panel h2").focus()
    await noor.page.keyboard.press("2")
    await noor.button("Send answer").click()
    await expect(noor.button("Answer sent")).to_be_visible()
    await expect(ines.page.get_by_text("1 of 1 answered")).to_be_visible()
    await noor.page.get_by_label("Yes").check()
    await noor.button("Change answer").click()
    bars = ines.page.locator(".poll-bars li")
    await expect(bars.nth(0)).to_contain_text("100 %")
    await expect(ines.page.get_by_text("1 of 1 answered")).to_be_visible()
    # After a reload one's answer is known.
    await noor.join()
    await opens(noor, "Polls")
    await expect(noor.button("Answer sent")).to_be_visible()
    await expect(noor.page.get_by_label("Yes")).to_be_checked()
    await ines.button("Close poll").click()
    await expect(noor.page.locator(".poll")).to_have_count(0)
    await ines.button("Show result").click()
    await expect(noor.page.locator(".poll-bars li").nth(0)).to_contain_text("100 %")


@pytest.mark.slow
async def test_polls_of_every_kind(room: Class) -> None:
    ines, noor = await two(room)
    await opens(ines, "Polls")
    await ines.button("Ask something").click()
    await ines.button("Own options").click()
    await ines.page.get_by_label("Question").fill("Which?")
    await ines.page.get_by_label("Option A").fill("Roots")
    await ines.page.get_by_label("Option B").fill("Signs")
    await ines.page.get_by_label("Several answers may be chosen").check()
    await ines.page.get_by_label("Anonymous").uncheck()
    await ines.button("Keep for later").click()
    await expect(ines.page.locator(".poll-draft")).to_be_visible()
    await expect(noor.page.locator(".panel")).to_have_count(0)
    await ines.button("Ask now").click()
    await noor.page.get_by_label("Roots").check()
    await noor.page.get_by_label("Signs").check()
    await noor.button("Send answer").click()
    await ines.page.get_by_text("Who answered what").click()
    await expect(ines.page.locator(".poll-names li")).to_contain_text("Noor Haddad")
    await expect(ines.page.locator(".poll-names li b")).to_have_text("A, B")
    await ines.button("Close poll").click()
    await ines.button("New").click()
    await ines.button("Free text").click()
    await ines.page.get_by_label("Question").fill("What confused you?")
    await ines.page.get_by_label("Show the result while it grows").check()
    await ines.button("Ask now").click()
    await noor.page.get_by_role("textbox", name="What confused you?").fill("The <i>sign</i>")
    await noor.button("Send answer").click()
    for one in (ines, noor):
        await expect(one.page.locator(".poll-texts li")).to_have_text("The <i>sign</i>")


@pytest.mark.slow
async def test_signs_float_and_hosts_hear_who_is_lost_as_a_number(room: Class) -> None:
    ines, noor = await two(room)
    await noor.button("React").click()
    await noor.button("Idea").click()
    await expect(ines.tile("Noor Haddad").locator(".tile-reaction")).to_be_visible()
    await expect(ines.page.locator("[data-crowd=idea]")).to_be_visible()
    await noor.page.keyboard.press("l")
    await expect(noor.button("Your teacher knows, without your name")).to_be_visible()
    await expect(ines.page.get_by_text("1 cannot follow").first).to_be_visible()


@pytest.mark.slow
async def test_nothing_that_anybody_writes_runs(room: Class) -> None:
    """Two hundred texts as messages and as what is answered, by clients of their own."""
    ines, noor = await two(room)
    await opens(ines, "Chat")
    await opens(noor, "Chat")
    shown = 0
    for n in range(0, len(HOSTILE), BURST):
        shown += await written_by_a_client(room, HOSTILE[n : n + BURST])
    assert shown > 180
    for one in (ines, noor):
        await expect(messages(one)).to_have_count(shown, timeout=60_000)
        odd = one.page.locator(".chat-words :not(a), .chat-words a:not([href^=http])")
        assert await odd.count() == 0
        assert await one.page.evaluate("window.__broken === undefined")
        assert await one.window.sticks_out() == 0


async def written_by_a_client(room: Class, texts: list[str]) -> int:
    """How many were taken; each but the first answers the one before."""
    somebody = await room.app.person(name="Mallory <b>Mole</b>")
    port = int(room.app.url.rpartition(":")[2])
    taken, last = 0, None
    here: dict[str, Any] = {"auth": {"token": somebody.access_token}, "Host": f"127.0.0.1:{port}"}
    async with connected(port, **here) as client:
        await client.call("room.join", {"room": room.path.rpartition("/")[2]})
        for text in texts:
            body = {"text": text, "key": str(uuid7()), "reply_to": last}
            ack = await client.call("chat.send", body)
            if "ok" in ack:
                taken, last = taken + 1, ack["ok"]["id"]
            else:
                assert ack["error"]["code"] in {"bad_message", "message_too_long"}, ack
        await client.call("room.leave", {})
    return taken


@pytest.mark.parametrize(
    ("viewport", "theme"),
    [
        pytest.param(PHONE, "dark", id="phone, dark"),
        pytest.param(PHONE, "light", id="phone, light", marks=pytest.mark.slow),
        pytest.param(DESK, "dark", id="desk, dark", marks=pytest.mark.slow),
        pytest.param(DESK, "light", id="desk, light", marks=pytest.mark.slow),
    ],
)
async def test_talking_shuts_nobody_out(room: Class, viewport: Any, theme: Any) -> None:
    ines, noor = await two(room, viewport=viewport, color_scheme=theme)
    await noor.page.get_by_role("button", name="Chat").click()
    await says(noor, "Can everybody read this?")
    await expect(messages(noor)).to_have_count(1)
    found = [f"chat: {one}" for one in await noor.window.violations()]
    await noor.page.get_by_role("button", name="Close").click()
    await opens(ines, "Polls")
    await ines.button("Ask something").click()
    found += [f"form: {one}" for one in await ines.window.violations()]
    await ines.page.get_by_label("Question").fill("Ready?")
    await ines.button("Ask now").click()
    await expect(noor.page.locator(".poll-question")).to_be_visible()
    found += [f"poll: {one}" for one in await noor.window.violations()]
    found += [f"lead: {one}" for one in await ines.window.violations()]
    assert found == []
    for one in (ines, noor):
        assert await one.window.sticks_out() == 0
        assert await one.window.missing_icons() == []
