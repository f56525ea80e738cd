"""A fault in one person's media is that person's alone; what is not one's own is not found."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Sequence

import msgspec
import pylibsrtp
import pytest
from structlog.testing import capture_logs

from tests.support.plane import (
    CAPABILITIES,
    Stage,
    Told,
    Vp8,
    a_stage,
    camera,
    microphone,
    soon,
    voice,
)
from vtp.errors import Limited, NotFound
from vtp.media.rtp.ortc_types import RtpCapabilities
from vtp.media.rtp.packet import Packet
from vtp.media.sfu.consumer import Consumer
from vtp.media.sfu.stream import Stream


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as made:
        yield made


class Broken:
    """A subscriber whose every packet is a fault."""

    def __init__(self) -> None:
        self.batches: list[Sequence[Packet]] = []

    def begin(self, stream: Stream, packets: Sequence[Packet], now: float) -> None:
        raise RuntimeError("begin")

    def forward(self, packets: Sequence[Packet], now: float, *, clean: bool) -> None:
        self.batches.append(packets)
        raise RuntimeError("forward")

    def pass_over(self, first: Packet) -> None:
        raise RuntimeError("pass over")


def numbers(packets: list[bytes]) -> list[int]:
    return [int(struct.unpack_from(">H", packet, 2)[0]) for packet in packets]


async def test_a_fault_towards_one_subscriber_stops_no_other_and_repeats_nothing(
    stage: Stage,
) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    student.consume(producer).resume(stage.plane.now())
    [stream] = producer.streams
    assert stream is not None
    broken, picture = Broken(), Vp8()
    stream.current.insert(0, broken)
    stream.waiting.insert(0, broken)
    with capture_logs() as lines:
        for n in range(20):
            teacher.out.send(picture.frame(key=n == 0)[0])
            await soon(lambda: stream.history.newest == 65_536 + picture.seq)
            await student.into.until(lambda: len(student.into.rtp) == len(broken.batches))
    first, *_ = came = numbers(student.into.rtp)
    assert came == [(first + n) & 0xFFFF for n in range(20)]
    assert [len(batch) for batch in broken.batches] == [1] * 20
    assert {(line["event"], line["seldom"]) for line in lines} == {
        ("media.stumbled", "media.stumbled")
    }
    assert stage.plane.stats().drops["error"] == len(lines) >= 20


async def test_a_fault_on_the_ticker_is_told_and_the_ticker_goes_on(stage: Stage) -> None:
    class Faulty(Told):
        def layer(self, consumer: Consumer, layer: int, reason: str) -> None:
            super().layer(consumer, layer, reason)
            raise RuntimeError("layer")

    teacher, student = await stage.person("teacher"), await stage.person("student")
    faulty = student.peer.events = Faulty()
    student.consume(teacher.produce("video", camera(), "camera")).resume(stage.plane.now())
    with capture_logs() as lines:
        teacher.out.send(Vp8().frame(key=True)[0])
        await soon(lambda: faulty.layers)
        teacher.out.rtcp.clear()
        await teacher.out.until(lambda: any(data[1] == 201 for data in teacher.out.rtcp))
    assert [line["event"] for line in lines] == ["media.stumbled"] * len(faulty.layers)


async def test_who_is_gone_sends_to_nobody_and_hears_nobody(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    seen = teacher.consume(student.produce("video", camera(ssrc=0x2222), "camera"))
    seen.resume(stage.plane.now())
    board = teacher.produce("video", camera(), "camera")
    student.consume(board).resume(stage.plane.now())
    theirs, ours = Vp8(ssrc=0x2222), Vp8()
    student.out.send(theirs.frame(key=True)[0])
    teacher.out.send(ours.frame(key=True)[0])
    await soon(lambda: teacher.into.rtp and student.into.rtp)
    student.peer.close()
    for _ in range(20):
        student.out.send(theirs.frame(key=True)[0])
        student.into.send_rtcp(struct.pack(">BBHII", 0x81, 206, 2, 1, 0x1111))
        teacher.out.send(ours.frame(key=True)[0])
    await teacher.out.check()
    assert (len(teacher.into.rtp), len(student.into.rtp)) == (1, 1)
    assert stage.plane.stats().participants == 1


async def test_a_fault_of_one_connection_at_the_end_leaves_no_other_open(stage: Stage) -> None:
    student = await stage.person("student")
    producer = student.produce("audio", microphone(), "microphone")

    def fail(_producer: object) -> None:
        raise RuntimeError("closed")

    producer.on_closed.append(fail)
    with pytest.raises(RuntimeError, match="closed"):
        student.peer.close()
    assert {student.out_transport.state, student.into_transport.state} == {"closed"}
    assert stage.plane.stats().participants == 0


async def test_somebody_of_the_same_name_takes_the_place_of_who_was_there(stage: Stage) -> None:
    first = await stage.person("student")
    second = await stage.person("student")
    assert first.peer.closed
    assert stage.plane.peers() == [second.peer]
    first.peer.close()
    assert stage.plane.peers() == [second.peer]


async def test_the_ids_of_others_lead_nowhere(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    consumer = student.consume(producer)
    other = stage.plane.hall("other", Told())
    stage.plane.peer(other, "stranger", Told())
    with pytest.raises(NotFound):
        teacher.peer.consumer(consumer.id)
    for call in (student.peer.transport, student.peer.close_transport):
        with pytest.raises(NotFound):
            call(teacher.out_transport.id)
    with pytest.raises(NotFound):
        student.peer.consume(
            teacher.into_transport.id, producer, msgspec.convert(CAPABILITIES, RtpCapabilities)
        )
    with pytest.raises(NotFound):
        stage.plane.producer(other, producer.id)


async def test_who_is_gone_can_begin_nothing_more(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    teacher.peer.close()
    with pytest.raises(NotFound):
        student.consume(producer)
    for begin in (
        lambda: teacher.peer.create_transport("send"),
        lambda: teacher.consume(producer),
        lambda: teacher.produce("audio", microphone(), "microphone"),
    ):
        with pytest.raises(NotFound):
            begin()


async def test_several_connections_are_not_several_times_as_much(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    teacher.peer.create_transport("send")
    one, other = teacher.peer.uplinks
    assert one._limit is other._limit


async def test_one_has_eight_tracks_and_receives_five_hundred_and_twelve(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    for n in range(8):
        teacher.produce("video", camera(ssrc=0x1000 + 2 * n, mid=str(n)), f"camera{n}")
    with pytest.raises(Limited):
        teacher.produce("video", camera(ssrc=0x2000, mid="9"), "camera9")
    student = await stage.person("student")
    producer = next(iter(teacher.peer.producers.values()))
    consumers = [student.consume(producer) for _ in range(512)]
    with pytest.raises(Limited):
        student.consume(producer)
    sources = [(one.downlink.ssrc, one.downlink.rtx_ssrc) for one in consumers]
    assert len({number for pair in sources for number in pair}) == 1024
    consumers[0].close()
    assert student.consume(producer).downlink.ssrc not in {ssrc for ssrc, _ in sources}


async def test_a_stream_that_ended_costs_the_line_nothing_more(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    consumer = student.consume(teacher.produce("video", camera(), "camera"))
    consumer.resume(stage.plane.now())
    teacher.out.send(Vp8().frame(key=True)[0])
    await student.into.until(lambda: student.into.rtp)
    keys = student.into_transport.tx
    assert keys is not None
    consumer.close()
    with pytest.raises(pylibsrtp.Error):  # libsrtp has none of that number any more
        keys._session.remove_stream(consumer.downlink.ssrc)


async def test_what_was_sent_while_muted_is_not_shown_afterwards(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = student.produce("video", camera(), "camera")
    teacher.consume(producer).resume(stage.plane.now())
    picture = Vp8()
    student.out.send(picture.frame(key=True)[0])
    await teacher.into.until(lambda: len(teacher.into.rtp) == 1)
    producer.pause()
    for n in range(10):
        student.out.send(picture.frame(key=n == 0)[0])
    [stream] = producer.streams
    assert stream is not None
    await soon(lambda: stream.reception.lost == 0 and stream.history.newest == 65_536 + 111)
    producer.resume(stage.plane.now())
    student.out.send(picture.frame()[0])
    await student.out.until(
        lambda: any(data[1] == 206 and data[0] & 31 == 1 for data in student.out.rtcp)
    )
    assert len(teacher.into.rtp) == 1
    student.out.send(picture.frame(key=True)[0])
    await teacher.into.until(lambda: len(teacher.into.rtp) == 2)


async def test_a_layer_that_is_of_use_stays_wanted_when_there_is_no_room_for_it(
    stage: Stage,
) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    consumer = student.consume(producer)
    now = stage.plane.now()
    consumer.resume(now)
    consumer.allow(-1, now)
    assert producer.watched(now, patience=5.0) is None
    assert producer.watched(now + 6.0, patience=5.0) is None
    consumer.pause()
    assert producer.watched(now + 7.0, patience=5.0) is None
    assert producer.watched(now + 13.0, patience=5.0) == (False,)
    consumer.resume(now)  # its sender hears of it at once
    assert teacher.told.wanted_layers == [(True,)]
    assert producer.watched(now + 14.0, patience=5.0) is None


async def test_a_microphone_goes_on_after_a_fault_of_who_listens_to_levels(stage: Stage) -> None:
    """What is counted beside a packet cannot keep it, nor those after it, from being sent."""
    teacher, student = await stage.person("teacher"), await stage.person("student")
    consumer = teacher.consume(student.produce("audio", microphone(), "microphone"))
    consumer.resume(stage.plane.now())
    hears, stage.hall.heard = stage.hall.heard, _deaf  # type: ignore[method-assign]  # a fault
    with capture_logs():
        student.out.send(voice(1))
        await teacher.into.until(lambda: len(teacher.into.rtp) == 1)
    stage.hall.heard = hears  # type: ignore[method-assign]  # and its end
    student.out.send(voice(2))
    await teacher.into.until(lambda: len(teacher.into.rtp) == 2)


def _deaf(peer_id: str, level: int, now: float) -> None:
    raise RuntimeError("heard")
