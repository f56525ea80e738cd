"""Captions of a recording, as players of HLS and DASH fetch them, behind the gate of all else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import shown
from tests.support.application import Application, Person, an_application, some_settings
from vtp import settings
from vtp.ids import RecordingId

_SRT = (
    b"1\n00:00:01,000 --> 00:00:02,500\nHello & welcome\n\n"
    b"2\n00:00:05,000 --> 00:00:08,000\nBelow the axis\n"
)


@pytest.fixture
async def application(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as made:
        yield made


@pytest.fixture
async def ines(application: Application) -> Person:
    return await application.person(name="Ines Carvalho")


@pytest.fixture
async def recording(application: Application, ines: Person) -> RecordingId:
    made = await shown.a_recording(application, ines)
    film = shown.a_lesson(shown.folder(application, made))
    film.develop()
    film.close()
    url = f"{application.url}/api/v1/recordings/{made}/captions/pt-BR?label=%22Portugu%C3%AAs%22"
    headers = {**ines.bearer, "Content-Type": "application/x-subrip"}
    async with application.http.put(url, data=_SRT, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
    return made


async def got(application: Application, path: str, headers: dict[str, str]) -> tuple[int, str, Any]:
    async with application.http.get(
        f"{application.url}/api/v1/recordings/{path}", headers=headers
    ) as answer:
        return answer.status, await answer.text(), answer.headers


async def test_players_are_told_of_captions_and_get_them_cut(
    application: Application, ines: Person, recording: RecordingId
) -> None:
    _, master, _ = await got(application, f"{recording}/hls/master.m3u8", ines.bearer)
    assert 'NAME=" Português ",LANGUAGE="pt-BR"' in master
    assert 'SUBTITLES="captions"' in master
    _, playlist, headers = await got(
        application, f"{recording}/hls/captions-pt-br.m3u8", ines.bearer
    )
    assert headers["Content-Type"].startswith("application/vnd.apple.mpegurl")
    [lasts] = re.findall("#EXTINF:([0-9.]+)", playlist)
    assert float(lasts) == pytest.approx(10.0, abs=0.1)
    status, segment, headers = await got(
        application, f"{recording}/hls/captions-pt-br/0.vtt", ines.bearer
    )
    assert status == 200
    assert headers["Content-Type"].startswith("text/vtt")
    assert headers["Cache-Control"] == "private, no-cache"
    assert "00:00:05.000 --> 00:00:08.000\nBelow the axis" in segment
    assert "Hello &amp; welcome" in segment

    _, manifest, _ = await got(application, f"{recording}/dash/manifest.mpd", ines.bearer)
    assert '<Label>"Português"</Label>' in manifest
    spans = re.findall(r'media="(captions-pt-br/(\d+)-\d+)/\$Time\$\.cmft"', manifest)
    assert len(spans) == manifest.count("<Period ")
    told = []
    for path, start in spans:
        place = f"{application.url}/api/v1/recordings/{recording}/dash/{path}/{start}.cmft"
        async with application.http.get(place, headers=ines.bearer) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "application/mp4"
            told.append(await answer.read())
            same = {**ines.bearer, "If-None-Match": answer.headers["ETag"]}
        async with application.http.get(place, headers=same) as answer:
            assert answer.status == 304
    # What is said over the border of two periods is said in both.
    assert sum(b"Below the axis" in one for one in told) == 2
    head = f"{application.url}/api/v1/recordings/{recording}/media/captions/init.mp4"
    async with application.http.get(head, headers=ines.bearer) as answer:
        assert b"wvtt" in await answer.read()


async def test_captions_pass_the_gate_of_the_recording(
    application: Application, ines: Person, recording: RecordingId
) -> None:
    stranger = await application.person()
    paths = (
        *("hls/captions-pt-br.m3u8", "hls/captions-pt-br/0.vtt"),
        *("dash/captions-pt-br/0-9/0.cmft", "media/captions/init.mp4"),
    )
    for path in paths:
        assert (await got(application, f"{recording}/{path}", {}))[0] == 401, path
        assert (await got(application, f"{recording}/{path}", stranger.bearer))[0] == 404, path
    for path in (
        "hls/captions-de.m3u8",
        "hls/captions-de/0.vtt",
        "hls/captions-pt-br/1.vtt",
        "dash/captions-pt-br/7/7.cmft",
        "dash/captions-pt-br/0-9/7.cmft",
        "dash/captions-pt-br/9-9/9.cmft",
        "dash/captions-pt-br/0-999999999999/0.cmft",
        "dash/captions-de/0-9/0.cmft",
    ):
        assert (await got(application, f"{recording}/{path}", ines.bearer))[0] == 404, path
    _, made = await application.call(
        "POST", f"/api/v1/recordings/{recording}/links", headers=ines.bearer
    )
    ticket = made["hls"].partition("?")[2]
    status, playlist, _ = await got(
        application, f"{recording}/hls/captions-pt-br.m3u8?{ticket}", {}
    )
    assert status == 200
    assert f"captions-pt-br/0.vtt?{ticket}" in playlist
    assert (await got(application, f"{recording}/hls/captions-pt-br/0.vtt?{ticket}", {}))[0] == 200


async def test_captions_that_were_sent_anew_are_told_at_once(
    application: Application, ines: Person, recording: RecordingId
) -> None:
    path = f"{recording}/hls/captions-pt-br/0.vtt"
    await got(application, path, ines.bearer)
    url = f"{application.url}/api/v1/recordings/{recording}/captions/pt-BR"
    headers = {**ines.bearer, "Content-Type": "text/vtt"}
    text = b"WEBVTT\n\n00:03.000 --> 00:04.000\nAbove it\n"
    async with application.http.put(url, data=text, headers=headers) as answer:
        assert answer.status == 200
    assert "Above it" in (await got(application, path, ines.bearer))[1]
