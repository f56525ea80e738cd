"""What `vtp check` says of the port for media, on real sockets."""

from __future__ import annotations

from msgspec.structs import replace as changed

from tests.support.media_door import QUICK, house
from vtp.media.sfu.capacity import measure
from vtp.media.sfu.load import Load
from vtp.media.sfu.reach import Reached, reach


async def test_a_free_port_is_reached_by_datagrams_and_connections() -> None:
    found = await reach(QUICK)
    assert found == [Reached("127.0.0.1", udp=True, tcp=True), Reached("::1", udp=True, tcp=True)]


async def test_an_address_that_is_not_ours_is_not_reached() -> None:
    [found] = await reach(changed(QUICK, announced=("192.0.2.77",), tcp=False))
    assert found == Reached("192.0.2.77", udp=False, tcp=False)


async def test_of_a_server_that_runs_connections_alone_can_be_tried() -> None:
    async with house() as made:
        found = await reach(changed(QUICK, port=made.door.port))
    assert [(one.udp, one.tcp) for one in found] == [(None, True)] * len(found)


def test_this_machine_forwards_some_packets_in_every_way_of_sending() -> None:
    assert measure() > 0
    assert measure(mode="sendto") > 0


def test_newcomers_are_turned_away_before_it_is_too_much_and_taken_again_after() -> None:
    load = Load(1_000.0)
    packets, now = 0, 0.0
    for _ in range(20):
        now += 1.0
        packets += 900
        load.tick(packets, now)
    assert load.full
    for _ in range(3):
        now += 1.0
        packets += 500
        load.tick(packets, now)
    assert not load.full


def test_who_leaves_takes_the_packets_along_which_is_no_negative_rate() -> None:
    load = Load(1_000.0)
    load.tick(5_000, 1.0)
    load.tick(100, 2.0)
    assert load.rate == 0
