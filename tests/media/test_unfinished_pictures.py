"""Where many watch, the packets of a picture leave together; nobody waits long, or gets one twice."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from tests.support.plane import Person, Stage, Vp8, a_stage, camera, soon
from vtp.media.sfu import plane as planes
from vtp.media.sfu.consumer import Consumer
from vtp.media.sfu.producer import Producer
from vtp.media.sfu.stream import Stream

_MANY = 8
_FOR_EVER = 600.0


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as made:
        yield made


async def a_class(stage: Stage, watching: int) -> tuple[Person, Person, Producer]:
    """Many who watch: one person with as many pictures of the same camera."""
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", camera(), "camera")
    for _ in range(watching):
        watch(stage, student, producer)
    return teacher, student, producer


def watch(stage: Stage, student: Person, producer: Producer) -> Consumer:
    consumer = student.consume(producer)
    consumer.resume(stage.plane.now())
    return consumer


def numbers(student: Person) -> dict[int, list[int]]:
    """Of each stream, as they came."""
    found = defaultdict(list)
    for packet in student.into.rtp:
        seq, ssrc = struct.unpack_from(">2xH4xI", packet)
        found[ssrc].append(seq)
    return found


def in_order(seqs: list[int]) -> bool:
    return seqs == [(seqs[0] + n) & 0xFFFF for n in range(len(seqs))]


async def begun(teacher: Person, student: Person, producer: Producer) -> tuple[Vp8, Stream]:
    """Everybody has a first picture."""
    picture, everybody = Vp8(), len(producer.consumers)
    for packet in picture.frame(key=True, packets=3):
        teacher.out.send(packet)
    await student.into.until(lambda: len(student.into.rtp) == 3 * everybody)
    [stream] = producer.streams
    assert stream is not None
    return picture, stream


async def test_a_picture_is_sent_when_its_last_packet_is_there(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planes, "_HOLD", _FOR_EVER)
    teacher, student, producer = await a_class(stage, _MANY)
    picture, stream = await begun(teacher, student, producer)
    *most, last = picture.frame(packets=4)
    newest = stream.history.newest
    for packet in most:
        teacher.out.send(packet)
    await soon(lambda: stream.history.newest == newest + 3)
    assert len(student.into.rtp) == 3 * _MANY
    teacher.out.send(last)
    await student.into.until(lambda: len(student.into.rtp) == 7 * _MANY)
    assert all(in_order(seqs) for seqs in numbers(student).values())


async def test_who_comes_meanwhile_gets_each_packet_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planes, "_HOLD", _FOR_EVER)
    teacher, student, producer = await a_class(stage, _MANY)
    picture, stream = await begun(teacher, student, producer)
    *most, last = picture.frame(packets=3)
    newest = stream.history.newest
    for packet in most:
        teacher.out.send(packet)
    await soon(lambda: stream.history.newest == newest + 2)
    late = watch(stage, student, producer).downlink
    teacher.out.send(last)
    await student.into.until(lambda: len(student.into.rtp) >= 6 * (_MANY + 1))
    assert len(numbers(student)[late.ssrc]) == 6
    assert all(in_order(seqs) for seqs in numbers(student).values())


async def test_the_rest_of_a_picture_is_not_waited_for_long(stage: Stage) -> None:
    teacher, student, producer = await a_class(stage, _MANY)
    picture, _ = await begun(teacher, student, producer)
    for packet in picture.frame(packets=3)[:2]:
        teacher.out.send(packet)
    await student.into.until(lambda: len(student.into.rtp) == 5 * _MANY)


async def test_where_few_watch_nothing_waits(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planes, "_HOLD", _FOR_EVER)
    teacher, student, producer = await a_class(stage, _MANY - 1)
    picture, _ = await begun(teacher, student, producer)
    teacher.out.send(picture.frame(packets=3)[0])
    await student.into.until(lambda: len(student.into.rtp) == 4 * (_MANY - 1))
