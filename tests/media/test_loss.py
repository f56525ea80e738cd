"""Bad lines between people and the router: what is lost on the way is repaired on the way."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import pytest

from tests.support.lossy import Line, Weather, a_line
from tests.support.plane import (
    Person,
    Stage,
    Vp8,
    a_stage,
    camera,
    microphone,
    simulcast,
    soon,
    voice,
)
from tests.support.repairs import Receiver, Sender
from tests.support.webrtc_client import Udp
from vtp.media.sfu.consumer import Consumer

_PACKETS = 8  # of a picture
_FRAME = 1 / 30
_VOICE = 0.02
_FINE = Weather()
_LOSSES = Weather(loss=0.05, delay=0.01)
_AFTER = 0.8  # s in which the last repairs may come


@dataclass
class Class:
    """A teacher who sends and a student who watches, each behind a line of its own."""

    stage: Stage
    teacher: Person
    student: Person
    up: Line
    down: Line


@pytest.fixture
async def lesson() -> AsyncIterator[Class]:
    async with a_stage() as stage, AsyncExitStack() as lines:
        up = await lines.enter_async_context(a_line(stage.plane.port, seed=11))
        down = await lines.enter_async_context(a_line(stage.plane.port, seed=23))
        stage.port = up.port
        teacher = await stage.person("teacher")
        stage.port = down.port
        student = await stage.person("student")
        yield Class(stage, teacher, student, up, down)


@asynccontextmanager
async def receiving(lesson: Class, consumer: Consumer) -> AsyncIterator[Receiver]:
    link = consumer.downlink
    made = Receiver(lesson.student.into, link.ssrc, link.rtx_ssrc)
    running = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


class Film:
    """Pictures whose packets are numbered in their payload; `sent` has the numbers in order."""

    def __init__(self, sender: Sender) -> None:
        self.sent: list[bytes] = []
        self.plis = 0  # since the first picture
        self.sender = sender
        self._picture = Vp8()

    async def run(self, frames: int) -> None:
        asked = self.sender.plis
        for _ in range(frames):
            key = not self.sent
            for packet in self._picture.frame(key=key, packets=_PACKETS, size=596):
                mark = struct.pack(">I", len(self.sent))
                self.sender.send(packet[:-4] + mark)
                self.sent.append(mark)
            await self._rest(1)
        self.plis = self.sender.plis - asked

    async def end(self) -> None:
        """On a good line, so that a gap is seen to be one, and filled."""
        await self._rest(int(_AFTER / _FRAME))

    async def _rest(self, frames: int) -> None:
        for _ in range(frames):
            await asyncio.sleep(_FRAME)
            self.sender.answer()


async def talk(sender: Sender, packets: int) -> None:
    for n in range(packets):
        sender.send(voice(n))
        await asyncio.sleep(_VOICE)
    for _ in range(int(_AFTER / _VOICE)):
        await asyncio.sleep(_VOICE)
        sender.answer()


def marks(receiver: Receiver) -> list[bytes]:
    """What came, in the order of its numbers."""
    return [receiver.payloads[ext][-4:] for ext in sorted(receiver.payloads)]


async def a_film(
    lesson: Class, frames: int, *, up: Weather = _FINE, down: Weather = _FINE
) -> tuple[Film, Receiver]:
    """The first and the last pictures in fine weather, what is between in that."""
    producer = lesson.teacher.produce("video", camera(), "camera")
    consumer = lesson.student.consume(producer)
    consumer.resume(lesson.stage.plane.now())
    film = Film(Sender(lesson.teacher.out, rtx_ssrc=0x1112))
    async with receiving(lesson, consumer) as receiver:
        await film.run(5)
        lesson.up.both(up)
        lesson.down.both(down)
        await film.run(frames)
        lesson.up.both(_FINE)
        lesson.down.both(_FINE)
        plis = film.plis
        await film.run(2)
        film.plis += plis
        await film.end()
        receiver.look()
    return film, receiver


async def test_a_subscribers_losses_are_repaired_without_a_new_picture(lesson: Class) -> None:
    film, receiver = await a_film(lesson, 90, down=_LOSSES)
    assert len(receiver.gaps) >= 0.03 * len(film.sent)
    assert receiver.repaired >= 0.95 * len(receiver.gaps)
    assert receiver.plis == film.plis == 0
    assert marks(receiver) == film.sent


async def test_a_publishers_losses_are_asked_for_and_repaired(lesson: Class) -> None:
    film, receiver = await a_film(lesson, 90, up=_LOSSES)
    assert film.sender.resent >= 0.03 * len(film.sent)
    assert marks(receiver) == film.sent
    assert receiver.plis == film.plis == 0


async def test_losses_on_both_lines_are_repaired_on_each(lesson: Class) -> None:
    film, receiver = await a_film(lesson, 90, up=_LOSSES, down=_LOSSES)
    missing = set(film.sent) - set(marks(receiver))
    assert len(missing) <= 0.005 * len(film.sent)
    assert marks(receiver) == [mark for mark in film.sent if mark not in missing]


async def test_what_comes_unevenly_and_out_of_order_keeps_its_numbers(lesson: Class) -> None:
    film, receiver = await a_film(
        lesson,
        90,
        up=Weather(jitter=0.05, overtaken=0.01, doubled=0.01),
        down=Weather(jitter=0.05, overtaken=0.01),
    )
    assert marks(receiver) == film.sent
    assert set(receiver.times.values()) == {1}
    assert receiver.plis == film.plis == 0


async def test_sound_is_whole_at_a_tenth_lost_on_both_lines(lesson: Class) -> None:
    parameters = microphone()
    parameters["codecs"][0]["rtcpFeedback"] = [{"type": "nack"}]
    producer = lesson.teacher.produce("audio", parameters, "microphone")
    consumer = lesson.student.consume(producer)
    consumer.resume(lesson.stage.plane.now())
    lesson.up.both(Weather(loss=0.10, delay=0.01))
    lesson.down.both(Weather(loss=0.10, delay=0.01))
    sender = Sender(lesson.teacher.out)
    async with receiving(lesson, consumer) as receiver:
        await talk(sender, 150)
        receiver.look()
    assert sender.resent >= 8
    assert receiver.repaired >= 8
    assert len(receiver.payloads) >= 0.99 * 150  # a fifth would be missing without repairs


class Studio:
    """A camera in three layers, whose key frames come when they are asked for."""

    def __init__(self, lesson: Class) -> None:
        producer = lesson.teacher.produce("video", simulcast(), "camera")
        self.consumer = lesson.student.consume(producer)
        self.frames = 0
        self._sender = Sender(lesson.teacher.out, rtx_ssrc=0x1112)
        self._layers = [
            (Vp8(ssrc=0x2000 + n, rid=f"r{n}", mid="0", pid=100 * n, seq=1000 * n), *shape)
            for n, shape in enumerate(((1, 600), (2, 1060), (7, 1020)))  # 0.15, 0.5, 1.7 Mbit/s
        ]
        self._keys = 0

    @property
    def layer(self) -> int:
        stream = self.consumer.downlink.stream
        return -1 if stream is None else stream.layer

    async def run(self, frames: int, *, until: Callable[[], bool] = lambda: False) -> int:
        """How many pictures it took."""
        for n in range(frames):
            if until():
                return n
            key, self._keys = self._sender.plis > self._keys or self.frames == 0, self._sender.plis
            for layer, packets, size in self._layers:
                for packet in layer.frame(key=key, packets=packets, size=size):
                    self._sender.send(packet)
            self.frames += 1
            await asyncio.sleep(_FRAME)
        return frames


@pytest.mark.alone
@pytest.mark.slow
async def test_a_line_that_falls_to_500_kbit_is_sent_a_smaller_layer_and_the_best_one_later(
    lesson: Class,
) -> None:
    """Counted in pictures, thirty a second, so that a busy machine has more time for them."""
    lesson.down.both(Weather(delay=0.02))
    studio = Studio(lesson)
    await studio.run(2)
    studio.consumer.resume(lesson.stage.plane.now())
    async with receiving(lesson, studio.consumer) as receiver:
        await studio.run(300, until=lambda: studio.layer == 2)
        await studio.run(60)
        assert studio.layer == 2
        lesson.down.down.weather = Weather(delay=0.02, rate=500_000)
        assert await studio.run(90, until=lambda: 0 <= studio.layer < 2) < 90
        still, seen = 0, len(receiver.payloads)
        for _ in range(240):
            await studio.run(1)
            still = 0 if len(receiver.payloads) > seen else still + 1
            seen = len(receiver.payloads)
            assert still < 30
            assert studio.layer < 2
        lesson.down.down.weather = Weather(delay=0.02)
        assert await studio.run(1_800, until=lambda: studio.layer == 2) < 1_800


async def test_what_is_sent_again_under_its_own_number_is_the_same_to_the_bit(
    lesson: Class,
) -> None:
    """Or one number of the cipher would serve for two texts."""
    producer = lesson.teacher.produce("audio", microphone(), "microphone")
    consumer = lesson.student.consume(producer)
    consumer.resume(lesson.stage.plane.now())
    raw: list[bytes] = []
    assert isinstance(lesson.student.into.wire, Udp)
    lesson.student.into.wire._take = raw.append
    lesson.teacher.out.send(voice(1))
    await soon(lambda: raw)
    number = int.from_bytes(raw[0][2:4])
    await asyncio.sleep(0.05)
    request = struct.pack(">BBHIIHH", 0x81, 205, 3, 1, consumer.downlink.ssrc, number, 0)
    lesson.student.into.send_rtcp(request)
    await soon(lambda: len([data for data in raw if data[1] & 0x7F == raw[0][1] & 0x7F]) == 2)
    first, again = [data for data in raw if data[1] & 0x7F == raw[0][1] & 0x7F]
    assert first == again


async def test_nobody_is_asked_for_a_key_frame_of_a_voice(lesson: Class) -> None:
    producer = lesson.teacher.produce("audio", microphone(), "microphone")
    consumer = lesson.student.consume(producer)
    consumer.resume(lesson.stage.plane.now())
    sender = Sender(lesson.teacher.out)
    for n in (1, 2, 500, 501):  # a gap that nothing can fill
        sender.send(voice(n))
    ssrc = consumer.downlink.ssrc
    lesson.student.into.send_rtcp(struct.pack(">BBHII", 0x81, 206, 2, 1, ssrc))
    await lesson.teacher.out.until(lambda: any(data[1] == 201 for data in lesson.teacher.out.rtcp))
    sender.answer()
    assert sender.plis == 0
