"""A media plane on loopback with people on it, each with the small client of `webrtc_client`."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from tests.support.media_door import QUICK
from tests.support.rtp import one_byte, rtp
from tests.support.webrtc_client import Client, Server
from vtp.clock import SystemClock
from vtp.media.rtp.ortc_types import (
    DtlsFingerprint,
    DtlsParameters,
    RtpCapabilities,
    RtpParameters,
)
from vtp.media.sfu.consumer import Consumer
from vtp.media.sfu.hall import Hall
from vtp.media.sfu.peer import Direction, Peer
from vtp.media.sfu.plane import Plane, open_plane
from vtp.media.sfu.producer import Producer
from vtp.media.sfu.transport import Transport
from vtp.settings import Media

TWCC, LEVEL, RID, RRID, MID_ID = 3, 1, 10, 11, 9
VP8_PT, VP8_RTX, OPUS_PT, H264_PT, H264_RTX = 96, 97, 111, 102, 103


@dataclass
class Told:
    """What a peer and its hall were told."""

    flowing: list[bool] = field(default_factory=list)
    wanted_layers: list[tuple[bool, ...]] = field(default_factory=list)
    layers: list[tuple[int, str]] = field(default_factory=list)
    spoke: list[str | None] = field(default_factory=list)

    def media(self, *, flowing: bool) -> None:
        self.flowing.append(flowing)

    def wanted(self, producer: Producer, layers: tuple[bool, ...]) -> None:
        self.wanted_layers.append(layers)

    def layer(self, consumer: Consumer, layer: int, reason: str) -> None:
        self.layers.append((layer, reason))

    def speaking(self, active: str | None, speaking: tuple[str, ...]) -> None:
        self.spoke.append(active)


@dataclass
class Person:
    """Somebody with two connections, who sends and hears with the parts of a browser."""

    stage: Stage
    peer: Peer
    told: Told
    out: Client
    out_transport: Transport
    into: Client
    into_transport: Transport

    def produce(self, kind: str, parameters: dict[str, Any], source: str, **more: Any) -> Producer:
        return self.peer.produce(
            self.out_transport.id,
            kind,  # type: ignore[arg-type]  # also what is no kind is tried
            msgspec.convert(parameters, RtpParameters),
            track_id=f"{self.peer.id}-{source}",
            source=source,
            **more,
        )

    def consume(self, producer: Producer) -> Consumer:
        return self.peer.consume(
            self.into_transport.id, producer, msgspec.convert(CAPABILITIES, RtpCapabilities)
        )


@dataclass
class Stage:
    plane: Plane
    hall: Hall
    closing: AsyncExitStack
    port: int = 0  # where those who come next go; 0: to the plane itself

    async def person(self, name: str) -> Person:
        told = Told()
        peer = self.plane.peer(self.hall, name, told)
        out, out_transport = await self._connection(peer, "send")
        into, into_transport = await self._connection(peer, "recv")
        return Person(self, peer, told, out, out_transport, into, into_transport)

    async def _connection(self, peer: Peer, direction: Direction) -> tuple[Client, Transport]:
        transport = peer.create_transport(direction)
        ice = transport.ice_parameters()
        [fingerprint] = transport.dtls_parameters().fingerprints
        port = self.port or self.plane.port
        client = Client(
            Server("127.0.0.1", port, ice.username_fragment, ice.password, fingerprint.value)
        )
        self.closing.push_async_callback(client.close)
        theirs = DtlsFingerprint(algorithm="sha-256", value=client.fingerprint)
        await peer.connect(transport.id, DtlsParameters(role="client", fingerprints=(theirs,)))
        await client.reach()
        await client.shake()
        return client, transport


@asynccontextmanager
async def a_stage(settings: Media = QUICK) -> AsyncIterator[Stage]:
    async with open_plane(settings, clock=SystemClock()) as plane, AsyncExitStack() as closing:
        told = Told()
        yield Stage(plane, plane.hall("hall", told), closing)


async def soon(true: Callable[[], Any]) -> None:
    """Until it is true; packets are on their way for a moment."""
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def camera(mime: str = "video/VP8", *, ssrc: int = 0x1111, mid: str = "0") -> dict[str, Any]:
    """One layer with repairs, as a browser describes it."""
    pt, rtx = (VP8_PT, VP8_RTX) if mime == "video/VP8" else (H264_PT, H264_RTX)
    return {
        "mid": mid,
        "codecs": _codecs(mime, pt, rtx),
        "headerExtensions": _extensions(),
        "encodings": [{"ssrc": ssrc, "rtx": {"ssrc": ssrc + 1}}],
        "rtcp": {"cname": "someone"},
    }


def simulcast(mime: str = "video/VP8", *, mid: str = "0") -> dict[str, Any]:
    parameters = camera(mime, mid=mid)
    parameters["encodings"] = [{"rid": f"r{n}"} for n in range(3)]
    return parameters


def microphone(*, ssrc: int = 0x7777, mid: str = "1") -> dict[str, Any]:
    return {
        "mid": mid,
        "codecs": [
            {
                "mimeType": "audio/opus",
                "payloadType": OPUS_PT,
                "clockRate": 48_000,
                "channels": 2,
                "parameters": {"useinbandfec": 1},
            }
        ],
        "headerExtensions": _extensions(),
        "encodings": [{"ssrc": ssrc}],
        "rtcp": {"cname": "someone"},
    }


def _codecs(mime: str, pt: int, rtx: int) -> list[dict[str, Any]]:
    h264 = {"packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1}
    feedback = [
        {"type": "nack"},
        {"type": "nack", "parameter": "pli"},
        {"type": "transport-cc"},
    ]
    return [
        {
            "mimeType": mime,
            "payloadType": pt,
            "clockRate": 90_000,
            "parameters": h264 if mime == "video/H264" else {},
            "rtcpFeedback": feedback,
        },
        {
            "mimeType": "video/rtx",
            "payloadType": rtx,
            "clockRate": 90_000,
            "parameters": {"apt": pt},
        },
    ]


def _extensions() -> list[dict[str, Any]]:
    return [
        {"uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": MID_ID},
        {"uri": "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "id": RID},
        {"uri": "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", "id": RRID},
        {
            "uri": "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
            "id": TWCC,
        },
        {"uri": "urn:ietf:params:rtp-hdrext:ssrc-audio-level", "id": LEVEL},
    ]


CAPABILITIES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "ortc" / "chromium.json").read_text()
)["capabilities"]["recv"]


@dataclass
class Vp8:
    """A picture's packets: key frames on demand, 15 bit picture ids, one temporal layer."""

    ssrc: int = 0x1111
    rid: str = ""
    mid: str = ""
    seq: int = 100
    ts: int = 5_000
    pid: int = 300
    tl0: int = 9
    twcc: list[int] = field(default_factory=lambda: [0])

    def frame(self, *, key: bool = False, packets: int = 1, size: int = 600) -> list[bytes]:
        self.ts = (self.ts + 3_000) & 0xFFFFFFFF
        self.pid = (self.pid + 1) & 0x7FFF
        self.tl0 = (self.tl0 + 1) & 0xFF
        return [
            self._packet(key=key and n == 0, first=n == 0, last=n == packets - 1, size=size)
            for n in range(packets)
        ]

    def _packet(self, *, key: bool, first: bool, last: bool, size: int) -> bytes:
        descriptor = struct.pack(
            ">BBHBB", 0x90 if first else 0x80, 0xE0, 0x8000 | self.pid, self.tl0, 0x20
        )
        body = bytes([0x10 if key else 0x11]) + bytes(size)
        elements = [(TWCC, struct.pack(">H", self.twcc[0] & 0xFFFF))]
        if self.rid:
            elements += [(MID_ID, self.mid.encode()), (RID, self.rid.encode())]
        self.twcc[0] += 1
        self.seq = (self.seq + 1) & 0xFFFF
        return rtp(
            descriptor + (body if first else bytes(size)),
            pt=VP8_PT,
            seq=self.seq,
            ts=self.ts,
            ssrc=self.ssrc,
            marker=last,
            extension=one_byte(elements),
        )


def voice(seq: int, *, ssrc: int = 0x7777, level: int = 20) -> bytes:
    return rtp(
        b"\x78opus",
        pt=OPUS_PT,
        seq=seq & 0xFFFF,
        ts=seq * 960 & 0xFFFFFFFF,
        ssrc=ssrc,
        extension=one_byte([(LEVEL, bytes([level]))]),
    )
