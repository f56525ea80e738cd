"""Payloads of any bytes, in any order, tell nothing that lies outside of them.

Input: one byte for the codec, then per packet one byte of steps and flags, one of length, and
the payload.
"""

from __future__ import annotations

from tests.support.rtp import packet
from vtp.media.rtp.history import History
from vtp.media.rtp.packet import HEAD, Packet
from vtp.media.rtp.payloads import inspector

_CODECS = ("video/VP8", "video/H264", "video/VP9", "video/AV1", "audio/opus")


def one(data: bytes) -> None:
    if not data:
        return
    inspect = inspector(_CODECS[data[0] % len(_CODECS)])
    history = History(16)
    ext, ts, at = 70_000, 0, 1
    while at + 1 < len(data):
        steps, size = data[at], data[at + 1]
        ext += (steps & 0x07) - 2
        ts += steps >> 3 & 0x03
        made = packet(data[at + 2 : at + 2 + size], ext=ext, ts=ts, marker=steps > 0x7F)
        inspect(made)
        check(made)
        history.put(made)
        replay = history.since_key(16)
        assert not replay or replay[0].key
        at += 2 + size


def check(made: Packet) -> None:
    assert made.first or not made.key
    assert made.sync or not made.key
    assert 0 <= made.tid <= 7
    assert 0 <= made.sid <= 7
    for value, place in ((made.pid, made.pid_at), (made.tl0, made.tl0_at)):
        assert (value < 0) == (place < 0)
        assert place < 0 or HEAD < place < len(made.data)
    if made.pid_at >= 0 and made.data[made.pid_at] & 0x80:
        assert made.pid_at + 1 < len(made.data)
    assert made.keyidx < 32
