"""Real Chromium sends by WHIP and watches by WHEP, with nothing but fetch and RTCPeerConnection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page

from tests.support.application import Application
from tests.support.browser import chromium
from tests.support.ortc_page import a_page
from vtp.actor import Role

_SCRIPT = """
const open = async (url, token) => {
    await pc.setLocalDescription();
    const headers = {"Content-Type": "application/sdp"};
    if (token) headers.Authorization = `Bearer ${token}`;
    const reply = await fetch(url, {
        method: "POST", headers, body: pc.localDescription.sdp,
        credentials: token ? "omit" : "same-origin",
    });
    const sdp = await reply.text();
    if (reply.status !== 201) throw new Error(sdp);
    await pc.setRemoteDescription({type: "answer", sdp});
    window.session = new URL(reply.headers.get("Location"), reply.url).href;
};
window.send = async ({url, token}) => {
    window.pc = new RTCPeerConnection();
    const video = {width: 640, height: 360};
    const media = await navigator.mediaDevices.getUserMedia({audio: true, video});
    const [picture] = media.getVideoTracks();
    pc.addTransceiver(media.getAudioTracks()[0], {direction: "sendonly", streams: [media]});
    pc.addTransceiver(picture, {
        direction: "sendonly", streams: [media],
        // The best first, as encoders like to list them.
        sendEncodings: [
            {rid: "f"}, {rid: "h", scaleResolutionDownBy: 2}, {rid: "q", scaleResolutionDownBy: 4},
        ],
    });
    await open(url, token);
};
window.watch = async ({url, token}) => {
    window.pc = new RTCPeerConnection();
    for (const kind of ["audio", "video"]) pc.addTransceiver(kind, {direction: "recvonly"});
    await open(url, token);
};
window.received = async () => {
    const found = {video: 0, audio: 0, width: 0};
    for (const one of (await pc.getStats()).values()) {
        if (one.type !== "inbound-rtp") continue;
        if (one.kind === "audio") found.audio = one.packetsReceived;
        else Object.assign(found, {video: one.framesDecoded || 0, width: one.frameWidth || 0});
    }
    return found;
};
window.restart = async () => {
    pc.restartIce();
    await pc.setLocalDescription();
    const value = name => pc.localDescription.sdp.match(`a=ice-${name}:(.*)`)[1].trim();
    const body = [
        `a=ice-ufrag:${value("ufrag")}`, `a=ice-pwd:${value("pwd")}`,
        "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=mid:0", "",
    ].join("\\r\\n");
    const headers = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"};
    const reply = await fetch(session, {method: "PATCH", headers, body});
    const ours = await reply.text();
    if (reply.status !== 200) throw new Error(ours);
    const line = name => ours.match(`a=ice-${name}:.*`)[0].trim();
    const sdp = pc.remoteDescription.sdp
        .replace(/a=ice-ufrag:.*/g, line("ufrag")).replace(/a=ice-pwd:.*/g, line("pwd"));
    await pc.setRemoteDescription({type: "answer", sdp});
};
window.pair = async () => {
    const stats = await pc.getStats();
    const transport = [...stats.values()].find(one => one.type === "transport");
    const remote = stats.get(stats.get(transport.selectedCandidatePairId)?.remoteCandidateId);
    return {state: pc.connectionState, ufrag: remote?.usernameFragment};
};
window.end = async token => {
    const headers = token ? {Authorization: `Bearer ${token}`} : {};
    return (await fetch(session, {method: "DELETE", headers})).status;
};
"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with a_page(executable, "") as made:
        await made.unroute_all()
        yield made


async def opened(page: Page, url: str) -> Page:
    await page.goto(url)
    await page.evaluate(f"() => {{{_SCRIPT}}}")
    return page


async def until(page: Page, name: str, true: str) -> Any:
    """What this function of the page says, once `true` holds for it."""
    script = f"async () => {{ const it = await window.{name}(); return {true} ? it : null; }}"
    for _ in range(200):
        if (found := await page.evaluate(script)) is not None:
            return found
        await page.wait_for_timeout(100)
    raise AssertionError(await page.evaluate(f"window.{name}()"))


async def test_it_sends_the_best_of_three_layers_and_watches_it(
    app: Application, page: Page
) -> None:
    ines, noor = await app.person(Role.INSTRUCTOR, name="Ines Carvalho"), await app.person()
    _, room = await app.call(
        "POST", "/api/v1/rooms", headers=ines.bearer, json={"title": "Algebra"}
    )
    assert page.context.browser
    other = await page.context.browser.new_page()
    cookie = {"name": app.by_cookie, "value": ines.cookie, "url": app.url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict of playwright's own
    # Nowhere else may a page have a camera.
    sender = await opened(page, f"{app.url}/room/{room['id']}")
    viewer = await opened(other, f"{app.url}/login")
    await sender.evaluate("url => window.send({url})", f"/whip/{room['id']}")
    watch = {"url": f"/whep/{room['id']}", "token": noor.access_token}
    await viewer.evaluate("given => window.watch(given)", watch)
    seen = await until(viewer, "received", "it.video >= 30 && it.audio >= 30 && it.width === 640")
    before = await until(sender, "pair", "it.state === 'connected'")
    await sender.evaluate("window.restart()")
    await until(sender, "pair", f"it.state === 'connected' && it.ufrag !== '{before['ufrag']}'")
    await until(viewer, "received", f"it.video >= {seen['video'] + 30}")
    assert await viewer.evaluate("token => window.end(token)", noor.access_token) == 200
    assert await sender.evaluate("window.end()") == 200
