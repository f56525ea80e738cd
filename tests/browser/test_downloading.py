"""A recording is taken home in a real browser: asked for, made, downloaded, and in step."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import av
import pytest
from playwright.async_api import expect

from tests.support import lesson
from tests.support.application import Application
from tests.support.browser import PHONE, Windows
from tests.support.film import Film
from tests.support.shown import a_recording, folder
from tests.support.working import work
from vtp.actor import Role

_SECONDS = 6
# Where the camera is, alone and beside a screen.
_CAMERA = 1100, 150
_PATIENCE = 60_000


@pytest.mark.slow
async def test_a_student_takes_home_what_a_host_allows(
    app: Application, windows: Windows, tmp_path: Path
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    made = await a_recording(app, ines, access="school")
    film = Film(folder(app, made)).voice("mix-opus", 0.5, _SECONDS, source="mix")
    film.camera("cam", 0.5, _SECONDS).camera("screen", 2, 3, source="screen", width=640)
    length = timedelta(seconds=film.develop().seconds)
    film.close()
    async with app.parts.db.transaction() as tx:
        await tx.execute(
            "update recording set seconds = $2, stopped_at = started_at + $3 where id = $1",
            made,
            length.total_seconds(),
            length,
        )
    noor = await app.person(name="Noor Haddad")
    student = await windows.new(noor, viewport=PHONE)
    watching = await student.open(f"/watch/{made}")
    await expect(watching.get_by_role("heading", level=1)).to_have_text("Algebra")
    await expect(watching.get_by_role("button", name="Download")).to_have_count(0)

    host = await windows.new(ines)
    page = await host.open("/recordings")
    await page.get_by_role("button", name="More for Algebra").click()
    await page.get_by_role("button", name="They may download it").click()
    await page.get_by_role("button", name="More for Algebra").click()
    await page.get_by_role("button", name="Picture…").click()
    assert await host.violations() == []
    await page.get_by_role("slider").fill("4")
    await page.get_by_role("button", name="Use this moment").click()
    await expect(page.locator(".recording-cover img")).to_be_visible(timeout=_PATIENCE)

    await page.get_by_role("button", name="More for Algebra").click()
    await page.get_by_role("button", name="Download…").click()
    await page.get_by_text("Each track as it was recorded").click()
    await expect(page.get_by_role("link", name="All voices")).to_be_visible(timeout=_PATIENCE)
    assert await host.violations() == []

    await watching.reload()
    await watching.get_by_role("button", name="Download").click()
    await watching.get_by_role("button", name="Prepare The whole class").click()
    await expect(watching.get_by_text("Waits for its turn")).to_be_visible(timeout=_PATIENCE)
    assert await student.violations() == []
    assert await student.sticks_out() <= 0
    link = watching.get_by_role("link", name="Download The whole class")
    async with work(app):
        await expect(link).to_be_visible(timeout=_PATIENCE)
    async with watching.expect_download() as download:
        await link.click()
    got = await download.value
    assert got.suggested_filename == "Algebra 2026-03-12.mp4"
    await got.save_as(tmp_path / "movie.mp4")
    check(tmp_path / "movie.mp4", length.total_seconds())


def check(path: Path, seconds: float) -> None:
    with av.open(str(path)) as container:
        assert [(one.type, one.codec_context.name) for one in container.streams] == [
            ("video", "h264"),
            ("audio", "aac"),
        ]
        assert (container.duration or 0) / 1e6 == pytest.approx(seconds, abs=0.2)
    flashes, beeps = lesson.flashes(path, *_CAMERA), lesson.beeps(path)
    assert len(flashes) == len(beeps) == _SECONDS
    assert max(abs(a - b) for a, b in zip(flashes, beeps, strict=True)) <= 0.04
