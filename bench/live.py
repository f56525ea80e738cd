"""How far behind a class is who follows it live, and what does each of them cost the server?

hls.js in Chromium follows a lesson over low latency HLS while it is recorded: from the moment that a
picture was taken to that of its showing, network of the class left out. Then one long recording
that goes on is asked for the way its viewers do, through the gate: the update of a playlist, a part
of 0.2 s, a segment; requests per second of the server's CPU, beside the JSON of who one is. And
how long it takes from the end of a recording until a picture is shown: to whoever presses play on a
page that stands there, and with the page and its scripts still to be opened.

    python -m bench.live [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path
from uuid import UUID

from playwright.async_api import BrowserContext

from bench.http import per_cpu_second, request, signed_in
from bench.peers.servers import Running, vtp_web
from tests.support import shown
from tests.support.browser import Window, a_browser, chromium
from tests.support.film import Film
from tests.support.players import Player
from vtp import settings
from vtp.db import open_database
from vtp.ids import RecordingId, UserId

_AIMS = {"behind": 1.5, "playable": 1.0}  # s
_WARM = 6.0  # s until the player has caught up


async def rows(server: Running, owner: UserId, count: int) -> list[RecordingId]:
    async with open_database(settings.Database(url=server.database_url)) as db:
        return [await shown.a_row(db, owner, ended=False) for _ in range(count)]


async def followed(
    server: Running, token: str, folder: Path, id: RecordingId, seconds: int
) -> tuple[list[float], dict[str, float]]:
    """Seconds behind, five times a second; and from the end to the first picture."""
    executable = chromium()
    if executable is None:
        raise SystemExit("Chromium is not installed.")
    async with a_browser(executable) as browser:
        context = await browser.new_context()
        await context.set_extra_http_headers({"Authorization": f"Bearer {token}"})
        window = Window(context, await context.new_page(), server.url)
        film = Film(folder / str(id), wall=time.time())
        film.camera("cam", 0, seconds).voice("mix-opus", 0, seconds, source="mix")
        rolling = asyncio.ensure_future(film.roll())
        await asyncio.sleep(2.0)
        player = Player(window, "hls")
        await player.start(f"/api/v1/recordings/{id}/hls/master.m3u8")
        await player.until("player.playingDate")
        await player.page.evaluate("player.config.maxLiveSyncPlaybackRate = 1.5")
        await asyncio.sleep(_WARM)
        found = []
        while not rolling.done():
            behind = "(Date.now() - player.playingDate.getTime()) / 1000"
            found.append(float(await player.page.evaluate(behind)))
            await asyncio.sleep(0.2)
        standing = await a_player(context, server)
        await standing.open()
        film.develop()
        film.close()
        playable = {"pressed": await shows(standing, id)}
        began = time.monotonic()
        opened = await a_player(context, server)
        await opened.open()
        playable["opened"] = time.monotonic() - began + await shows(opened, id)
        # The last second of a lesson that has ended is no measure of following it.
        return found[:-10] or found, playable


async def a_player(context: BrowserContext, server: Running) -> Player:
    return Player(Window(context, await context.new_page(), server.url), "hls")


async def shows(player: Player, id: RecordingId) -> float:
    """Seconds from pressing play to a picture."""
    began = time.monotonic()
    await player.load(f"/api/v1/recordings/{id}/hls/master.m3u8")
    await player.until("video.currentTime > 0 || video.readyState >= 2")
    return time.monotonic() - began


def fetched(server: Running, token: str, path: str) -> str:
    wanted = urllib.request.Request(server.url + path, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(wanted) as got:
        text: str = got.read().decode()
        return text


def rates(server: Running, token: str, id: RecordingId, count: int) -> dict[str, float]:
    base = f"/api/v1/recordings/{id}/hls/"
    update = f"{base}stage.m3u8?_HLS_skip=YES"
    playlist = fetched(server, token, update)
    part = re.findall(r'#EXT-X-PART:.*URI="\.\./(.*?)"', playlist)[-1]
    segment = re.findall(r"^\.\./(media/.*)$", playlist, re.MULTILINE)[-1]
    head = f"/api/v1/recordings/{id}/"
    paths = {
        "who one is (JSON, 1 query)": "/api/v1/users/me",
        "an update of a playlist": update,
        "a part of 0.2 s": head + part,
        "a segment of 2 s": head + segment,
    }
    found = {}
    for name, path in paths.items():
        asked = request(server, path, Authorization=f"Bearer {token}")
        per_cpu_second(server, asked, 200)  # warm
        found[name] = statistics.median(per_cpu_second(server, asked, count) for _ in range(3))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a shorter lesson, fewer requests")
    quick = parser.parse_args().quick
    seconds, count = (20, 800) if quick else (60, 4_000)
    with tempfile.TemporaryDirectory(prefix="vtp-live-") as name:
        folder = Path(name)
        plenty = {
            "VTP_RECORDINGS": name,
            "VTP_LIMITS__STREAMED_PER_MINUTE": "1000000000",
        }
        with vtp_web(more=plenty) as server:
            token, user_id = signed_in(server)
            live, long = asyncio.run(rows(server, UserId(UUID(user_id)), 2))
            film = Film(folder / str(long))
            film.camera("cam", 0, seconds).voice("mix-opus", 0, seconds, source="mix")
            film.develop(ended=False)
            film.close()
            found = rates(server, token, long, count)
            behind, playable = asyncio.run(followed(server, token, folder, live, seconds))
    behind.sort()
    print(f"{'':44}{'seen':>10}{'aim':>10}")
    print(f"{'behind, s, in the middle':44}{statistics.median(behind):10.2f}{_AIMS['behind']:>10}")
    print(f"{'behind, s, 95 %':44}{behind[int(len(behind) * 0.95)]:10.2f}{'':>10}")
    pressed = "from the end to a picture, s"
    print(f"{pressed:44}{playable['pressed']:10.2f}{_AIMS['playable']:>10}")
    print(f"{'and with a page that is opened then, s':44}{playable['opened']:10.2f}{'':>10}")
    for what, rate in found.items():
        print(f"{what + ', per CPU second':44}{rate:10.0f}")


if __name__ == "__main__":
    main()
