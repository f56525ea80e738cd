"""Somebody who was let in does what no browser does; everybody else hears and sees it all."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from msgspec.structs import replace as changed
from pylibsrtp import Error
from pylibsrtp._binding import ffi, lib
from structlog.testing import capture_logs

from tests.support.media_door import QUICK
from tests.support.plane import (
    LEVEL,
    MID_ID,
    OPUS_PT,
    RID,
    TWCC,
    VP8_PT,
    VP8_RTX,
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
from tests.support.rtp import one_byte, rtp
from tests.support.webrtc_client import Client
from vtp.media.rtp.packet import HEAD
from vtp.media.sfu.consumer import Consumer
from vtp.media.sfu.producer import Producer

_PICTURE, _SOUND = 0x2222, 0x8888  # what the hostile one sends with


def seq_of(packet: bytes) -> int:
    return int(struct.unpack_from(">H", packet, 2)[0])


def ssrc_of(packet: bytes) -> int:
    return int(struct.unpack_from(">I", packet, 8)[0])


@dataclass
class Lesson:
    """A teacher sends to a student; somebody hostile sends to both and watches the teacher."""

    stage: Stage
    teacher: Person
    student: Person
    hostile: Person
    shown: Consumer
    taken: Consumer
    picture: Producer
    frames: Vp8
    sent: int = 0

    def teach(self) -> None:
        for packet in self.frames.frame(key=self.sent % 60 == 0, packets=2):
            self.teacher.out.send(packet)
            self.sent += 1

    def arrived(self) -> list[bytes]:
        return self.of(self.shown.downlink.ssrc)

    def of(self, ssrc: int) -> list[bytes]:
        """What came to the student from one source."""
        return [packet for packet in self.student.into.rtp if ssrc_of(packet) == ssrc]

    async def under(self, attack: Iterator[None]) -> None:
        """The lesson goes on while this is done to it; nothing of it may be lost or told."""
        with capture_logs() as lines:
            for _ in attack:
                self.teach()
                await asyncio.sleep(0)
            await soon(lambda: len(self.arrived()) >= self.sent)
        numbers = [seq_of(packet) for packet in self.arrived()]
        assert numbers == [(numbers[0] + n) & 0xFFFF for n in range(self.sent)]
        assert "error" not in self.stage.plane.stats().drops
        assert lines == []
        await self.goes_on()

    async def goes_on(self) -> None:
        """The plane still reports, and still forwards."""
        before = len(self.teacher.out.rtcp)
        self.teach()
        await soon(lambda: len(self.arrived()) == self.sent)
        await self.teacher.out.until(lambda: len(self.teacher.out.rtcp) > before)


async def a_lesson(stage: Stage) -> Lesson:
    teacher, student, hostile = [
        await stage.person(name) for name in ("teacher", "student", "hostile")
    ]
    board = teacher.produce("video", camera(), "camera")
    picture = hostile.produce("video", camera(ssrc=_PICTURE), "camera")
    sound = hostile.produce("audio", microphone(ssrc=_SOUND), "microphone")
    shown, taken = student.consume(board), hostile.consume(board)
    for consumer in (shown, taken, student.consume(picture), student.consume(sound)):
        consumer.resume(stage.plane.now())
    return Lesson(stage, teacher, student, hostile, shown, taken, picture, Vp8())


@pytest.fixture
async def lesson() -> AsyncIterator[Lesson]:
    async with a_stage() as stage:
        yield await a_lesson(stage)


def sends(client: Client, packet: bytes) -> bool:
    """As long as a datagram may be, other than by pylibsrtp; False where libsrtp refuses it."""
    memory, size = ffi.new("char[]", 2_048), ffi.new("int *", len(packet))
    ffi.memmove(memory, packet, len(packet))
    if lib.srtp_protect(client.dtls._tx_srtp._srtp[0], memory, size):
        return False
    client.put(bytes(ffi.buffer(memory, size[0])))
    return True


def tells(client: Client, packet: bytes) -> bool:
    try:
        client.send_rtcp(packet)
    except Error:
        return False
    return True


# Packets

_HEADER = 12


def mutated(packet: bytes, chance: random.Random, *, spare: int) -> bytes:
    """Some bytes other, cut or longer; the first `spare` stay so that it is taken at all."""
    data = bytearray(packet)
    for _ in range(chance.randint(1, 8) if len(data) > spare else 0):
        data[chance.randrange(spare, len(data))] = chance.randrange(256)
    if chance.random() < 0.3:
        del data[chance.randint(spare, len(data)) :]
    if chance.random() < 0.2:
        data += chance.randbytes(chance.randrange(300))
    data[0] ^= chance.choice((0, 0, 0, 0x20, 0x10, 0x01))
    data[1] ^= chance.choice((0, 0, 0x80, 0x01))
    return bytes(data)


async def test_packets_that_are_no_packets_stay_with_who_sent_them(lesson: Lesson) -> None:
    chance = random.Random(3)
    went = 0

    def attack() -> Iterator[None]:
        nonlocal went
        picture = Vp8(ssrc=_PICTURE)
        for n in range(200):
            for packet in picture.frame(key=n % 5 == 0, packets=5, size=chance.randrange(200)):
                went += sends(lesson.hostile.out, mutated(packet, chance, spare=_HEADER))
            for m in range(5):
                sound = voice(5 * n + m, ssrc=_SOUND)
                went += sends(lesson.hostile.out, mutated(sound, chance, spare=_HEADER))
            yield

    await lesson.under(attack())
    assert went > 1_000


def odd_packets() -> Iterator[bytes]:
    """One of each kind that somebody once forgot to think of."""
    number = 0
    for n in range(40):
        for pt in (VP8_PT, VP8_RTX, OPUS_PT, 0, 127, 20):
            for payload in (b"", b"\x90", b"\x90\xe0\x80", bytes(1_400), bytes(1_430)):
                number += 1 + 7_000 * (n % 7 == 0)
                data = rtp(
                    payload,
                    pt=pt,
                    seq=number & 0xFFFF,
                    ts=(n * 0x33333333) & 0xFFFFFFFF,
                    ssrc=_PICTURE,
                    marker=True,
                    extension=one_byte([(TWCC, bytes(2)), (LEVEL, b"\0")]),
                )
                yield data
                padded = bytearray(data + bytes(9) + b"\x0a")  # the payload may be padding alone
                padded[0] |= 0x20
                padded[2:4] = ((number + 1) & 0xFFFF).to_bytes(2)
                number += 1
                yield bytes(padded)


async def test_odd_types_sizes_times_and_numbers_stay_with_who_sent_them(lesson: Lesson) -> None:
    def attack() -> Iterator[None]:
        for n, packet in enumerate(odd_packets()):
            sends(lesson.hostile.out, packet)
            if n % 20 == 0:
                yield

    await lesson.under(attack())
    drops = lesson.hostile.peer.uplinks[0].drops
    assert drops["payload_type"] > 0
    assert drops["malformed"] > 0
    assert max(map(len, lesson.student.into.rtp)) <= 1_472 - 16


async def test_repairs_of_everything_and_of_nothing_reach_nobody_twice(lesson: Lesson) -> None:
    picture = Vp8(ssrc=_PICTURE)
    [first] = picture.frame(key=True)
    lesson.hostile.out.send(first)
    await soon(lambda: len(lesson.student.into.rtp) == 1)
    ssrc = ssrc_of(lesson.student.into.rtp[0])

    def attack() -> Iterator[None]:
        for n in range(2_000):
            repaired = (seq_of(first) if n % 2 else n * 33) & 0xFFFF
            sends(
                lesson.hostile.out,
                rtp(
                    struct.pack(">H", repaired) + first[HEAD:],
                    pt=VP8_RTX,
                    seq=n,
                    ts=0,
                    ssrc=_PICTURE + 1,
                ),
            )
            if n % 20 == 0:
                yield

    await lesson.under(attack())
    lesson.hostile.out.send(picture.frame()[0])
    await soon(lambda: len(lesson.of(ssrc)) >= 2)
    numbers = [seq_of(one) for one in lesson.of(ssrc)]
    assert len(set(numbers)) == len(numbers)
    assert numbers[-1] == (numbers[0] + 1) & 0xFFFF


async def test_five_times_what_one_may_send_is_cut_and_nobody_else_loses_anything() -> None:
    limited = changed(QUICK, publish_packets=600)
    async with a_stage(limited) as stage:
        lesson = await a_lesson(stage)
        picture = Vp8(ssrc=_PICTURE)

        def attack() -> Iterator[None]:
            for n in range(150):
                for packet in picture.frame(key=n % 10 == 0, packets=20, size=100):
                    lesson.hostile.out.send(packet)
                yield

        began = stage.plane.now()
        await lesson.under(attack())
        seconds = int(stage.plane.now() - began) + 2
        assert stage.plane.stats().drops["flood"] >= 3_000 - 600 * seconds - seconds
        assert lesson.hostile.out_transport.packets_in <= 601 * seconds


async def test_thousands_of_sources_are_nobodys(lesson: Lesson) -> None:
    def attack() -> Iterator[None]:
        for n in range(4_000):
            lesson.hostile.out.send(
                rtp(b"\x90\xe0\x80\x01\x01\x20\x10", pt=VP8_PT, seq=n, ts=n, ssrc=0x40_0000 + n)
            )
            if n % 20 == 0:
                yield

    await lesson.under(attack())
    drops = lesson.hostile.peer.uplinks[0].drops
    assert drops["unknown_stream"] >= 3_000
    assert {ssrc_of(one) for one in lesson.student.into.rtp} == {lesson.shown.downlink.ssrc}


async def test_the_number_of_another_persons_source_is_not_that_source(lesson: Lesson) -> None:
    stage, student = lesson.stage, lesson.student
    stranger = await stage.person("stranger")
    twin = student.consume(stranger.produce("video", camera(), "camera"))
    twin.resume(stage.plane.now())
    same = Vp8()
    count = 0

    def attack() -> Iterator[None]:
        nonlocal count
        for n in range(100):
            stranger.out.send(same.frame(key=n == 0)[0])
            count += 1
            yield

    await lesson.under(attack())
    assert len(lesson.of(twin.downlink.ssrc)) == count


async def test_who_says_to_be_a_layer_that_is_there_already_is_not_heard(lesson: Lesson) -> None:
    hostile = lesson.hostile
    layered = hostile.produce("video", simulcast(mid="7"), "screen")
    first = Vp8(ssrc=0x3000, rid="r0", mid="7")
    hostile.out.send(first.frame(key=True)[0])
    await soon(lambda: layered.streams[0] is not None)

    def attack() -> Iterator[None]:
        for n in range(100):
            second = Vp8(ssrc=0x3001 + n, rid="r0", mid="7")
            sends(hostile.out, second.frame(key=True)[0])
            repair = one_byte([(MID_ID, b"7"), (RID, b"r0")])
            sends(
                hostile.out,
                rtp(b"\0\0\0", pt=VP8_RTX, seq=n, ts=0, ssrc=0x3800 + n, extension=repair),
            )
            yield

    await lesson.under(attack())
    stream = layered.streams[0]
    assert stream is not None
    assert (stream.ssrc, stream.rtx_ssrc) == (0x3000, 0x3800)


# Reports


def report_about(ssrc: int) -> Iterator[bytes]:
    yield struct.pack(">BBHII", 0x81, 206, 2, 1, ssrc)  # PLI
    yield struct.pack(">BBHIIIBxxx", 0x84, 206, 4, 1, 0, ssrc, 7)  # FIR
    yield struct.pack(">BBHIIHH", 0x81, 205, 3, 1, ssrc, 17, 0xFFFF)  # NACK
    yield struct.pack(">BBHIIIIIII", 0x81, 201, 7, 1, ssrc, 0xFF << 24, 9, 9, 0xFFFF_FFFF, 1)  # RR
    yield struct.pack(">BBHIQIII", 0x80, 200, 6, ssrc, 1 << 63, 1, 2, 3)  # SR
    yield struct.pack(">BBHI", 0x81, 203, 1, ssrc)  # BYE
    yield struct.pack(">BBHII", 0x8F, 206, 4, 1, 0) + b"REMB" + struct.pack(">II", 0x1FFFFFF, ssrc)


def arrivals(chance: random.Random) -> bytes:
    """Transport-wide feedback about what was never sent."""
    body = chance.randbytes(8 + 4 * chance.randrange(200))
    words = 2 + len(body) // 4
    return struct.pack(">BBHII", 0x8F, 205, words, 1, 1) + body


async def test_reports_that_are_none_and_reports_of_nonsense_change_nothing(
    lesson: Lesson,
) -> None:
    chance = random.Random(4)
    known = [lesson.taken.downlink.ssrc, lesson.shown.downlink.ssrc, _PICTURE, 0x1111]

    def attack() -> Iterator[None]:
        for _ in range(150):
            for client in (lesson.hostile.out, lesson.hostile.into):
                for ssrc in (chance.choice(known), chance.getrandbits(32)):
                    for packet in report_about(ssrc):
                        tells(client, mutated(packet, chance, spare=8))
                tells(client, arrivals(chance))
            yield

    await lesson.under(attack())


async def test_key_frames_are_asked_for_twice_a_second_however_many_ask(lesson: Lesson) -> None:
    def attack() -> Iterator[None]:
        for _ in range(100):
            for packet in list(report_about(lesson.taken.downlink.ssrc))[:2]:
                lesson.hostile.into.send_rtcp(packet * 5)
            yield

    began = lesson.stage.plane.now()
    await lesson.under(attack())
    asked = sum(data[1] == 206 and data[0] & 31 == 1 for data in lesson.teacher.out.rtcp)
    assert asked <= 1 + (lesson.stage.plane.now() - began) / 0.5


async def test_who_asks_for_everything_again_is_sent_a_little(lesson: Lesson) -> None:
    lesson.teach()
    await soon(lambda: lesson.hostile.into.received >= 2)

    def attack() -> Iterator[None]:
        for base in range(0, 0x10000, 17 * 64):
            items = b"".join(
                struct.pack(">HH", (base + 17 * n) & 0xFFFF, 0xFFFF) for n in range(64)
            )
            ssrc = lesson.taken.downlink.ssrc
            lesson.hostile.into.send_rtcp(struct.pack(">BBHII", 0x81, 205, 66, 1, ssrc) + items)
            yield

    began = lesson.stage.plane.now()
    await lesson.under(attack())
    downlink = lesson.taken.downlink
    again = [one for one in lesson.hostile.into.rtp if ssrc_of(one) == downlink.rtx_ssrc]
    seconds = lesson.stage.plane.now() - began
    assert sum(map(len, again)) <= 22_000 + 150_000 / 8 * seconds
    assert lesson.hostile.peer.feeds[0].drops["flood_of_requests"] > 0


async def test_reports_about_what_others_receive_are_nobodys(lesson: Lesson) -> None:
    lesson.teach()
    await soon(lambda: len(lesson.arrived()) == 2)
    lesson.teacher.out.rtcp.clear()

    def attack() -> Iterator[None]:
        for _ in range(20):
            for ssrc in (lesson.shown.downlink.ssrc, 0x1111):
                for packet in report_about(ssrc):
                    lesson.hostile.into.send_rtcp(packet)
            yield

    await lesson.under(attack())
    assert lesson.shown.downlink.resent == 0
    assert not [data for data in lesson.teacher.out.rtcp if data[1] == 206]


async def test_a_flood_of_reports_is_not_read(lesson: Lesson) -> None:
    long = b"".join(report_about(lesson.taken.downlink.ssrc)) * 8

    def attack() -> Iterator[None]:
        for _ in range(30):  # few enough to be read, were they not so long
            for client in (lesson.hostile.into, lesson.hostile.out):
                for _ in range(5):
                    client.send_rtcp(long[:1_200])
            yield

    await lesson.under(attack())
    for side in lesson.hostile.peer.sides:
        assert side.drops["flood_of_reports"] > 0
