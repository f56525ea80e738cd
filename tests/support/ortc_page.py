"""An unmodified mediasoup-client in a browser, whose server side is called in this process."""

from __future__ import annotations

import subprocess
from pathlib import Path

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


def bundled(folder: Path) -> Path:
    made = folder / "mediasoup-client.js"
    subprocess.run(["node", "-e", _BUNDLE, str(made)], cwd=_WEB, check=True, timeout=60)
    return made
