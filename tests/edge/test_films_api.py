"""Uploaded videos over HLS and DASH: what is made of them, who gets it, and how it goes away."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import pytest

from tests.support.application import Application, an_application, some_settings
from tests.support.media_files import video
from tests.support.tus import Tus
from vtp import settings
from vtp.actor import Role
from vtp.app.library import darkroom
from vtp.ids import MediaId
from vtp.library.port import ForgetContent, MakeFilm, ProcessMedia
from vtp.library.store import files, films, items

_ADDRESS = re.compile(r"^(?!#)(\S+)$", re.MULTILINE)


@pytest.fixture
async def school(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as application:
        yield application


@pytest.fixture
async def ines(school: Application) -> Tus:
    return Tus(school, await school.person(Role.INSTRUCTOR, name="Ines Carvalho"))


async def silently(_fraction: float) -> None:
    pass


async def _media(ines: Tus, data: bytes) -> dict[str, Any]:
    """Sent, and looked at."""
    made = await ines.whole(data, "Lesson.mp4")
    found: dict[str, Any] = (await ines.ask("GET", f"/api/v1/media/{made}")).body
    work = ProcessMedia(MediaId(found["id"]), found["sha256"])
    await darkroom(ines.school.parts).processing.process(work)
    return found


async def _filmed(ines: Tus, media: dict[str, Any]) -> None:
    work = MakeFilm(MediaId(media["id"]), media["sha256"])
    await darkroom(ines.school.parts).filming.make(work, silently)


def _addresses(text: str, folder: str) -> list[str]:
    """Of what stands in a playlist of this folder."""
    return [f"{folder}/{one}".replace("/hls/../", "/") for one in _ADDRESS.findall(text)]


async def test_a_video_is_played_in_all_sizes_by_whoever_may_see_it(
    school: Application, ines: Tus
) -> None:
    media = await _media(ines, video(sound="aac", seconds=5.0, width=640, height=480))
    base = f"/api/v1/videos/{media['id']}"
    early = (await ines.ask("GET", f"{base}/stream")).body
    assert (early["url"], early["hls"]) == (f"/api/v1/media/{media['id']}/file", None)
    assert (await ines.ask("GET", f"{base}/hls/master.m3u8")).body["code"] == "media_not_ready"
    await _filmed(ines, media)
    ready = (await ines.ask("GET", f"{base}/stream")).body
    assert ready["hls"] == f"{base}/hls/master.m3u8"
    master = await ines.ask("GET", ready["hls"])
    assert master.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    told = master.body.decode()
    assert "RESOLUTION=640x480" in told
    assert "RESOLUTION=480x360" in told
    assert 'CHANNELS="2",URI="aac.m3u8"' in told
    for name in ("stage-360", "aac"):
        playlist = (await ines.ask("GET", f"{base}/hls/{name}.m3u8")).body.decode()
        (start,) = re.findall(r'EXT-X-MAP:URI="\.\.(\S+)"', playlist)
        whole = (await ines.ask("GET", f"{base}{start}")).body
        for address in _addresses(playlist, f"{base}/hls"):
            piece = await ines.ask("GET", address)
            assert (piece.status, piece.headers["Cache-Control"][-9:]) == (200, "immutable")
            whole += piece.body
        with av.open(io.BytesIO(whole), "r") as container:
            last = [float(one.time or 0.0) for one in container.decode()][-1]
        assert last == pytest.approx(5.0, abs=0.1)
    assert "<Period" in (await ines.ask("GET", f"{base}/dash/manifest.mpd")).body.decode()
    first = await ines.ask("GET", f"{base}/dash/stage-360/0.m4s")
    assert first.body[4:8] == b"moof"
    board = (await ines.ask("GET", f"{base}/storyboard")).body.decode()
    assert "storyboard/0#xywh=0,0,240,136" in board
    sheet = await ines.ask("GET", f"{base}/storyboard/0")
    assert sheet.headers["Content-Type"] == "image/jpeg"
    again = await ines.ask(
        "GET", f"{base}/storyboard/0", headers={"If-None-Match": sheet.headers["ETag"]}
    )
    assert again.status == 304
    page = await ines.ask("GET", f"/library/{media['id']}")
    assert (page.status, b"Lesson" in page.body) == (200, True)
    stranger = Tus(school, await school.person(Role.INSTRUCTOR))
    for path in (
        *("hls/master.m3u8", "hls/aac.m3u8", "dash/manifest.mpd", "dash/aac/0.m4s"),
        *("storyboard", "storyboard/0", f"media/{media['sha256'][:12]}-aac/init.mp4"),
    ):
        assert (await stranger.ask("GET", f"{base}/{path}")).status == 404, path
    assert (await stranger.ask("GET", f"/library/{media['id']}")).status == 404


async def test_what_is_not_there_is_not_found(ines: Tus) -> None:
    media = await _media(ines, video(seconds=1.0))
    await _filmed(ines, media)
    base, source = f"/api/v1/videos/{media['id']}", f"{media['sha256'][:12]}-stage-120"
    assert (await ines.ask("GET", f"{base}/media/{source}/init.mp4")).status == 200
    for path in (
        "hls/aac.m3u8",
        "hls/storyboard.m3u8",
        "dash/stage-120/1.m4s",
        "storyboard/9",
        "media/stage-120/init.mp4",
        f"media/{source}/0-99999999.m4s",
        f"media/{source}/9-3.m4s",
        f"media/{source}/nonsense.m4s",
    ):
        assert (await ines.ask("GET", f"{base}/{path}")).status == 404, path


async def test_a_film_is_made_once_for_each_content_and_goes_with_it(
    school: Application, ines: Tus
) -> None:
    data = video(seconds=1.0)
    media = await _media(ines, data)
    assert await _waiting(school) == 1
    other = await _media(ines, data)
    assert await _waiting(school) == 1
    await _filmed(ines, media)
    room, sha256 = darkroom(school.parts), bytes.fromhex(media["sha256"])
    made = await films.of(school.parts.db, sha256=sha256)
    assert {one.kind for one in made} == {"picture", "storyboard", "sheet"}
    twin = (await ines.ask("GET", f"/api/v1/media/{other['id']}")).body
    assert twin["streams"]
    await _filmed(ines, other)
    assert await films.of(school.parts.db, sha256=sha256) == made
    assert not list((school.parts.settings.data_dir / "films").iterdir())
    async with school.parts.db.transaction() as tx:
        for one in (media, other):
            await items.remove(tx, id=MediaId(one["id"]))
    await room.processing.forget_content(ForgetContent(media["sha256"]))
    assert await films.of(school.parts.db, sha256=sha256) == []
    kept = [one.key async for one in school.parts.blobs.under("library")]
    assert [one for one in kept if not one.startswith("library-poster/")] == []


async def _waiting(school: Application) -> int:
    found: int = await school.parts.db.fetchval(
        "select count(*) from job where kind = 'library.film'"
    )
    return found


async def test_work_that_was_cut_off_leaves_nothing_behind(school: Application, ines: Tus) -> None:
    """Its content went away while it was encoded."""
    media = await _media(ines, video(seconds=1.0))
    sha256 = bytes.fromhex(media["sha256"])
    async with school.parts.db.transaction() as tx:
        assert (
            await films.keep(tx, sha256=b"\0" * 32, made=[], at=school.parts.clock.now()) is False
        )
        await tx.execute("update library_file set film_asked_at = null")
    assert [one for _, one in await films.unasked(school.parts.db, limit=9)] == [sha256]
    assert await darkroom(school.parts).processing.begin_films() == 1
    assert await films.unasked(school.parts.db, limit=9) == []
    async with school.parts.db.transaction() as tx:
        await items.remove(tx, id=MediaId(media["id"]))
        assert await files.take_unused(tx, sha256=sha256)
    await _filmed(ines, media)
    assert await films.of(school.parts.db, sha256=sha256) == []
