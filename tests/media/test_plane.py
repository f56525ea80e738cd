"""Media from one person to another, over real sockets, with the parts of a browser at both ends."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator

import pytest

from tests.support.plane import Stage, Vp8, a_stage, camera, microphone, simulcast, soon, voice
from vtp.errors import Conflict, Invalid, Limited, NotFound
from vtp.media.rtp.packet import HEAD


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as made:
        yield made


def seq_of(packet: bytes) -> int:
    return int(struct.unpack_from(">H", packet, 2)[0])


def ssrc_of(packet: bytes) -> int:
    return int(struct.unpack_from(">I", packet, 8)[0])


def picture_id(packet: bytes) -> int:
    return int(struct.unpack_from(">H", packet, HEAD + 2)[0]) & 0x7FFF


def plis(client_rtcp: list[bytes], ssrc: int) -> int:
    return sum(
        data[0] & 0x1F == 1 and data[1] == 206 and struct.unpack_from(">I", data, 8)[0] == ssrc
        for data in client_rtcp
    )


async def test_a_picture_reaches_a_subscriber_with_numbers_of_its_own(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    consumer = student.consume(producer)
    consumer.resume(stage.plane.now())
    picture = Vp8()
    for n in range(5):
        for packet in picture.frame(key=n == 0, packets=3):
            teacher.out.send(packet)
    await student.into.until(lambda: len(student.into.rtp) >= 15)
    got = student.into.rtp[:15]
    numbers = [seq_of(packet) for packet in got]
    assert numbers == [(numbers[0] + n) & 0xFFFF for n in range(15)]
    assert {ssrc_of(packet) for packet in got} == {consumer.downlink.ssrc}
    assert [picture_id(packet) for packet in got[::3]] == [301, 302, 303, 304, 305]


async def test_nothing_is_sent_before_the_subscriber_says_that_it_is_ready(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    consumer = student.consume(producer)
    picture = Vp8()
    for packet in picture.frame(key=True, packets=2):
        teacher.out.send(packet)
    await teacher.out.until(lambda: producer.streams[0] is not None)
    stream = producer.streams[0]
    assert stream is not None
    await soon(lambda: stream.history.newest >= 0)
    assert student.into.rtp == []
    consumer.resume(stage.plane.now())
    await student.into.until(lambda: len(student.into.rtp) == 2)


async def test_a_newcomer_without_a_key_frame_near_makes_the_sender_be_asked_for_one(
    stage: Stage,
) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    picture = Vp8()
    for packet in picture.frame(packets=2):
        teacher.out.send(packet)
    student.consume(producer).resume(stage.plane.now())
    await teacher.out.until(lambda: plis(teacher.out.rtcp, picture.ssrc) == 1)
    assert student.into.rtp == []
    for packet in picture.frame(key=True, packets=2):
        teacher.out.send(packet)
    await student.into.until(lambda: len(student.into.rtp) == 2)


async def test_what_a_subscriber_lost_is_sent_again_as_a_repair(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    consumer = student.consume(teacher.produce("video", camera(), "camera"))
    consumer.resume(stage.plane.now())
    for packet in Vp8().frame(key=True, packets=4):
        teacher.out.send(packet)
    await student.into.until(lambda: len(student.into.rtp) >= 4)
    lost = student.into.rtp[2]
    number = seq_of(lost)
    downlink = consumer.downlink
    student.into.send_rtcp(struct.pack(">BBHIIHH", 0x81, 205, 3, 1, downlink.ssrc, number, 0))
    await student.into.until(lambda: len(student.into.rtp) >= 5)
    repair = student.into.rtp[4]
    assert ssrc_of(repair) == downlink.rtx_ssrc
    assert struct.unpack_from(">H", repair, HEAD)[0] == number
    assert repair[HEAD + 2 :] == lost[HEAD:]


async def test_what_the_sender_lost_is_asked_for_and_then_forwarded_in_its_place(
    stage: Stage,
) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    student.consume(producer).resume(stage.plane.now())
    first, second, third = Vp8().frame(key=True, packets=3)
    teacher.out.send(first)
    teacher.out.send(third)

    def asked() -> bool:
        return any(
            data[0] & 0x1F == 1
            and data[1] == 205
            and struct.unpack_from(">H", data, 12)[0] == seq_of(second)
            for data in teacher.out.rtcp
        )

    await teacher.out.until(asked)
    teacher.out.send(second)
    await student.into.until(lambda: len(student.into.rtp) >= 3)
    begin, late, between = (seq_of(packet) for packet in student.into.rtp[:3])
    assert (late - begin, between - begin) == (2, 1)


async def test_layers_are_told_apart_by_their_rid_and_the_best_is_sent(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", simulcast(), "camera")
    consumer = student.consume(producer)
    layers = [
        Vp8(ssrc=0x2000 + n, rid=f"r{n}", mid="0", pid=100 * n, seq=1000 * n) for n in range(3)
    ]

    def round_of(*, key: bool = False) -> None:
        for layer in layers:
            for packet in layer.frame(key=key):
                teacher.out.send(packet)

    round_of(key=True)
    await soon(lambda: None not in producer.streams)
    consumer.resume(stage.plane.now())
    for _ in range(20):
        round_of(key=True)
        await asyncio.sleep(0.01)
        if consumer.downlink.stream is producer.streams[2]:
            break
    assert consumer.downlink.stream is producer.streams[2]

    consumer.prefer(width=200, height=110, pinned=False, now=stage.plane.now())
    before = len(student.into.rtp)
    for _ in range(50):
        round_of(key=True)
        await asyncio.sleep(0.01)
        if consumer.downlink.stream is producer.streams[0]:
            break
    assert consumer.downlink.stream is producer.streams[0]
    await student.into.until(lambda: len(student.into.rtp) > before)
    numbers = [seq_of(packet) for packet in student.into.rtp]
    pictures = [picture_id(packet) for packet in student.into.rtp]
    assert numbers == [(numbers[0] + n) & 0xFFFF for n in range(len(numbers))]
    assert pictures == [(pictures[0] + n) & 0x7FFF for n in range(len(pictures))]


async def test_a_muted_track_is_forwarded_to_nobody_whatever_its_sender_does(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = student.produce("audio", microphone(), "microphone")
    consumer = teacher.consume(producer)
    consumer.resume(stage.plane.now())
    student.out.send(voice(1))
    await teacher.into.until(lambda: len(teacher.into.rtp) == 1)
    producer.pause()
    for n in range(2, 20):
        student.out.send(voice(n))
    await student.out.check()
    assert len(teacher.into.rtp) == 1
    producer.resume(stage.plane.now())
    student.out.send(voice(30))
    await teacher.into.until(lambda: len(teacher.into.rtp) >= 2)
    first, second = (seq_of(packet) for packet in teacher.into.rtp[:2])
    assert second == (first + 1) & 0xFFFF


async def test_who_speaks_is_told_from_the_levels_alone(stage: Stage) -> None:
    student = await stage.person("student")
    student.produce("audio", microphone(), "microphone")
    for n in range(80):
        student.out.send(voice(n, level=10))
        await asyncio.sleep(0.02)
        if stage.hall.active:
            break
    assert stage.hall.active == "student"


async def test_publishers_hear_when_their_packets_came(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    teacher.produce("video", camera(), "camera")
    for packet in Vp8().frame(key=True, packets=5):
        teacher.out.send(packet)
    await teacher.out.until(
        lambda: any(data[0] & 0x1F == 15 and data[1] == 205 for data in teacher.out.rtcp)
    )
    await teacher.out.until(lambda: any(data[1] == 201 for data in teacher.out.rtcp))


async def test_a_subscriber_hears_the_senders_clock(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    consumer = student.consume(teacher.produce("audio", microphone(), "microphone"))
    consumer.resume(stage.plane.now())
    teacher.out.send(voice(1))
    teacher.out.send_rtcp(struct.pack(">BBHIQIII", 0x80, 200, 6, 0x7777, 100 << 32, 960, 1, 100))

    def reported() -> bool:
        return any(
            data[1] == 200
            and struct.unpack_from(">I", data, 4)[0] == consumer.downlink.ssrc
            and struct.unpack_from(">I", data, 8)[0] - 100 < 60
            for data in student.into.rtcp
        )

    await student.into.until(reported)


async def test_streams_that_nobody_announced_go_nowhere_and_keep_no_memory(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    student.consume(producer).resume(stage.plane.now())
    for n in range(200):
        teacher.out.send(Vp8(ssrc=0x500000 + n).frame(key=True)[0])
    for packet in Vp8().frame(key=True):
        teacher.out.send(packet)
    await student.into.until(lambda: len(student.into.rtp) == 1)
    assert teacher.peer.uplinks[0].drops["unknown_stream"] == 200


async def test_two_tracks_cannot_have_the_same_number(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    teacher.produce("video", camera(), "camera")
    with pytest.raises(Conflict):
        teacher.produce("video", camera(mid="5"), "screen")


async def test_what_was_closed_is_told_no_more_and_is_found_no_more(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    consumer = student.consume(producer)
    teacher.peer.close()
    assert consumer.closed
    with pytest.raises(NotFound):
        student.peer.consumer(consumer.id)
    with pytest.raises(NotFound):
        stage.plane.producer(stage.hall, producer.id)


async def test_sides_are_not_mixed_up_and_everything_has_an_end(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    teacher.out_transport, teacher.into_transport = teacher.into_transport, teacher.out_transport
    with pytest.raises(Invalid):
        teacher.produce("video", camera(), "camera")
    for _ in range(2):
        teacher.peer.create_transport("send")
    with pytest.raises(Limited):
        teacher.peer.create_transport("send")


async def test_connections_that_have_ended_count_no_more(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    for _ in range(5):
        teacher.peer.create_transport("send").close()
    assert len(teacher.peer.sides) == 3


async def test_pinning_alone_changes_no_size(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    consumer = student.consume(teacher.produce("video", simulcast(), "camera"))
    consumer.prefer(width=0, height=0, pinned=True, now=stage.plane.now())
    assert (consumer.wish, consumer.pinned) == (2, True)
    consumer.prefer(width=300, height=200, pinned=False, now=stage.plane.now())
    assert consumer.wish == 0


async def test_layers_that_nobody_watches_are_not_wanted(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    producer = teacher.produce("video", simulcast(), "camera")
    layer = Vp8(ssrc=0x2000, rid="r0", mid="0")
    teacher.out.send(layer.frame(key=True)[0])
    await soon(lambda: producer.streams[0] is not None)
    now = stage.plane.now()
    assert producer.watched(now, patience=5.0) is None
    assert producer.watched(now + 6.0, patience=5.0) == (False, True, True)


async def test_a_layer_that_somebody_wants_again_is_wanted_at_once(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", simulcast(), "camera")
    consumer = student.consume(producer)
    for n in range(3):
        layer = Vp8(ssrc=0x2000 + n, rid=f"r{n}", mid="0")
        teacher.out.send(layer.frame(key=True)[0])
    await soon(lambda: None not in producer.streams)
    now = stage.plane.now()
    consumer.prefer(width=200, height=110, pinned=False, now=now)
    consumer.resume(now)
    stage.plane.tell_wanted(producer, now + 6.0)
    assert teacher.told.wanted_layers == [(True, False, False)]
    consumer.prefer(width=1280, height=720, pinned=True, now=now + 6.0)
    assert teacher.told.wanted_layers == [(True, False, False), (True, True, True)]


async def test_the_clocks_of_many_streams_are_told_in_one_packet(stage: Stage) -> None:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    sources = []
    for n in range(3):
        ssrc = 0x7700 + n
        producer = teacher.produce("audio", microphone(ssrc=ssrc, mid=str(n)), f"microphone{n}")
        consumer = student.consume(producer)
        consumer.resume(stage.plane.now())
        sources.append(consumer.downlink.ssrc)
        teacher.out.send(voice(1, ssrc=ssrc))
        report = struct.pack(">BBHIQIII", 0x80, 200, 6, ssrc, 100 << 32, 960, 1, 100)
        teacher.out.send_rtcp(report)
    await student.into.until(lambda: any(_senders(data) == sources for data in student.into.rtcp))


def _senders(data: bytes) -> list[int]:
    """Whose sender reports are in a packet."""
    found = []
    while data:
        size = 4 * struct.unpack_from(">H", data, 2)[0] + 4
        if data[1] == 200:
            found.append(struct.unpack_from(">I", data, 4)[0])
        data = data[size:]
    return found
