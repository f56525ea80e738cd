from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rtp import IDS, one_byte, rtp, two_byte
from vtp.media.rtp.extensions import ROUTER_IDS, SenderIds
from vtp.media.rtp.packet import HEAD, Packet, Raw, Seen, canonical, look, restored
from vtp.media.rtp.sequence import Extender


def seen(raw: Raw, ids: SenderIds = IDS) -> Seen:
    found = Seen()
    assert look(raw, ids, found)
    return found


def made(raw: Raw, *, video: bool = True) -> Packet:
    return canonical(raw, seen(raw), ext=65_543, arrival=1.5, inspect=lambda _: None, video=video)


numbers = st.integers(0, 0xFFFF)
longs = st.integers(0, 0xFFFFFFFF)
values = st.lists(st.tuples(st.integers(1, 14), st.binary(min_size=1, max_size=16)), max_size=5)


def test_the_fixed_header_is_read() -> None:
    found = seen(rtp(pt=111, seq=65_535, ts=0xFFFFFFFF, ssrc=0xDEADBEEF, marker=True))
    assert (found.pt, found.seq, found.ts, found.ssrc) == (111, 65_535, 0xFFFFFFFF, 0xDEADBEEF)
    assert found.marker
    assert (found.twcc, found.level, found.orientation) == (-1, -1, -1)
    assert (found.mid, found.rid, found.rrid) == (None, None, None)


@pytest.mark.parametrize("form", [one_byte, two_byte], ids=["one byte", "two bytes"])
def test_extensions_are_read_by_the_ids_of_their_sender(form: type) -> None:
    elements = [
        (9, b"0"),
        (2, b"abc"),
        (10, b"r1"),
        (11, b"r2"),
        (3, b"\x12\x34"),
        (1, b"\xff"),
        (13, b"\x02"),
    ]
    raw = rtp(extension=form(elements))
    found = seen(raw)
    assert (found.mid, found.rid, found.rrid) == (b"0", b"r1", b"r2")
    assert (found.twcc, found.level, found.orientation) == (0x1234, 255, 2)
    assert raw[found.at : found.end] == b"payload"


def test_ids_above_fourteen_are_read_in_the_long_form() -> None:
    found = seen(rtp(extension=two_byte([(200, b"\x00\x07")])), SenderIds(twcc=200))
    assert found.twcc == 7


def test_what_one_packet_had_is_not_told_of_the_next() -> None:
    found = seen(rtp(extension=one_byte([(9, b"0"), (3, b"\x00\x01"), (1, b"\x01")])))
    assert look(rtp(), IDS, found)
    assert (found.mid, found.twcc, found.level) == (None, -1, -1)


def test_padding_between_elements_is_skipped() -> None:
    _, element = one_byte([(3, b"\x00\x05")])
    assert seen(rtp(extension=(0xBEDE, b"\0\0" + element))).twcc == 5
    _, element = two_byte([(3, b"\x00\x05")])
    assert seen(rtp(extension=(0x100F, b"\0\0\0" + element))).twcc == 5


def test_the_list_ends_at_id_fifteen() -> None:
    _, element = one_byte([(3, b"\x00\x05")])
    assert seen(rtp(extension=(0xBEDE, b"\xf0\x00" + element))).twcc == -1


def test_an_element_that_is_cut_off_is_not_there_and_the_packet_is_fine() -> None:
    raw = rtp(extension=(0xBEDE, b"\x10\x55\x00\x3f"))
    found = seen(raw)
    assert found.level == 0x55
    assert raw[found.at : found.end] == b"payload"


def test_an_element_of_a_wrong_size_is_not_there() -> None:
    found = seen(rtp(extension=one_byte([(3, b"\x00"), (1, b"\x00\x00"), (13, b"12")])))
    assert (found.twcc, found.level, found.orientation) == (-1, -1, -1)


def test_an_unknown_profile_is_skipped() -> None:
    raw = rtp(extension=(0x9999, bytes(8)))
    found = seen(raw)
    assert raw[found.at : found.end] == b"payload"


def test_padding_and_contributors_are_no_payload() -> None:
    raw = rtp(csrcs=[1, 2, 3], padding=9)
    found = seen(raw)
    assert raw[found.at : found.end] == b"payload"


def test_a_packet_of_padding_alone_is_empty() -> None:
    raw = rtp(b"", padding=255)
    found = seen(raw)
    assert found.at == found.end
    assert made(raw).empty
    assert not made(rtp()).empty


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        rtp()[:11],
        b"\x40" + rtp()[1:],
        b"\x8f" + rtp()[1:],
        b"\xa0" + rtp(b"")[1:-1] + b"\x00",
        b"\xa0" + rtp(b"\x07")[1:],
        rtp(b"", extension=(0xBEDE, bytes(4)))[:-1],
        b"\x90" + rtp(b"abc")[1:],
        rtp(b"", extension=(0xBEDE, bytes(4))).replace(b"\xbe\xde\0\1", b"\xbe\xde\xff\xff"),
    ],
    ids=[
        "nothing",
        "short",
        "version 1",
        "contributors cut",
        "no padding count",
        "padding beyond the packet",
        "extension cut",
        "extension header cut",
        "extension beyond the packet",
    ],
)
def test_malformed_packets_are_refused(raw: bytes) -> None:
    assert not look(raw, IDS, Seen())


@given(st.binary(max_size=96))
def test_no_bytes_raise(raw: bytes) -> None:
    found = Seen()
    for data in (raw, b"\x90" + raw, b"\xb0\x60" + raw, bytes(12) + raw):
        if look(data, IDS, found):
            assert 12 <= found.at <= found.end <= len(data)
            made(data)
            restored(data, found, pt=96, ssrc=1)


