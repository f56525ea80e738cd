from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.rtp import packet
from vtp.media.rtp.packet import HEAD, Inspect, Packet
from vtp.media.rtp.payloads import inspector

CODECS = ["video/VP8", "video/H264", "video/VP9", "video/AV1", "audio/opus"]


class Stream:
    """Packets one after the other, each inspected as it comes."""

    def __init__(self, mime: str) -> None:
        self._inspect: Inspect = inspector(mime)
        self._ext = 70_000

    def next(self, payload: bytes, *, ts: int = 0, marker: bool = False, lost: int = 0) -> Packet:
        self._ext += 1 + lost
        return self.late(payload, ext=self._ext, ts=ts, marker=marker)

    def late(self, payload: bytes, *, ext: int, ts: int, marker: bool = False) -> Packet:
        made = packet(payload, ext=ext, ts=ts, marker=marker)
        self._inspect(made)
        return made


def only(mime: str, payload: bytes) -> Packet:
    return Stream(mime).next(payload)


@pytest.mark.parametrize("mime", CODECS)
@given(payloads=st.lists(st.tuples(st.binary(max_size=24), st.integers(0, 3), st.booleans())))
def test_no_payload_raises_and_every_offset_is_inside(
    mime: str, payloads: list[tuple[bytes, int, bool]]
) -> None:
    stream = Stream(mime)
    for payload, ts, marker in payloads:
        made = stream.next(payload, ts=ts, marker=marker)
        assert not made.key or made.first
        assert 0 <= made.tid < 8
        for value, at, size in (
            (made.pid, made.pid_at, 2 if made.pid > 127 else 1),
            (made.tl0, made.tl0_at, 1),
            (made.keyidx, made.keyidx_at, 1),
        ):
            assert (value < 0) == (at < 0)
            assert at < 0 or HEAD < at <= len(made.data) - size
        if made.pid >= 0:
            long = made.data[made.pid_at] & 0x80
            assert made.pid < (1 << 15 if long else 1 << 7)


@pytest.mark.parametrize("mime", CODECS)
def test_padding_alone_tells_nothing(mime: str) -> None:
    made = only(mime, b"")
    assert (made.first, made.key, made.sync) == (False, False, False)


def test_an_unknown_codec_is_refused() -> None:
    with pytest.raises(ValueError, match="video/H265"):
        inspector("video/H265")


def test_codecs_are_known_in_any_case() -> None:
    assert inspector("AUDIO/OPUS") is inspector("audio/opus")
    assert inspector("video/h264") is not inspector("video/H264")


def test_every_packet_of_sound_starts_a_frame() -> None:
    made = only("audio/opus", b"\x78abc")
    assert made.first
    assert made.key


class TestVp8:
    def test_the_bare_descriptor(self) -> None:
        key, delta = only("video/VP8", b"\x10\x00"), only("video/VP8", b"\x10\x01")
        assert (key.first, key.key, key.sync) == (True, True, True)
        assert (delta.first, delta.key, delta.sync) == (True, False, False)
        assert (key.pid, key.tl0, key.keyidx, key.tid) == (-1, -1, -1, 0)

    def test_only_the_start_of_the_first_partition_starts_a_frame(self) -> None:
        assert not only("video/VP8", b"\x00\x00").first
        assert not only("video/VP8", b"\x11\x00").first
        assert only("video/VP8", b"\x30\x00").key  # N: nobody refers to it

    def test_a_short_picture_id(self) -> None:
        made = only("video/VP8", b"\x90\x80\x7f\x01")
        assert (made.pid, made.pid_at) == (127, HEAD + 2)
        assert made.first
        assert not made.key

    def test_everything_that_a_browser_sends(self) -> None:
        # X S | I L T K | M + 15 bits | TL0PICIDX | TID = 2, Y, KEYIDX = 5 | the frame.
        made = only("video/VP8", b"\x90\xf0\xa1\x23\x44\xa5\x00")
        assert (made.pid, made.pid_at) == (0x2123, HEAD + 2)
        assert (made.tl0, made.tl0_at) == (0x44, HEAD + 4)
        assert (made.tid, made.sync) == (2, True)
        assert (made.keyidx, made.keyidx_at) == (5, HEAD + 5)
        assert made.key

    def test_the_later_packets_of_a_frame_tell_its_layer_too(self) -> None:
        made = only("video/VP8", b"\x80\xe0\x81\x23\x44\x40\x00")
        assert (made.first, made.tid, made.sync, made.tl0) == (False, 1, False, 0x44)

    def test_a_layer_without_its_flag_is_not_read(self) -> None:
        made = only("video/VP8", b"\x90\x10\xe7\x01")
        assert (made.tid, made.sync, made.keyidx) == (0, False, 7)
        made = only("video/VP8", b"\x90\x20\xe7\x01")
        assert (made.tid, made.sync, made.keyidx) == (3, True, -1)

    @pytest.mark.parametrize("cut", range(1, 7))
    def test_a_descriptor_that_is_cut_off_starts_nothing(self, cut: int) -> None:
        made = only("video/VP8", b"\x90\xf0\xa1\x23\x44\xa5\x00"[:cut])
        assert not made.first
        assert not made.key


