"""What anybody can send to the port: it reaches no parser, changes nothing and is not answered."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator, Iterator

import pytest
from aioice import stun as peer_stun

from tests.support.egress import rtp
from tests.support.media_door import (
    CERTIFICATE,
    Heard,
    House,
    Pair,
    Ticks,
    house,
    media_goes_both_ways,
)
from vtp.media.sfu.dtls import Dtls, expected, fingerprint
from vtp.media.sfu.transport import Transport

ALERT = bytes.fromhex("15fefd00000000000000000002022f")


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
async def here(ticks: Ticks) -> AsyncIterator[House]:
    async with house(now=ticks) as made:
        yield made


@pytest.fixture
def outside() -> Iterator[socket.socket]:
    """A stranger's socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        yield sock


async def throw(here: House, sock: socket.socket, *datagrams: bytes) -> None:
    """Send them, and wait until all were dealt with."""
    for at in range(0, len(datagrams), 64):
        some = datagrams[at : at + 64]
        wanted = sum(here.door.drops.values()) + len(some)
        for data in some:
            sock.sendto(data, ("127.0.0.1", here.door.port))
        await Heard().until(lambda wanted=wanted: sum(here.door.drops.values()) >= wanted)  # type: ignore[misc]  # bound early


def nothing_came(sock: socket.socket) -> bool:
    try:
        sock.recv(2048)
    except BlockingIOError:
        return True
    return False


async def client_hello() -> bytes:
    """The first datagram of somebody who wants to shake hands."""
    said: list[bytes] = []
    end = Dtls(CERTIFICATE, said.append, lambda: None)
    task = asyncio.create_task(end.handshake("client", expected([fingerprint(CERTIFICATE)])))
    await Heard().until(lambda: said)
    task.cancel()
    await asyncio.wait([task])
    await end.close()
    return said[0]


async def forged() -> list[bytes]:
    """What would end or confuse a session if it came from the right address."""
    hello = await client_hello()
    return [
        ALERT,
        hello,
        bytes.fromhex("16fefd0000000000000000000c") + bytes(12),
        rtp(1, bytes(100)),
        bytes.fromhex("80c90007") + bytes(28),
        b"\x17\xfe\xfd" + bytes(40),
    ]


async def test_empty_and_odd_datagrams_change_nothing(here: House, outside: socket.socket) -> None:
    pair = await here.connected()
    await throw(here, outside, *[b""] * 512)
    await throw(here, outside, *[bytes([first]) for first in range(256)] * 8)
    drops = here.door.drops
    assert drops["empty"] == 512
    assert set(drops) == {"empty", "stun_malformed", "odd", "stranger"}
    assert pair.heard.states == ["connecting", "connected"]
    await media_goes_both_ways(pair)
    assert nothing_came(outside)


async def test_odd_datagrams_of_a_known_address_change_nothing(here: House) -> None:
    pair = await here.connected()
    before = dict(here.door.drops)
    for data in [b"", *(bytes([first]) * size for first in range(256) for size in (1, 13, 40))]:
        pair.client.put(data)
        await asyncio.sleep(0)
    await media_goes_both_ways(pair)
    assert here.door.drops != before
    assert "error" not in here.door.drops
    assert pair.transport.state == "connected"


async def test_forgeries_of_strangers_reach_nobody(here: House, outside: socket.socket) -> None:
    """Before, in the middle of and after each of twenty handshakes."""
    nasty = await forged()
    for _ in range(20):
        pair = here.pair()
        await throw(here, outside, *nasty * 4)
        await pair.accept()
        await pair.client.reach()
        await throw(here, outside, *nasty * 4)
        shaking = asyncio.create_task(pair.client.shake())
        while not shaking.done():
            for data in nasty:
                outside.sendto(data, ("127.0.0.1", here.door.port))
            await asyncio.sleep(0.001)
        await shaking
        await pair.heard.until(lambda pair=pair: pair.transport.state == "connected")  # type: ignore[misc]  # bound early
        await throw(here, outside, *nasty * 4)
        await media_goes_both_ways(pair)
        pair.transport.close()
    assert set(here.door.drops) <= {"stranger", "early"}
    assert nothing_came(outside)


