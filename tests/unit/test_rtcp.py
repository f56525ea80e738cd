"""RTCP: what browsers send is understood, what others send hurts nobody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.media.rtp import rtcp
from vtp.media.rtp.rtcp import Block

U32 = st.integers(0, 0xFFFFFFFF)
U16 = st.integers(0, 0xFFFF)


class Heard:
    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def sender_report(self, ssrc: int, ntp: int, rtp: int, packets: int, octets: int) -> None:
        self.calls.append(("sr", ssrc, ntp, rtp, packets, octets))

    def block(self, reporter: int, block: Block) -> None:
        self.calls.append(("block", reporter, block))

    def nack(self, media_ssrc: int, seqs: list[int]) -> None:
        self.calls.append(("nack", media_ssrc, seqs))

    def pli(self, media_ssrc: int) -> None:
        self.calls.append(("pli", media_ssrc))

    def fir(self, media_ssrc: int) -> None:
        self.calls.append(("fir", media_ssrc))

    def remb(self, bps: int) -> None:
        self.calls.append(("remb", bps))

    def twcc(self, body: bytes) -> None:
        self.calls.append(("twcc", body))

    def bye(self, ssrcs: list[int]) -> None:
        self.calls.append(("bye", ssrcs))


def heard(data: bytes, *, sound: bool = True) -> list[tuple[Any, ...]]:
    to = Heard()
    assert rtcp.walk(data, to) is sound
    return to.calls


def blocks() -> st.SearchStrategy[Block]:
    return st.builds(
        Block,
        U32,
        st.integers(0, 255),
        st.integers(-0x800000, 0x7FFFFF),
        U32,
        U32,
        U32,
        U32,
    )


@given(U32, st.integers(0, 2**64 - 1), U32, U32, U32)
def test_a_sender_report_is_read_as_it_was_built(
    ssrc: int, ntp: int, rtp: int, packets: int, octets: int
) -> None:
    assert heard(rtcp.sender_report(ssrc, ntp, rtp, packets, octets)) == [
        ("sr", ssrc, ntp, rtp, packets, octets)
    ]


@given(U32, st.lists(blocks(), max_size=70))
def test_a_receiver_report_of_any_length_is_read_as_it_was_built(
    ssrc: int, some: list[Block]
) -> None:
    assert heard(rtcp.receiver_report(ssrc, some)) == [("block", ssrc, one) for one in some]


def test_what_does_not_fit_its_field_is_cut_to_it() -> None:
    wide = Block(1, 900, 1 << 30, 7, 1 << 40, 3, 1 << 40)
    assert heard(rtcp.receiver_report(9, [wide])) == [
        ("block", 9, Block(1, 255, 0x7FFFFF, 7, 0xFFFFFFFF, 3, 0xFFFFFFFF))
    ]


@given(U32, U32, st.sets(U16, min_size=1, max_size=60))
def test_exactly_what_is_missing_is_asked_for(sender: int, media: int, lost: set[int]) -> None:
    [(what, whom, seqs)] = heard(rtcp.nack(sender, media, sorted(lost)))
    assert (what, whom) == ("nack", media)
    assert sorted(seqs) == sorted(lost)


def test_neighbours_across_the_wrap_share_one_entry() -> None:
    packet = rtcp.nack(1, 2, [65534, 65535, 65536, 65550])
    assert len(packet) == 16
    assert heard(packet) == [("nack", 2, [65534, 65535, 0, 14])]


def test_an_endless_list_of_losses_is_cut() -> None:
    greedy = rtcp.nack(1, 2, range(40_000))
    [(_, _, seqs)] = heard(greedy)
    assert len(seqs) == rtcp.MOST_NACKED


def test_a_compound_packet_is_read_to_its_end() -> None:
    data = (
        rtcp.sender_report(1, 2, 3, 4, 5) + rtcp.sdes(1, "someone") + rtcp.pli(1, 77) + rtcp.bye(1)
    )
    assert heard(data) == [("sr", 1, 2, 3, 4, 5), ("pli", 77), ("bye", [1])]


@given(st.text(max_size=300))
def test_a_name_of_any_length_keeps_the_packet_whole(name: str) -> None:
    packet = rtcp.sdes(5, name)
    assert len(packet) % 4 == 0
    assert heard(packet) == []


def test_a_key_frame_request_of_the_older_kind_names_each_stream() -> None:
    fir = bytes.fromhex("84ce0006 00000001 00000000 0000000a 01000000 0000000b 02000000")
    assert heard(fir) == [("fir", 10), ("fir", 11)]


@pytest.mark.parametrize(
    ("word", "bps"), [("0003d090", 250_000), ("01100000", 0), ("010bffff", 0x3FFFF << 2)]
)
def test_an_estimate_of_the_receiver_is_read(word: str, bps: int) -> None:
    remb = bytes.fromhex("8fce0005 00000001 00000000 52454d42" + word + "000000aa")
    assert heard(remb) == [("remb", bps)]


def test_a_padded_feedback_that_ends_between_words_is_read() -> None:
    # Chromium pads: the deltas of three packets, then one byte that says "1".
    body = bytes.fromhex("0001 0003 000102 00 d540 040506")
    packet = bytes.fromhex("afcd0005 00000001 00000002") + body + b"\x01"
    packet = packet[:2] + (len(packet) // 4 - 1).to_bytes(2) + packet[4:]
    padded = packet + bytes(-len(packet) % 4)
    assert len(packet) == len(padded) - (-len(packet) % 4)
    whole = bytes.fromhex("afcd0006 00000001 00000002") + body + bytes(2) + b"\x03"
    assert heard(whole) == [("twcc", body)]


def test_what_is_not_known_is_passed_over() -> None:
    extended_report = bytes.fromhex("80cf0002 00000001 04000000")
    application = bytes.fromhex("80cc0002 00000001 41424344")
    assert heard(extended_report + application + rtcp.pli(1, 2)) == [("pli", 2)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(bytes.fromhex("80c80001 00000001"), id="a short sender report"),
        pytest.param(bytes.fromhex("81c90001 00000001"), id="a missing block"),
        pytest.param(bytes.fromhex("81ce0001 00000001"), id="no media source"),
        pytest.param(bytes.fromhex("81cd0002 00000001 00000002"), id="an empty nack"),
        pytest.param(bytes.fromhex("84ce0002 00000001 00000000"), id="a fir for nobody"),
        pytest.param(bytes.fromhex("82cb0001 00000001"), id="a bye that lacks a name"),
        pytest.param(bytes.fromhex("8fce0003 00000001 00000000 52454d42"), id="a short remb"),
        pytest.param(bytes.fromhex("a0c90001 000000ff"), id="more padding than packet"),
        pytest.param(bytes.fromhex("a0c90001 00000000"), id="no padding where some is said"),
        pytest.param(bytes.fromhex("00c90001 00000001"), id="another version"),
        pytest.param(bytes.fromhex("80600001 00000001"), id="not rtcp"),
        pytest.param(bytes.fromhex("80c90009 00000001"), id="longer than the datagram"),
        pytest.param(bytes.fromhex("80c90001 00000001 80"), id="a crumb at the end"),
    ],
)
def test_a_malformed_part_is_said_and_not_reported(data: bytes) -> None:
    assert heard(data, sound=False) == []


def test_a_malformed_part_does_not_hide_its_neighbours() -> None:
    data = bytes.fromhex("81cd0002 00000001 00000002") + rtcp.pli(1, 2)
    assert heard(data, sound=False) == [("pli", 2)]


@given(st.binary(max_size=200))
def test_noise_is_harmless(data: bytes) -> None:
    rtcp.walk(data, Heard())


@given(
    st.lists(
        st.sampled_from(
            [
                rtcp.sender_report(1, 2, 3, 4, 5),
                rtcp.receiver_report(1, [Block(1, 2, 3, 4, 5, 6, 7)]),
                rtcp.nack(1, 2, [3, 4, 90]),
                rtcp.pli(1, 2),
                bytes.fromhex("8fce0005 00000001 00000000 52454d42 0103d090 000000aa"),
            ]
        ),
        min_size=1,
        max_size=4,
    ),
    st.data(),
)
def test_a_packet_with_one_wrong_byte_is_harmless(parts: list[bytes], data: st.DataObject) -> None:
    whole = bytearray(b"".join(parts))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    rtcp.walk(bytes(whole[: data.draw(st.integers(0, len(whole)))]), Heard())
