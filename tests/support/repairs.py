"""A sender and a receiver that repair as browsers do: they keep, ask again, and give up in time.

Written beside the standards (RFC 4585 6.2.1, RFC 4588) with nothing of the router's own repairs.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.support.plane import VP8_RTX
from tests.support.rtp import one_byte, rtp
from tests.support.webrtc_client import Client
from vtp.media.rtp.packet import HEAD
from vtp.media.rtp.twcc import Arrivals

_EVERY = 0.02  # s between two looks at what is missing
_AGAIN = 0.05  # s until the same packet is asked for again
_TRIES = 10
_FEEDBACK = 3  # looks between two feedbacks
_NACK, _RTPFB, _PSFB = 1, 205, 206


def nacked(data: bytes) -> list[int]:
    """The numbers that a NACK asks for; none when it is something else."""
    found: list[int] = []
    at = 0
    while at + 4 <= len(data):
        kind, words = data[at : at + 2], struct.unpack_from(">H", data, at + 2)[0]
        if kind[1] == _RTPFB and kind[0] & 0x1F == _NACK:
            for place in range(at + 12, at + 4 * words + 4, 4):
                first, more = struct.unpack_from(">HH", data, place)
                found += [first, *(first + n + 1 & 0xFFFF for n in range(16) if more >> n & 1)]
        at += 4 * words + 4
    return found


@dataclass
class Sender:
    """Sends what it is given, and again what it is asked for."""

    client: Client
    rtx_ssrc: int = 0  # 0: repairs go as the packets themselves
    resent: int = 0
    plis: int = 0
    _kept: dict[int, bytes] = field(default_factory=dict)
    _read: int = 0
    _rtx_seq: int = 0

    def send(self, packet: bytes) -> None:
        self._kept[int.from_bytes(packet[2:4])] = packet
        self.client.send(packet)
        self.answer()

    def answer(self) -> None:
        came, self._read = self.client.rtcp[self._read :], len(self.client.rtcp)
        for data in came:
            self.plis += data[0] & 0x1F == 1 and data[1] == _PSFB
            for number in nacked(data):
                if (packet := self._kept.get(number)) is not None:
                    self.client.send(self._again(packet, number))
                    self.resent += 1

    def _again(self, packet: bytes, number: int) -> bytes:
        if not self.rtx_ssrc:
            return packet
        end = 16 + 4 * int.from_bytes(packet[14:16])  # all of ours have extensions
        self._rtx_seq += 1
        return rtp(
            struct.pack(">H", number) + packet[end:],
            pt=VP8_RTX,
            seq=self._rtx_seq & 0xFFFF,
            ts=int.from_bytes(packet[4:8]),
            ssrc=self.rtx_ssrc,
            marker=packet[1] >= 0x80,
            extension=one_byte([]),
        )


@dataclass
class Receiver:
    """Puts in order what comes for one stream, asks for what is missing, tells what it saw."""

    client: Client
    ssrc: int
    rtx_ssrc: int | None = None
    payloads: dict[int, bytes] = field(default_factory=dict)  # by number that goes on
    times: Counter[int] = field(default_factory=Counter)  # how often each came as itself
    gaps: set[int] = field(default_factory=set)  # that were ever missing
    late: int = 0  # of these, that came by themselves
    repaired: int = 0  # of these, that came as repairs
    given_up: set[int] = field(default_factory=set)
    plis: int = 0
    _newest: int = -1
    _missing: dict[int, list[float]] = field(default_factory=dict)
    _read: int = 0
    _arrivals: Arrivals = field(default_factory=Arrivals)

    async def run(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(_EVERY)
            turn += 1
            self.look()
            self._ask(time.monotonic())
            if turn % _FEEDBACK == 0:
                for told in self._arrivals.feedback(time.monotonic(), 1, self.ssrc):
                    self.client.send_rtcp(told)

    def look(self) -> None:
        came, at = self.client.rtp[self._read :], self.client.came_at[self._read :]
        self._read += len(came)
        for packet, moment in zip(came, at, strict=True):
            self._take(packet, moment)

    def _take(self, packet: bytes, came_at: float) -> None:
        ssrc = int.from_bytes(packet[8:12])
        if packet[20] == 0x51:
            self._arrivals.seen(int.from_bytes(packet[21:23]), came_at)
        if ssrc == self.ssrc:
            ext = self._whole(int.from_bytes(packet[2:4]))
            self.times[ext] += 1
            # Without a stream of repairs of their own they come as the packets themselves.
            self._arrived(ext, packet[HEAD:], repair=self._asked(ext))
        elif ssrc == self.rtx_ssrc:
            ext = self._whole(int.from_bytes(packet[HEAD : HEAD + 2]))
            self._arrived(ext, packet[HEAD + 2 :], repair=True)

    def _asked(self, ext: int) -> bool:
        return self.rtx_ssrc is None and ext in self._missing and self._missing[ext][1] > 0

    def _whole(self, number: int) -> int:
        if self._newest < 0:
            return number + 0x10000
        return self._newest + ((number - self._newest + 0x8000) & 0xFFFF) - 0x8000

    def _arrived(self, ext: int, payload: bytes, *, repair: bool) -> None:
        if ext in self._missing:
            del self._missing[ext]
            if repair:
                self.repaired += 1
            else:
                self.late += 1
        elif self._newest >= 0 and ext > self._newest + 1:
            for lost in range(self._newest + 1, ext):
                self.gaps.add(lost)
                self._missing[lost] = [time.monotonic(), 0]
        self._newest = max(self._newest, ext)
        self.payloads.setdefault(ext, payload)

    def _ask(self, now: float) -> None:
        due = [ext for ext, state in self._missing.items() if state[0] <= now]
        for ext in due:
            state = self._missing[ext]
            state[0], state[1] = now + _AGAIN, state[1] + 1
            if state[1] > _TRIES:
                del self._missing[ext]
                self.given_up.add(ext)
                self.plis += 1
                self.client.send_rtcp(struct.pack(">BBHII", 0x81, _PSFB, 2, 1, self.ssrc))
        numbers = sorted(ext & 0xFFFF for ext in due if ext in self._missing)
        for start in range(0, len(numbers), 64):
            some = numbers[start : start + 64]
            items = b"".join(struct.pack(">HH", number, 0) for number in some)
            head = struct.pack(">BBHII", 0x80 | _NACK, _RTPFB, 2 + len(some), 1, self.ssrc)
            self.client.send_rtcp(head + items)

    @property
    def whole(self) -> bool:
        return not self._missing and not self.given_up
