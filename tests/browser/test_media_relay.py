"""Real Chromium that may use nothing but a relay is in a class all the same."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from tests.support.browser import chromium
from tests.support.media_door import QUICK
from tests.support.meeting_page import a_desk, flowing, script
from tests.support.ortc_page import a_page
from tests.support.plane import a_stage
from tests.support.relay import a_relay, coturn
from vtp.media.sfu.turn import ice_servers

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.alone]


async def test_a_class_is_reached_through_a_relay_alone(tmp_path: Path) -> None:
    executable, relay_program = chromium(), coturn()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    if relay_program is None:
        pytest.skip("coturn is not installed (make peers)")
    async with a_relay(relay_program, tmp_path) as relay, a_stage() as stage:
        media = changed(QUICK, turn_urls=relay.urls, turn_secret=relay.secret)
        relays = ice_servers(media, "somebody", at=time.time())
        async with (
            a_desk(stage, relays=relays) as desk,
            a_page(executable, script(tmp_path), url=desk.url) as page,
        ):
            await page.evaluate("window.meet({relay: true})")
            seen = await flowing(partial(page.evaluate, "seen()"))
    assert (seen.out, seen.into) == ("relay", "relay")
    assert (seen.send, seen.recv) == ("connected", "connected")
    assert stage.plane.stats().drops.get("error", 0) == 0
