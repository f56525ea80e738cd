"""FFmpeg's own WHIP sends into a class: an encoder that we did not write and cannot bend."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import pytest

from tests.support.application import Application, an_application, some_settings
from tests.support.whip import Device
from vtp import settings
from vtp.actor import Actor, Role, Via


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as made:
        yield made


# A process of its own: `write_header` talks to the server while it holds the interpreter.
_ENCODER = """
import sys, time
from fractions import Fraction
import av

url, key, frames = sys.argv[1], sys.argv[2], 20
options = {"authorization": key, "handshake_timeout": "15000"}
with av.open(url, "w", format="whip", options=options) as out:
    picture = out.add_stream("libx264", rate=frames)
    picture.width, picture.height, picture.pix_fmt = 320, 180, "yuv420p"
    picture.options = {"profile": "baseline", "preset": "ultrafast", "tune": "zerolatency", "g": "20"}
    sound = out.add_stream("libopus", rate=48_000, layout="stereo")
    for number in range(30 * frames):
        frame = av.VideoFrame(320, 180, "yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, frames)
        out.mux(picture.encode(frame))
        silence = av.AudioFrame("s16", "stereo", 48_000 // frames)
        silence.planes[0].update(bytes(silence.planes[0].buffer_size))
        silence.sample_rate, silence.time_base = 48_000, Fraction(1, 48_000)
        silence.pts = number * 48_000 // frames
        out.mux(sound.encode(silence))
        time.sleep(1 / frames)
"""


@asynccontextmanager
async def sending(url: str, key: str) -> AsyncIterator[None]:
    """H.264 and Opus, as `ffmpeg … -f whip -authorization KEY URL` sends them."""
    encoder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _ENCODER, url, key, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield
        assert encoder.returncode is None, await encoder.communicate()
    finally:
        if encoder.returncode is None:
            encoder.kill()
        await encoder.communicate()


@pytest.mark.skipif("whip" not in av.formats_available, reason="this FFmpeg knows no WHIP")
async def test_what_ffmpeg_sends_with_a_key_a_player_decodes(app: Application) -> None:
    ines, noor = await app.person(Role.INSTRUCTOR), await app.person()
    _, room = await app.call(
        "POST", "/api/v1/rooms", headers=ines.bearer, json={"title": "Algebra"}
    )
    teacher = Actor(ines.user.id, ines.user.roles, Via.SYSTEM)
    _, key = await app.parts.accounts.keys.create(
        teacher, name="encoder", scopes=frozenset({"media:write"}), expires_at=None
    )
    player = Device(app.http, app.url, noor.access_token)
    async with (
        sending(f"{app.url}/whip/{room['id']}", key),
        player.watching(f"/whep/{room['id']}") as watched,
    ):
        await watched.seen.until(
            lambda seen: seen.frames["video"] >= 30 and seen.frames["audio"] >= 30
        )
        assert watched.seen.sizes == {(320, 180)}
