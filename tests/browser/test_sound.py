"""How sound goes through a class in real Chromium: two channels stay two, and silence costs little."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.support.browser import chromium
from tests.support.meeting_page import a_desk, script
from tests.support.ortc_page import a_page
from tests.support.plane import a_stage
from tests.support.room_page import becomes

pytestmark = [pytest.mark.slow, pytest.mark.alone]

# hear({gain, codecOptions}) sends a tone that is in the left channel alone and hears what comes;
# loud() is how loud each channel is there, packets() how many came.
_SCRIPT = """
const byDesk = async (event, body) => {
    const asked = await fetch("/ask/" + event, {method: "POST", body: JSON.stringify(body)});
    return (await asked.json()).ok;
};
window.hear = async ({gain, codecOptions}) => {
    const joined = await byDesk("room.join", {});
    const device = await mediasoup.Device.factory();
    await device.load({routerRtpCapabilities: joined.capabilities});
    const out = await transport(byDesk, device, "send", {});
    const into = await transport(byDesk, device, "recv", {});
    // Whoever has a microphone may also play sound.
    await navigator.mediaDevices.getUserMedia({audio: true});
    window.context = new AudioContext();
    await context.resume();
    const [tone, level] = [context.createOscillator(), context.createGain()];
    const [sides, sent] = [context.createChannelMerger(2), context.createMediaStreamDestination()];
    level.gain.value = gain;
    tone.connect(level).connect(sides, 0, 0);
    sides.connect(sent);
    tone.start();
    const track = sent.stream.getAudioTracks()[0];
    const producer = await out.produce({track, codecOptions});
    const {consumer} = await watched(byDesk, device, into, producer.id);
    window.consumer = consumer;
    const came = context.createMediaStreamSource(new MediaStream([consumer.track]));
    const split = context.createChannelSplitter(2);
    came.connect(split);
    window.ears = [0, 1].map(side => {
        const ear = context.createAnalyser();
        split.connect(ear, side);
        return ear;
    });
};
window.loud = () => ears.map(ear => {
    const wave = new Float32Array(ear.fftSize);
    ear.getFloatTimeDomainData(wave);
    return Math.max(...wave.map(Math.abs));
});
window.packets = async () => [...(await consumer.getStats()).values()]
    .find(({type}) => type === "inbound-rtp")?.packetsReceived || 0;
"""
_SILENT, _LOUD = 0.02, 0.1


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with (
        a_stage() as stage,
        a_desk(stage) as desk,
        a_page(executable, script(tmp_path) + _SCRIPT, url=desk.url) as made,
    ):
        yield made


@pytest.mark.parametrize("stereo", [True, False])
async def test_two_channels_are_heard_as_two_where_they_are_sent_so(
    page: Page, stereo: bool
) -> None:
    given = {"gain": 0.5, "codecOptions": {"opusStereo": stereo}}
    await page.evaluate("given => hear(given)", given)

    async def heard() -> bool:
        left, right = await page.evaluate("loud()")
        return bool(left > _LOUD and (right < _SILENT if stereo else right > _LOUD))

    await becomes(heard)


async def test_silence_is_sent_now_and_then(page: Page) -> None:
    given = {"gain": 0.0, "codecOptions": {"opusDtx": True, "opusStereo": False}}
    await page.evaluate("given => hear(given)", given)

    async def few() -> bool:
        """Fifty a second is what comes of somebody who speaks."""
        before = await page.evaluate("packets()")
        await page.wait_for_timeout(2_000)
        came = await page.evaluate("packets()") - before
        return bool(0 < came < 25)

    await becomes(few)
