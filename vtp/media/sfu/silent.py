"""What of RTCP a side does not care for."""

from __future__ import annotations

from vtp.media.rtp.rtcp import Block


class Silent:
    """Hears every kind of report and does nothing; sides say what matters to them."""

    __slots__ = ()

    def sender_report(
        self, ssrc: int, ntp: int, rtp: int, packets: int, octets: int, /
    ) -> None: ...

    def block(self, reporter: int, block: Block, /) -> None: ...

    def nack(self, media_ssrc: int, seqs: list[int], /) -> None: ...

    def pli(self, media_ssrc: int, /) -> None: ...

    def fir(self, media_ssrc: int, /) -> None: ...

    def remb(self, bps: int, /) -> None: ...

    def twcc(self, body: bytes, /) -> None: ...

    def bye(self, ssrcs: list[int], /) -> None: ...
