"""A page that is in a class: an unmodified mediasoup-client that sends, and watches what it sent.

It asks as clients of rooms do: over Socket.IO, or by plain requests to a desk in front of a plane
that answers the same. Both browsers run the same script.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from tests.support.plane import Stage, Told
from vtp.media.rtp.ortc_types import DtlsParameters, RtpCapabilities, RtpParameters
from vtp.media.sfu.peer import Peer
from vtp.media.sfu.turn import IceServer

_WEB = Path(__file__).parents[2] / "web"
_PATIENCE = 60.0
_BUNDLE = """
require("esbuild").buildSync({
    stdin: {contents: "window.mediasoup = require('mediasoup-client');" +
        "window.io = require('socket.io-client').io", resolveDir: "."},
    bundle: true, format: "iife", outfile: process.argv[1],
})
"""

# meet({tokens?, room?, relay?, codec?, layers?}) joins: with two tokens as two people, of whom the
# second watches the first, else as one; seen() -> what flows, by which kind of way.
# enter({token, room, codec}) is one person among others: tells what it sends, and may watch(tracks).
_SCRIPT = """
const answered = told => {
    if (told.error) throw new Error(JSON.stringify(told.error));
    return told.ok;
};
const byHttp = async (event, body) => {
    const asked = await fetch("/ask/" + event, {method: "POST", body: JSON.stringify(body)});
    return answered(await asked.json());
};
const bySocket = (token, heard = {}) => {
    const socket = io({auth: {token}, transports: ["websocket"]});
    for (const [event, listener] of Object.entries(heard)) socket.on(event, listener);
    return async (event, body) => answered(await socket.timeout(10_000).emitWithAck(event, body));
};
const transport = async (ask, device, direction, options) => {
    const told = await ask("media.transport", {direction});
    const given = {
        id: told.id, iceParameters: told.ice_parameters, iceCandidates: told.ice_candidates,
        dtlsParameters: told.dtls_parameters, ...options,
    };
    const made = direction === "send"
        ? device.createSendTransport(given) : device.createRecvTransport(given);
    made.on("connect", ({dtlsParameters}, done, fail) => {
        const body = {transport: told.id, dtls_parameters: dtlsParameters};
        ask("media.connect", body).then(() => done(), fail);
    });
    made.on("produce", ({kind, rtpParameters}, done, fail) => {
        const source = kind === "audio" ? "microphone" : "camera";
        const body = {transport: told.id, kind, source, rtp_parameters: rtpParameters};
        ask("media.produce", body).then(done, fail);
    });
    return made;
};
const watched = async (ask, device, recv, track) => {
    const body = {transport: recv.id, track, rtp_capabilities: device.recvRtpCapabilities};
    const told = await ask("media.consume", body);
    const consumer = await recv.consume({
        id: told.id, producerId: track, kind: told.kind, rtpParameters: told.rtp_parameters,
    });
    const shown = document.createElement("video");
    shown.muted = shown.autoplay = true;
    shown.srcObject = new MediaStream([consumer.track]);
    document.body.append(shown);
    await ask("media.resume", {consumer: told.id});
    return {id: told.id, consumer, shown};
};
// For scripts that hold a class of their own.
Object.assign(window, {bySocket, transport, watched});
window.meet = async ({tokens, room, relay, codec, layers}) => {
    const asks = tokens ? tokens.map(bySocket) : [byHttp];
    let joined;
    for (const ask of asks) joined = await ask("room.join", {room});
    const device = await mediasoup.Device.factory();
    await device.load({routerRtpCapabilities: joined.capabilities});
    const options = {
        iceServers: joined.ice_servers, iceTransportPolicy: relay ? "relay" : "all",
    };
    const [ask, askToo] = [asks[0], asks.at(-1)];
    window.send = await transport(ask, device, "send", options);
    window.recv = await transport(askToo, device, "recv", options);
    const media = await navigator.mediaDevices.getUserMedia(
        {audio: true, video: {width: 320, height: 240}});
    for (const track of media.getTracks()) {
        const named = device.sendRtpCapabilities.codecs.find(one => one.mimeType === codec);
        const how = track.kind === "video" && codec ? {codec: named, encodings: layers} : {};
        const producer = await send.produce({track, ...how});
        await watched(askToo, device, recv, producer.id);
    }
    return device.handlerName;
};
window.enter = async ({token, room, codec}) => {
    const ask = bySocket(token);
    const joined = await ask("room.join", {room});
    const device = await mediasoup.Device.factory();
    await device.load({routerRtpCapabilities: joined.capabilities});
    window.send = await transport(ask, device, "send", {});
    window.recv = await transport(ask, device, "recv", {});
    window.watch = async tracks => {
        for (const track of tracks) await watched(ask, device, recv, track);
    };
    const media = await navigator.mediaDevices.getUserMedia(
        {audio: true, video: {width: 320, height: 240}});
    const ids = [];
    for (const track of media.getTracks()) {
        const named = device.sendRtpCapabilities.codecs.find(one => one.mimeType === codec);
        const how = track.kind === "video" ? {codec: named} : {};
        ids.push((await send.produce({track, ...how})).id);
    }
    return ids;
};
const way = stats => {
    const chosen = stats.find(one => one.type === "transport")?.selectedCandidatePairId;
    const pair = stats.find(
        one => one.type === "candidate-pair" && (one.id === chosen || one.selected));
    return stats.find(one => one.id === pair?.localCandidateId)?.candidateType || "";
};
window.seen = async () => {
    const out = [...(await send.getStats()).values()];
    const into = [...(await recv.getStats()).values()];
    const came = kind => into.find(one => one.type === "inbound-rtp" && one.kind === kind) || {};
    const codec = kind => into.find(one => one.id === came(kind).codecId) || {};
    return {
        video: codec("video").mimeType || "", audio: codec("audio").mimeType || "",
        spoken: codec("audio").sdpFmtpLine || "", width: came("video").frameWidth || 0,
        lost: came("video").packetsLost || 0, keys: came("video").keyFramesDecoded || 0,
        samples: (came("audio").totalSamplesReceived || 0) - (came("audio").concealedSamples || 0),
        send: send.connectionState, recv: recv.connectionState, out: way(out), into: way(into),
        frames: came("video").framesDecoded || 0, packets: came("audio").packetsReceived || 0,
        clocks: into.filter(one => one.type === "remote-outbound-rtp" && one.packetsSent).length,
    };
};
"""


class Seen(msgspec.Struct, frozen=True):
    send: str
    recv: str
    # The kind of our candidate: "host", "relay"…
    out: str
    into: str
    # Decoded pictures, and packets of sound.
    frames: int
    packets: int
    # What is decoded, in which words it was agreed, and how wide the pictures are.
    video: str
    audio: str
    spoken: str
    width: int
    lost: int
    keys: int
    # Of sound that came, not of what was made up in its place.
    samples: int
    # Streams whose sender's clock is known, so that sound and picture are kept together.
    clocks: int

    @property
    def flows(self) -> bool:
        return self.frames >= 20 and self.packets >= 20 and self.clocks == 2


async def flowing(look: Callable[[], Awaitable[Any]]) -> Seen:
    """What the page has seen, when pictures and sound have come for a while."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            seen = msgspec.convert(await look(), Seen)
            if seen.flows:
                return seen
            await asyncio.sleep(0.2)


