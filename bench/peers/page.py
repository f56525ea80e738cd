"""A page in Chromium that joins the class of `classroom.py` with an unmodified mediasoup-client."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from bench.peers.classroom import Classroom
from tests.support.ortc_page import a_page, bundled

# joined() -> ms from the wish to the first decoded picture, with the microphone on its way, too.
_SCRIPT = """
const transport = async (device, name, side) => {
    const made = side === "send"
        ? device.createSendTransport(await ask("described", {name, side}))
        : device.createRecvTransport(await ask("described", {name, side}));
    made.on("connect", ({dtlsParameters}, done, fail) => {
        const fingerprint = dtlsParameters.fingerprints.find(one => one.algorithm === "sha-256");
        ask("connect", {name, side, fingerprint: fingerprint.value}).then(() => done(), fail);
    });
    made.on("produce", ({kind, rtpParameters}, done, fail) => {
        ask("publish", {name, kind, parameters: rtpParameters}).then(id => done({id}), fail);
    });
    return made;
};
const watch = async (device, recv, name, track) => {
    const capabilities = device.recvRtpCapabilities;
    const {id, parameters} = await ask("consume", {name, track, capabilities});
    const consumer = await recv.consume(
        {id, producerId: track, kind: "video", rtpParameters: parameters});
    const shown = document.createElement("video");
    shown.muted = shown.autoplay = true;
    shown.srcObject = new MediaStream([consumer.track]);
    document.body.append(shown);
    const seen = new Promise(done => shown.requestVideoFrameCallback(done));
    await ask("resume", {name, consumer: id});
    await seen;
    shown.remove();
};
window.joined = async () => {
    const media = await navigator.mediaDevices.getUserMedia({audio: true});
    const begun = performance.now();
    const name = await ask("new", {});
    const {capabilities, track} = await ask("join", {name});
    const device = await mediasoup.Device.factory();
    await device.load({routerRtpCapabilities: capabilities});
    const send = await transport(device, name, "send");
    const recv = await transport(device, name, "recv");
    const speaking = send.produce({track: media.getAudioTracks()[0]});
    await watch(device, recv, name, track);
    const taken = performance.now() - begun;
    await speaking;
    send.close();
    recv.close();
    await ask("leave", {name});
    return taken;
};
"""


@asynccontextmanager
async def page_of(room: Classroom, executable: str, folder: Path) -> AsyncIterator[Page]:
    numbers = itertools.count(1)

    async def answer(do: str, words: dict[str, Any]) -> Any:
        if do == "new":
            return f"page-{next(numbers)}"
        told = await room.ask(do, **words)
        if do == "join":
            return {"capabilities": await room.ask("capabilities"), "track": room.track}
        return told

    async with a_page(executable, _SCRIPT, file=bundled(folder)) as page:
        await page.expose_function("ask", answer)
        yield page