class TestH264:
    def test_a_key_frame_as_browsers_send_it(self) -> None:
        stream = Stream("video/H264")
        sets = stream.next(b"\x78\x00\x04\x67\x42\xc0\x1f\x00\x02\x68\xce", ts=9)
        start = stream.next(b"\x7c\x85rest", ts=9)
        middle = stream.next(b"\x7c\x05rest", ts=9)
        end = stream.next(b"\x7c\x45rest", ts=9, marker=True)
        delta = stream.next(b"\x61rest", ts=10, marker=True)
        assert [p.key for p in (sets, start, middle, end, delta)] == [True, *[False] * 4]
        assert [p.first for p in (sets, start, middle, end, delta)] == [True, *[False] * 3, True]
        assert [p.sync for p in (sets, start, delta)] == [True, False, False]

    def test_parameter_sets_in_packets_of_their_own(self) -> None:
        stream = Stream("video/H264")
        stream.next(b"\x61rest", ts=8, marker=True)
        sent = [
            stream.next(unit, ts=9) for unit in (b"\x67\x42", b"\x67\x43", b"\x68\xce", b"\x65")
        ]
        assert [p.key for p in sent] == [True, False, False, False]
        assert [p.first for p in sent] == [True, False, False, False]

    def test_a_delimiter_before_the_parameter_sets_is_no_key(self) -> None:
        stream = Stream("video/H264")
        stream.next(b"\x61rest", ts=8, marker=True)
        delimiter, sets = stream.next(b"\x09\xf0", ts=9), stream.next(b"\x67\x42", ts=9)
        assert (delimiter.first, delimiter.key, sets.first, sets.key) == (True, False, True, True)

    @pytest.mark.parametrize("idr", [b"\x65", b"\x7c\x85", b"\x78\x00\x01\x65"], ids=bytes.hex)
    def test_an_idr_slice_is_a_key_only_where_it_surely_starts_its_frame(self, idr: bytes) -> None:
        stream = Stream("video/H264")
        assert not stream.next(idr, ts=7, marker=True).key
        assert stream.next(idr, ts=8).key
        assert not stream.next(idr, ts=8, marker=True).key
        # What was lost may have been its parameter sets.
        assert not stream.next(idr, ts=9, lost=1).key

    def test_a_fragment_without_its_start_is_no_key(self) -> None:
        stream = Stream("video/H264")
        stream.next(b"\x61", marker=True)
        assert not stream.next(b"\x7c\x05", ts=1).key
        assert not stream.next(b"\x7c", ts=2).key

    def test_a_late_packet_finds_the_one_before_it(self) -> None:
        stream = Stream("video/H264")
        last = stream.next(b"\x61", ts=1, marker=True)
        stream.next(b"\x7c\x41", ts=2, marker=True, lost=1)
        assert stream.late(b"\x7c\x81", ext=last.ext + 1, ts=2).first

    def test_frames_that_nobody_refers_to_are_a_layer_of_their_own(self) -> None:
        stream = Stream("video/H264")
        stream.next(b"\x61", ts=0, marker=True)
        start = stream.next(b"\x1c\x81", ts=1)
        rest = stream.next(b"\x1c\x41", ts=1, marker=True)
        base = stream.next(b"\x61", ts=2, marker=True)
        fragment = stream.next(b"\x1c\x01", ts=3, lost=1)
        together = stream.next(b"\x18\x00\x01\x01\x00\x01\x01", ts=4)
        found = [(p.tid, p.sync) for p in (start, rest, base, fragment, together)]
        assert found == [(1, True), (1, True), (0, False), (1, True), (1, True)]

    def test_what_belongs_to_no_slice_keeps_its_frame_in_one_layer(self) -> None:
        stream = Stream("video/H264")
        stream.next(b"\x61", ts=0, marker=True)
        information = stream.next(b"\x06", ts=1)
        slice_ = stream.next(b"\x01", ts=1, marker=True)
        assert (information.tid, slice_.tid) == (0, 0)

    def test_sizes_beyond_the_packet_end_the_reading(self) -> None:
        assert not only("video/H264", b"\x78\x00\x00\x00\x00\xff\xff\x01\x00\x01\x67").key
        assert only("video/H264", b"\x78\x00\x00\xff\xff\x67").key


