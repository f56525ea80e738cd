"""A minute of five times what one may send, from another process: a class goes on."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from tests.support.media_door import QUICK
from tests.support.plane import Person, Told, a_stage, microphone, soon, voice
from tests.support.webrtc_client import Client
from vtp.media.rtp.ortc_types import DtlsFingerprint, DtlsParameters, RtpParameters
from vtp.media.sfu.peer import Peer
from vtp.media.sfu.transport import Transport

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.alone]

_SECONDS = 60
_PACE = 0.02  # s between two packets of a voice
_LATE = 0.1  # s
_RATE = 5 * QUICK.publish_packets
_SOURCE = 0x9999


class Flooder:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def said(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return answer

    async def begin(self, peer: Peer, transport: Transport, port: int) -> None:
        fingerprint = DtlsFingerprint(algorithm="sha-256", value=(await self.said())["fingerprint"])
        await peer.connect(transport.id, DtlsParameters(role="client", fingerprints=(fingerprint,)))
        ice = transport.ice_parameters()
        [ours] = transport.dtls_parameters().fingerprints
        server = {
            "host": "127.0.0.1",
            "port": port,
            "ufrag": ice.username_fragment,
            "password": ice.password,
            "fingerprint": ours.value,
        }
        assert self._process.stdin is not None
        told = json.dumps({"server": server, "ssrc": _SOURCE, "rate": _RATE})
        self._process.stdin.write(told.encode() + b"\n")
        assert (await self.said())["there"]

    async def end(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.close()
        return int((await self.said())["sent"])


@asynccontextmanager
async def a_flooder() -> AsyncIterator[Flooder]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.flooder",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Flooder(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@dataclass
class Speaker:
    """Talks all the time, and counts how often the loop let it wait."""

    person: Person
    hearers: tuple[Client, ...]
    said: int = 0

    async def talk(self, packets: int) -> int:
        late = 0
        for n in range(self.said, self.said + packets):
            self.person.out.send(voice(n))
            before = self.person.stage.plane.now()
            await asyncio.sleep(_PACE)
            late += self.person.stage.plane.now() - before - _PACE > _LATE
            if n % 250 == 0:
                for client in self.hearers:
                    await client.check()  # nobody is sent anything without consent
        self.said += packets
        return late


async def test_a_flood_is_cut_off_and_another_class_gets_all_that_comes() -> None:
    async with a_stage() as stage, a_flooder() as flooder:
        teacher, student = await stage.person("teacher"), await stage.person("student")
        consumer = student.consume(teacher.produce("audio", microphone(), "microphone"))
        consumer.resume(stage.plane.now())
        other = stage.plane.peer(stage.plane.hall("other", Told()), "hostile", Told())
        way = other.create_transport("send")
        parameters = msgspec.convert(microphone(ssrc=_SOURCE), RtpParameters)
        other.produce(way.id, "audio", parameters, track_id="flood", source="microphone")
        speaker = Speaker(teacher, (teacher.out, student.into))
        usual = await speaker.talk(500)  # in ten seconds, on this machine
        await flooder.begin(other, way, stage.plane.port)
        began = stage.plane.now()
        late = await speaker.talk(50 * _SECONDS)
        sent = await flooder.end()
        await soon(lambda: len(student.into.rtp) == teacher.out_transport.packets_in)
        assert len(student.into.rtp) >= 0.99 * speaker.said
        # Where the flooder has a core of its own: one in a hundred, and what is usual here.
        assert late <= 0.01 * 50 * _SECONDS + 2 * usual * _SECONDS / 10
        seconds = int(stage.plane.now() - began) + 2
        assert sent > seconds * QUICK.publish_packets
        assert way.packets_in <= seconds * (QUICK.publish_packets + 1)
        assert "error" not in stage.plane.stats().drops
