"""Real Chromium sends and watches by each way that there is to the port: UDP and TCP, IPv4 and IPv6."""

from __future__ import annotations

import socket
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from tests.support.browser import chromium
from tests.support.media_door import QUICK
from tests.support.meeting_page import a_desk, flowing, script
from tests.support.ortc_page import a_page
from tests.support.plane import a_stage

pytestmark = [pytest.mark.slow, pytest.mark.alone]

# Where packets for somebody outside would leave this machine.
_OUTSIDE = {socket.AF_INET: "192.0.2.200", socket.AF_INET6: "2001:db8::200"}


def outer(family: socket.AddressFamily) -> str | None:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((_OUTSIDE[family], 9))  # sends nothing
            return str(probe.getsockname()[0])
    except OSError:
        return None


# Browsers never try the loopback of IPv6: without an address of a network there is no such way.
_ADDRESSES = ["127.0.0.1", *filter(None, map(outer, _OUTSIDE))]


@pytest.mark.parametrize("address", _ADDRESSES)
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
async def test_both_directions_by_one_way_alone(
    tmp_path: Path, address: str, protocol: str
) -> None:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    media = changed(QUICK, listen=(address,))
    async with a_stage(media) as stage:
        door = stage.plane._door
        door._candidates = [one for one in door.candidates() if one.protocol == protocol]
        assert door.candidates()
        async with (
            a_desk(stage) as desk,
            a_page(executable, script(tmp_path), url=desk.url) as page,
        ):
            await page.evaluate("window.meet({})")
            seen = await flowing(partial(page.evaluate, "seen()"))
    assert (seen.send, seen.recv) == ("connected", "connected")
    assert stage.plane.stats().drops.get("error", 0) == 0
