"""Somebody who was let in and sends as much as asked for, in a process of its own.

Says the fingerprint of its certificate, is told where to go, and floods until its input ends; then
says how many packets that were.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from tests.support.plane import OPUS_PT
from tests.support.rtp import rtp
from tests.support.webrtc_client import Client, Server

_SLICE = 0.005
_CHECK = 5  # s between two proofs of consent
_BURST = 50  # of a second at most


async def flood() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    client = Client(Server("", 0, "", "", ""))
    _say({"fingerprint": client.fingerprint})
    told = json.loads(await reader.readline())
    client.server = Server(**told["server"])
    await client.reach()
    await client.shake()
    _say({"there": True})
    _say({"sent": await _send(client, told["ssrc"], told["rate"], reader)})
    await client.close()


async def _send(client: Client, ssrc: int, rate: int, until: asyncio.StreamReader) -> int:
    """Packets of 500 bytes at this rate, or as many as this machine can; how many."""
    began, sent, payload = time.monotonic(), 0, bytes(500)
    checked = 0
    while not until.at_eof():
        if sent - checked > _CHECK * rate:
            checked = sent
            client.put(bytes(client.request()))
        due = int((time.monotonic() - began) * rate)
        if due > sent + rate // _BURST:  # held up: what was missed is not made good at once
            began += (due - sent - rate // _BURST) / rate
            due = sent + rate // _BURST
        for number in range(sent, due):
            ts = number * 960 & 0xFFFFFFFF
            client.send(rtp(payload, pt=OPUS_PT, seq=number & 0xFFFF, ts=ts, ssrc=ssrc))
        sent = due
        await asyncio.sleep(_SLICE)
    return sent


def _say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(flood())
