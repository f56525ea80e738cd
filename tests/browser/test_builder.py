"""The builder in front of two teachers: files, moves, names, undo, conflict, publication."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.application import Application, Person
from tests.support.browser import DESK, PHONE, Windows
from tests.support.pictures import a_png
from vtp.actor import Role
from vtp.ids import uuid7


async def _course(app: Application) -> tuple[str, Person, Person]:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    kenji = await app.person(Role.INSTRUCTOR, name="Kenji Mori")
    _, course = await app.call(
        "POST", "/api/v1/courses", headers=ines.bearer, json={"title": "Algebra II"}
    )
    staff = {"email": kenji.user.email, "role": "co_teacher"}
    await app.call("POST", f"/api/v1/courses/{course['id']}/staff", headers=ines.bearer, json=staff)
    return course["id"], ines, kenji


async def _outline(app: Application, course: str, person: Person, *titles: str) -> None:
    """A chapter with these pages, and an empty one."""
    first, second = str(uuid7()), str(uuid7())
    steps: list[dict[str, Any]] = [
        {"do": "add", "id": first, "kind": "chapter", "title": "Parabolas", "last": True},
        {"do": "add", "id": second, "kind": "chapter", "title": "Systems", "last": True},
    ]
    for title in titles:
        page = {"id": str(uuid7()), "kind": "page", "title": title, "parent": first}
        steps.append({"do": "add", "last": True, **page})
    op = {"op_id": str(uuid7()), "base": 0, "client": "test", "steps": steps}
    status, said = await app.call(
        "POST", f"/api/v1/courses/{course}/outline/ops", headers=person.bearer, json=op
    )
    assert status == 200, said


async def _names(page: Page) -> list[str]:
    return await page.locator(".items .item-name").all_inner_texts()


async def test_a_teacher_builds_a_course_and_another_one_looks_on(
    app: Application, windows: Windows, tmp_path: Path
) -> None:
    course, ines, kenji = await _course(app)
    await _outline(app, course, ines, "Warm-up", "Sketching", "Roots")
    window = await windows.new(ines)
    page = await window.open(f"/courses/{course}/build")
    other = await (await windows.new(kenji)).open(f"/courses/{course}/build")
    # By keys alone, and the other one sees it.
    await page.get_by_role("button", name="Move Warm-up").focus()
    await page.keyboard.press("Alt+ArrowDown")
    await expect(other.locator(".items .item-name").first).to_have_text("Sketching")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(other.locator(".items .item-name").nth(2)).to_have_text("Warm-up")
    # Named in place.
    await other.get_by_role("button", name="Roots", exact=True).click()
    await other.get_by_label("Name of Roots").fill("No roots")
    await other.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="No roots", exact=True)).to_be_visible()
    # A file straight into a chapter: it stands there at once.
    (tmp_path / "Plot.png").write_bytes(a_png())
    await (
        page.locator(".outline-chapter")
        .nth(1)
        .locator("input[type=file]")
        .set_input_files(tmp_path / "Plot.png")
    )
    await expect(
        other.locator(".outline-chapter").nth(1).locator(".items .item-name")
    ).to_have_text("Plot")
    # Chosen, deleted, taken back.
    await page.get_by_label("Choose Sketching").check()
    await page.get_by_label("Choose No roots").check()
    await page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
    await expect(other.get_by_role("button", name="Sketching", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="Undo", exact=True).click()
    await expect(other.get_by_role("button", name="Sketching", exact=True)).to_be_visible()
    assert await _names(page) == ["Sketching", "No roots", "Warm-up", "Plot"]
    assert await window.violations() == []
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_text("still a draft")).to_be_visible()


@pytest.mark.slow
async def test_who_was_offline_is_asked_where_both_changed_the_same(
    app: Application, windows: Windows
) -> None:
    course, ines, kenji = await _course(app)
    await _outline(app, course, ines, "Warm-up", "Roots")
    page = await (await windows.new(ines)).open(f"/courses/{course}/build")
    away = await windows.new(kenji)
    there = await away.open(f"/courses/{course}/build")
    away.expect("ERR_INTERNET_DISCONNECTED")
    await away.context.set_offline(True)
    await expect(there.get_by_text("Offline, kept here")).to_be_visible()
    for where, title in ((there, "Kenji wrote this"), (page, "Ines wrote this")):
        await where.get_by_role("button", name="Roots", exact=True).click()
        await where.get_by_label("Name of Roots").fill(title)
        await where.keyboard.press("Enter")
    await there.get_by_role("button", name="Move Warm-up").focus()
    await there.keyboard.press("Alt+ArrowDown")
    await expect(there.get_by_text("Offline, kept here")).to_be_visible()
    await expect(page.get_by_text("Saved,")).to_be_visible()
    away.expect("409 (Conflict)")
    await away.context.set_offline(False)
    dialog = there.get_by_role("dialog")
    await expect(dialog).to_contain_text("Ines wrote this")
    await expect(dialog).to_contain_text("Kenji wrote this")
    await dialog.get_by_role("button", name="Keep mine").click()
    await expect(page.locator(".items .item-name")).to_have_text(["Kenji wrote this", "Warm-up"])


@pytest.mark.slow
@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")])
async def test_the_builder_shuts_nobody_out(
    app: Application, windows: Windows, size: Any, theme: Any
) -> None:
    course, ines, _ = await _course(app)
    await _outline(app, course, ines, "Warm-up: reading a parabola", "Sketching by hand", "Roots")
    window = await windows.new(ines, viewport=size, color_scheme=theme)
    page = await window.open(f"/courses/{course}/build")
    if size is DESK:
        await page.get_by_label("Choose Roots").check()
    assert await window.violations() == []
    assert await window.missing_icons() == []
    assert await window.sticks_out() == 0
    await page.get_by_role("link", name="Preview as student").click()
    await expect(page.get_by_text("As students will see it")).to_be_visible()
    assert await window.violations() == []
    assert await window.sticks_out() == 0
