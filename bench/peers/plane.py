"""Our media plane alone in a process, as `vtp web` runs it, with a pipe to ask it for things.

The address to listen at is its argument. Each line that comes is a command in JSON, `{"do": name, …}`; each line that goes is its answer.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import structlog
import uvloop

from tests.support.plane import CAPABILITIES, Told
from vtp.clock import SystemClock
from vtp.media.rtp.ortc_types import (
    DtlsFingerprint,
    DtlsParameters,
    RtpCapabilities,
    RtpParameters,
)
from vtp.media.sfu.peer import Direction, Peer
from vtp.media.sfu.plane import Plane, open_plane
from vtp.settings import Media

_PAGE = 4096


class Nobody(Told):
    """Is told everything and keeps nothing, so that what grows is not ours."""

    def media(self, *, flowing: bool) -> None: ...

    def wanted(self, producer: object, layers: object) -> None: ...

    def layer(self, consumer: object, layer: object, reason: object) -> None: ...

    def speaking(self, active: object, speaking: object) -> None: ...


class Desk:
    """The commands."""

    def __init__(self, plane: Plane, host: str) -> None:
        self._plane = plane
        self._host = host
        self._nobody = Nobody()
        self._peers: dict[str, Peer] = {}
        self._sides: dict[tuple[str, str], str] = {}

    def join(self, name: str) -> dict[str, Any]:
        """A participant with both connections, in the one meeting that there is."""
        hall = self._plane.hall("class", self._nobody)
        peer = self._peers[name] = self._plane.peer(hall, name, self._nobody)
        return {side: self._side(peer, side) for side in ("send", "recv")}

    def _side(self, peer: Peer, direction: Direction) -> dict[str, Any]:
        made = peer.create_transport(direction)
        self._sides[peer.id, direction] = made.id
        ice = made.ice_parameters()
        [fingerprint] = made.dtls_parameters().fingerprints
        return {
            "host": self._host,
            "port": self._plane.port,
            "ufrag": ice.username_fragment,
            "password": ice.password,
            "fingerprint": fingerprint.value,
        }

    async def connect(self, name: str, side: str, fingerprint: str) -> None:
        theirs = DtlsFingerprint(algorithm="sha-256", value=fingerprint)
        await self._peers[name].connect(
            self._sides[name, side], DtlsParameters(role="client", fingerprints=(theirs,))
        )

    def capabilities(self) -> Any:
        return msgspec.to_builtins(self._plane.capabilities)

    def described(self, name: str, side: str) -> dict[str, Any]:
        """A transport as a browser wants it."""
        made = self._peers[name].transport(self._sides[name, side])
        return {"id": made.id, **msgspec.to_builtins(made.parameters())}

    def restart(self, name: str, side: str) -> dict[str, Any]:
        transport = self._peers[name].transport(self._sides[name, side])
        transport.restart_ice()
        ice = transport.ice_parameters()
        return {"ufrag": ice.username_fragment, "password": ice.password}

    def publish(self, name: str, kind: str, parameters: dict[str, Any]) -> str:
        source = "camera" if kind == "video" else "microphone"
        return (
            self._peers[name]
            .produce(
                self._sides[name, "send"],
                "video" if kind == "video" else "audio",
                msgspec.convert(parameters, RtpParameters),
                track_id=f"{name}-{source}",
                source=source,
            )
            .id
        )

    def consume(self, name: str, track: str, capabilities: dict[str, Any]) -> dict[str, Any]:
        peer = self._peers[name]
        producer = self._plane.producer(peer.hall, track)
        consumer = peer.consume(
            self._sides[name, "recv"], producer, msgspec.convert(capabilities, RtpCapabilities)
        )
        return {"id": consumer.id, "parameters": msgspec.to_builtins(consumer.parameters)}

    def resume(self, name: str, consumer: str) -> None:
        self._peers[name].consumer(consumer).resume(self._plane.now())

    def watch(self, name: str, track: str) -> int:
        """Begin at once; the SSRC that it will have."""
        peer = self._peers[name]
        producer = self._plane.producer(peer.hall, track)
        consumer = peer.consume(
            self._sides[name, "recv"], producer, msgspec.convert(CAPABILITIES, RtpCapabilities)
        )
        consumer.resume(self._plane.now())
        return consumer.downlink.ssrc

    def leave(self, name: str) -> None:
        self._peers.pop(name).close()
        for side in ("send", "recv"):
            del self._sides[name, side]

    def figures(self) -> dict[str, Any]:
        return msgspec.to_builtins(self._plane.stats())  # type: ignore[no-any-return]  # a struct becomes a dict

    def grown(self) -> dict[str, Any]:
        """What must be the same after many who came and went."""
        gc.collect()
        kinds = Counter(type(one) for one in gc.get_objects())
        return {
            "rss": int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE,
            "tasks": len(asyncio.all_tasks()),
            "descriptors": len(list(Path("/proc/self/fd").iterdir())),
            "objects": {
                kind.__qualname__: count
                for kind, count in kinds.items()
                if str(kind.__module__).startswith("vtp.media")
            },
        }


async def serve(host: str) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    options = Media(port=0, listen=(host,), capacity=1e9)
    async with open_plane(options, clock=SystemClock()) as plane:
        desk = Desk(plane, host)
        while line := await reader.readline():
            asked = json.loads(line)
            answer = getattr(desk, asked.pop("do"))(**asked)
            if asyncio.iscoroutine(answer):
                answer = await answer
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    sys.setswitchinterval(0.0005)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(40),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    uvloop.run(serve(sys.argv[1]))
