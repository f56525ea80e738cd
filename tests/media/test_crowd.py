"""In a large hall, what silent microphones send is kept from the others."""

from __future__ import annotations

import asyncio
import struct

from msgspec.structs import replace as changed

from tests.support.media_door import QUICK
from tests.support.plane import Person, a_stage, microphone, soon, voice

_SILENCE = 127


def numbers(packets: list[bytes]) -> list[int]:
    return [int(struct.unpack_from(">H", packet, 2)[0]) for packet in packets]


def times(packets: list[bytes]) -> list[int]:
    return [int(struct.unpack_from(">I", packet, 4)[0]) for packet in packets]


async def says(person: Person, first: int, levels: list[int]) -> None:
    for n, level in enumerate(levels):
        person.out.send(voice(first + n, level=level))
    [producer] = person.peer.producers.values()
    [stream] = producer.streams
    assert stream is not None
    history, last = stream.history, 65_536 + first + len(levels) - 1
    await soon(lambda: history.newest == last)


async def test_silence_goes_to_nobody_and_speech_from_its_first_packet_on() -> None:
    async with a_stage(changed(QUICK, quiet_from=1)) as stage:
        teacher, student = await stage.person("teacher"), await stage.person("student")
        producer = student.produce("audio", microphone(), "microphone")
        consumer = teacher.consume(producer)
        consumer.resume(stage.plane.now())
        got = teacher.into.rtp
        await says(student, 1, [_SILENCE] * 3)
        await teacher.into.until(lambda: len(got) == 3)  # two people are no crowd

        teacher.produce("audio", microphone(), "microphone")
        await says(student, 4, [_SILENCE] * 20)
        assert len(got) == 3
        await says(student, 24, [_SILENCE, 30, _SILENCE])
        await teacher.into.until(lambda: len(got) == 5)
        assert numbers(got) == [(numbers(got)[0] + n) & 0xFFFF for n in range(5)]
        assert [(at - times(got)[0]) // 960 for at in times(got)] == [0, 1, 2, 24, 25]
        assert consumer.downlink.packets == 5


async def test_what_fades_away_is_heard_and_repairs_of_it_are_found() -> None:
    async with a_stage(changed(QUICK, quiet_from=0)) as stage:
        teacher, student = await stage.person("teacher"), await stage.person("student")
        producer = student.produce("audio", microphone(), "microphone")
        consumer = teacher.consume(producer)
        consumer.resume(stage.plane.now())
        got, sent = teacher.into.rtp, 0
        await says(student, 1, [20])
        [stream] = producer.streams
        assert stream is not None
        assert stream.hush is not None
        hush = stream.hush
        while not hush.active:
            sent += 1
            await says(student, 1 + sent, [_SILENCE])
            await asyncio.sleep(0.02)
        assert 10 < len(got) <= sent
        await says(student, 2 + sent, [25])
        await soon(lambda: not hush.active)
        last = numbers(got)[-1]
        packet = struct.pack(">BBHIIHH", 0x81, 205, 3, 1, consumer.downlink.ssrc, last, 0)
        teacher.into.send_rtcp(packet)
        await soon(lambda: consumer.downlink.resent == 1)
