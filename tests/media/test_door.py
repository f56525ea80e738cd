"""Where the door stands and how it is found, and that it takes what comes as one batch."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace as changed

from tests.support.egress import rtp
from tests.support.media_door import QUICK, Heard, Ticks, house, media_goes_both_ways
from vtp.media.sfu import addresses, intake
from vtp.media.sfu.door import Door
from vtp.media.sfu.egress import gso_works
from vtp.settings import Media


@pytest.fixture
def taken() -> Iterator[int]:
    """A number that is in use for UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


async def test_one_number_serves_udp_and_tcp_on_both_families() -> None:
    async with house() as here:
        found = {(c.address, c.port, c.protocol, c.tcp_type) for c in here.door.candidates()}
        port = here.door.port
        assert found == {
            (host, port, protocol, kind)
            for host in ("127.0.0.1", "::1")
            for protocol, kind in (("udp", None), ("tcp", "passive"))
        }


async def test_it_listens_everywhere_unless_told_otherwise() -> None:
    async with house(changed(QUICK, listen=())) as here:
        hosts = [c.address for c in here.door.candidates() if c.protocol == "udp"]
        assert hosts[-2:] == ["127.0.0.1", "::1"]
        assert not any(host.startswith("fe80") for host in hosts)
        for host in hosts:
            await media_goes_both_ways(await here.connected(host))


async def test_without_tcp_there_is_none() -> None:
    async with house(changed(QUICK, tcp=False)) as here:
        assert {c.protocol for c in here.door.candidates()} == {"udp"}
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", here.door.port)).close()


async def test_a_number_in_use_is_refused_and_nothing_stays_open(taken: int) -> None:
    door = Door(changed(QUICK, port=taken))
    with pytest.raises(OSError, match="in use"):
        await door.open()
    await door.close()
    with socket.socket(socket.AF_INET) as free:
        free.bind(("127.0.0.1", taken))


async def test_an_address_of_another_machine_is_refused() -> None:
    door = Door(changed(QUICK, listen=("203.0.113.1",)))
    with pytest.raises(OSError, match="assign"):
        await door.open()
    await door.close()


def test_udp_goes_before_tcp_and_first_before_later() -> None:
    found = addresses.candidates(["192.0.2.1", "2001:db8::1"], 7882, tcp=True)
    assert [(c.protocol, c.address) for c in found] == [
        ("udp", "192.0.2.1"),
        ("udp", "2001:db8::1"),
        ("tcp", "192.0.2.1"),
        ("tcp", "2001:db8::1"),
    ]
    ranks = [c.priority for c in found]
    assert ranks == sorted(ranks, reverse=True)
    assert len({c.foundation for c in found}) == 4


def test_a_configured_address_is_announced_alone() -> None:
    assert addresses.announced(["203.0.113.7"], ["127.0.0.1"]) == ["203.0.113.7"]
    assert addresses.announced([], ["192.0.2.9"]) == ["192.0.2.9"]
    assert addresses.announced([], ["0.0.0.0", "::"])[-2:] == ["127.0.0.1", "::1"]
    with pytest.raises(addresses.BadAddress, match="is no IP address"):
        addresses.announced(["class.example.org"])


def test_addresses_of_no_use_to_others_are_not_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ["fe80::1", "169.254.3.4", "192.0.2.2", "2001:db8::5", "127.0.0.1", "192.0.2.2"]
    monkeypatch.setattr(addresses, "get_host_addresses", lambda **_: found)
    assert addresses.announced([]) == ["192.0.2.2", "2001:db8::5", "127.0.0.1", "::1"]


@pytest.mark.parametrize(
    "address", [("192.0.2.1", 7882), ("2001:db8::1", 7882, 0, 0), ("fe80::1", 1, 0, 3)]
)
def test_addresses_are_written_as_the_kernel_does(address: Any) -> None:
    name = addresses.packed(address)
    assert len(name) in {addresses.V4_SIZE, addresses.V6_SIZE}
    assert addresses.unpacked(name) == address
    host, port = addresses.host_and_port(name)
    assert port == address[1]
    assert host == socket.inet_pton(
        socket.AF_INET6 if ":" in address[0] else socket.AF_INET, address[0]
    )


async def test_what_comes_together_is_one_batch_with_one_time() -> None:
    ticks = Ticks()
    async with house(now=ticks) as here:
        pair = await here.connected()
        times: list[tuple[float, int]] = []
        here.door.on_batch_end = lambda now: times.append((now, len(pair.heard.rtp_came)))
        ticks.at = 2000.0
        for seq in range(1, 101):
            pair.client.send(rtp(seq, b"x"))
        await pair.heard.until(lambda: len(pair.heard.rtp_came) == 100)
        assert times == [(2000.0, 64), (2000.0, 100)]
        assert pair.heard.rtp_came == [rtp(seq, b"x") for seq in range(1, 101)]


async def test_a_fault_at_the_end_of_a_batch_is_not_the_end_of_the_door() -> None:
    async with house() as here:
        pair = await here.connected()
        here.door.on_batch_end = lambda _: 1 / 0  # type: ignore[assignment]  # it is to fail
        await media_goes_both_ways(pair)
        await media_goes_both_ways(pair)
        assert set(here.door.drops) == {"error"}


async def test_sockets_hold_a_burst() -> None:
    async with house() as here:
        for sock in here.door._sockets.udp:
            # Twice, because the kernel counts its own work, or what it allows.
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= 400_000


async def test_a_network_card_that_cannot_cut_is_spared() -> None:
    async with house(changed(QUICK, gso="off")) as here:
        assert {box.mode for box in here.door.egress._boxes} == {"sendmmsg"}
        await media_goes_both_ways(await here.connected())
    async with house() as here:
        wanted = "gso" if gso_works() else "sendmmsg"
        assert {box.mode for box in here.door.egress._boxes} == {wanted}


async def test_where_the_kernel_reads_no_batches_it_reads_singly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "BATCHES", False)
    async with house() as here:
        for host in ("127.0.0.1", "::1"):
            await media_goes_both_ways(await here.connected(host))


async def test_restful_people_are_forgotten_by_nobody() -> None:
    """Transports that were never connected cost a name and stay until they are closed."""
    ticks = Ticks()
    async with house(now=ticks) as here:
        pair = here.pair()
        ticks.at += 3600
        await Heard().until(lambda: len(here.door.guests) == 1)
        await pair.connect()
        await media_goes_both_ways(pair)


def test_the_defaults_are_those_that_the_port_is_opened_for() -> None:
    assert (Media().port, Media().tcp, Media().gso) == (7882, True, "auto")