@given(values, st.booleans(), st.binary(max_size=64), st.integers(0, 255), st.integers(0, 15))
def test_every_well_formed_packet_gives_its_payload(
    elements: list[tuple[int, bytes]], long: bool, payload: bytes, padding: int, csrcs: int
) -> None:
    form = two_byte if long else one_byte
    raw = rtp(payload, extension=form(elements), padding=padding, csrcs=range(csrcs))
    found = seen(memoryview(bytearray(raw)))
    assert raw[found.at : found.end] == payload
    told = {number: value for number, value in elements if number in {9, 10, 11}}
    assert (found.mid, found.rid, found.rrid) == (told.get(9), told.get(10), told.get(11))


@given(numbers, longs, longs, st.booleans(), st.binary(max_size=32), st.integers(0, 255))
def test_the_canonical_packet_has_everything_at_its_place(
    seq: int, ts: int, ssrc: int, marker: bool, payload: bytes, level: int
) -> None:
    raw = rtp(
        payload,
        pt=111,
        seq=seq,
        ts=ts,
        ssrc=ssrc,
        marker=marker,
        csrcs=[5],
        padding=4,
        extension=one_byte([(1, bytes([level])), (7, b"nobody reads it")])
        if level % 2
        else two_byte([(1, bytes([level]))]),
    )
    packet = made(memoryview(bytearray(raw)), video=False)
    head, data = packet.data[:HEAD], packet.data[HEAD:]
    assert data == payload
    assert struct.unpack_from(">BBHIIHH", head) == (
        0x90,
        111 | marker << 7,
        seq,
        ts,
        ssrc,
        0xBEDE,
        3,
    )
    assert (packet.ts, packet.marker, packet.third) == (ts, marker, level)
    assert (packet.ext, packet.arrival) == (65_543, 1.5)
    again = seen(packet.data, SenderIds(twcc=5, level=10, orientation=11))
    assert (again.at, again.twcc, again.level, again.orientation) == (HEAD, 0, level, -1)


def test_the_elements_of_the_canonical_packet_are_at_constant_offsets() -> None:
    head = made(rtp(extension=one_byte([(13, b"\x03")]))).data[:HEAD]
    assert [head[at] >> 4 for at in (16, 20, 23)] == [4, 5, 11]
    assert [(head[at] & 15) + 1 for at in (16, 20, 23)] == [3, 2, 1]
    assert head[24:] == b"\x03\0\0\0"
    assert sorted(ROUTER_IDS.values()) == [1, 2, 3, 4, 5, 10, 11]


def test_a_video_packet_has_no_level_and_a_sound_packet_no_orientation() -> None:
    raw = rtp(extension=one_byte([(1, b"\x7f"), (13, b"\x01")]))
    assert made(raw, video=True).third == 1
    assert made(raw, video=False).third == 0x7F
    bare = made(rtp())
    assert (bare.third, bare.data[23:HEAD]) == (-1, bytes(5))


def test_the_packet_of_a_batch_outlives_its_buffer() -> None:
    buffer = bytearray(rtp(b"kept"))
    packet = made(memoryview(buffer))
    buffer[:] = bytes(len(buffer))
    assert packet.data.endswith(b"kept")


def test_a_repeated_packet_is_restored_as_the_one_it_repeats() -> None:
    raw = rtp(b"\x00\x2apayload", pt=97, seq=900, ssrc=7, ts=5, marker=True)
    found = seen(raw)
    assert restored(raw, found, pt=96, ssrc=3)
    packet = canonical(raw, found, ext=1, arrival=0.0, inspect=lambda _: None, video=True)
    assert (found.seq, found.pt, found.ssrc, found.ts, found.marker) == (42, 96, 3, 5, True)
    assert packet.data[HEAD:] == b"payload"


@pytest.mark.parametrize("payload", [b"", b"\x00", b"\x00\x2a"], ids=len)
def test_a_repetition_of_nothing_is_dropped(payload: bytes) -> None:
    raw = rtp(payload, padding=200)
    assert not restored(raw, seen(raw), pt=96, ssrc=3)


@given(st.integers(0, 0xFFFF), st.lists(st.integers(-1_000, 1_000), max_size=200))
def test_numbers_are_extended_to_what_they_were(first: int, steps: list[int]) -> None:
    extender = Extender()
    truth = newest = first + 0x10000
    assert extender.extend(first) == truth
    for step in steps:
        truth = newest + step
        assert extender.near(truth & 0xFFFF) == truth
        assert extender.extend(truth & 0xFFFF) == truth
        newest = max(newest, truth)
        assert extender.newest == newest


@given(numbers)
def test_a_number_is_near_to_nothing_before_the_first(seq: int) -> None:
    extender = Extender()
    assert extender.near(seq) == -1
    assert extender.newest == -1


@given(st.lists(numbers, max_size=300))
def test_extended_numbers_are_never_negative_and_keep_their_bits(seqs: list[int]) -> None:
    extender = Extender()
    for seq in seqs:
        ext = extender.extend(seq)
        assert ext >= 0
        assert ext & 0xFFFF == seq
        assert ext <= extender.newest


def test_a_sender_that_begins_anew_is_followed_from_its_second_packet_on() -> None:
    extender = Extender()
    newest = extender.extend(40_000)
    assert extender.extend(10_000) < newest
    assert extender.extend(20_000) < newest
    assert extender.extend(20_001) > newest
    assert extender.extend(20_002) == extender.newest


def test_one_stray_number_far_behind_changes_nothing() -> None:
    extender = Extender()
    newest = extender.extend(40_000)
    assert extender.extend(10_000) < newest
    assert extender.extend(40_001) == newest + 1
