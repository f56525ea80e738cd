"""What players fetch of recordings: playlists that name bytes, and the gate in front of all."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import av
import msgspec
import pytest

from tests.support import shown
from tests.support.application import Application, Person, an_application, some_settings
from tests.support.film import Film
from vtp import settings
from vtp.actor import Role
from vtp.ids import RecordingId

_NOTHING = (
    "hls/nothing.m3u8",
    "media/2/0-99999999.m4s",
    "media/2/9-3.m4s",
    "media/2/123456.m4s",
    "media/99/init.mp4",
    "media/black/0-99999999.m4s",
    "media/black/7.m4s",
    "media/2/x.m4s",
)


@dataclass
class Viewer:
    """Somebody with a player."""

    application: Application
    id: RecordingId
    headers: dict[str, str]
    ticket: str = ""

    async def get(
        self, path: str, *, method: str = "GET", **headers: str
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        url = f"{self.application.url}/api/v1/recordings/{self.id}/{path}"
        if self.ticket and "t=" not in path:
            url += ("&" if "?" in url else "?") + f"t={self.ticket}"
        async with self.application.http.request(
            method, url, headers={**self.headers, **headers}
        ) as answer:
            return answer, await answer.read()

    async def text(self, path: str) -> str:
        answer, body = await self.get(path)
        assert answer.status == 200, body
        return body.decode()

    async def whole(self, name: str) -> bytes:
        """All that a playlist names, one behind the other, as a player appends it."""
        found = bytearray()
        for uri in uris(await self.text(f"hls/{name}.m3u8")):
            answer, body = await self.get(f"hls/{uri}")
            assert answer.status == 200, uri
            found += body
        return bytes(found)


def uris(playlist: str) -> list[str]:
    found = re.findall(r'^#EXT-X-MAP:URI="([^"]+)"|^([^#\n][^\n]*)', playlist, re.MULTILINE)
    return [head or uri for head, uri in found]


@pytest.fixture
async def application(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    chosen = some_settings(
        database_settings,
        tmp_path,
        delivery=settings.Delivery(gate_cache=0.001, allowed_origins=("https://www.school.test",)),
    )
    async with an_application(chosen) as made:
        yield made


@pytest.fixture
async def ines(application: Application) -> Person:
    return await application.person(name="Ines Carvalho")


@pytest.fixture
async def viewer(application: Application, ines: Person) -> Viewer:
    made = await shown.a_recording(application, ines)
    film = shown.a_lesson(shown.folder(application, made))
    film.develop()
    film.close()
    return Viewer(application, made, ines.bearer)


def decoded(data: bytes) -> tuple[int, float]:
    """Pictures or blocks of sound, and when the last one ends."""
    with av.open(io.BytesIO(data), "r") as file:
        frames = list(file.decode())
        last = frames[-1]
        assert last.pts is not None
        assert last.time_base is not None
        return len(frames), float((last.pts + last.duration) * last.time_base)


async def test_what_a_playlist_names_is_what_was_recorded(viewer: Viewer) -> None:
    master = await viewer.text("hls/master.m3u8")
    assert 'CODECS="avc1.42c00d,opus"' in master
    assert "RESOLUTION=320x180,FRAME-RATE=30.000" in master
    _, until = decoded(await viewer.whole("opus"))
    assert until == pytest.approx(10.0, abs=0.05)
    stage = await viewer.text("hls/stage.m3u8")
    seconds = [float(one) for one in re.findall("#EXTINF:([0-9.]+)", stage)]
    assert sum(seconds) == pytest.approx(10.0, abs=0.01)
    assert re.findall(r"media/(\w+)/init", stage) == ["black", "2", "black", "4"]
    # Each run of one file decodes with its own head.
    heads = re.split(r"(?=#EXT-X-MAP)", stage)[1:]
    total = 0
    for one in heads:
        data = b"".join([(await viewer.get(f"hls/{uri}"))[1] for uri in uris(one)])
        total += decoded(data)[0]
    assert total >= 2 * 4 * 30
    told = msgspec.json.decode(await viewer.text("playing"))
    assert (told["goes_on"], told["seconds"]) == (False, pytest.approx(10.0, abs=0.05))
    by_name = {one["name"]: one for one in told["renditions"]}
    assert set(by_name) == {"stage", "screen", "opus"}
    [[start, until]] = by_name["screen"]["spans"]
    assert (start, until) == pytest.approx((3.0, 6.0), abs=0.05)


async def test_bytes_are_kept_and_playlists_asked_for_again_also_by_pages_of_named_sites(
    viewer: Viewer,
) -> None:
    stage = await viewer.text("hls/stage.m3u8")
    uri = next(one for one in uris(stage) if "media/2/" in one and "init" not in one)
    answer, body = await viewer.get(f"hls/{uri}")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.content_type == "video/mp4"
    same, nothing = await viewer.get(f"hls/{uri}", **{"If-None-Match": answer.headers["ETag"]})
    assert (same.status, nothing) == (304, b"")
    head, _ = await viewer.get(f"hls/{uri}", method="HEAD")
    assert int(head.headers["Content-Length"]) == len(body)
    answer, _ = await viewer.get("hls/stage.m3u8")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again, _ = await viewer.get("hls/stage.m3u8", **{"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304
    answer, _ = await viewer.get("hls/stage.m3u8", Origin="https://www.school.test")
    assert answer.headers["Access-Control-Allow-Origin"] == "https://www.school.test"
    answer, _ = await viewer.get("hls/stage.m3u8", Origin="https://elsewhere.test")
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_all_of_it_is_behind_the_gate_of_the_recording(
    viewer: Viewer, application: Application
) -> None:
    paths = ["playing", "hls/master.m3u8", "hls/stage.m3u8", "media/2/init.mp4"]
    paths.append("media/black/0-500.m4s")
    stranger = Viewer(application, viewer.id, (await application.person()).bearer)
    nobody = Viewer(application, viewer.id, {})
    for path in paths:
        assert (await viewer.get(path))[0].status == 200, path
        assert (await stranger.get(path))[0].status == 404, path
        assert (await nobody.get(path))[0].status == 401, path
    for path in _NOTHING:
        assert (await viewer.get(path))[0].status == 404, path


async def test_a_link_plays_without_a_cookie_and_ends_with_what_made_it(
    viewer: Viewer,
    application: Application,
    ines: Person,
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, made = await application.call(
        "POST", f"/api/v1/recordings/{viewer.id}/links", headers=ines.bearer
    )
    assert status == 201
    ticket = made["hls"].partition("?t=")[2]
    player = Viewer(application, viewer.id, {}, ticket)
    master = await player.text("hls/master.m3u8")
    assert f"stage.m3u8?t={ticket}" in master
    assert len(await player.whole("stage")) > 10_000
    other = await shown.a_recording(application, ines)
    assert (await Viewer(application, other, {}, ticket).get("hls/master.m3u8"))[0].status == 404
    wrong = Viewer(application, viewer.id, {}, ticket.swapcase())
    assert (await wrong.get("hls/master.m3u8"))[0].status == 404
    await application.call("POST", "/api/v1/auth/logout", headers=ines.bearer)
    assert (await player.get("hls/stage.m3u8"))[0].status == 404
    assert ticket not in "".join(capsys.readouterr())


async def test_whoever_follows_live_is_answered_when_there_is_more(
    application: Application, ines: Person
) -> None:
    made = await shown.a_recording(application, ines, ended=False)
    path = shown.folder(application, made)
    film = Film(path).voice("mix-opus", 0, 4, source="mix").camera("cam", 0, 4)
    film.develop(ended=False)
    viewer = Viewer(application, made, ines.bearer)
    other = await application.person(Role.MANAGER)
    await Viewer(application, made, other.bearer).text("hls/stage.m3u8")
    playlist = await viewer.text("hls/stage.m3u8")
    assert msgspec.json.decode(await viewer.text("playing"))["viewers"] == 2
    room = await application.parts.db.fetchval("select room_id from recording where id = $1", made)
    cookie = {"Cookie": f"{application.by_cookie}={ines.cookie}"}
    async with application.http.get(
        f"{application.url}/live/{room}", headers=cookie, allow_redirects=False
    ) as answer:
        assert answer.headers["Location"] == f"/watch/{made}"
    assert "#EXT-X-ENDLIST" not in playlist
    assert "CAN-BLOCK-RELOAD=YES" in playlist
    number = len(re.findall("#EXTINF", playlist))
    hint = re.search(r'PRELOAD-HINT:TYPE=PART,URI="([^"]+)"', playlist)
    assert hint
    waiting = asyncio.ensure_future(viewer.text(f"hls/stage.m3u8?_HLS_msn={number + 1}"))
    too_far, _ = await viewer.get(f"hls/stage.m3u8?_HLS_msn={number + 9}")
    assert too_far.status == 422
    film.camera("cam", 4.0, 4).voice("mix-opus", 4, 4, source="mix").develop(ended=False)
    more = await waiting
    assert len(re.findall("#EXTINF", more)) > number
    for uri in re.findall(r'#EXT-X-PART:.*URI="([^"]+)"', more)[-3:]:
        assert (await viewer.get(f"hls/{uri}"))[0].status == 200
    film.develop()
    film.close()
    assert "#EXT-X-ENDLIST" in await viewer.text("hls/stage.m3u8")
