"""A recorded lesson is watched in a real browser: it plays, seeks, keeps step and is gone on with."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.application import Application, Person
from tests.support.browser import PHONE, Windows
from tests.support.film import Film
from tests.support.shown import a_recording, folder
from vtp.actor import Role
from vtp.ids import RecordingId

_TALK = """
    insert into chat_message
           (id, meeting_id, author_id, author_name, author_role, text, sent_at, key)
    select gen_random_uuid(), meeting_id, started_by, $2, $3, $4, started_at + $5,
           gen_random_uuid()
      from recording where id = $1
"""
_VIDEO = "document.querySelector('.picture-{place} video')"


def a_lesson(path: Path) -> Film:
    return (
        Film(path)
        .voice("mix-opus", 0, 16, source="mix")
        .camera("cam", 0.2, 15)
        .camera("screen", 6, 8, source="screen", width=640)
    )


async def recorded(app: Application, owner: Person) -> RecordingId:
    made = await a_recording(app, owner, access="school")
    film = a_lesson(folder(app, made))
    story = film.develop()
    film.close()
    parts = app.parts
    async with parts.db.transaction() as tx:
        await tx.execute(
            "update recording set seconds = $2, stopped_at = started_at + $3 where id = $1",
            made,
            story.seconds,
            timedelta(seconds=story.seconds),
        )
        for name, role, text, at in (
            ("Lars Berg", "member", "Is it a root?", 3),
            ("Ines Carvalho", "host", "Exactly.", 9),
            ("Noor Haddad", "member", "Oh! So that is why.", 15),
        ):
            await tx.execute(_TALK, made, name, role, text, timedelta(seconds=at))
        await tx.execute(
            "insert into recording_chapter values ($1, 0, 'Warm-up'), ($1, 8000, 'The graph')", made
        )
    return made


async def at(page: Page, place: str = "camera") -> float:
    found: float = await page.evaluate(_VIDEO.format(place=place) + ".currentTime")
    return found


async def plays_past(page: Page, seconds: float) -> None:
    async with asyncio.timeout(60):
        while await at(page) <= seconds:
            await page.wait_for_timeout(50)


async def test_a_lesson_is_watched_and_gone_on_with_elsewhere(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    made = await recorded(app, ines)
    window = await windows.new(noor := await app.person(name="Noor Haddad"))
    page = await window.open(f"/watch/{made}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Algebra")
    await page.get_by_role("button", name="Play", exact=True).first.click()
    await plays_past(page, 1)
    # Both pictures at one moment, and the message of it marked.
    await page.get_by_role("button", name="Go to 0:09").click()
    await plays_past(page, 10.5)
    assert abs(await at(page) - await at(page, "screen")) < 0.3
    await expect(page.locator(".talk-now")).to_contain_text("Exactly.")
    await page.keyboard.press(">")
    await expect(page.get_by_role("button", name="Speed: 1.25")).to_be_visible()
    await page.keyboard.press("k")
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert await window.violations() == []
    stopped = await at(page)
    other = await windows.new(await app.sign_in(noor.user), viewport=PHONE)

    async def told() -> float:
        _, mine = await app.call("GET", f"/api/v1/progress/{made}", headers=noor.bearer)
        assert all(start < 4 or start >= 9 for start, _ in mine["seen"])
        return float(mine["position"])

    while abs(await told() - stopped) > 0.5:
        await page.wait_for_timeout(50)
    again = await other.open(f"/watch/{made}")
    minute, second = divmod(int(await told()), 60)
    button = again.get_by_role("button", name=f"Go on at {minute}:{second:02}")
    await button.click()
    await plays_past(again, stopped)
    assert await other.violations() == []
    assert await other.sticks_out() <= 0


@pytest.mark.slow
async def test_hosts_look_after_their_recordings(app: Application, windows: Windows) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    await recorded(app, ines)
    window = await windows.new(ines, viewport=PHONE)
    page = await window.open("/recordings")
    await expect(page.get_by_text("Ready")).to_be_visible()
    assert await window.violations() == []
    assert await window.missing_icons() == []
    assert await window.sticks_out() <= 0
    more = page.get_by_role("button", name="More for")
    await more.click()
    await page.get_by_role("button", name="Rename").click()
    await page.get_by_role("textbox", name="Title").fill("Quadratic inequalities")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("link", name="Quadratic inequalities").first).to_be_visible()
    await more.click()
    await page.get_by_role("button", name="Teachers only").click()
    await expect(page.locator(".recording-who")).to_contain_text("Teachers only")
    await more.click()
    await page.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No recordings yet")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("link", name="Quadratic inequalities").first).to_be_visible()


_SAID = b"WEBVTT\n\n00:00.500 --> 00:15.000\nA parabola hangs < below & beside the axis\n"
_OVER = """() => {
  const box = selector => document.querySelector(selector).getBoundingClientRect();
  const small = box(getComputedStyle(document.querySelector('.picture-camera')).zIndex === '1'
    ? '.picture-camera' : '.picture-screen');
  const lines = box('.caption-lines > p');
  return small.bottom > lines.top && small.top < lines.bottom
    && small.right > lines.left && small.left < lines.right;
}"""
_ALONE = """() => [...(document.pictureInPictureElement?.textTracks ?? [])]
  .filter(track => track.mode === 'showing')
  .flatMap(track => [...(track.activeCues ?? [])].map(cue => cue.getCueAsHTML().textContent))"""


async def test_captions_cover_no_picture_and_go_along_with_one_that_leaves(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    made = await recorded(app, ines)
    url = f"{app.url}/api/v1/recordings/{made}/captions/en"
    headers = {**ines.bearer, "Content-Type": "text/vtt"}
    async with app.http.put(url, data=_SAID, headers=headers) as answer:
        assert answer.status == 200
    window = await windows.new(ines)
    page = await window.open(f"/watch/{made}")
    await page.locator(".cover-play").click()
    await page.keyboard.press("c")
    await page.keyboard.press("6")
    await plays_past(page, 9.6)
    await page.keyboard.press("k")
    lines = page.locator(".caption-lines")
    for layout in ("screen", "camera"):
        await page.keyboard.press("g")
        await expect(page.locator(f'.pictures[data-layout="{layout}"]')).to_be_visible()
        for width in (1280, 390):
            await page.set_viewport_size({"width": width, "height": 844})
            await expect(lines).to_have_text("A parabola hangs < below & beside the axis")
            assert await page.evaluate(_OVER) is False, (layout, width)
    await page.keyboard.press("i")
    await page.wait_for_function(f"() => ({_ALONE})().length > 0")
    assert await page.evaluate(_ALONE) == ["A parabola hangs < below & beside the axis"]
    await page.keyboard.press("c")
    await page.wait_for_function(f"() => ({_ALONE})().length === 0")
    await page.keyboard.press("i")
    await page.wait_for_function("() => !document.pictureInPictureElement")
    assert await window.violations() == []


async def test_a_browser_that_plays_lists_by_itself_needs_no_more(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    made = await recorded(app, ines)
    window = await windows.new(ines, viewport=PHONE)
    await window.page.add_init_script("delete self.MediaSource; delete self.ManagedMediaSource")
    page = await window.open(f"/watch/{made}")
    await page.locator(".cover-play").click()
    await page.keyboard.press("6")
    await plays_past(page, 10.5)
    source = await page.evaluate(_VIDEO.format(place="camera") + ".src")
    assert source.endswith("/hls/master.m3u8")
    assert abs(await at(page) - await at(page, "screen")) < 0.3
    assert await window.violations() == []


async def test_a_class_that_goes_on_fits_on_a_phone_with_all_its_buttons(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    made = await a_recording(app, ines, ended=False, access="school")
    film = Film(folder(app, made)).camera("cam", 0, 20)
    film.camera("screen", 0, 20, source="screen", width=640).voice("mix-opus", 0, 20, source="mix")
    rolling = asyncio.ensure_future(film.roll())
    window = await windows.new(ines, viewport={"width": 320, "height": 640})
    page = await window.open(f"/watch/{made}")
    await page.locator(".cover-play").click()
    await plays_past(page, 1)
    full = page.get_by_role("button", name="Full screen")
    await expect(page.get_by_role("button", name="Layout")).to_be_visible()
    await expect(page.locator(".player-live")).to_be_visible()
    await expect(full).to_be_in_viewport(ratio=1)
    assert await window.sticks_out() <= 0
    await page.get_by_role("tab", name="Chat").click()
    await expect(page.get_by_text("Nobody has written to the class so far.")).to_be_visible()
    await rolling
