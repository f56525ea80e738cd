"""Real Chromium behind a bad line: losses are repaired, and a line that gets thin is met in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace as changed
from playwright.async_api import Page

from tests.support.browser import chromium
from tests.support.lossy import Line, Weather, a_line
from tests.support.meeting_page import a_desk
from tests.support.ortc_page import a_page, bundled
from tests.support.plane import Stage, a_stage

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(240)]

# lesson() sends a noisy picture in two layers (as many as Chromium makes of
# its size) and a voice, and watches both; seen() is what the
# receivers say of it.
_SCRIPT = """
const ask = async (event, body) => {
    const asked = await fetch("/ask/" + event, {method: "POST", body: JSON.stringify(body)});
    return (await asked.json()).ok;
};
const transport = async (device, direction) => {
    const told = await ask("media.transport", {direction});
    const given = {
        id: told.id, iceParameters: told.ice_parameters, iceCandidates: told.ice_candidates,
        dtlsParameters: told.dtls_parameters,
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
const picture = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 360];
    const paint = canvas.getContext("2d");
    setInterval(() => {
        for (let n = 0; n < 12; n++) {
            paint.fillStyle = `hsl(${Math.random() * 360} 60% 50%)`;
            paint.fillRect(Math.random() * 640, Math.random() * 360, 60, 40);
        }
    }, 60);
    return canvas.captureStream(15).getVideoTracks()[0];
};
window.lesson = async () => {
    const joined = await ask("room.join", {});
    const device = await mediasoup.Device.factory();
    await device.load({routerRtpCapabilities: joined.capabilities});
    const send = await transport(device, "send");
    window.recv = await transport(device, "recv");
    window.send = send;
    const voice = await navigator.mediaDevices.getUserMedia({audio: true});
    const encodings = [[2, 300_000], [1, 1_200_000]].map(
        ([scaleResolutionDownBy, maxBitrate]) => ({scaleResolutionDownBy, maxBitrate}));
    const codecOptions = {videoGoogleStartBitrate: 1500};
    const codec = device.sendRtpCapabilities.codecs.find(one => one.mimeType === "video/VP8");
    for (const options of [
        {track: voice.getAudioTracks()[0], codecOptions: {opusFec: true, opusNack: true}},
        {track: picture(), encodings, codecOptions, codec},
    ]) {
        const {id} = await send.produce(options);
        const told = await ask("media.consume", {
            transport: recv.id, track: id, rtp_capabilities: device.recvRtpCapabilities});
        const consumer = await recv.consume({
            id: told.id, producerId: id, kind: told.kind, rtpParameters: told.rtp_parameters});
        const shown = document.createElement("video");
        shown.muted = shown.autoplay = true;
        shown.srcObject = new MediaStream([consumer.track]);
        document.body.append(shown);
        if (told.kind === "video") watch(shown);
        await ask("media.resume", {consumer: told.id});
    }
};
// The longest time without a picture since the last look, as they were shown.
window.longest = 0;
const watch = shown => {
    let last = performance.now();
    const noted = now => {
        window.longest = Math.max(window.longest, now - last);
        last = now;
        shown.requestVideoFrameCallback(noted);
    };
    shown.requestVideoFrameCallback(now => { last = now; noted(now); });
    window.look = () => {
        const found = Math.max(window.longest, performance.now() - last);
        [window.longest, last] = [0, performance.now()];
        return found / 1000;
    };
};
window.seen = async () => {
    const stats = [...(await recv.getStats()).values()];
    const out = [...(await send.getStats()).values()];
    const of = kind => stats.find(one => one.type === "inbound-rtp" && one.kind === kind) || {};
    const sent = out.filter(one => one.type === "outbound-rtp" && one.kind === "video");
    const sum = name => sent.reduce((all, one) => all + (one[name] || 0), 0);
    const [video, audio] = [of("video"), of("audio")];
    return {
        frames: video.framesDecoded || 0, width: video.frameWidth || 0,
        plis: video.pliCount || 0, lost: video.packetsLost || 0,
        repaired: video.retransmittedPacketsReceived || 0,
        asked: sum("pliCount"), resent: sum("retransmittedPacketsSent"),
        samples: audio.totalSamplesReceived || 0, concealed: audio.concealedSamples || 0,
        gone: audio.packetsLost || 0,
    };
};
"""
_BEST = 640  # pixels
_LONG = 10.0  # s
_SETTLED = 2.0  # s
_WINDOW, _WINDOWS = 3.0, 5  # s
_ENOUGH = 60  # packets


class Seen(msgspec.Struct, frozen=True):
    frames: int
    width: int
    plis: int  # that the receiver sent
    lost: int  # on the way to it, before repairs
    repaired: int
    asked: int  # PLIs that the sender got
    resent: int
    samples: int
    concealed: int
    gone: int  # packets of sound, repairs counted in

    @property
    def made_up(self) -> float:
        """The share of the sound that did not come."""
        return self.concealed / max(self.samples, 1)


@dataclass
class Lesson:
    page: Page
    line: Line
    stage: Stage

    async def seen(self) -> Seen:
        told: Any = await self.page.evaluate("seen()")
        return msgspec.convert(told, Seen)

    async def stillest(self, windows: int) -> float:
        """Seconds without a picture, in each of so many windows; of these the middle one."""
        found = []
        await self.page.evaluate("look()")
        for _ in range(windows):
            await asyncio.sleep(_WINDOW)
            found.append(float(await self.page.evaluate("look()")))
        return sorted(found)[windows // 2]

    async def during(self, seconds: float) -> Seen:
        """What happened meanwhile."""
        before = await self.seen()
        await asyncio.sleep(seconds)
        return _between(before, await self.seen())

    def published(self) -> set[int]:
        """The numbers of the streams of pictures on their way to the server."""
        return {
            stream.ssrc
            for peer in self.stage.plane.peers()
            for producer in peer.producers.values()
            for stream in producer.streams
            if stream is not None and stream.video
        }

    async def until(self, true: Callable[[Seen], bool], *, within: float) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while not true(seen := await self.seen()):
            assert loop.time() - begun < within, seen
            await asyncio.sleep(0.1)


def _between(before: Seen, after: Seen) -> Seen:
    counted = {
        name: getattr(after, name) - getattr(before, name)
        for name in Seen.__struct_fields__
        if name != "width"
    }
    return changed(after, **counted)


@pytest.fixture
async def lesson(tmp_path: Path) -> AsyncIterator[Lesson]:
    """In the best layer, on a line that is good as yet."""
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with a_stage() as stage, a_line(stage.plane.port, seed=5) as line:
        door = stage.plane._door
        door._candidates = [
            changed(one, port=line.port)
            for one in door.candidates()
            if (one.protocol, one.address) == ("udp", "127.0.0.1")
        ]
        async with (
            a_desk(stage) as desk,
            a_page(executable, _SCRIPT, file=bundled(tmp_path), url=desk.url) as page,
        ):
            made = Lesson(page, line, stage)
            await page.evaluate("lesson()")
            await made.until(lambda seen: seen.width == _BEST, within=40)
            yield made


async def test_a_twentieth_lost_each_way_is_repaired_without_a_new_picture(lesson: Lesson) -> None:
    lesson.line.both(Weather(delay=0.02))
    await lesson.during(_SETTLED)
    lesson.line.both(Weather(delay=0.02, loss=0.05))
    streams = lesson.published()
    gone = lesson.line.up.counts.of(streams)
    before = await lesson.seen()
    # A machine that is busy sends less: until so many are lost that it says something.
    await lesson.until(lambda seen: seen.lost - before.lost >= _ENOUGH, within=60)
    bad = _between(before, await lesson.seen())
    gone = lesson.line.up.counts.of(streams) - gone
    # What is lost a moment before the end is asked for afterwards.
    assert bad.repaired >= 0.95 * bad.lost - 2
    assert bad.plis <= 0.05 * bad.lost
    assert bad.resent >= 0.95 * gone - 5
    # A key frame is also asked for where a layer comes or goes.
    assert bad.asked <= 0.05 * gone + bad.plis + 2


async def test_a_tenth_lost_each_way_leaves_the_sound_whole(lesson: Lesson) -> None:
    lesson.line.both(Weather(delay=0.02))
    fine = await lesson.during(_LONG)
    lesson.line.both(Weather(delay=0.02, loss=0.10))
    await lesson.during(2 * _SETTLED)  # the receiver learns to wait for repairs
    bad = await lesson.during(_LONG)
    assert bad.gone <= 5  # of 500; a fifth would be, unrepaired
    # A machine that is busy makes up sound on whichever line.
    assert bad.made_up <= fine.made_up + 0.06


async def test_what_comes_unevenly_and_out_of_order_is_shown_as_well(lesson: Lesson) -> None:
    lesson.line.both(Weather(delay=0.02))
    fine = await lesson.during(_LONG)
    lesson.line.both(Weather(delay=0.02, jitter=0.05, overtaken=0.01))
    await lesson.during(_SETTLED)
    bad = await lesson.during(_LONG)
    assert bad.plis == 0
    assert bad.frames >= 0.75 * fine.frames
    assert bad.made_up <= fine.made_up + 0.03


async def test_a_line_that_gets_thin_is_sent_less_in_time_and_more_again_later(
    lesson: Lesson,
) -> None:
    """Compared with a good line on this machine: a moment in which it was busy counts for neither."""
    lesson.line.both(Weather(delay=0.02))
    await lesson.during(_SETTLED)
    usual = await lesson.stillest(_WINDOWS)
    lesson.line.down.weather = Weather(delay=0.02, rate=500_000)
    await lesson.until(lambda seen: seen.width < _BEST, within=60)
    assert await lesson.stillest(_WINDOWS) <= 1.0 + 3 * usual
    assert (await lesson.seen()).width < _BEST
    lesson.line.down.weather = Weather(delay=0.02)
    await lesson.until(lambda seen: seen.width == _BEST, within=120)
