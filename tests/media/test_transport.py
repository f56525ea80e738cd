"""One transport from its first check to its end, with the parts of a browser on real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvloop
from aioice import stun as peer_stun
from msgspec.structs import replace as changed

from tests.support.egress import rtp
from tests.support.media_door import (
    QUICK,
    RECEIVER_REPORT,
    House,
    Ticks,
    forward,
    house,
    media_goes_both_ways,
    reports_go_both_ways,
    server_of,
)
from vtp.errors import Problem
from vtp.media.rtp.ortc_types import DtlsFingerprint
from vtp.media.sfu.transport import AlreadyConnecting


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
async def here(ticks: Ticks) -> AsyncIterator[House]:
    async with house(now=ticks) as made:
        yield made


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_browser_connects_and_media_goes_both_ways(here: House, host: str) -> None:
    pair = await here.connected(host)
    assert pair.heard.states == ["connecting", "connected"]
    await media_goes_both_ways(pair)
    await reports_go_both_ways(pair)
    counted = pair.transport
    assert (counted.packets_in, counted.packets_out) == (1, 3)
    assert here.door.drops == {}


def test_it_works_on_the_loop_of_the_server() -> None:
    async def run() -> None:
        async with house() as here:
            for host in ("127.0.0.1", "::1"):
                await media_goes_both_ways(await here.connected(host))
                await media_goes_both_ways(await here.connected(host, tcp=True))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


async def test_the_cheap_cipher_is_chosen(here: House) -> None:
    pair = await here.connected()
    assert pair.client.dtls._ssl is not None
    assert pair.client.dtls._ssl.get_selected_srtp_profile() == b"SRTP_AEAD_AES_128_GCM"


async def test_the_other_side_may_want_us_to_begin(here: House) -> None:
    pair = here.pair()
    await pair.connect(role="server")
    await media_goes_both_ways(pair)


async def test_who_shows_another_certificate_is_refused(here: House) -> None:
    pair = here.pair()
    false = ":".join(["00"] * 32)
    await pair.transport.connect("client", [DtlsFingerprint(algorithm="sha-256", value=false)])
    await pair.client.reach()
    await pair.client.shake()
    await pair.heard.until(lambda: pair.transport.state == "failed")
    assert pair.transport.tx is None
    assert not forward(pair, rtp(1, b"x"))
    pair.client.send(rtp(1, b"x"))
    await pair.heard.until(lambda: here.door.drops["stranger"])
    assert pair.heard.rtp_came == []


async def test_a_fingerprint_that_proves_little_is_refused(here: House) -> None:
    weak = DtlsFingerprint(algorithm="sha-1", value=":".join(["00"] * 20))
    with pytest.raises(Problem) as refused:
        await here.pair().transport.connect("client", [weak])
    assert refused.value.code == "bad_fingerprint"


async def test_it_is_connected_once(here: House) -> None:
    pair = here.pair()
    await pair.accept()
    with pytest.raises(AlreadyConnecting):
        await pair.accept()


async def test_a_browser_that_comes_before_it_was_announced_waits(here: House) -> None:
    pair = here.pair()
    await pair.client.reach()
    shaking = asyncio.create_task(pair.client.shake())
    await pair.client.check()
    await pair.accept()
    await shaking
    await pair.heard.until(lambda: pair.transport.state == "connected")


async def test_who_never_comes_fails() -> None:
    async with house(changed(QUICK, consent_timeout=0.05)) as here:
        pair = here.pair()
        await pair.accept()
        await pair.heard.until(lambda: pair.transport.state == "failed")


async def test_a_handshake_that_stalls_fails() -> None:
    async with house(changed(QUICK, handshake_timeout=0.1)) as here:
        pair = here.pair()
        await pair.accept()
        await pair.client.reach()
        pair.client.put(b"\x16\xfe\xff" + bytes(10))
        await pair.heard.until(lambda: pair.transport.state == "failed")
        assert here.door.handshakes._value == here.door.settings.handshakes


async def test_more_handshakes_than_allowed_wait_for_their_turn() -> None:
    async with house(changed(QUICK, handshakes=1)) as here:
        stalled = here.pair()
        await stalled.accept()
        await stalled.client.reach()
        stalled.client.put(b"\x16\xfe\xff" + bytes(10))
        await stalled.heard.until(here.door.handshakes.locked)
        other = here.pair()
        await other.accept()
        await other.client.reach()
        shaking = asyncio.create_task(other.client.shake())
        await other.client.check()
        assert other.transport.state == "connecting"
        stalled.transport.close()
        await shaking
        await other.heard.until(lambda: other.transport.state == "connected")


async def test_a_browser_that_goes_says_so(here: House) -> None:
    pair = await here.connected()
    await pair.client.close()
    await pair.heard.until(lambda: pair.transport.state == "closed")
    assert here.door.directory.by_address == {}
    assert here.door.directory.by_ufrag == {}


async def test_we_say_so_too(here: House) -> None:
    pair = await here.connected()
    pair.transport.close()
    await pair.client.until(lambda: pair.client.dtls.state == "closed")
    assert pair.heard.states[-1] == "closed"
    pair.transport.close()
    assert pair.heard.states.count("closed") == 1


async def test_a_new_address_is_followed_when_it_is_nominated(here: House) -> None:
    pair = await here.connected()
    before = pair.transport.path
    await pair.client.open()
    await pair.client.check(nominate=True)
    assert pair.transport.path is not before
    await media_goes_both_ways(pair)


async def test_a_new_address_is_followed_when_the_old_one_is_silent(
    here: House, ticks: Ticks
) -> None:
    pair = await here.connected()
    before = pair.transport.path
    await pair.client.open()
    ticks.at += 1.0
    await pair.client.check(nominate=False)
    assert pair.transport.path is before  # it spoke a moment ago
    ticks.at += 1.5
    await pair.client.check(nominate=False)
    assert pair.transport.path is not before
    await media_goes_both_ways(pair)


async def test_silence_is_told_and_so_is_its_end(here: House, ticks: Ticks) -> None:
    pair = await here.connected()
    ticks.at += here.door.settings.silence_timeout + 1
    await pair.heard.until(lambda: pair.transport.state == "disconnected")
    assert pair.transport.path is not None
    await pair.client.check()
    await pair.heard.until(lambda: pair.transport.state == "connected")


async def test_without_consent_nothing_more_is_sent(here: House, ticks: Ticks) -> None:
    pair = await here.connected()
    for _ in range(4):  # reports alone are no consent
        ticks.at += here.door.settings.consent_timeout / 4 - 0.1
        pair.heard.rtcp_came.clear()
        pair.client.send_rtcp(RECEIVER_REPORT)
        await pair.heard.until(lambda: pair.heard.rtcp_came)
    assert pair.heard.states[-1] == "connected"
    ticks.at += 1
    await pair.heard.until(lambda: pair.transport.path is None)
    assert not forward(pair, rtp(1, b"x"))
    assert pair.heard.states[-1] == "disconnected"
    assert here.door.directory.by_address == {}


async def test_a_check_brings_it_back_with_the_same_keys(here: House, ticks: Ticks) -> None:
    pair = await here.connected()
    await media_goes_both_ways(pair)
    ticks.at += here.door.settings.consent_timeout + 1
    await pair.heard.until(lambda: pair.transport.path is None)
    pair.transport.restart_ice()
    pair.client.server = server_of(pair.transport, here.door)
    await pair.client.open()
    await pair.client.check()
    assert pair.transport.state == "connected"
    await media_goes_both_ways(pair)


async def test_after_a_restart_the_old_names_hold_until_the_new_ones_came(here: House) -> None:
    pair = await here.connected()
    old = pair.client.server
    pair.transport.restart_ice()
    new = server_of(pair.transport, here.door)
    assert (old.ufrag, old.password) != (new.ufrag, new.password)
    await pair.client.check()
    await media_goes_both_ways(pair)
    pair.client.server = new
    await pair.client.check()
    await media_goes_both_ways(pair)
    pair.client.server = old
    pair.client.put(bytes(pair.client.request()))
    await pair.heard.until(lambda: here.door.drops["stun_unknown"])


async def test_a_second_restart_replaces_the_first(here: House) -> None:
    pair = await here.connected()
    old = pair.client.server
    pair.transport.restart_ice()
    between = server_of(pair.transport, here.door)
    pair.transport.restart_ice()
    assert set(here.door.directory.by_ufrag) == {
        old.ufrag.encode(),
        pair.transport.ice_parameters().username_fragment.encode(),
    }
    assert between.ufrag.encode() not in here.door.directory.by_ufrag
    await pair.client.check()


async def test_who_takes_itself_for_controlled_is_told_to_control(here: House) -> None:
    pair = here.pair()
    await pair.client.open()
    message = pair.client.request()
    message.attributes.pop("ICE-CONTROLLING")
    message.attributes.pop("USE-CANDIDATE")
    message.attributes["ICE-CONTROLLED"] = 1
    message.add_message_integrity(pair.client.server.password.encode())
    answer: asyncio.Future[peer_stun.Message] = asyncio.get_running_loop().create_future()
    pair.client._answers[message.transaction_id] = answer
    pair.client.put(bytes(message))
    assert (await asyncio.wait_for(answer, 5)).error_code == 487
    assert here.door.directory.by_address == {}


async def test_an_ended_source_leaves_its_place(here: House) -> None:
    pair = await here.connected()
    pair.client.send(rtp(1, b"x", ssrc=7))
    await pair.heard.until(lambda: pair.heard.rtp_came)
    pair.transport.forget(7)
    pair.transport.forget(8)
    pair.client.send(rtp(2, b"y", ssrc=7))
    await pair.heard.until(lambda: len(pair.heard.rtp_came) == 2)


async def test_a_stop_says_goodbye_to_all() -> None:
    async with house() as here:
        pairs = [await here.connected() for _ in range(3)]
        await here.door.close()
        ends = [pair.client.dtls for pair in pairs]
        await pairs[0].heard.until(lambda: all(end.state == "closed" for end in ends))
        assert not here.door.guests