async def test_checks_without_the_password_are_met_with_silence(
    here: House, outside: socket.socket
) -> None:
    pair = here.pair()
    await pair.client.open()
    unknown = peer_stun.Message(
        message_method=peer_stun.Method.BINDING,
        message_class=peer_stun.Class.REQUEST,
        attributes={"USERNAME": "nobody:x"},
    )
    bare = peer_stun.Message(
        message_method=peer_stun.Method.BINDING, message_class=peer_stun.Class.REQUEST
    )
    unsigned = peer_stun.Message(
        message_method=peer_stun.Method.BINDING,
        message_class=peer_stun.Class.REQUEST,
        attributes={"USERNAME": f"{pair.client.server.ufrag}:x"},
    )
    false = pair.client.request(password="wrong")
    await throw(here, outside, *map(bytes, (unknown, bare, unsigned, false)))
    assert here.door.drops == {"stun_unknown": 2, "stun_forged": 2}
    assert nothing_came(outside)
    assert here.door.directory.by_address == {}


async def test_changed_checks_are_dropped_without_a_fault(
    here: House, outside: socket.socket
) -> None:
    pair = here.pair()
    good = bytes(pair.client.request())
    chance = random.Random(4)
    bad = []
    for _ in range(5_000):
        data = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(2, len(data) - 8)] = chance.randrange(256)
        bad.append(bytes(data[: chance.choice([len(data), chance.randrange(1, len(data))])]))
    await throw(here, outside, *(data for data in bad if data != good))
    assert set(here.door.drops) <= {"stun_malformed", "stun_unknown", "stun_forged"}
    assert here.door.directory.by_address == {}
    assert nothing_came(outside)


async def test_no_answer_is_longer_than_what_was_asked(here: House, outside: socket.socket) -> None:
    pair = here.pair("::1")
    await pair.client.open()
    server = pair.client.server
    short = peer_stun.Message(
        message_method=peer_stun.Method.BINDING,
        message_class=peer_stun.Class.REQUEST,
        attributes={"USERNAME": f"{server.ufrag}:x"},
    )
    short.add_message_integrity(server.password.encode())
    bare = bytes(short)[:-8]
    bare = bare[:2] + struct.pack(">H", len(bare) - 20) + bare[4:]
    pair.client.put(bare)
    await Heard().until(lambda: here.door.drops)
    assert here.door.drops == {"stun_limited": 1}
    await pair.client.check()


async def test_one_address_gets_ten_answers_a_second(here: House, ticks: Ticks) -> None:
    pair = here.pair()
    await pair.client.open()
    for _ in range(30):
        pair.client.put(bytes(pair.client.request()))
    await Heard().until(lambda: here.door.drops["stun_limited"])
    await Heard().until(lambda: sum(here.door.drops.values()) == 20)
    ticks.at += 0.5
    await pair.client.check()


async def test_one_name_gets_forty_answers_a_second(here: House) -> None:
    pairs = [here.pair() for _ in range(6)]
    for pair in pairs:
        pair.client.server = pairs[0].client.server
        await pair.client.open()
        for _ in range(10):
            pair.client.put(bytes(pair.client.request()))
    await Heard().until(lambda: here.door.drops["stun_limited"] == 20)


async def test_a_peer_has_eight_addresses_and_keeps_the_one_in_use(
    here: House, ticks: Ticks
) -> None:
    pair = await here.connected()
    in_use = pair.transport.path
    others = [here.pair() for _ in range(12)]
    for other in others:
        ticks.at += 0.1
        other.client.server = pair.client.server
        await other.client.open()
        await other.client.check(nominate=False)
    assert len(here.door.directory.by_address) == 8
    assert pair.transport.path is in_use
    await media_goes_both_ways(pair)


