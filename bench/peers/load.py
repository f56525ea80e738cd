"""People made of plain sockets: one who sends a stream, and many who count what they are sent.

The stream is a real VP8 picture, 640x360 with 30 frames a second, so that whoever wants to can
decode it. Who watches counts before decryption, reports and tells arrivals as a browser does.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import socket
import struct
import time
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
from aioice import stun
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM, SRTPProtectionProfile

from tests.support.rtp import one_byte, rtp
from tests.support.webrtc_client import Client, Server
from vtp.media.rtp.twcc import Arrivals

VP8, RTX, SSRC = 96, 97, 0x1111
TWCC = 3  # the publisher's id of the extension
_FRAMES, _RATE = 60, 30
_PAYLOAD = 1_240  # bytes; with header, extension and descriptor about 1,270
_PAIR = 0.004  # s between two pairs of packets of a paced sender
_FEEDBACK = 0.0625  # s; Chromium tells arrivals 16 times a second
_CHECK = 2.5  # s between two checks of consent
# Where the router writes the transport's number, and what stands before it.
_NUMBER_AT, _NUMBER_ID = 20, 0x51
_PSFB = 206


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    bits: int  # a second
    contrast: int  # of the noise, of 256; what is harder does not fit into the rate


CAMERA = Picture(640, 360, 2_900_000, 32)
SMALL = Picture(320, 180, 150_000, 16)


def clip(of: Picture) -> list[bytes]:
    """Two seconds of moving noise, encoded; the first is the key frame."""
    # The codec's name makes it what the stubs cannot know: a context for video.
    codec: Any = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = of.width, of.height, "yuv420p"
    codec.bit_rate, codec.gop_size, codec.time_base = of.bits, _FRAMES, Fraction(1, _RATE)
    codec.framerate = Fraction(_RATE)
    codec.options = {"deadline": "realtime", "cpu-used": "8", "qmin": "4", "qmax": "63"}
    codec.options |= {"max-intra-rate": "450"}
    pale = bytes(112 + value * of.contrast // 256 for value in range(256))
    step = 4 * of.width
    noise = random.Random(1).randbytes(of.width * of.height + step * _FRAMES).translate(pale)
    made = []
    for n in range(_FRAMES):
        frame = av.VideoFrame(of.width, of.height, "yuv420p")
        for plane in frame.planes:
            plane.update(noise[step * n : step * n + plane.buffer_size])
        frame.pts = n
        made += [bytes(packet) for packet in codec.encode(frame)]
    return made + [bytes(packet) for packet in codec.encode(None)]


class Stream:
    """The clip again and again, as RTP packets with numbers that go on."""

    def __init__(self) -> None:
        self._frame = self._seq = 0
        self.packets = 0  # so far
        self._ts = 90_000
        self.show(CAMERA)

    def show(self, picture: Picture) -> None:
        """From now on."""
        self._clip = clip(picture)
        self.begin_anew()

    def frame(self) -> list[bytes]:
        data = self._clip[self._at % len(self._clip)]
        self._at += 1
        self._frame += 1
        self._ts = (self._ts + 90_000 // _RATE) & 0xFFFFFFFF
        starts = range(0, len(data), _PAYLOAD)
        return [
            self._packet(data[at : at + _PAYLOAD], first=at == 0, last=at == starts[-1])
            for at in starts
        ]

    def begin_anew(self) -> None:
        """With a key frame."""
        self._at = 0

    def _packet(self, piece: bytes, *, first: bool, last: bool) -> bytes:
        self._seq = (self._seq + 1) & 0xFFFF
        self.packets += 1
        picture = 0x8000 | self._frame & 0x7FFF
        head = struct.pack(">BBH", 0x90 if first else 0x80, 0x80, picture)
        return rtp(
            head + piece, pt=VP8, seq=self._seq, ts=self._ts, ssrc=SSRC, marker=last,
            extension=one_byte([(TWCC, struct.pack(">H", self._seq))]),
        )  # fmt: skip


@dataclass
class Caller(Client):
    """A client that answers checks too, as those who are not ICE-lite want it."""

    keep: bool = False
    # The same with everybody, or ciphers would be compared.
    ciphers: tuple[SRTPProtectionProfile, ...] = (SRTP_AEAD_AES_128_GCM,)
    password: str = field(default_factory=lambda: secrets.token_hex(16))

    def __post_init__(self) -> None:
        super().__post_init__()
        self.watching: asyncio.Task[None] | None = None

    def _take(self, data: bytes) -> None:
        if data[:2] == b"\x00\x01":
            self._answer(stun.parse_message(data))
        else:
            super()._take(data)

    def _answer(self, request: stun.Message) -> None:
        reply = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=request.transaction_id,
            attributes={"XOR-MAPPED-ADDRESS": (self.server.host, self.server.port)},
        )
        reply.add_message_integrity(self.password.encode())
        self.put(bytes(reply))

    async def stay(self) -> None:
        """Keep consent; what is told besides is up to who watches."""
        while True:
            await asyncio.sleep(_CHECK)
            self.put(bytes(self.request()))

    async def connect(self, role: str = "client") -> None:
        await self.reach()
        await self.shake(role=role, wait=20.0)
        self.watching = asyncio.create_task(self.stay())

    async def close(self) -> None:
        if self.watching is not None:
            self.watching.cancel()
            await asyncio.wait([self.watching])
        await super().close()


@dataclass
class Speaker(Caller):
    """One who sends, and notes when a key frame is asked for."""

    asked: bool = False

    def _take(self, data: bytes) -> None:
        if data[0] > 127 and 191 < data[1] < 224:
            self._decrypt(data)
            self.asked = self.asked or any(told[1] == _PSFB for told in self.rtcp)
            self.rtcp.clear()
        super()._take(data)


@dataclass
class Viewer(Caller):
    """Counts packets, and says what came: arrivals where they are numbered, and reports."""

    packets: int = 0
    pictures: int = 0
    highest: int = 0
    ssrc: int = 0
    arrivals: Arrivals = field(default_factory=Arrivals)

    def _take(self, data: bytes) -> None:
        if data[0] < 128 or 191 < data[1] < 224:
            super()._take(data)
            return
        self.packets += 1
        if self.packets == 1:
            self._news.set()
        self.pictures += data[1] >> 7
        self.highest = data[2] << 8 | data[3]
        if data[_NUMBER_AT] == _NUMBER_ID:
            number = data[_NUMBER_AT + 1] << 8 | data[_NUMBER_AT + 2]
            self.arrivals.seen(number, time.monotonic())
        elif not self.ssrc:
            self.ssrc = int.from_bytes(data[8:12])

    async def stay(self) -> None:
        for turn in range(1 << 30):
            await asyncio.sleep(_FEEDBACK)
            for told in self.arrivals.feedback(time.monotonic(), 1, self.ssrc):
                self.send_rtcp(told)
            if turn % 16 == 0 and self.ssrc:
                block = struct.pack(">IIIIII", self.ssrc, 0, self.highest, 0, 0, 0)
                self.send_rtcp(struct.pack(">BBHI", 0x81, 201, 7, 1) + block)
            if turn % 40 == 0:
                self.put(bytes(self.request()))


async def feed(out: Speaker, stream: Stream, seconds: float, *, paced: bool) -> None:
    """Send for so long, each picture at once or two packets at a time."""
    begun = time.monotonic()
    for n in range(int(seconds * _RATE)):
        due = begun + n / _RATE
        if out.asked:
            out.asked = False
            stream.begin_anew()
        packets = stream.frame()
        for at in range(0, len(packets), 2 if paced else len(packets)):
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            for packet in packets[at : at + 2] if paced else packets:
                out.send(packet)
            due += _PAIR
        if n % _RATE == 0:
            out.send_rtcp(_sender_report(n))


def _sender_report(n: int) -> bytes:
    ntp = int((time.time() + 2_208_988_800) * 2**32)
    return struct.pack(">BBHIQIII", 0x80, 200, 6, SSRC, ntp, 90_000 + 3_000 * n, n, n)


def address_towards(host: str) -> str:
    """Ours, as that host sees it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, 9))
        found: str = probe.getsockname()[0]
        return found


def cpu(pid: int) -> float:
    """Seconds that a process has used, in user and in system, to the nanosecond.

    Its clock is that which clock_getcpuclockid(3) names; /proc has the same in steps of 10 ms.
    """
    return time.clock_gettime(~pid << 3 | 2)


__all__ = [
    "SMALL",
    "Caller",
    "Server",
    "Speaker",
    "Stream",
    "Viewer",
    "address_towards",
    "cpu",
    "feed",
]
