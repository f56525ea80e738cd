"""RTCP of any bytes is walked to an end, and everyone who listens hears only what fits a field."""

from __future__ import annotations

from vtp.media.rtp import rtcp
from vtp.media.rtp.rtcp import Block


class _Listener:
    def sender_report(self, ssrc: int, ntp: int, rtp: int, packets: int, octets: int) -> None:
        assert max(ssrc, rtp, packets, octets) < 1 << 32
        assert ntp < 1 << 64

    def block(self, reporter: int, block: Block) -> None:
        assert 0 <= block.fraction <= 255
        assert -0x800000 <= block.lost <= 0x7FFFFF

    def nack(self, media_ssrc: int, seqs: list[int]) -> None:
        assert 0 < len(seqs) <= rtcp.MOST_NACKED
        assert all(0 <= seq <= 0xFFFF for seq in seqs)

    def pli(self, media_ssrc: int) -> None:
        assert media_ssrc < 1 << 32

    def fir(self, media_ssrc: int) -> None:
        assert media_ssrc < 1 << 32

    def remb(self, bps: int) -> None:
        assert bps >= 0

    def twcc(self, body: bytes) -> None:
        assert isinstance(body, bytes)

    def bye(self, ssrcs: list[int]) -> None:
        assert 0 < len(ssrcs) <= 31


def one(data: bytes) -> None:
    rtcp.walk(data, _Listener())
