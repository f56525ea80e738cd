"""Real Chromium finds the door by each way, comes back after a restart, and sends through it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace as changed
from playwright.async_api import Page

from tests.support.browser import chromium
from tests.support.media_door import CERTIFICATE, QUICK, Heard, House, house
from tests.support.ortc_page import a_page
from vtp.media.rtp import sdp, sdp_answer
from vtp.media.rtp.ortc_types import TransportParameters
from vtp.media.sfu.transport import Transport

# The fake microphone is enough: it sends fifty packets a second.
_SCRIPT = """
window.pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
window.offer = async ({restart}) => {
    if (!pc.getTransceivers().length) {
        const media = await navigator.mediaDevices.getUserMedia({audio: true});
        pc.addTransceiver(media.getTracks()[0], {direction: "sendonly", streams: [media]});
    }
    await pc.setLocalDescription(await pc.createOffer({iceRestart: restart}));
    return pc.localDescription.sdp;
};
window.answer = sdp => pc.setRemoteDescription({type: "answer", sdp});
window.pair = async () => {
    const stats = [...(await pc.getStats()).values()];
    const transport = stats.find(one => one.type === "transport");
    const pair = stats.find(one => one.id === transport?.selectedCandidatePairId);
    const remote = stats.find(one => one.id === pair?.remoteCandidateId);
    return {
        state: pc.connectionState, srtp: transport?.srtpCipher || "",
        protocol: remote?.protocol || "", ufrag: remote?.usernameFragment || "",
    };
};
"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    executable = chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with a_page(executable, _SCRIPT) as made:
        yield made


@pytest.fixture
async def here() -> AsyncIterator[House]:
    async with house(changed(QUICK, listen=())) as made:
        yield made


@dataclass
class Visit:
    page: Page
    transport: Transport
    heard: Heard
    protocol: str

    async def negotiate(self, *, restart: bool = False) -> sdp.Offer:
        offer = sdp.parse_offer(await self.page.evaluate("window.offer", {"restart": restart}))
        told, _ = sdp_answer.publish_answer(
            offer, self.parameters(), session_id=secrets.randbits(32)
        )
        if not restart:
            await self.transport.connect("client", offer.dtls.fingerprints)
        await self.page.evaluate("window.answer", told)
        return offer

    def parameters(self) -> TransportParameters:
        whole = self.transport.parameters()
        some = tuple(c for c in whole.ice_candidates if c.protocol == self.protocol)
        return changed(whole, ice_candidates=some)

    async def more_comes(self) -> None:
        self.heard.rtp_came.clear()
        await self.heard.until(lambda: len(self.heard.rtp_came) > 10, wait=20)

    async def pair(self) -> dict[str, Any]:
        return msgspec.convert(await self.page.evaluate("window.pair"), dict[str, Any])


async def visit(page: Page, here: House, protocol: str) -> Visit:
    heard = Heard()
    transport = Transport(here.door, CERTIFICATE, heard, options=here.door.settings)
    made = Visit(page, transport, heard, protocol)
    await made.negotiate()
    await made.more_comes()
    return made


@pytest.mark.parametrize("protocol", ["udp", "tcp"])
async def test_it_sends_by_udp_and_where_that_is_closed_by_tcp(
    page: Page, here: House, protocol: str
) -> None:
    made = await visit(page, here, protocol)
    assert made.heard.states == ["connecting", "connected"]
    pair = await made.pair()
    assert (pair["state"], pair["protocol"]) == ("connected", protocol)
    assert pair["srtp"] == "SRTP_AEAD_AES_128_GCM"
    assert "error" not in here.door.drops


async def test_it_comes_back_after_a_restart_with_the_same_keys(page: Page, here: House) -> None:
    made = await visit(page, here, "udp")
    before = made.transport.tx
    made.transport.restart_ice()
    await made.more_comes()  # on the old pair, until there is a new one
    await made.negotiate(restart=True)
    confirmed = made.transport._agent.credentials
    await made.heard.until(lambda: confirmed.confirmed, wait=20)
    await made.more_comes()
    assert made.transport.tx is before
    assert made.transport.state == "connected"


async def test_its_end_is_heard_at_once(page: Page, here: House) -> None:
    made = await visit(page, here, "udp")
    await page.evaluate("pc.close()")
    await made.heard.until(lambda: made.transport.state == "closed", wait=10)
