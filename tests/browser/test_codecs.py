"""Every codec goes through a room in real Chromium: encoded by one, decoded by the other."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import av
import pytest
from playwright.async_api import expect

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.browser import Windows, a_browser, chromium
from tests.support.meeting_page import Seen, flowing, script
from tests.support.ortc_page import a_page
from tests.support.recordings import a_recorder
from tests.support.room_page import WITH_DEVICES, a_class, becomes
from vtp import settings
from vtp.actor import Role
from vtp.media.recorder import journal

_LAYERS = [{"scaleResolutionDownBy": 2, "maxBitrate": 150_000}, {"maxBitrate": 500_000}]


def executable() -> str:
    if (found := chromium()) is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    return found


async def through_a_room(
    database: settings.Database, folder: Path, *, kept: bool = False, **given: Any
) -> Seen:
    """Two people on one page: what the second decodes of the first, and what is kept of it."""
    chosen = some_settings(database, folder / "data")
    async with AsyncExitStack() as stack:
        if kept:
            await stack.enter_async_context(a_recorder(chosen.recordings_dir))
        app = await stack.enter_async_context(an_application(chosen))
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
            if kept:
                await keeps(app, teacher, room["id"], given["codec"])
            await page.evaluate("send.close(), recv.close()")
            return seen


async def keeps(app: Application, teacher: Person, room: str, codec: str) -> None:
    """Records until two seconds are kept as they came and as H.264; whoever reads them can."""

    path, made = "/api/v1/recordings", dict[str, Any]()

    async def begun() -> bool:  # the recorder may be on its way
        body = {"room_id": room}
        status, answer = await app.call("POST", path, headers=teacher.bearer, json=body)
        made.update(answer)
        return status == 201

    await becomes(begun)
    folder = app.parts.settings.recordings_dir / made["id"]

    async def kept() -> bool:
        return {codec.lower(), "video/h264"} <= lengthy(folder)

    await becomes(kept)
    status, _ = await app.call("POST", f"{path}/{made['id']}/stop", headers=teacher.bearer)
    assert status == 200
    for part in journal.read((folder / journal.NAME).read_bytes()).parts.values():
        if part.began.mime.startswith("video/"):
            with av.open(str(folder / part.began.file)) as file:
                shown = next(iter(file.decode(video=0)))
                assert (shown.width, shown.height) == (part.began.width, part.began.height)


def lengthy(folder: Path) -> set[str]:
    """Of what there are two seconds in files."""
    if not (folder / journal.NAME).exists():
        return set()
    story = journal.read((folder / journal.NAME).read_bytes())
    parts = [part for part in story.parts.values() if part.fragments]
    return {part.began.mime for part in parts if part.end - part.start > 2}


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
    kept = codec in {"video/VP9", "video/AV1"}
    seen = await through_a_room(database_settings, tmp_path, kept=kept, codec=codec, layers=layers)
    assert (seen.video, seen.audio) == (codec, "audio/opus")
    assert (seen.send, seen.recv) == ("connected", "connected")
    assert seen.width in {160, 320}
    assert seen.keys >= 1
    assert seen.lost == 0
    assert seen.samples > 0
    assert "useinbandfec=1" in seen.spoken


@pytest.mark.alone
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
