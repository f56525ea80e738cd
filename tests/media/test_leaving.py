"""Who has left is not kept: not by queues, nor by those who were watched."""

from __future__ import annotations

import gc
import weakref

from tests.support.plane import Stage, Vp8, a_stage, camera, simulcast, soon


async def _a_visit(stage: Stage, *, layers: bool) -> list[weakref.ref[object]]:
    teacher, student = await stage.person("teacher"), await stage.person("student")
    producer = teacher.produce("video", simulcast() if layers else camera(), "camera")
    consumer = student.consume(producer)
    consumer.resume(stage.plane.now())
    picture = Vp8(rid="r0", mid="0") if layers else Vp8()
    for packet in picture.frame(key=True, packets=3):
        teacher.out.send(packet)
    await student.into.until(lambda: len(student.into.rtp) >= 3)
    kept: list[object] = [consumer, producer, consumer.downlink]
    for person in (teacher, student):
        kept += [person.peer, person.out_transport, person.into_transport, *person.peer.sides]
        person.peer.close()
    return [weakref.ref(one) for one in kept if "__weakref__" in dir(one)]


async def test_nothing_is_kept_of_who_has_left() -> None:
    async with a_stage() as stage:
        for layers in (False, True):
            gone = await _a_visit(stage, layers=layers)

            def forgotten(gone: list[weakref.ref[object]] = gone) -> bool:
                gc.collect()
                return not any(one() for one in gone)

            await soon(forgotten)
        assert stage.plane.peers() == []
