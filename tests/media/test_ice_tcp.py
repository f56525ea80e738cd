"""The same door over TCP, for networks that let no UDP through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace as changed

from tests.support.egress import rtp
from tests.support.media_door import (
    QUICK,
    Heard,
    House,
    Pair,
    forward,
    house,
    media_goes_both_ways,
    reports_go_both_ways,
)
from tests.support.webrtc_client import Tcp
from vtp.media.sfu import tcp


@pytest.fixture
async def here() -> AsyncIterator[House]:
    async with house() as made:
        yield made


async def stranger(here: House) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", here.door.port)


async def ended(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(5):
        try:
            return await reader.read() == b""
        except ConnectionError:
            return True


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_browser_connects_over_tcp(here: House, host: str) -> None:
    pair = await here.connected(host, tcp=True)
    await media_goes_both_ways(pair)
    await reports_go_both_ways(pair)
    assert here.door.drops == {}


async def test_a_browser_may_go_from_udp_to_tcp_and_back(here: House) -> None:
    pair = await here.connected()
    for over_tcp in (True, False):
        await pair.client.open(tcp=over_tcp)
        await pair.client.check()
        await media_goes_both_ways(pair)


async def test_the_end_of_the_connection_is_the_end_of_the_path(here: House) -> None:
    pair = await here.connected(tcp=True)
    assert pair.client.wire is not None
    pair.client.wire.close()
    await pair.heard.until(lambda: pair.transport.path is None)
    assert not forward(pair, rtp(1, b"x"))
    await pair.client.open(tcp=True)
    await pair.client.check()
    await media_goes_both_ways(pair)


async def test_datagrams_may_come_in_pieces_and_together(here: House) -> None:
    pair = here.pair()
    data = bytes(pair.client.request())
    framed = len(data).to_bytes(2) + data
    reader, writer = await stranger(here)
    for piece in (framed[:1], framed[1:30], framed[30:] + framed + framed[:7], framed[7:]):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.01)
    for _ in range(3):
        size = int.from_bytes(await reader.readexactly(2))
        assert (await reader.readexactly(size))[:2] == b"\x01\x01"
    writer.close()


async def test_a_closed_transport_ends_its_connection(here: House) -> None:
    pair = await here.connected(tcp=True)
    pair.transport.close()
    await pair.client.until(lambda: pair.client.dtls.state == "closed")
    await pair.heard.until(lambda: not here.door._connections)


async def test_who_shows_nothing_is_closed_soon() -> None:
    async with house(changed(QUICK, handshake_timeout=0.05)) as here:
        reader, writer = await stranger(here)
        writer.write(b"\x00\x04GET ")
        assert await ended(reader)
        writer.close()
        pair = await here.connected(tcp=True)
        await asyncio.sleep(0.1)  # twice as long as strangers get
        await media_goes_both_ways(pair)


async def test_no_datagram_is_longer_than_those_of_udp(here: House) -> None:
    reader, writer = await stranger(here)
    writer.write(b"\x05\xdd" + bytes(1501))
    assert await ended(reader)
    assert here.door.drops == {"oversize": 1}
    writer.close()


async def test_strangers_of_one_address_are_few(here: House) -> None:
    guests = [await stranger(here) for _ in range(136)]
    await Heard().until(lambda: here.door.drops["tcp_full"] == 8)
    assert len(here.door._connections) == 128
    for _, writer in guests:
        writer.close()


async def test_who_is_known_takes_no_place_of_strangers(here: House) -> None:
    pairs = [here.pair() for _ in range(130)]
    for pair in pairs:
        await pair.client.reach(tcp=True)
    assert here.door._strangers.enter("127.0.0.1")
    assert here.door.drops == {}


async def until_full(pair: Pair, here: House) -> None:
    for number in range(10_000):
        forward(pair, *[rtp(number * 8 + at, bytes(1200)) for at in range(8)])
        if here.door.drops["send_full"]:
            return
    raise AssertionError("nothing was dropped")


async def test_who_does_not_read_is_dropped_for_and_holds_nothing_else(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "_MOST_UNREAD", 64_000)
    slow, quick = await here.connected(tcp=True), await here.connected(tcp=True)
    assert isinstance(slow.client.wire, Tcp)
    slow.client.wire.pause()
    await until_full(slow, here)
    await media_goes_both_ways(quick)
    path = slow.transport.path
    assert path is not None
    link = path.link
    assert isinstance(link, tcp.Connection)
    assert link._transport is not None
    assert link._transport.get_write_buffer_size() <= 64_000
