"""In a class in real Chromium the way of the media is cut, or ends at another address: it comes back.

The socket stays, so nobody tells the page that anything has happened: it has to notice.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest
from msgspec.structs import replace as changed

from tests.support.application import Application, an_application, free_port, some_settings
from tests.support.lossy import Line, Weather, a_line
from tests.support.room_page import WITH_DEVICES, Class, Someone
from vtp import settings
from vtp.media.rtp.ortc_types import IceCandidate
from vtp.media.sfu.door import Door

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(240)]

_GONE = Weather(loss=1.0)
_SETTLED = 2.0  # s


@pytest.fixture
def browser_options() -> tuple[str, ...]:
    return WITH_DEVICES


@pytest.fixture
def media() -> settings.Media:
    return settings.Media(port=free_port(), listen=("127.0.0.1",), tcp=False, capacity=1e9)


@pytest.fixture
async def app(
    database_settings: settings.Database, tmp_path: Path, media: settings.Media
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path, media=media)) as made:
        yield made


@dataclass
class Pair:
    """Two who see each other; the media of the second go over the line."""

    ines: Someone
    noor: Someone
    line: Line

    async def see_each_other(self) -> None:
        """More than was on its way before."""
        for one in (self.ines, self.noor):
            await one.sees_pictures(more=20)


@pytest.fixture
async def pair(
    room: Class, media: settings.Media, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Pair]:
    ines, noor = await room.someone(room.host), await room.member("Noor Haddad")
    async with a_line(media.port, seed=3) as line:
        direct = Door.candidates

        def over_the_line(door: Door) -> list[IceCandidate]:
            return [changed(one, port=line.port) for one in direct(door)]

        await ines.join()
        monkeypatch.setattr(Door, "candidates", over_the_line)
        await noor.join()
        made = Pair(ines, noor, line)
        await made.see_each_other()
        yield made


# The longer one outlasts the consent to send, so both sides have given the way up.
@pytest.mark.parametrize("seconds", [6, 40])
async def test_who_was_cut_off_is_back_as_the_same(
    pair: Pair, seconds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    who = await pair.ines.tile("Noor").get_attribute("data-person")
    pair.line.both(_GONE)
    await pair.noor.page.wait_for_timeout(seconds * 1_000)
    before = await pair.noor.pictures()
    pair.line.both(Weather())
    since = monotonic()
    await pair.see_each_other()
    with capsys.disabled():  # for people to read: a busy machine says nothing about us
        sys.stdout.write(f"\nmedia again {monotonic() - since:.1f} s after a cut of {seconds} s\n")
    assert await pair.noor.pictures() > before
    assert await pair.ines.tile("Noor").count() == 1
    assert await pair.ines.tile("Noor").get_attribute("data-person") == who


async def test_another_address_is_followed(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        pair.line.rebind()
        since = monotonic()
        await pair.see_each_other()
        with capsys.disabled():
            sys.stdout.write(f"\nmedia again {monotonic() - since:.1f} s after a new address\n")
        await pair.noor.page.wait_for_timeout(_SETTLED * 1_000)
