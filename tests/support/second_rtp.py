"""RTP and RTCP of the second client, by `struct`: made-up media that counts itself."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

OPUS = {
    "mimeType": "audio/opus",
    "payloadType": 111,
    "clockRate": 48000,
    "channels": 2,
    "parameters": {"useinbandfec": 1},
    "rtcpFeedback": [],
}
VP8 = {
    "mimeType": "video/VP8",
    "payloadType": 96,
    "clockRate": 90000,
    "parameters": {},
    "rtcpFeedback": [{"type": "nack", "parameter": "pli"}],
}


class Header(NamedTuple):
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def read_header(data: bytes) -> Header:
    first, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
    at = 12 + 4 * (first & 15)
    if first & 16:
        at += 4 + 4 * struct.unpack_from("!H", data, at + 2)[0]
    end = len(data) - data[-1] if first & 32 else len(data)
    return Header(second & 127, second > 127, sequence, timestamp, ssrc, data[at:end])


def feedback(data: bytes) -> Iterator[tuple[str, int]]:
    """Asked for key frames: which stream."""
    while len(data) >= 12:
        first, kind, words, _sender, ssrc = struct.unpack_from("!BBHII", data)
        if kind == 206 and first & 31 == 1:
            yield "pli", ssrc
        data = data[4 + 4 * words :]


@dataclass
class Stream:
    """One SSRC that is sent."""

    payload_type: int
    step: int
    extensions: dict[int, bytes] = field(default_factory=dict)
    ssrc: int = field(default_factory=lambda: random.getrandbits(32))
    count: int = 0
    bytes_sent: int = 0

    def packet(self, payload: bytes) -> bytes:
        block = b"".join(bytes([n << 4 | len(v) - 1]) + v for n, v in self.extensions.items())
        block += bytes(-len(block) % 4)
        self.count += 1
        self.bytes_sent += len(payload)
        fixed = struct.pack(
            "!BBHII", 0x90, 0x80 | self.payload_type, self.count, self.count * self.step, self.ssrc
        )
        return fixed + struct.pack("!HH", 0xBEDE, len(block) // 4) + block + payload

    def report(self) -> bytes:
        at = self.count * self.step
        return struct.pack(
            "!BBHIQIII", 0x80, 200, 6, self.ssrc, at << 20, at, self.count, self.bytes_sent
        )


class Microphone:
    """Each packet ends with its number."""

    mid = "0"
    codec = OPUS

    def __init__(self) -> None:
        self._stream = Stream(111, 960, {1: bytes([0x80 | 20])})
        self.ssrc = self._stream.ssrc

    @property
    def count(self) -> int:
        return self._stream.count

    def packets(self) -> Iterator[bytes]:
        yield self._stream.packet(b"\xfc" + struct.pack("!I", self._stream.count))

    def reports(self) -> list[bytes]:
        return [self._stream.report()]

    def answer(self, kind: str, ssrc: int) -> None:
        """Sound has no key frames."""


class Camera:
    """Three layers of VP8. Each frame is one packet and ends with its layer and number."""

    mid = "1"
    codec = VP8
    layers = ("q", "h", "f")

    def __init__(self) -> None:
        marks = {rid: {4: self.mid.encode(), 5: rid.encode()} for rid in self.layers}
        self._streams = {rid: Stream(96, 1800, marks[rid]) for rid in self.layers}
        self._key_wanted = set(self.layers)
        self.asked = 0

    def packets(self) -> Iterator[bytes]:
        for n, (rid, stream) in enumerate(self._streams.items()):
            key = rid in self._key_wanted
            self._key_wanted.discard(rid)
            picture = struct.pack("!BBH", 0x90, 0x80, 0x8000 | stream.count & 0x7FFF)
            size = struct.pack("<HH", 320 << n, 180 << n)
            frame = b"\x10\x00\x00\x9d\x01\x2a" + size if key else b"\x11\x00\x00"
            tail = bytes(100 * 3**n) + rid.encode() + struct.pack("!I", stream.count)
            yield stream.packet(picture + frame + tail)

    def reports(self) -> list[bytes]:
        return [stream.report() for stream in self._streams.values()]

    def answer(self, kind: str, ssrc: int) -> None:
        for rid, stream in self._streams.items():
            if stream.ssrc == ssrc:
                self.asked += 1
                self._key_wanted.add(rid)


class Received:
    """What a consumer got, in the order in which it came."""

    def __init__(self, id: str, parameters: dict[str, Any]) -> None:
        self.id = id
        self.ssrc: int = parameters["encodings"][0]["ssrc"]
        self.payload_type: int = parameters["codecs"][0]["payloadType"]
        self.packets: list[Header] = []
        self._mine = random.getrandbits(32)

    @property
    def counted(self) -> list[int]:
        """The numbers that the sender gave its packets (see `packets` of a microphone)."""
        return [struct.unpack("!I", header.payload[-4:])[0] for header in self.packets]

    @property
    def layer(self) -> bytes:
        """Of the newest picture."""
        return self.packets[-1].payload[-5:-4] if self.packets else b""

    @property
    def numbers(self) -> list[int]:
        """Sequence numbers, from the first."""
        first = self.packets[0].sequence
        return [(header.sequence - first) & 0xFFFF for header in self.packets]

    def take(self, header: Header) -> None:
        assert header.payload_type == self.payload_type
        self.packets.append(header)

    def report(self) -> bytes:
        """A receiver report: nothing was lost so far."""
        highest = self.packets[-1].sequence if self.packets else 0
        return struct.pack("!BBHIIIIIII", 0x81, 201, 7, self._mine, self.ssrc, 0, highest, 0, 0, 0)

    def want_key_frame(self) -> bytes:
        return struct.pack("!BBHII", 0x81, 206, 2, self._mine, self.ssrc)
