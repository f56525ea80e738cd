"""Every codec goes through a room in real Chromium: encoded by one, decoded by the other."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.application import an_application, some_settings
from tests.support.browser import Windows, a_browser, chromium
from tests.support.meeting_page import Seen, flowing, script
from tests.support.ortc_page import a_page
from tests.support.room_page import WITH_DEVICES, a_class
from vtp import settings
from vtp.actor import Role

_LAYERS = [{"scaleResolutionDownBy": 2, "maxBitrate": 150_000}, {"maxBitrate": 500_000}]


def executable() -> str:
    if (found := chromium()) is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    return found


async def through_a_room(database: settings.Database, folder: Path, **given: Any) -> Seen:
    """Two people on one page: what the second decodes of the first."""
    async with an_application(some_settings(database, folder / "data")) as app:
        teacher, student = await app.person(Role.INSTRUCTOR), await app.person(name="Noor")
        status, room = await app.call(
            "POST", "/api/v1/rooms", headers=teacher.bearer, json={"title": "Algebra"}
        )
        assert status == 201, room
        async with a_page(executable(), script(folder), url=f"{app.url}/bare", bare=True) as page:
            tokens = [teacher.access_token, student.access_token]
            joined = {"tokens": tokens, "room": room["id"], **given}
            await page.evaluate("given => meet(given)", joined)
            seen = await flowing(partial(page.evaluate, "seen()"))
            await page.evaluate("send.close(), recv.close()")
            return seen


@pytest.mark.parametrize(
    ("codec", "layers"),
    [
        ("video/VP8", _LAYERS),
        pytest.param("video/H264", _LAYERS, marks=pytest.mark.slow),
        pytest.param("video/VP9", [{"scalabilityMode": "L1T3"}], marks=pytest.mark.slow),
        pytest.param("video/AV1", [{"scalabilityMode": "L1T1"}], marks=pytest.mark.slow),
    ],
)
async def test_what_one_encodes_the_other_decodes(
    database_settings: settings.Database, tmp_path: Path, codec: str, layers: list[dict[str, Any]]
) -> None:
    seen = await through_a_room(database_settings, tmp_path, codec=codec, layers=layers)
    assert (seen.video, seen.audio) == (codec, "audio/opus")
    assert (seen.send, seen.recv) == ("connected", "connected")
    assert seen.width in {160, 320}
    assert seen.keys >= 1
    assert seen.lost == 0
    assert seen.samples > 0
    assert "useinbandfec=1" in seen.spoken


@pytest.mark.slow
async def test_a_screen_changes_to_what_all_can_decode(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    chosen = some_settings(
        database_settings, tmp_path / "data", rooms=settings.Rooms(screen_codec="AV1")
    )
    async with (
        an_application(chosen) as app,
        a_browser(executable(), *WITH_DEVICES) as browser,
    ):
        ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
        room = await a_class(app, Windows(browser, app), ines)
        host, omar, noor = (
            await room.someone(ines),
            await room.member("Omar Haddad"),
            await room.member("Noor Haddad"),
        )
        await noor.cannot_decode("video/AV1")
        await host.join()
        await host.page.keyboard.press("v")  # no camera: what is decoded is the screen
        await omar.join()
        await host.page.keyboard.press("s")
        await expect(omar.page.locator(".share video")).to_be_visible()
        await omar.decodes("video/AV1", more=2)
        await noor.join()
        await noor.decodes("video/VP8", more=2)
        await omar.decodes("video/VP8", more=2)
        for one in (omar, noor):
            await expect(one.page.locator(".share video")).to_be_visible()
