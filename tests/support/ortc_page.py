"""An unmodified mediasoup-client in a browser, whose server side is called in this process."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, Route, async_playwright

from vtp.media.rtp.ortc_types import (
    DtlsFingerprint,
    DtlsParameters,
    IceCandidate,
    IceParameters,
    TransportParameters,
)

_WEB = Path(__file__).parents[2] / "web"
_BUNDLE = """
require("esbuild").buildSync({
    stdin: {contents: "window.mediasoup = require('mediasoup-client')", resolveDir: "."},
    bundle: true, format: "iife", outfile: process.argv[1],
})
"""

# Nobody listens there: only what the two sides agree on is looked at.
NOWHERE = TransportParameters(
    ice_parameters=IceParameters(
        username_fragment="nobodyhome", password="nobodynobodynobodynobody", ice_lite=True
    ),
    ice_candidates=(
        IceCandidate(
            foundation="1",
            priority=2_130_706_431,
            address="127.0.0.1",
            protocol="udp",
            port=9,
            type="host",
        ),
    ),
    dtls_parameters=DtlsParameters(
        fingerprints=(DtlsFingerprint(algorithm="sha-256", value=":".join(["A5"] * 32)),)
    ),
)

# publish({capabilities, transport, tracks}) -> what each `produce` event brought;
# watch({capabilities, transport, tracks}) -> what the receivers of the accepted tracks say.
SCRIPT = """
window.device = async capabilities => {
    const device = await mediasoup.Device.factory();
    await device.load({routerRtpCapabilities: capabilities});
    return device;
};
window.capabilities = async given => {
    const device = await window.device(given);
    return {
        handler: device.handlerName,
        recv: device.recvRtpCapabilities, send: device.sendRtpCapabilities,
        audio: device.canProduce("audio"), video: device.canProduce("video"),
    };
};
window.publish = async ({capabilities, transport, tracks}) => {
    const device = await window.device(capabilities);
    const send = device.createSendTransport({id: "send", ...transport});
    const seen = [];
    send.on("connect", (_, done) => done());
    send.on("produce", ({kind, rtpParameters}, done) => {
        seen.push({kind, rtpParameters});
        done({id: String(seen.length)});
    });
    for (const {kind, codec, ...options} of tracks) {
        const media = await navigator.mediaDevices.getUserMedia({[kind]: true});
        await send.produce({
            track: media.getTracks()[0],
            codec: codec && device.sendRtpCapabilities.codecs.find(c => c.mimeType === codec),
            ...options,
        });
    }
    send.close();
    return seen;
};
window.watch = async ({capabilities, transport, tracks}) => {
    const device = await window.device(capabilities);
    const recv = device.createRecvTransport({id: "recv", ...transport});
    recv.on("connect", (_, done) => done());
    const seen = [];
    for (const [index, {kind, rtpParameters}] of tracks.entries()) {
        const consumer = await recv.consume({
            id: `c${index}`, producerId: `p${index}`, kind, rtpParameters,
        });
        const {codecs, headerExtensions} = consumer.rtpReceiver.getParameters();
        seen.push({mid: consumer.localId, state: consumer.track.readyState, codecs,
                   headerExtensions});
    }
    recv.close();
    return seen;
};
"""

# offer({watch, layers}) -> text; settle(text) -> what came out of the answer to it.
OFFERING = """
window.offer = async ({watch, layers}) => {
    window.pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    if (watch) {
        for (const kind of ["audio", "video"]) pc.addTransceiver(kind, {direction: "recvonly"});
    } else {
        const media = await navigator.mediaDevices.getUserMedia({audio: true, video: true});
        for (const track of media.getTracks()) {
            const sendEncodings = track.kind === "video" && layers.map(rid => ({rid})) || [];
            const init = {direction: "sendonly", streams: [media]};
            pc.addTransceiver(track, sendEncodings.length ? {...init, sendEncodings} : init);
        }
        pc.createDataChannel("chat");
    }
    await pc.setLocalDescription(await pc.createOffer());
    return pc.localDescription.sdp;
};
window.settle = async sdp => {
    const streams = [];
    pc.ontrack = event => streams.push(event.streams.map(one => one.id));
    await pc.setRemoteDescription({type: "answer", sdp});
    const seen = pc.getTransceivers().map(one => {
        const {codecs, headerExtensions = []} =
            (one.currentDirection === "recvonly" ? one.receiver : one.sender).getParameters();
        return {
            mid: one.mid, direction: one.currentDirection,
            codecs: codecs.map(codec => codec.mimeType),
            extensions: headerExtensions.map(({uri, id}) => [uri, id]),
            layers: one.sender.getParameters().encodings.map(({rid}) => rid || ""),
        };
    });
    pc.close();
    return {seen, streams};
};
"""


_OPTIONS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


@asynccontextmanager
async def a_page(
    executable: str, script: str, *, file: Path | None = None, url: str = "", bare: bool = False
) -> AsyncIterator[Page]:
    """A page on an origin that may use a camera: that of `url`, else one without a server.

    `bare` is nothing but that origin, whatever its server would show there.
    """

    async def empty(route: Route) -> None:
        await route.fulfill(body="<!doctype html><title>A page</title>", content_type="text/html")

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable,
            # A page that no server gave is taken for one of the internet, which may not call us.
            args=[*_OPTIONS, *(["--disable-features=LocalNetworkAccessChecks"] if bare else [])],
            timeout=30_000,
        )
        made = await browser.new_page()
        if bare or not url:
            await made.route(url or "**/*", empty)
        await made.goto(url or "http://localhost/")
        if file is not None:
            await made.add_script_tag(path=file)
        await made.evaluate(f"() => {{{script}}}")
        yield made
        await browser.close()


def bundled(folder: Path) -> Path:
    made = folder / "mediasoup-client.js"
    subprocess.run(["node", "-e", _BUNDLE, str(made)], cwd=_WEB, check=True, timeout=60)
    return made
