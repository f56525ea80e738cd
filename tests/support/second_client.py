"""A client of classes written from docs/PROTOCOL.md and docs/API.md alone.

It uses nothing of vtp or of its pages, so it shares neither code nor mistakes with them: what it
needed to know stands in those documents. Sound and pictures are made up; their order is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

import aiohttp

from tests.support.second_rtp import Camera, Microphone, Received, feedback, read_header
from tests.support.second_socket import LIMIT, Refused, Socket
from tests.support.second_transport import Transport

_SDES = "urn:ietf:params:rtp-hdrext:sdes:"
_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"


class Told(NamedTuple):
    name: str
    body: Any


class SecondClient:
    """One person with one device."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._changed = asyncio.Event()
        self._token = ""
        self._beating: asyncio.Task[None] | None = None
        self._room = ""
        self._unread: list[dict[str, Any]] | None = None
        self.socket: Socket
        self.connected = False  # at any time
        self.told: list[Told] = []
        self.events: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {}
        self.seq = 0
        self.participants: dict[str, dict[str, Any]] = {}
        self.tracks: dict[str, dict[str, Any]] = {}
        self.sending = Transport(self._hear_feedback)
        self.receiving = Transport(self._hear_media)
        self.sent: dict[str, Microphone | Camera] = {}
        self.received: dict[str, Received] = {}

    # --- over HTTP --------------------------------------------------------------------------

    async def http(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._http.request(method, self._url + path, headers=headers, **more) as answer:
            body: Any = await answer.json(content_type=None) if answer.status != 204 else None
            if answer.status >= 400:
                raise Refused(body)
            return body

    async def sign_in(self, email: str, password: str) -> None:
        given = {"email": email, "password": password}
        self._token = (await self.http("POST", "/api/v1/auth/login", json=given))["access_token"]

    def another_device(self) -> SecondClient:
        made = SecondClient(self._http, self._url)
        made._token = self._token
        return made

    # --- live -------------------------------------------------------------------------------

    async def connect(self) -> None:
        self._unread, self.connected = [], True
        self.socket = await Socket.open(self._http, self._url, self._token, self._hear)

    @property
    def me(self) -> str:
        return str(self.answer["me"]["id"])

    async def call(self, name: str, **body: Any) -> Any:
        return await self.socket.call(name, body)

    async def join(self, room: str) -> None:
        self._room = room
        self._take(await self.call("room.join", room=room))

    async def come_back(self) -> bool:
        """After the line was cut; whether it is as if it had not been."""
        await self.connect()
        if await self.catch_up():
            await self.sending.restart(self.socket)
            await self.receiving.restart(self.socket)
        return bool(self.answer["resumed"])

    async def catch_up(self) -> bool:
        """After a gap in the numbers of events, too; whether one is who one was."""
        self._unread = []
        resume = {"token": self.answer["resume_token"], "seq": self.seq}
        self._take(await self.call("room.join", room=self._room, resume=resume))
        return bool(self.answer["resumed"])

    def _take(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        for event in answer["missed"]:
            self._apply(event)
        self.participants = {each["id"]: each for each in answer["participants"]}
        self.tracks = {each["id"]: each for each in answer["tracks"]}
        self.seq = answer["seq"]
        unread, self._unread = self._unread or [], None
        for event in unread:
            self._apply(event)

    def _hear(self, name: str, body: Any) -> None:
        self.told.append(Told(name, body))
        if name == "room.events":
            for event in body["events"]:
                if self._unread is not None:
                    self._unread.append(event)
                else:
                    self._apply(event)
        self._changed.set()

    def _apply(self, event: dict[str, Any]) -> None:
        if event["seq"] <= self.seq:
            return
        assert event["seq"] == self.seq + 1, f"a gap before {event} after {self.seq}"
        self.seq = event["seq"]
        self.events.append(event)
        if "participant" in event:
            self.participants[event["participant"]["id"]] = event["participant"]
        elif "track" in event:
            self.tracks[event["track"]["id"]] = event["track"]
        elif event["type"] == "hand":
            self.participants[event["participant_id"]]["hand_at"] = event["hand_at"]
        elif event["type"] == "track_ended":
            self.tracks.pop(event["track_id"])
        elif event["type"] == "participant_left":
            gone = event["participant_id"]
            self.participants.pop(gone)
            self.tracks = {n: t for n, t in self.tracks.items() if t["participant_id"] != gone}

    def told_of(self, name: str) -> list[Any]:
        return [each.body for each in self.told if each.name == name]

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(LIMIT):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    # --- media ------------------------------------------------------------------------------

    async def begin_media(self) -> None:
        await self.sending.begin(self.socket, "send")
        await self.receiving.begin(self.socket, "recv")
        self._beating = asyncio.create_task(self._beat())

    async def publish_microphone(self) -> str:
        made = Microphone()
        return await self._publish(
            made, "microphone", made.codec, [{"ssrc": made.ssrc}], {_LEVEL: 1}
        )

    async def publish_camera(self) -> str:
        made = Camera()
        layers = [{"rid": rid} for rid in made.layers]
        uris = {_SDES + "mid": 4, _SDES + "rtp-stream-id": 5}
        return await self._publish(made, "camera", made.codec, layers, uris)

    async def _publish(
        self, made: Microphone | Camera, source: str, codec: Any, layers: Any, uris: dict[str, int]
    ) -> str:
        parameters = {
            "mid": made.mid,
            "codecs": [codec],
            "headerExtensions": [{"uri": uri, "id": number} for uri, number in uris.items()],
            "encodings": layers,
            "rtcp": {"cname": "second"},
        }
        kind = codec["mimeType"].partition("/")[0]
        body = {"kind": kind, "source": source, "rtp_parameters": parameters, "paused": False}
        track: str = (await self.call("media.produce", transport=self.sending.id, **body))["id"]
        self.sent[track] = made
        return track

    def can_decode(self) -> dict[str, Any]:
        """What the server offers, less what this client cannot do."""
        offered = self.answer["capabilities"]
        mine = [
            c for c in offered["codecs"] if c["mimeType"].lower() in {"audio/opus", "video/vp8"}
        ]
        return {"codecs": mine, "headerExtensions": []}

    async def consume(self, track: str) -> Received:
        body = {
            "transport": self.receiving.id,
            "track": track,
            "rtp_capabilities": self.can_decode(),
        }
        made = await self.call("media.consume", **body)
        assert made["track"] == track
        assert made["paused"]
        self.received[made["id"]] = got = Received(made["id"], made["rtp_parameters"])
        assert await self.call("media.resume", consumer=got.id) == {}
        return got

    def _hear_media(self, data: bytes, rtcp: bool) -> None:
        if not rtcp:
            header = read_header(data)
            for got in self.received.values():
                if header.ssrc == got.ssrc:
                    got.take(header)
            self._changed.set()

    def _hear_feedback(self, data: bytes, rtcp: bool) -> None:
        for kind, ssrc in feedback(data) if rtcp else ():
            for made in self.sent.values():
                made.answer(kind, ssrc)
        self._changed.set()

    async def _beat(self) -> None:
        """Fifty times a second a packet of each; about once a second what keeps it all alive."""
        n = 0
        while self.sending.state == self.receiving.state == "connected":
            for packet in [packet for made in self.sent.values() for packet in made.packets()]:
                await self.sending._send_rtp(packet)
            if n % 40 == 0:
                await self._report()
            n += 1
            await asyncio.sleep(0.02)

    async def _report(self) -> None:
        for transport in (self.sending, self.receiving):
            transport.link.keep()
        for report in [report for made in self.sent.values() for report in made.reports()]:
            await self.sending._send_rtp(report)
        for got in self.received.values():
            await self.receiving._send_rtp(got.report())

    async def end(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        await self.sending.end()
        await self.receiving.end()
        if self.connected:
            await self.socket.close()
