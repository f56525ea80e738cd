"""A course from nothing to its students, and the builder without a mouse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.application import Application, Person
from tests.support.browser import PHONE, Window, Windows
from tests.support.media_files import video
from vtp.actor import Role
from vtp.ids import uuid7

# A common task takes so many presses at the most; words that one types are not counted.
_FEW = 3


class Hand:
    """Presses, and counts them task by task."""

    def __init__(self) -> None:
        self.presses = 0
        self.most = 0

    async def press(self, what: Locator) -> None:
        self.presses += 1
        await what.click()

    def task(self) -> None:
        """The next one begins."""
        self.most, self.presses = max(self.most, self.presses), 0


async def _made(page: Page, hand: Hand) -> None:
    """With classes of every week, from the list of courses."""
    today = datetime.now(UTC).date()
    await hand.press(page.get_by_role("link", name="New course"))
    await page.get_by_label("Title").fill("Algebra II")
    await page.get_by_label("First day").fill((today + timedelta(days=1)).isoformat())
    await page.get_by_label("Last day").fill((today + timedelta(days=28)).isoformat())
    await hand.press(page.locator(".weekday", has_text="Tue"))
    await hand.press(page.get_by_role("button", name="Create course"))
    await expect(page.get_by_role("heading", name="Algebra II", level=1)).to_be_visible()
    hand.task()


async def _built(page: Page, hand: Hand, film: Path) -> None:
    await hand.press(page.get_by_role("link", name="Build the course"))
    for title in ("Parabolas", "Systems"):
        await hand.press(page.get_by_role("button", name="Chapter", exact=True))
        await page.get_by_label("Name of New chapter").fill(title)
        await page.keyboard.press("Enter")
        hand.task()
    first = page.locator(".outline-chapter").first
    add = page.get_by_role("button", name="Add to Parabolas")
    await hand.press(add)
    await hand.press(first.get_by_role("button", name="Class or recording"))
    await hand.press(page.get_by_role("button", name="Add all 4"))
    await expect(first.locator(".item")).to_have_count(4)
    hand.task()
    await hand.press(add)
    async with page.expect_file_chooser() as chooser:
        await hand.press(first.get_by_role("button", name="Upload files"))
    await (await chooser.value).set_files(film)
    await expect(first.locator(".item")).to_have_count(5)
    hand.task()
    await hand.press(add)
    await hand.press(first.get_by_role("button", name="Page", exact=True))
    await page.get_by_label("Name of New page").fill("Warm-up")
    await page.keyboard.press("Enter")
    hand.task()
    await hand.press(page.get_by_role("button", name="Look at Warm-up"))
    await page.get_by_label("Text", exact=True).fill("## Before we begin\n\nRead *this*.")
    await hand.press(page.get_by_role("dialog").get_by_role("button", name="Done"))
    hand.task()
    await expect(page.get_by_text("Saved,")).to_be_visible()
    await hand.press(page.get_by_role("button", name="Publish"))
    await expect(page.get_by_text("still a draft")).to_be_visible()
    await hand.press(page.get_by_role("link", name="Back to the course"))
    await hand.press(page.get_by_role("button", name="Publish", exact=True))
    hand.task()


async def _enrolled(page: Page, hand: Hand, by_hand: Person, by_list: Person) -> str:
    """Two by their teacher; the code for the third."""
    await hand.press(page.get_by_role("link", name="People"))
    await page.get_by_label("Email").fill(by_hand.user.email)
    await hand.press(page.get_by_role("button", name="Enrol", exact=True))
    await expect(page.locator(".student")).to_have_count(1)
    hand.task()
    await hand.press(page.locator("summary", has_text="Import a list"))
    await page.locator("#roll").fill(f"email\n{by_hand.user.email}\n{by_list.user.email}\n")
    await hand.press(page.get_by_role("button", name="Look at what it does"))
    await hand.press(page.get_by_role("button", name="Do exactly this"))
    await expect(page.locator(".student")).to_have_count(2)
    hand.task()
    await hand.press(page.get_by_role("button", name="Make a code"))
    hand.task()
    return await page.locator(".join-code").inner_text()


@pytest.mark.slow
async def test_a_course_is_made_filled_and_read_with_few_presses(
    app: Application, windows: Windows, tmp_path: Path
) -> None:
    (tmp_path / "Sketching.mp4").write_bytes(video(seconds=1.0, width=320, height=180))
    ines = await windows.new(await app.person(Role.INSTRUCTOR, name="Ines Carvalho"))
    noor, lars, rosa = [await app.person(name=name) for name in ("Noor", "Lars", "Rosa")]
    page, hand = await ines.open("/courses"), Hand()
    await _made(page, hand)
    await _built(page, hand, tmp_path / "Sketching.mp4")
    code = await _enrolled(page, hand, noor, lars)
    assert hand.most <= _FEW
    student = await windows.new(rosa, viewport=PHONE)
    seen = await student.open("/courses")
    await seen.get_by_label("Have a code?").fill(code)
    await seen.get_by_role("button", name="Enter").click()
    await expect(seen.get_by_text("You are in. Welcome.")).to_be_visible()
    await expect(seen.get_by_text("0 of 6").first).to_be_visible()
    assert await student.violations() == []
    assert await student.sticks_out() == 0
    assert await student.missing_icons() == []
    await seen.get_by_role("link", name="Warm-up").click()
    await expect(seen.get_by_role("heading", name="Before we begin")).to_be_visible()
    await expect(seen.get_by_text("1 of 6").first).to_be_visible()
    assert await student.violations() == []
    assert await student.sticks_out() == 0


class Keys:
    """Somebody with a keyboard and nothing else."""

    def __init__(self, window: Window) -> None:
        self._window, self._page = window, window.page

    async def reach(self, what: Locator, key: str = "Tab") -> None:
        """From where one is, as often as it takes."""
        await expect(what).to_be_visible()
        for _ in range(120):
            if await what.evaluate("element => element === document.activeElement"):
                return
            await self._page.keyboard.press(key)
        raise AssertionError(f"the keyboard does not reach {what}")

    async def press(self, what: Locator, key: str = "Enter") -> None:
        await self.reach(what)
        await self._page.keyboard.press(key)

    async def write(self, words: str) -> None:
        await self._page.keyboard.type(words)
        await self._page.keyboard.press("Enter")


@pytest.mark.slow
async def test_the_builder_needs_no_mouse(app: Application, windows: Windows) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    _, course = await app.call(
        "POST", "/api/v1/courses", headers=ines.bearer, json={"title": "Algebra II"}
    )
    window = await windows.new(ines)
    page = await window.open(f"/courses/{course['id']}/build")
    keys, button = Keys(window), page.get_by_role
    for title in ("Parabolas", "Systems"):
        await keys.press(button("button", name="Chapter", exact=True))
        await expect(page.get_by_label("Name of New chapter")).to_be_focused()
        await keys.write(title)
    # The menu of a chapter: opened, and gone through by arrows.
    for title in ("Warm-up", "Roots"):
        await keys.press(button("button", name="Add to Parabolas"))
        await keys.reach(button("button", name="Page", exact=True).first, "ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Name of New page")).to_be_focused()
        await keys.write(title)
    names = page.locator(".items .item-name")
    await expect(names).to_have_text(["Warm-up", "Roots"])
    await keys.press(button("button", name="Look at Warm-up"))
    await keys.reach(page.get_by_label("Text", exact=True))
    await page.keyboard.type("Read this.")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await keys.press(button("button", name="Move Warm-up"), "Alt+ArrowDown")
    await expect(names).to_have_text(["Roots", "Warm-up"])
    await keys.press(page.get_by_label("Choose Roots"), "Space")
    await keys.press(button("button", name="Make optional"))
    await expect(page.locator(".item", has_text="Roots").get_by_text("Optional")).to_be_visible()
    await keys.press(button("button", name="Delete Roots"))
    await expect(names).to_have_text(["Warm-up"])
    await page.keyboard.press("Control+z")
    await expect(names).to_have_text(["Roots", "Warm-up"])
    await expect(page.get_by_text("Saved,")).to_be_visible()
    await keys.press(button("button", name="Publish"))
    await expect(page.get_by_text("still a draft")).to_be_visible()
    await keys.press(button("link", name="Preview as student"))
    await expect(page.get_by_text("As students will see it")).to_be_visible()
    await keys.press(button("link", name="Warm-up"))
    await expect(page.get_by_text("Read this.")).to_be_visible()


@pytest.mark.slow
async def test_who_builds_at_the_same_time_is_seen(app: Application, windows: Windows) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    kenji = await app.person(Role.INSTRUCTOR, name="Kenji Mori")
    _, made = await app.call(
        "POST", "/api/v1/courses", headers=ines.bearer, json={"title": "Algebra II"}
    )
    path = f"/api/v1/courses/{made['id']}"
    staff = {"email": kenji.user.email, "role": "co_teacher"}
    await app.call("POST", f"{path}/staff", headers=ines.bearer, json=staff)
    chapter, reading = str(uuid7()), str(uuid7())
    steps = [
        {"do": "add", "id": chapter, "kind": "chapter", "title": "Parabolas", "last": True},
        {"do": "add", "id": reading, "kind": "page", "title": "Roots", "parent": chapter},
    ]
    op = {"op_id": str(uuid7()), "base": 0, "client": "test", "steps": steps}
    await app.call("POST", f"{path}/outline/ops", headers=ines.bearer, json=op)
    page = await (await windows.new(ines)).open(f"/courses/{made['id']}/build")
    away = await windows.new(kenji)
    other = await away.open(f"/courses/{made['id']}/build")
    await expect(page.get_by_role("img", name="Also here: Kenji Mori")).to_be_visible()
    await other.get_by_role("button", name="Roots", exact=True).click()
    await expect(page.get_by_text("Kenji Mori is writing here")).to_be_visible()
    await other.keyboard.press("Escape")
    await expect(page.get_by_text("Kenji Mori is writing here")).to_have_count(0)
    await away.context.close()
    await expect(page.get_by_role("img", name="Also here: Kenji Mori")).to_have_count(0)
