"""How long a recording is: our journal, PyAV and Debian's ffprobe say the same."""

from __future__ import annotations

import asyncio
import io
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import pytest

from tests.support import shown
from tests.support.application import Application, Person, an_application, some_settings
from tests.support.film import Film
from vtp import settings
from vtp.ids import RecordingId
from vtp.media.recorder import journal

pytestmark = pytest.mark.slow
_NEAR = 0.05  # s; less than two pictures


async def probed(address: str) -> dict[str, Any]:
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed (make peers)")
    asked = ("-v", "error", "-show_streams", "-show_format", "-of", "json", address)
    process = await asyncio.create_subprocess_exec(
        "ffprobe", *asked, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(120):
        out, said = await process.communicate()
    assert (process.returncode, said.decode()) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def length(file: str | io.BytesIO) -> float:
    """From the first to the end of the last, by the packets that there are."""
    with av.open(file, "r") as opened:
        spans = [
            (float(one.pts * one.time_base), float((one.pts + one.duration) * one.time_base))
            for one in opened.demux()
            if one.pts is not None and one.duration is not None
        ]
    return max(end for _, end in spans) - min(start for start, _ in spans)


def a_film(folder: Path) -> journal.Story:
    film = Film(folder).camera("cam", 0, 8).camera("screen", 0, 8, source="screen")
    film.voice("mix-opus", 0, 8, source="mix")
    story = film.develop()
    film.close()
    return story


async def test_all_say_the_same_of_every_file(tmp_path: Path) -> None:
    story = a_film(tmp_path)
    assert len(story.parts) == 3
    for part in story.parts.values():
        path = tmp_path / part.began.file
        ours = part.end - part.start
        told = await probed(str(path))
        assert length(str(path)) == pytest.approx(ours, abs=_NEAR)
        # Of a file that grew there is no length in its head: it has to be reckoned.
        assert float(told["format"]["duration"]) == pytest.approx(ours, abs=_NEAR)
        assert [one["codec_name"] for one in told["streams"]] in (["h264"], ["opus"])


@pytest.fixture
async def linked(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[tuple[Application, Any]]:
    chosen = some_settings(database_settings, tmp_path)
    async with an_application(chosen) as application:
        ines: Person = await application.person(name="Ines Carvalho")
        made: RecordingId = await shown.a_recording(application, ines)
        a_film(shown.folder(application, made))
        status, links = await application.call(
            "POST", f"/api/v1/recordings/{made}/links", headers=ines.bearer
        )
        assert status == 201
        yield application, links


async def test_all_say_the_same_of_what_is_streamed(linked: tuple[Application, Any]) -> None:
    application, links = linked
    for kind in ("hls", "dash"):
        told = await probed(application.url + links[kind])
        assert float(told["format"]["duration"]) == pytest.approx(8.0, abs=_NEAR), kind
        assert {one["codec_type"] for one in told["streams"]} == {"video", "audio"}
    base = application.url + links["hls"].partition("master")[0]
    ticket = links["hls"].partition("?")[2]
    for name in ("stage", "opus"):
        async with application.http.get(f"{base}{name}.m3u8?{ticket}") as answer:
            playlist = await answer.text()
        assert sum(map(float, re.findall("#EXTINF:([0-9.]+)", playlist))) == pytest.approx(
            8.0, abs=_NEAR
        )
        data = io.BytesIO()
        uris = re.findall(r'^(?:#EXT-X-MAP:URI="([^"]+)"|([^#\n].*))$', playlist, re.MULTILINE)
        for head, uri in uris:
            async with application.http.get(base + (head or uri)) as answer:
                data.write(await answer.read())
        data.seek(0)
        assert length(data) == pytest.approx(8.0, abs=_NEAR), name
