"""Real Firefox is in a class: it sends, and what it sent comes to it as to anybody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as changed

from tests.support.application import an_application, some_settings
from tests.support.browser import chromium
from tests.support.firefox import Tab, a_tab, firefox, outer_address
from tests.support.media_door import QUICK
from tests.support.meeting_page import Seen, a_desk, flowing, script
from tests.support.ortc_page import a_page
from tests.support.plane import a_stage
from vtp import settings
from vtp.actor import Role

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.alone]


@pytest.fixture
def address() -> str:
    """Firefox never tries loopback, so the plane is at an address of a network."""
    found = outer_address()
    if found is None:
        pytest.skip("This machine has no address but loopback")
    return found


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    executable = firefox()
    if executable is None:
        pytest.skip("Firefox is not installed (make peers)")
    async with a_tab(executable, tmp_path) as made:
        yield made


async def met(tab: Tab, **given: Any) -> Seen:
    assert await tab.evaluate(f"meet({json.dumps(given)})") == "Firefox120"
    return await flowing(partial(tab.evaluate, "seen()"))


async def test_it_sends_to_the_plane_and_sees_it_come_back(
    tab: Tab, address: str, tmp_path: Path
) -> None:
    media = changed(QUICK, listen=(address,))
    async with a_stage(media) as stage, a_desk(stage) as desk:
        await tab.goto(desk.url)
        await tab.run(script(tmp_path))
        seen = await met(tab)
        assert (seen.send, seen.recv) == ("connected", "connected")
        assert "error" not in stage.plane.stats().drops


async def test_it_takes_part_in_a_room(
    tab: Tab, address: str, tmp_path: Path, database_settings: settings.Database
) -> None:
    media = settings.Media(port=0, listen=(address,))
    chosen = some_settings(database_settings, tmp_path / "data", media=media)
    async with an_application(chosen) as app:
        teacher, student = await app.person(Role.INSTRUCTOR), await app.person(name="Noor")
        status, room = await app.call(
            "POST", "/api/v1/rooms", headers=teacher.bearer, json={"title": "Algebra"}
        )
        assert status == 201, room
        await tab.goto(f"{app.url}/login")
        await tab.run(script(tmp_path))
        tokens = [teacher.access_token, student.access_token]
        seen = await met(tab, tokens=tokens, room=room["id"])
        assert (seen.send, seen.recv) == ("connected", "connected")
        await tab.goto("about:blank")


async def test_it_sees_and_is_seen_by_chromium_in_one_room(
    tab: Tab, address: str, tmp_path: Path, database_settings: settings.Database
) -> None:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    media = settings.Media(port=0, listen=(address,))
    chosen = some_settings(database_settings, tmp_path / "data", media=media)
    async with an_application(chosen) as app:
        teacher, student = await app.person(Role.INSTRUCTOR), await app.person(name="Noor")
        status, room = await app.call(
            "POST", "/api/v1/rooms", headers=teacher.bearer, json={"title": "Algebra"}
        )
        assert status == 201, room
        text = script(tmp_path)
        await tab.goto(f"{app.url}/login")
        await tab.run(text)
        async with a_page(executable, text, url=f"{app.url}/bare", bare=True) as page:
            entering = {"room": room["id"], "codec": "video/VP8"}
            sent = await page.evaluate("enter", {**entering, "token": teacher.access_token})
            mine = {**entering, "token": student.access_token}
            answered = await tab.evaluate(f"enter({json.dumps(mine)})")
            await page.evaluate("watch", answered)
            await tab.evaluate(f"watch({json.dumps(sent)})")
            for look in (
                partial(page.evaluate, "seen()"),
                partial(tab.evaluate, "seen()"),
            ):
                seen = await flowing(look)
                assert (seen.video, seen.audio) == ("video/VP8", "audio/opus")
        await tab.goto("about:blank")
