"""The library in front of a teacher: files are dropped, paused, found again, looked at and named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.application import Application
from tests.support.browser import DESK, PHONE, Windows
from tests.support.media_files import video
from tests.support.pictures import a_png
from tests.support.working import work
from vtp.actor import Role


async def test_a_teacher_uploads_a_video_and_looks_at_it(
    app: Application, windows: Windows, tmp_path: Path
) -> None:
    (tmp_path / "Warm-up.mp4").write_bytes(video(sound="aac", seconds=2.0, width=320, height=180))
    (tmp_path / "Plot.png").write_bytes(a_png())
    (tmp_path / "Copy of plot.png").write_bytes(a_png())
    window = await windows.new(await app.person(Role.INSTRUCTOR, name="Ines Carvalho"))
    page = await window.open("/library")
    await expect(page.get_by_text("Nothing here yet")).to_be_visible()
    async with work(app):
        await page.locator("input[type=file]").set_input_files(
            [tmp_path / "Warm-up.mp4", tmp_path / "Plot.png"]
        )
        await expect(page.locator(".media-open", has_text="Warm-up")).to_be_visible()
        await expect(page.locator(".media-lasts")).to_have_text("0:02")
        await expect(page.locator(".media-picture img")).to_have_count(2)
    await page.locator("input[type=file]").set_input_files([tmp_path / "Copy of plot.png"])
    await expect(page.get_by_text("Already in the library")).to_be_visible()
    assert await window.violations() == []
    await page.get_by_role("button", name="Use it").click()
    await expect(page.get_by_role("listitem").filter(has_text="Copy of plot")).to_have_count(0)
    await page.locator(".media-open", has_text="Warm-up").click()
    await page.get_by_label("Title").fill("Reading a parabola")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("heading", name="Reading a parabola")).to_be_visible()
    assert await window.violations() == []
    await page.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("is in the bin")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(".media-open", has_text="Reading a parabola")).to_be_visible()
    await page.get_by_role("searchbox").fill("plot")
    await expect(page.locator(".media-open", has_text="Reading a parabola")).to_have_count(0)
    await expect(page).to_have_url(re.compile(r"\?q=plot"))


@pytest.mark.slow
@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (PHONE, "dark")])
async def test_the_library_looks_right(
    app: Application, windows: Windows, tmp_path: Path, size: dict[str, int], theme: str
) -> None:
    window = await windows.new(await app.person(Role.INSTRUCTOR), viewport=size, color_scheme=theme)
    page = await window.open("/library")
    names = []
    for number in range(5):
        path = tmp_path / f"Lesson {number}.mp4"
        path.write_bytes(video(seconds=1.0 + number, width=320, height=180))
        names.append(path)
    async with work(app):
        await page.locator("input[type=file]").set_input_files(names)
        await expect(page.locator(".media-picture img")).to_have_count(5)
    assert await window.violations() == []
    assert await window.sticks_out() == 0
    assert await window.missing_icons() == []
