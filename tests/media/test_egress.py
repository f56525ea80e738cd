"""A batch of packets arrives as it was written, whatever the kernel offers to send it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.egress import Line, line, rtp
from vtp.media.sfu import egress as sending
from vtp.media.sfu.egress import Mode, gso_works

_MODES: list[Mode] = ["gso", "sendmmsg", "sendto"]

Lines = Callable[..., Line]


@pytest.fixture
def lines() -> Iterator[Lines]:
    made: list[Line] = []

    def make(mode: Mode, family: socket.AddressFamily = socket.AF_INET) -> Line:
        made.append(line(mode, family))
        return made[-1]

    yield make
    for one in made:
        one.close()


def packets(*sizes: int) -> list[bytes]:
    return [rtp(seq, bytes([seq & 0xFF]) * size) for seq, size in enumerate(sizes, 1)]


@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["v4", "v6"])
def test_what_is_written_arrives_in_order(
    lines: Lines, mode: Mode, family: socket.AddressFamily
) -> None:
    way = lines(mode, family)
    wanted = packets(1000, 1000, 1000, 400, 1000, 30, 30, 1200)
    assert way.write(*wanted)
    assert way.came() == []  # not before the flush
    way.egress.flush()
    assert way.came() == wanted
    assert (way.subscriber.packets_out, way.subscriber.bytes_out) == (
        len(wanted),
        sum(len(packet) + 16 for packet in wanted),
    )
    assert way.drops == {}


@pytest.mark.parametrize("mode", _MODES)
def test_one_slab_serves_many_subscribers(lines: Lines, mode: Mode) -> None:
    first, wanted = lines(mode), packets(900, 900, 100)
    others = [lines(mode) for _ in range(5)]
    for other in others:
        other.egress = first.egress
        assert other.subscriber.path is not None
        other.subscriber.path.link = first.box
    for way in (first, *others):
        way.write(*wanted)
    first.egress.flush()
    assert [way.came() for way in (first, *others)] == [wanted] * 6


@pytest.mark.parametrize("mode", _MODES)
@given(sizes=st.lists(st.integers(1, 1300), min_size=1, max_size=120))
@settings(max_examples=40, deadline=None)
def test_any_row_of_sizes_arrives(mode: Mode, sizes: list[int]) -> None:
    way = line(mode)
    try:
        wanted = packets(*sizes)
        way.write(*wanted)
        way.egress.flush()
        assert way.came() == wanted
    finally:
        way.close()


def test_equal_sizes_are_one_message_of_at_most_60_packets(lines: Lines) -> None:
    way = lines("gso")
    way.write(*packets(*[1000] * 61))
    assert way.box._count == 2
    way.egress.flush()
    assert len(way.came()) == 61


def test_a_way_that_cannot_be_cut_for_gets_single_packets(lines: Lines) -> None:
    way, wanted = lines("gso"), packets(1000, 1000, 1000, 500)
    # The kernel refuses to cut what it is to send without checksums.
    way.sender.setsockopt(socket.SOL_SOCKET, 11, 1)  # SO_NO_CHECK
    way.write(*wanted)
    way.egress.flush()
    assert way.came() == wanted
    assert way.subscriber.path is not None
    assert way.subscriber.path.gso is False
    way.write(*wanted)
    assert way.box._count == len(wanted)
    way.egress.flush()
    assert way.came() == wanted
    assert way.drops == {}


def test_without_sendmmsg_it_goes_on_with_sendto(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "sendmmsg", lambda *_: -1)
    monkeypatch.setattr(sending, "last_error", lambda: 38)  # ENOSYS
    way, wanted = lines("gso"), packets(1000, 1000, 500)
    way.write(*wanted)
    way.egress.flush()
    assert way.came() == wanted
    assert way.box.mode == "sendto"


def test_a_full_socket_drops_and_counts(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "sendmmsg", lambda *_: -1)
    monkeypatch.setattr(sending, "last_error", lambda: 11)  # EAGAIN
    way = lines("gso")
    way.write(*packets(1000, 1000, 500, 20))
    way.egress.flush()
    assert way.drops == {"send_full": 4}
    assert way.came() == []


def test_what_the_kernel_refuses_is_counted_and_the_rest_sent(lines: Lines) -> None:
    way, wanted = lines("sendmmsg"), packets(1000, 500)
    way.write(rtp(9, bytes(100)), *wanted)
    way.box._vector[1] = 1 << 20  # longer than any datagram
    way.egress.flush()
    assert way.came() == wanted
    assert way.drops == {"send_failed": 1}


@pytest.mark.parametrize("mode", _MODES)
def test_more_messages_than_one_call_takes_are_several_calls(lines: Lines, mode: Mode) -> None:
    way, wanted = lines(mode), packets(*range(1, 601))
    way.write(*wanted)
    way.egress.flush()
    assert way.came() == wanted
    assert way.drops == {}


def test_a_full_slab_is_sent_before_more_is_written(lines: Lines) -> None:
    way = lines("gso")
    got: list[bytes] = []
    for start in range(0, 1200, 60):
        assert way.write(*[rtp(start + at, bytes(1200)) for at in range(60)])
        got += way.came()
    way.egress.flush()
    got += way.came()
    assert len(got) == 1200


def test_more_than_fits_the_slab_is_refused(lines: Lines) -> None:
    way = lines("gso")
    assert not way.egress.start(way.subscriber, range(1000))


def test_who_has_no_path_gets_nothing(lines: Lines) -> None:
    way = lines("gso")
    way.subscriber.path = None
    assert not way.write(*packets(100))


def test_this_kernel_cuts_messages() -> None:
    assert gso_works()
