"""A lesson that goes on whatever is killed: its teacher comes back, and its clock does not stop."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

from tests.support import lesson
from tests.support.rtp import rtp
from tests.support.second_client import SecondClient
from tests.support.second_rtp import OPUS
from vtp.media.rtp import rtcp

# s; then the lesson is said once more, by an encoder that has to come to itself at its first beep.
ROUND = 20
_NTP = 3_900_000_000
_H264 = {
    "mimeType": "video/H264",
    "payloadType": 97,
    "clockRate": 90_000,
    "parameters": {"packetization-mode": 1, "profile-level-id": "42e01f"},
}


class LessonTrack:
    """One track of it, as a `second_client` sends it; `began` is when the lesson did."""

    def __init__(self, *, picture: bool, began: float) -> None:
        self.mid = "1" if picture else "0"
        self.codec: dict[str, Any] = _H264 if picture else OPUS
        self.ssrc = random.getrandbits(32)
        self._picture = picture
        self._began = began
        self._rate = 90_000 if picture else 48_000
        self._payloads = lesson.pictures(ROUND) if picture else lesson.sounds(ROUND)
        self._seq = random.getrandbits(16)
        now = time.monotonic() - began
        self._next = next(n for n in range(1_000_000) if self._moment(n) >= now)

    def _moment(self, number: int) -> float:
        rounds, place = divmod(number, len(self._payloads))
        return rounds * ROUND + self._payloads[place].at

    def packets(self) -> Iterator[bytes]:
        now = time.monotonic() - self._began
        while (at := self._moment(self._next)) <= now:
            one = self._payloads[self._next % len(self._payloads)]
            self._next += 1
            self._seq = self._seq + 1 & 0xFFFF
            yield rtp(
                one.data,
                pt=self.codec["payloadType"],
                seq=self._seq,
                ts=round(at * self._rate) & 0xFFFF_FFFF,
                ssrc=self.ssrc,
                marker=one.marker and self._picture,
            )

    def reports(self) -> list[bytes]:
        at = time.monotonic() - self._began
        ntp = int((_NTP + at) * 2**32)
        return [rtcp.sender_report(self.ssrc, ntp, round(at * self._rate) & 0xFFFF_FFFF, 1, 1)]

    def answer(self, kind: str, ssrc: int) -> None:
        """A key frame comes every two seconds anyway."""


class Teacher(SecondClient):
    @classmethod
    def again(cls, before: Teacher) -> Teacher:
        """On another device."""
        made = cls(before._http, before._url)
        made._token = before._token
        return made

    async def teach(self, room: str, *, began: float) -> None:
        """Come in and send the lesson, from where it is by now."""
        await self.connect()
        await self.join(room)
        await self.begin_media()
        for source, picture in (("microphone", False), ("camera", True)):
            made: Any = LessonTrack(picture=picture, began=began)
            await self._publish(made, source, made.codec, [{"ssrc": made.ssrc}], {})
