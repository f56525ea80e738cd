"""Sound and picture from an encoder to a player, neither of them ours, through the application."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.plane import CAPABILITIES, OPUS_PT, microphone
from tests.support.rtp import rtp
from tests.support.socket_client import Client, connected
from tests.support.webrtc_client import Client as Line
from tests.support.webrtc_client import Server
from tests.support.whip import Device, Picture, sound
from vtp import settings
from vtp.actor import Role

# A frame of silence that any decoder of Opus takes.
SILENCE = b"\xf8\xff\xfe"


@dataclass
class Class:
    app: Application
    room: str
    teacher: Person
    student: Person

    def device(self, person: Person) -> Device:
        return Device(self.app.http, self.app.url, person.access_token)

    @asynccontextmanager
    async def socket(self, person: Person) -> AsyncIterator[tuple[Client, Any]]:
        """In the class, with what was there."""
        port = int(self.app.url.rpartition(":")[2])
        auth = {"token": person.access_token}
        async with connected(port, auth=auth, Host=f"127.0.0.1:{port}") as client:
            yield client, await ok(client, "room.join", {"room": self.room})


async def ok(client: Client, name: str, body: Any) -> Any:
    ack = await client.call(name, body)
    assert "ok" in ack, (name, ack)
    return ack["ok"]


@asynccontextmanager
async def line(client: Client, direction: str) -> AsyncIterator[tuple[str, Line]]:
    """A transport of somebody with a socket."""
    made = await ok(client, "media.transport", {"direction": direction})
    ice, [theirs] = made["ice_parameters"], made["dtls_parameters"]["fingerprints"]
    at = made["ice_candidates"][0]
    server = Server(
        at["address"], at["port"], ice["usernameFragment"], ice["password"], theirs["value"]
    )
    out = Line(server)
    ours = {"algorithm": "sha-256", "value": out.fingerprint}
    dtls = {"role": "client", "fingerprints": [ours]}
    await ok(client, "media.connect", {"transport": made["id"], "dtls_parameters": dtls})
    try:
        await out.reach()
        await out.shake()
        yield made["id"], out
    finally:
        await out.close()


async def left(client: Client) -> str:
    """How the next who leaves does so."""
    async with asyncio.timeout(10):
        while True:
            name, body = await client.told()
            for event in body["events"] if name == "room.events" else ():
                if event["type"] == "participant_left":
                    return str(event["how"])


@pytest.fixture
async def lesson(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Class]:
    async with an_application(some_settings(database_settings, tmp_path)) as app:
        teacher = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
        student = await app.person()
        _, made = await app.call(
            "POST", "/api/v1/rooms", headers=teacher.bearer, json={"title": "Algebra"}
        )
        yield Class(app, made["id"], teacher, student)


@pytest.mark.parametrize("codec", ["video/VP8", "video/H264"])
async def test_what_an_encoder_sends_a_player_decodes(lesson: Class, codec: str) -> None:
    encoder, player = lesson.device(lesson.teacher), lesson.device(lesson.student)
    async with encoder.publishing(
        f"/whip/{lesson.room}", [sound(), Picture(60)], codec=codec
    ) as sent:
        await sent.connected()
        async with player.watching(f"/whep/{lesson.room}") as watched:
            await watched.seen.until(lambda seen: seen.frames["video"] >= 30)
            await watched.seen.until(lambda seen: seen.frames["audio"] >= 30)
            assert watched.seen.sizes == {(320, 180)}
            assert all(abs(grey - 61) < 8 for grey in watched.seen.greys)


async def test_a_player_that_was_there_first_is_shown_one_after_the_other(lesson: Class) -> None:
    """The same two m-lines, another sender, another codec, another size."""
    encoder, player = lesson.device(lesson.teacher), lesson.device(lesson.student)
    async with player.watching(f"/whep/{lesson.room}") as watched:
        await watched.connected()
        seen = watched.seen
        async with encoder.publishing(
            f"/whip/{lesson.room}", [sound(), Picture(40)], codec="video/VP8"
        ) as first:
            await seen.until(lambda seen: len(seen.greys) >= 10 and seen.frames["audio"] >= 10)
            assert await encoder.end(first) == 200
        assert seen.sizes == {(320, 180)}
        async with encoder.publishing(
            f"/whip/{lesson.room}", [Picture(200, width=480, height=272)], codec="video/H264"
        ):
            await seen.until(lambda seen: seen.greys[-1] > 180 and (480, 272) in seen.sizes)


async def test_an_encoder_is_seen_and_heard_by_who_has_a_socket(lesson: Class) -> None:
    encoder = lesson.device(lesson.teacher)
    async with encoder.publishing(f"/whip/{lesson.room}", [sound(), Picture(60)]) as sent:
        await sent.connected()
        async with lesson.socket(lesson.student) as (client, entry), line(client, "recv") as way:
            [teacher] = [one for one in entry["participants"] if one["name"] == "Ines Carvalho"]
            assert (teacher["role"], teacher["connection"]) == ("host", "live")
            tracks = {one["source"]: one["id"] for one in entry["tracks"]}
            assert tracks.keys() == {"camera", "microphone"}
            transport, into = way
            ssrcs = set()
            for track in tracks.values():
                wish = {"transport": transport, "track": track, "rtp_capabilities": CAPABILITIES}
                made = await ok(client, "media.consume", wish)
                ssrcs.add(made["rtp_parameters"]["encodings"][0]["ssrc"])
                await ok(client, "media.resume", {"consumer": made["id"]})
            await into.until(lambda: ssrcs <= {ssrc_of(packet) for packet in into.rtp}, wait=15)
            await sent.connection.close()
            assert await left(client) == "left"


def ssrc_of(packet: bytes) -> int:
    return int(struct.unpack_from(">I", packet, 8)[0])


async def test_a_player_hears_who_has_a_socket(lesson: Class) -> None:
    player = lesson.device(lesson.student)
    async with (
        lesson.socket(lesson.teacher) as (client, _),
        line(client, "send") as (transport, out),
        player.watching(f"/whep/{lesson.room}", ["audio"]) as watched,
    ):
        await watched.connected()
        wish = {"transport": transport, "kind": "audio", "source": "microphone"}
        await ok(client, "media.produce", {**wish, "rtp_parameters": microphone()})
        for number in range(500):
            out.send(rtp(SILENCE, pt=OPUS_PT, seq=number, ts=number * 960, ssrc=0x7777))
            await asyncio.sleep(0.02)
            if watched.seen.frames["audio"] >= 30:
                return
    pytest.fail(f"{watched.seen.frames['audio']} frames were heard")
