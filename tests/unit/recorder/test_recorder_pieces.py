"""The pure parts of the recorder: the line to it, its journal, its clocks, its assembler."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.media.capture import wire
from vtp.media.recorder import journal
from vtp.media.recorder.assembler import Assembler
from vtp.media.recorder.boxes import Boxes
from vtp.media.recorder.pieces import Frame, Piece
from vtp.media.recorder.position import Positions
from vtp.media.recorder.samples import READERS, opus_samples
from vtp.media.recorder.timeline import Leg, Offset
from vtp.media.rtp import sps
from vtp.media.rtp.bits import Bits

PACKED = st.tuples(
    st.integers(0, 2**63),
    st.integers(0, 2**32 - 1),
    st.floats(0, 1e9),
    st.booleans(),
    st.booleans(),
    st.binary(max_size=1500),
    st.integers(-1, 127),
)


@given(st.integers(0, 2**32 - 1), st.lists(PACKED, max_size=5), st.integers(1, 40))
def test_packets_come_out_of_the_line_as_they_went_in(
    leg: int, packed: list[wire.Packed], step: int
) -> None:
    data = wire.packets(leg, packed) + wire.message(wire.Close(leg=leg))
    reader, got = wire.Reader(), []
    for at in range(0, len(data), step):
        got += [wire.from_web(kind, body) for kind, body in reader.feed(data[at : at + step])]
    size = sum(len(payload) for *_, payload, _ in packed)
    assert isinstance(got[0], wire.Packets)
    assert (got[0].leg, got[0].packets) == (leg, packed)
    assert got[0].size >= size
    assert got[1:] == [wire.Close(leg=leg)]


def test_what_is_said_again_goes_into_as_many_frames_as_it_takes() -> None:
    packed: list[wire.Packed] = [
        (n, n, 1.0, False, False, bytes(1200), -1) for n in range(2 * wire.MOST // 1200)
    ]
    data = wire.packets(7, packed)
    told = [wire.from_web(kind, body) for kind, body in wire.Reader().feed(data)]
    assert [
        one for each in told if isinstance(each, wire.Packets) for one in each.packets
    ] == packed


@given(st.binary(max_size=400), st.integers(0, 3))
def test_what_is_not_ours_is_refused_in_one_way(body: bytes, kind: int) -> None:
    for read in (wire.from_web, wire.from_recorder):
        try:
            read(kind, body)
        except wire.BadFrame:
            continue


def test_a_frame_that_is_too_long_is_not_waited_for() -> None:
    with pytest.raises(wire.BadFrame):
        list(wire.Reader().feed(b"\xff\xff\xff\xff\0"))


def test_a_torn_line_of_the_journal_costs_nothing_but_itself() -> None:
    began = journal.written(journal.Began(recording="r", wall=1.0))
    grown = journal.Grown(part=1, offset=7, size=3, time=0, duration=48_000, samples=50, key=True)
    part = journal.PartBegan(
        part=1,
        file="0001.mp4",
        track="t",
        participant="p",
        source="microphone",
        mime="audio/opus",
        codec="opus",
        timescale=48_000,
    )
    lines = began + journal.written(part) + journal.written(grown)
    ended = journal.written(journal.Ended(at=1.0))
    for cut in range(len(ended)):
        story = journal.read(lines + ended[:cut])
        assert (story.seconds, story.parts[1].header, len(story.parts[1].fragments)) == (1.0, 7, 1)
    assert journal.read(ended + journal.written(grown)).parts == {}


def test_a_file_is_closed_by_its_end_and_by_a_recorder_that_comes_back() -> None:
    def part(number: int) -> journal.PartBegan:
        name = f"{number:04d}.mp4"
        return journal.PartBegan(
            part=number,
            file=name,
            track="t",
            participant="p",
            source="microphone",
            mime="audio/opus",
            codec="opus",
            timescale=48_000,
        )

    def closed(*lines: journal.AnyLine) -> set[int]:
        return journal.read(map(journal.written, lines)).closed

    lines = part(1), part(2), journal.PartEnded(part=2, size=10)
    assert closed(*lines) == {2}
    assert closed(*lines, journal.TakenUp(at=3.0), part(3)) == {1, 2}


def test_a_pause_is_no_time_at_all() -> None:
    positions = Positions(100.0, [wire.Pause(110.0, 120.0), wire.Pause(130.0)])
    assert [positions.of(at) for at in (99.0, 100.0, 110.0, 119.9, 120.0, 129.0, 140.0)] == [
        None,
        0.0,
        None,
        None,
        10.0,
        19.0,
        None,
    ]
    assert positions.reached(140.0) == 20.0


@given(st.integers(0, 2**32 - 1), st.lists(st.floats(0, 0.4), min_size=50, max_size=50))
def test_delays_do_not_move_what_a_sender_stamped(start: int, delays: list[float]) -> None:
    delays[0] = 0.0
    leg = Leg(90_000, Offset())
    leg.report(3_900_000_000 << 32, start)
    for n, delay in enumerate(delays):
        at = leg.at((start + n * 3_000) % 2**32, 50.0 + n / 30 + delay)
        assert at == pytest.approx(50.0 + n / 30, abs=0.001)


@given(st.data())
def test_frames_come_whole_once_and_in_their_order(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=12))
    sent = [
        Piece(100 + number, frame * 3_000, 0.0, last, frame == 0 and first, bytes([frame]))
        for number, (frame, first, last) in enumerate(
            (frame, n == 0, n == size - 1) for frame, size in enumerate(sizes) for n in range(size)
        )
    ]
    shuffled = sent + data.draw(st.lists(st.sampled_from(sent), max_size=5))
    random.Random(data.draw(st.integers())).shuffle(shuffled)
    assembler, got = Assembler(video=True, hold=1.0), []
    # Whatever came before the first whole key frame would be nothing to begin with.
    head = [one for one in sent if one.ts == 0]
    for piece in (*head, *shuffled):
        assembler.put([piece])
        got += list(assembler.frames(0.0))
    assert [frame.ts for frame in got] == [n * 3_000 for n in range(len(sizes))]
    assert [len(frame.pieces) for frame in got] == sizes


@given(st.binary(max_size=300), st.sampled_from(sorted(READERS)))
def test_any_payload_is_a_sample_or_none(payload: bytes, mime: str) -> None:
    piece = Piece(1, 0, 0.0, True, True, payload or b"\0")
    READERS[mime](Frame(0, 0.0, True, (piece, piece)))
    opus_samples(payload)
    sps.read(payload)


def test_zeros_that_no_number_begins_with_are_not_counted_to_their_end() -> None:
    bits = Bits(bytes(100) + b"\xff")
    with pytest.raises(IndexError):
        bits.golomb()
    assert bits.take(60 * 8) == 0
    assert Bits(b"\0\0\0\0\x80\0\0\0\0").golomb() == (1 << 32) - 1


def test_a_picture_of_more_units_than_there_can_be_is_none() -> None:
    tiny = b"\x00" + b"\x02\x30\x00" * 500
    units = [Piece(number, 0, 0.0, False, True, tiny) for number in range(9)]
    read = READERS["video/av1"]
    assert read(Frame(0, 0.0, True, tuple(units[:8]))) is not None
    assert read(Frame(0, 0.0, True, tuple(units))) is None


@pytest.mark.parametrize(
    ("packet", "samples"),
    [(b"\xf8\xff\xfe", 960), (b"\x78x", 960), (b"\xf9x", 1920), (b"\xfb\x03", 2880), (b"", 0)],
)
def test_a_packet_of_sound_tells_how_long_it_is(packet: bytes, samples: int) -> None:
    assert opus_samples(packet) == samples


def test_a_box_without_a_size_is_no_file_of_ours() -> None:
    with pytest.raises(ValueError, match="size"):
        Boxes().feed(bytes(16))