class TestVp9:
    def test_a_key_picture_without_layers(self) -> None:
        made = only("video/VP9", b"\x8c\x80\x05x")
        assert (made.first, made.key, made.sync) == (True, True, True)
        assert (made.pid, made.pid_at, made.tid, made.tl0) == (5, HEAD + 1, 0, -1)

    def test_a_picture_that_depends_on_others_is_no_key(self) -> None:
        made = only("video/VP9", b"\xcc\x05x")
        assert (made.first, made.key, made.pid) == (True, False, 5)

    def test_only_the_beginning_of_a_frame_is_first(self) -> None:
        made = only("video/VP9", b"\x84\x05x")
        assert not made.first
        assert not made.key

    def test_layers_of_the_mode_that_is_not_flexible(self) -> None:
        # I P L B | M + 15 bits | TID = 2, U, SID = 0, D | TL0PICIDX.
        made = only("video/VP9", b"\xe8\x81\x02\x51\x33x")
        assert (made.pid, made.tid, made.sid) == (0x102, 2, 0)
        assert (made.tl0, made.tl0_at) == (0x33, HEAD + 4)

    def test_the_flexible_mode_has_no_base_layer_index(self) -> None:
        made = only("video/VP9", b"\xf8\x02\x40\x05x")
        assert (made.pid, made.tid, made.tl0) == (2, 2, -1)

    def test_the_upper_spatial_layers_of_a_key_picture_do_not_start_it(self) -> None:
        stream = Stream("video/VP9")
        low = stream.next(b"\xa8\x01\x00\x00x")
        high = stream.next(b"\xa8\x01\x03\x00x")
        assert (low.key, low.sid, high.key, high.first, high.sid) == (True, 0, False, False, 1)

    def test_a_switching_up_point_opens_the_layers_above_once(self) -> None:
        def picture(tid: int, *, up: bool, key: bool = False) -> Packet:
            return stream.next(
                bytes([0xA8 if key else 0xE8, 1, tid << 5 | (0x10 if up else 0), 0]) + b"x"
            )

        stream = Stream("video/VP9")
        assert not picture(2, up=False).sync
        assert not picture(0, up=True).sync
        assert [picture(tid, up=False).sync for tid in (2, 1, 2, 1)] == [True, True, False, False]
        assert picture(0, up=False, key=True).sync
        assert [picture(tid, up=False).sync for tid in (2, 1, 2)] == [True, True, False]
        picture(1, up=True)
        assert [picture(tid, up=False).sync for tid in (1, 2)] == [False, True]


class TestAv1:
    def test_a_new_sequence_is_a_key(self) -> None:
        # W = 2: a sequence header with its length, then a frame.
        stream = Stream("video/AV1")
        key = stream.next(b"\x28\x02\x08\x00\x30x", ts=1)
        rest = stream.next(b"\x90x", ts=1, marker=True)
        delta = stream.next(b"\x10\x30x", ts=2, marker=True)
        assert [p.key for p in (key, rest, delta)] == [True, False, False]
        assert [p.first for p in (key, rest, delta)] == [True, False, True]

    def test_what_continues_another_packet_starts_nothing(self) -> None:
        assert not only("video/AV1", b"\x98x").key
        stream = Stream("video/AV1")
        stream.next(b"\x10\x30", marker=True)
        assert not stream.next(b"\x90\x30", ts=1).first

    def test_layers_are_those_of_the_first_unit_that_has_one(self) -> None:
        # W = 0: each with its length. A delimiter, then a frame with temporal 2 and spatial 1.
        stream = Stream("video/AV1")
        made = stream.next(b"\x00\x01\x10\x03\x34\x48x", ts=1)
        fragment = stream.next(b"\x90rest", ts=1, lost=1)
        other = stream.next(b"\x90rest", ts=2)
        assert [(p.tid, p.sid) for p in (made, fragment, other)] == [(2, 1), (2, 1), (0, 0)]

    def test_lengths_beyond_the_packet_end_the_reading(self) -> None:
        for payload in (b"\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"\x00\x05\x08", b"\x10\x34"):
            assert only("video/AV1", payload).tid == 0
