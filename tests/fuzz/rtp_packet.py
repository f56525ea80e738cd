"""RTP of any bytes is refused, or gives a payload inside of it and a canonical packet."""

from __future__ import annotations

from tests.support.rtp import IDS
from vtp.media.rtp.extensions import SenderIds
from vtp.media.rtp.packet import HEAD, Packet, Seen, canonical, look, restored

_LONG = SenderIds(mid=255, rid=200, rrid=100, twcc=33, level=16, orientation=17)


def _nothing(packet: Packet) -> None:
    """Payloads have a target of their own."""


def one(data: bytes) -> None:
    seen = Seen()
    raw = memoryview(bytearray(data))
    for ids in (IDS, _LONG):
        if not look(raw, ids, seen):
            continue
        assert 12 <= seen.at <= seen.end <= len(data)
        assert max(seen.level, seen.orientation) <= 0xFF
        assert seen.twcc <= 0xFFFF
        for video in (True, False):
            made = canonical(raw, seen, ext=1, arrival=0.0, inspect=_nothing, video=video)
            assert made.data[HEAD:] == data[seen.at : seen.end]
        if restored(raw, seen, pt=96, ssrc=1):
            assert seen.seq <= 0xFFFF
            assert seen.at < seen.end
