"""What is told of recordings is played by players that we did not write, without an error."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.support import shown
from tests.support.application import Application, Person
from tests.support.browser import Windows
from tests.support.film import Film
from tests.support.players import DASH, HLS, SHAKA, Player
from vtp.ids import RecordingId
from vtp.media.manifests.subtitles import Cue, written

_FILES = {"dash": DASH, "shaka": SHAKA}


async def test_hls_js_plays_a_recording_that_has_ended_and_one_that_goes_on(
    app: Application, windows: Windows
) -> None:
    ines = await app.person(name="Ines Carvalho")
    done = await shown.a_recording(app, ines)
    film = shown.a_lesson(shown.folder(app, done))
    film.develop()
    film.close()
    player = Player(await windows.new(ines), "hls")
    await player.start(f"/api/v1/recordings/{done}/hls/master.m3u8")
    await player.until("video.currentTime > 0.7")
    await player.seek(5.5)  # from black into another size
    await player.until("video.videoWidth == 160")
    assert await player.said() == []
    assert (await player.now())["duration"] == pytest.approx(10.0, abs=0.1)

    goes_on = await shown.a_recording(app, ines, ended=False)
    film = Film(shown.folder(app, goes_on))
    film.camera("cam", 0, 7).voice("mix-opus", 0, 7, source="mix")
    rolling = asyncio.ensure_future(film.roll())
    await asyncio.sleep(1.5)
    await player.start(f"/api/v1/recordings/{goes_on}/hls/master.m3u8")
    await player.until("video.currentTime > 3 && parts > 5")
    await rolling
    film.develop()
    film.close()
    await player.until("video.ended || video.currentTime > video.duration - 0.3")
    assert await player.said() == []


_HLS, _MPD = "hls/master.m3u8", "dash/manifest.mpd"
_MATRIX = pytest.mark.parametrize(
    ("name", "manifest"), [("dash", _MPD), ("shaka", _MPD), ("hls", _HLS), ("shaka", _HLS)]
)


async def captioned(app: Application, owner: Person, id: RecordingId) -> None:
    url = f"{app.url}/api/v1/recordings/{id}/captions/en"
    headers = {**owner.bearer, "Content-Type": "text/vtt"}
    cues = [Cue(*one) for one in _SAID]
    async with app.http.put(url, data=written(cues).encode(), headers=headers) as answer:
        assert answer.status == 200


# Seconds, and what is said: also over the border of two segments, and of two periods.
_SAID = (
    (1.0, 3.5, "A parabola & its roots"),
    (28.5, 33.5, "so the sign can only change"),
    (38.5, 43.5, "where the curve\ncrosses the axis"),
    (61.0, 65.0, "Below the axis"),
)


@pytest.mark.alone
@pytest.mark.slow
@_MATRIX
async def test_all_of_them_play_from_the_beginning_and_live(
    app: Application, windows: Windows, name: str, manifest: str
) -> None:
    if not _FILES.get(name, HLS).is_file():
        pytest.skip("The players are not installed (make peers)")
    ines = await app.person(name="Ines Carvalho")
    done = await shown.a_recording(app, ines)
    film = shown.a_lesson(shown.folder(app, done))
    film.develop()
    film.close()
    player = Player(await windows.new(ines), name)
    await player.start(f"/api/v1/recordings/{done}/{manifest}")
    await player.until("video.currentTime > 1.5")
    await player.seek(6.5)
    await player.until("video.videoWidth == 160")
    assert (await player.now())["duration"] == pytest.approx(10.0, abs=0.1)
    await player.until("video.ended || video.currentTime > 9.7")
    assert await player.said() == []

    goes_on = await shown.a_recording(app, ines, ended=False)
    film = Film(shown.folder(app, goes_on), wall=time.time() - 1)
    film.camera("cam", 0, 25).voice("mix-opus", 0, 25, source="mix")
    rolling = asyncio.ensure_future(film.roll())
    await asyncio.sleep(9)
    await player.start(f"/api/v1/recordings/{goes_on}/{manifest}")
    await player.until("video.currentTime > 1")
    live = (await player.now())["at"]
    await player.until(f"video.currentTime > {live} + 2")
    await player.seek(0.5)  # from the beginning, while it goes on
    await player.until("video.currentTime > 2")
    await rolling
    film.develop()
    film.close()
    assert await player.said() == []


@pytest.mark.alone
@pytest.mark.slow
@_MATRIX
async def test_all_of_them_show_what_is_said_when_it_is_said(
    app: Application, windows: Windows, name: str, manifest: str
) -> None:
    if not _FILES.get(name, HLS).is_file():
        pytest.skip("The players are not installed (make peers)")
    ines = await app.person(name="Ines Carvalho")
    done = await shown.a_recording(app, ines)
    film = Film(shown.folder(app, done)).voice("mix-opus", 0, 70, source="mix")
    film.camera("cam", 0.5, 40).camera("cam", 42, 28, width=160)
    film.develop()
    film.close()
    await captioned(app, ines, done)
    player = Player(await windows.new(ines), name)
    await player.start(f"/api/v1/recordings/{done}/{manifest}")
    await player.until("video.currentTime > 0.2")
    await player.read()
    for start, until, text in _SAID:
        await player.seek(start + 0.2)
        await player.shows(text.split(" &")[0], since=start)
        await player.seek(until - 1.2)
        await player.shows(text.split(" &")[0], until=until)
    await player.seek(20)
    await player.silent()
    assert await player.said() == []
