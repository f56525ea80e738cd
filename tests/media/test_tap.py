"""What a recorder gets of a track: the past, then all that comes, of the best layer there is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace as changed

from tests.support.media_door import QUICK
from tests.support.plane import Stage, Vp8, a_stage, camera, microphone, simulcast, soon, voice
from vtp.media.rtp.packet import HEAD, Packet
from vtp.media.sfu.stream import Stream


@dataclass
class Kept:
    """A recorder that only notes what it is given."""

    layers: list[Stream] = field(default_factory=list)
    all: list[Packet] = field(default_factory=list)
    silences: list[int] = field(default_factory=list)
    over: int = 0

    def began(self, stream: Stream) -> None:
        self.layers.append(stream)

    def packets(self, packets: Sequence[Packet], now: float) -> None:
        self.all += packets

    def silence(self, until: Packet) -> None:
        self.silences.append(until.ext)

    def ended(self) -> None:
        self.over += 1


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as made:
        yield made


async def test_it_gets_the_last_seconds_and_then_what_comes(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    producer = teacher.produce("video", camera(), "camera")
    [stream] = producer.streams
    assert stream is not None
    picture, kept = Vp8(), Kept()
    for packet in picture.frame(key=True, packets=3, size=200):
        teacher.out.send(packet)
    await soon(lambda: stream.history.newest == 65_536 + 103)
    producer.tap(kept, stage.plane.now())
    assert [one.ext - 65_536 for one in kept.all] == [101, 102, 103]
    teacher.out.send(picture.frame(size=200)[0])
    await soon(lambda: len(kept.all) == 4)
    assert kept.layers == [stream]
    assert [one.key for one in kept.all] == [True, False, False, False]
    assert all(one.arrival > 0 and len(one.data) >= HEAD + 200 for one in kept.all)


async def test_it_follows_to_a_better_layer_at_a_key_frame_and_says_so(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    producer = teacher.produce("video", simulcast(), "camera")
    small = Vp8(ssrc=0x2000, rid="r0", mid="0")
    large = Vp8(ssrc=0x2002, rid="r2", mid="0")
    kept = Kept()
    tap = producer.tap(kept, stage.plane.now())
    teacher.out.send(small.frame(key=True)[0])
    await soon(lambda: len(kept.all) == 1)
    teacher.out.send(large.frame()[0])
    await soon(lambda: producer.streams[2] is not None and producer.streams[2].reception.lost == 0)
    tap.choose(stage.plane.now())
    await teacher.out.until(lambda: any(data[1] == 206 for data in teacher.out.rtcp))
    teacher.out.send(small.frame()[0])
    await soon(lambda: len(kept.all) == 2)
    teacher.out.send(large.frame(key=True)[0])
    await soon(lambda: len(kept.all) == 3)
    teacher.out.send(small.frame()[0])
    teacher.out.send(large.frame()[0])
    await soon(lambda: len(kept.all) == 4)
    assert kept.layers == [producer.streams[0], producer.streams[2]]
    assert kept.all[2].key


async def test_a_layer_that_is_recorded_counts_as_watched(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    producer = teacher.produce("video", camera(), "camera")
    now = stage.plane.now()
    tap = producer.tap(Kept(), now)
    assert producer.watched(now, patience=5.0) is None
    assert producer.watched(now + 6.0, patience=5.0) is None
    tap.close()
    assert producer.watched(now + 7.0, patience=5.0) is None
    assert producer.watched(now + 13.0, patience=5.0) == (False,)


async def test_it_can_ask_for_a_picture_that_needs_no_other(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    tap = teacher.produce("video", camera(), "camera").tap(Kept(), stage.plane.now())
    tap.want_key(stage.plane.now())
    await teacher.out.until(lambda: any(data[1] == 206 for data in teacher.out.rtcp))


async def test_it_gets_nothing_while_muted_nor_what_was_said_meanwhile(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    producer = teacher.produce("audio", microphone(), "microphone")
    kept = Kept()
    producer.tap(kept, stage.plane.now())
    teacher.out.send(voice(1))
    await soon(lambda: len(kept.all) == 1)
    producer.pause()
    teacher.out.send(voice(2))
    await teacher.out.check()
    producer.resume(stage.plane.now())
    teacher.out.send(voice(3))
    await soon(lambda: len(kept.all) == 2)
    assert [one.ext - 65_536 for one in kept.all] == [1, 3]


async def test_a_silence_that_went_to_nobody_is_told_as_one() -> None:
    async with a_stage(changed(QUICK, quiet_from=0)) as stage:
        teacher = await stage.person("teacher")
        producer = teacher.produce("audio", microphone(), "microphone")
        kept = Kept()
        producer.tap(kept, stage.plane.now())
        for n in range(5):
            teacher.out.send(voice(n + 1, level=127))
        [stream] = producer.streams
        assert stream is not None
        await soon(lambda: stream.history.newest == 65_536 + 5)
        teacher.out.send(voice(6, level=20))
        await soon(lambda: kept.all)
    assert kept.silences == [65_536 + 6]
    assert [one.ext - 65_536 for one in kept.all] == [6]


async def test_it_ends_with_the_track_and_only_once(stage: Stage) -> None:
    teacher = await stage.person("teacher")
    producer = teacher.produce("audio", microphone(), "microphone")
    one, other = Kept(), Kept()
    tap = producer.tap(one, stage.plane.now())
    producer.tap(other, stage.plane.now())
    tap.close()
    tap.close()
    assert (one.over, other.over) == (1, 0)
    teacher.peer.close()
    assert (one.over, other.over) == (1, 1)


async def test_a_recorder_that_fails_takes_nothing_from_the_others(stage: Stage) -> None:
    class Full(Kept):
        def packets(self, packets: Sequence[Packet], now: float) -> None:
            raise OSError("no space left")

    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("audio", microphone(), "microphone")
    producer.tap(Full(), stage.plane.now())
    student.consume(producer).resume(stage.plane.now())
    for n in range(5):
        teacher.out.send(voice(n))
    await student.into.until(lambda: len(student.into.rtp) == 5)
