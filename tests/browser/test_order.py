"""Order in a class, in real browsers: who is let in, who may do what, and guests."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.application import Person
from tests.support.browser import PHONE, Windows
from tests.support.room_page import WITH_DEVICES, Class, Someone


@pytest.fixture
def browser_options() -> tuple[str, ...]:
    return WITH_DEVICES


async def change(room: Class, **wish: Any) -> dict[str, Any]:
    path = f"/api/v1/rooms/{room.path.rpartition('/')[2]}"
    status, body = await room.app.call("PATCH", path, headers=room.host.bearer, json=wish)
    assert status == 200, body
    return dict(body)


async def asking(room: Class, who: Person | str, **options: Any) -> Someone:
    """Somebody who pressed Join and is not in."""
    person = await room.app.person(name=who) if isinstance(who, str) else who
    someone = await room.someone(person, **options)
    await someone.to_the_lobby()
    await someone.button("Join class").click()
    return someone


async def menu(staff: Someone, name: str, item: str) -> None:
    await staff.page.get_by_role("button", name=f"More for {name}").click()
    await staff.page.locator(".menu-item:visible", has_text=item).click()


async def test_who_waits_is_let_in_or_turned_away_and_a_guest_is_marked(
    room: Class, windows: Windows
) -> None:
    await change(room, waiting_room=True)
    path = f"/api/v1/rooms/{room.path.rpartition('/')[2]}/guest-link"
    _, opened = await room.app.call("POST", path, headers=room.host.bearer)
    ines = await room.someone(room.host)
    await ines.join()
    noor = await asking(room, "Noor Haddad")
    await expect(noor.page.get_by_text("Ines Carvalho will let you in")).to_be_visible()
    assert await noor.window.violations() == []
    window = await windows.new(None)
    guest = Someone(window, opened["guest_path"])
    await guest.to_the_lobby()
    await guest.button("Join class").click()
    await expect(guest.page.get_by_text("Write the name that others should see.")).to_be_visible()
    await guest.page.get_by_label("Your name in class").fill("Siobhán Kelly")
    await guest.button("Join class").click()
    await expect(guest.page.get_by_text("will let you in")).to_be_visible()
    await ines.page.keyboard.press("p")
    waiting = ines.page.get_by_role("region", name="Waiting to come in")
    await expect(waiting.get_by_role("listitem")).to_have_count(2)
    await expect(waiting).to_contain_text("Guest, by link")
    assert await ines.window.violations() == []
    await ines.button("Admit Siobhán Kelly").click()
    await expect(guest.page.locator(".class")).to_be_visible()
    await expect(ines.tile("Siobhán")).to_contain_text("Guest")
    await ines.button("Turn Noor Haddad away").click()
    await expect(noor.page.get_by_text("You were not let in")).to_be_visible()
    await expect(waiting).to_have_count(0)
    await expect(ines.page.get_by_text("Kept out of this class")).to_be_visible()


@pytest.mark.slow
async def test_staff_mute_ask_lock_promote_and_remove(room: Class) -> None:
    ines = await room.someone(room.host)
    noor, kwame = await room.member("Noor Haddad"), await room.member("Kwame Boateng")
    for one in (ines, noor, kwame):
        await one.join()
    await expect(ines.tile("Kwame")).to_be_visible()
    await ines.page.keyboard.press("p")
    # What is not sent yet cannot be muted.
    heard = ines.page.locator(".person-state", has_text="Microphone on")
    await expect(heard).to_have_count(3)
    await ines.button("Mute all").click()
    for one in (noor, kwame):
        await expect(one.button("Unmute")).to_be_visible()
    await expect(ines.button("Mute").first).to_be_visible()
    await menu(ines, "Noor Haddad", "Ask to unmute")
    await noor.page.get_by_role("dialog").get_by_role("button", name="Unmute").click()
    await expect(noor.page.locator(".control-pair-muted")).to_have_count(0)
    await menu(ines, "Kwame Boateng", "Ask to unmute")
    await kwame.button("Not now").click()
    await expect(kwame.button("Unmute")).to_be_visible()
    await kwame.page.keyboard.press("h")
    await expect(ines.page.get_by_text("Hands, in order")).to_be_visible()
    await ines.button("Lower all").click()
    await expect(kwame.button("Raise your hand")).to_be_visible()
    await ines.button("Locks").click()
    assert await ines.window.violations() == []
    await ines.page.get_by_role("switch", name="Lock cameras").click()
    await expect(noor.page.locator("[data-key=V]")).to_have_count(0)
    rows = ines.page.locator("[data-person]", has_text="Noor Haddad")
    await expect(rows).to_contain_text("Camera off")
    await ines.page.get_by_role("switch", name="Lock cameras").click()
    await ines.page.get_by_role("switch", name="Lock the class").click()
    await kwame.page.keyboard.press("c")
    written = kwame.page.get_by_label("Message everyone")
    await written.fill("Half a sent")
    await ines.page.get_by_role("switch", name="Lock chat").click()
    await expect(kwame.page.get_by_text("The chat is closed for now.")).to_be_visible()
    await expect(written).to_be_disabled()
    await ines.page.get_by_role("switch", name="Lock chat").click()
    await expect(written).to_be_enabled()
    await expect(written).to_have_value("Half a sent")
    await ines.button("Done").click()
    late = await asking(room, "Late Comer")
    await expect(late.page.get_by_text("This class is locked")).to_be_visible()
    await menu(ines, "Noor Haddad", "Make co-host")
    await expect(kwame.tile("Noor")).to_contain_text("Co-host")
    await noor.page.keyboard.press("p")
    # On the picture of somebody is what is in the list, too.
    picture = noor.tile("Kwame")
    await picture.hover()
    await picture.get_by_role("button", name="Picture of").click()
    await picture.locator(".menu-item", has_text="Remove from class").click()
    await noor.button("Remove").click()
    await expect(kwame.page.get_by_text("You were removed from this class")).to_be_visible()
    await noor.button("Let Kwame Boateng in again").click()
    await kwame.page.reload()
    await kwame.button("Join class").click()
    await expect(kwame.page.locator(".class")).to_be_visible()


async def test_a_room_is_made_set_up_and_shared_in_a_few_clicks(
    room: Class, windows: Windows
) -> None:
    noor = await room.app.person(name="Noor Haddad")
    ines = await windows.new(room.host)
    page = await ines.open("/rooms")
    await page.get_by_role("link", name="Settings of Quadratic inequalities").click()
    await page.get_by_role("switch", name="Waiting room").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.get_by_role("switch", name="Guests by link").click()
    await expect(page.get_by_text("/join/")).to_be_visible()
    await page.get_by_label("Add somebody").fill("hadd")
    await page.get_by_role("button", name=f"Add {noor.user.name}").click()
    await expect(page.get_by_label("What Noor Haddad is in this room")).to_have_value("member")
    assert await ines.violations() == []
    await page.reload()
    await expect(page.get_by_role("switch", name="Waiting room")).to_be_checked()


async def test_on_a_phone_the_sheet_of_people_keeps_order_too(room: Class) -> None:
    await change(room, waiting_room=True)
    ines = await room.someone(room.host, viewport=PHONE)
    await ines.join()
    await asking(room, "Noor Haddad")
    await ines.page.get_by_role("button", name="More", exact=True).click()
    await ines.page.locator(".menu-item:visible", has_text="People").click()
    await ines.button("Admit Noor Haddad").click()
    await expect(ines.tile("Noor")).to_be_visible()


@pytest.mark.slow
async def test_staff_show_somebody_to_everybody_and_turn_all_away_who_wait(room: Class) -> None:
    ines = await room.someone(room.host)
    noor, kwame = await room.member("Noor Haddad"), await room.member("Kwame Boateng")
    for one in (ines, noor, kwame):
        await one.join()
    await expect(ines.tile("Kwame")).to_be_visible()
    await ines.page.keyboard.press("p")
    await menu(ines, "Noor Haddad", "Keep large for everyone")
    large = "figure.tile-large"
    await expect(kwame.page.locator(large)).to_contain_text("Noor")
    await expect(kwame.page.get_by_text("Noor is large for everyone now").first).to_be_attached()
    await expect(noor.page.get_by_text("Everyone sees you large now").first).to_be_attached()
    await expect(noor.page.locator(large)).to_have_count(0)  # nobody looks at themselves
    assert await ines.window.violations() == []
    # Each may look elsewhere, and whoever comes later sees what all see.
    await kwame.page.keyboard.press("g")
    await expect(kwame.page.locator(large)).to_have_count(0)
    await kwame.page.reload()
    await kwame.button("Join class").click()
    await expect(kwame.page.locator(large)).to_contain_text("Noor")
    await menu(ines, "Noor Haddad", "Release for everyone")
    await expect(kwame.page.locator(large)).to_have_count(0)
    for one in (noor, kwame):
        await one.button("Leave").click()
    await change(room, waiting_room=True)
    late = [await asking(room, name) for name in ("Amara Nwosu", "Joris Bakker")]
    await ines.button("Turn all away").click()
    question = ines.page.get_by_role("dialog", name="Turn 2 people away?")
    assert await ines.window.violations() == []
    await question.get_by_role("button", name="Turn all away").click()
    for one in late:
        await expect(one.page.get_by_text("You were not let in")).to_be_visible()
    await ines.button("Let Joris Bakker in again").click()
    await expect(ines.button("Let Joris Bakker in again")).to_have_count(0)