async def test_an_address_in_use_cannot_be_talked_away(here: House, ticks: Ticks) -> None:
    """Somebody with names of their own checks with the address of another."""
    pair, thief = await here.connected(), here.pair()
    own, pair.client.server = pair.client.server, thief.client.server
    pair.client.put(bytes(pair.client.request()))
    await Heard().until(lambda: here.door.drops["taken"])
    pair.client.server = own
    await media_goes_both_ways(pair)
    # But who comes back at once on the port of before is let in when that is silent.
    ticks.at += 3.0
    pair.client.server = thief.client.server
    await pair.client.check()
    assert pair.transport.path is None
    assert thief.transport.path is not None


async def test_packets_without_the_keys_and_repeated_ones_are_dropped(here: House) -> None:
    pair = await here.connected()
    packet = pair.client.dtls._tx_srtp.protect(rtp(5, b"once"))
    pair.client.put(packet)
    pair.client.put(packet)
    pair.client.put(packet[:-1] + bytes([packet[-1] ^ 1]))
    pair.client.put(rtp(6, bytes(50)))
    pair.client.put(bytes.fromhex("80c90007") + bytes(40))
    await Heard().until(lambda: here.door.drops["unauthentic"] == 4)
    assert pair.heard.rtp_came == [rtp(5, b"once")]
    await media_goes_both_ways(pair)


async def test_a_peer_makes_up_so_many_sources(here: House) -> None:
    pair = await here.connected()
    for ssrc in range(1, 301):
        pair.client.send(rtp(1, b"x", ssrc=ssrc))
        await asyncio.sleep(0)
    await Heard().until(lambda: here.door.drops["unauthentic"] == 44)
    assert len(pair.heard.rtp_came) == 256


async def test_what_is_longer_than_browsers_send_is_dropped(
    here: House, outside: socket.socket
) -> None:
    pair = await here.connected()
    for size in (1501, 2047, 2048, 2049, 9000):
        pair.client.put(b"\x80" + bytes(size - 1))
    await Heard().until(lambda: here.door.drops["oversize"] == 5)
    await media_goes_both_ways(pair)


async def test_a_flood_of_handshake_pieces_holds_nobody_else_up(here: House) -> None:
    flood, quiet = here.pair(), here.pair()
    await flood.accept()
    await flood.client.reach()
    for _ in range(500):
        flood.client.put(b"\x16\xfe\xfd" + bytes(1000))
        await asyncio.sleep(0)
    await Heard().until(lambda: here.door.drops["dtls_full"])
    await quiet.connect()
    await media_goes_both_ways(quiet)


async def test_data_channels_are_not_there(here: House) -> None:
    """What would be SCTP is passed over, of whatever bytes."""
    pair = await here.connected()
    for data in (b"\x13\x88" * 20, bytes(36), b"\xff" * 1000):
        await pair.client.dtls._send_data(data)
    await media_goes_both_ways(pair)
    assert pair.transport.state == "connected"


class Faulty(Heard):
    def rtp(self, transport: Transport, raw: memoryview, now: float) -> None:
        raise RuntimeError("a fault of ours")


async def test_a_fault_that_one_packet_finds_is_not_the_end_of_the_others(here: House) -> None:
    good = await here.connected()
    bad = here.pair()
    bad.transport._listener = Faulty()
    await Pair(bad.transport, Heard(), bad.client).accept()
    await bad.client.reach()
    await bad.client.shake()
    await Heard().until(lambda: bad.transport.tx)
    bad.client.send(rtp(1, b"x"))
    await media_goes_both_ways(good)
    await Heard().until(lambda: here.door.drops["error"])
    assert here.door.drops == {"error": 1}


async def test_a_hundred_handshakes_stand_ten_thousand_forgeries(
    here: House, outside: socket.socket
) -> None:
    nasty = await forged()
    for _ in range(100):
        pair = here.pair()
        await throw(here, outside, *nasty * 17)
        await pair.connect()
        await media_goes_both_ways(pair)
        pair.transport.close()
    assert sum(here.door.drops.values()) >= 10_000