def script(folder: Path) -> str:
    """All that the page needs, as one text."""
    made = folder / "meeting.js"
    subprocess.run(["node", "-e", _BUNDLE, str(made)], cwd=_WEB, check=True, timeout=60)
    return made.read_text("utf-8") + f"{{{_SCRIPT}}}"


Ask = Callable[[dict[str, Any]], Awaitable[Any]]


@dataclass
class Desk:
    """What a room answers to one participant, without rooms."""

    stage: Stage
    relays: tuple[IceServer, ...] = ()
    url: str = ""
    _peer: Peer | None = field(default=None)

    @property
    def peer(self) -> Peer:
        assert self._peer is not None
        return self._peer

    async def join(self, _body: dict[str, Any]) -> Any:
        self._peer = self.stage.plane.peer(self.stage.hall, "page", Told())
        return {"capabilities": self.stage.plane.capabilities, "ice_servers": self.relays}

    async def transport(self, body: dict[str, Any]) -> Any:
        made = self.peer.create_transport(body["direction"])
        return {
            "id": made.id,
            "ice_parameters": made.ice_parameters(),
            "ice_candidates": made.candidates(),
            "dtls_parameters": made.dtls_parameters(),
        }

    async def connect(self, body: dict[str, Any]) -> Any:
        told = msgspec.convert(body["dtls_parameters"], DtlsParameters)
        await self.peer.connect(body["transport"], told)
        return {}

    async def produce(self, body: dict[str, Any]) -> Any:
        source = body["source"]
        parameters = msgspec.convert(body["rtp_parameters"], RtpParameters)
        made = self.peer.produce(
            body["transport"], body["kind"], parameters, track_id=source, source=source
        )
        return {"id": made.id}

    async def consume(self, body: dict[str, Any]) -> Any:
        capabilities = msgspec.convert(body["rtp_capabilities"], RtpCapabilities)
        producer = self.stage.plane.producer(self.stage.hall, body["track"])
        made = self.peer.consume(body["transport"], producer, capabilities)
        return {"id": made.id, "kind": producer.kind, "rtp_parameters": made.parameters}

    async def resume(self, body: dict[str, Any]) -> Any:
        self.peer.consumer(body["consumer"]).resume(self.stage.plane.now())
        return {}


@asynccontextmanager
async def a_desk(stage: Stage, *, relays: tuple[IceServer, ...] = ()) -> AsyncIterator[Desk]:
    """Listening, with an empty page, on an origin that may use a camera."""
    desk = Desk(stage, relays)
    app = web.Application()
    app.router.add_get("/", _page)
    for name, ask in {
        "room.join": desk.join,
        "media.transport": desk.transport,
        "media.connect": desk.connect,
        "media.produce": desk.produce,
        "media.consume": desk.consume,
        "media.resume": desk.resume,
    }.items():
        app.router.add_post(f"/ask/{name}", partial(_asked, ask))
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        desk.url = f"http://localhost:{runner.addresses[0][1]}"
        yield desk
    finally:
        await runner.cleanup()


async def _page(_request: web.Request) -> web.Response:
    page = "<!doctype html><title>A page</title><body></body>"
    return web.Response(text=page, content_type="text/html")


async def _asked(ask: Ask, request: web.Request) -> web.Response:
    answer = await ask(json.loads(await request.text()))
    body = msgspec.json.encode({"ok": answer})
    return web.Response(body=body, content_type="application/json")
