"""The loop over all who are sent a batch: the compiled one where it was built, else Python's.

Both do the same; the tests hold them against each other. A compiler at the installation makes
`_spread`, without one there is nothing to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol

from vtp.media.rtp.bandwidth import Bandwidth, DelayBandwidth
from vtp.media.rtp.continuity import Continuity, Span
from vtp.media.rtp.owd import LIMITS, Least
from vtp.media.rtp.owd import Path as History
from vtp.media.rtp.packet import Packet
from vtp.media.sfu.downlink import Downlink
from vtp.media.sfu.egress import MESSAGES, ROOM, SLAB, Egress, Outbox, Subscriber
from vtp.media.sfu.ice import Path
from vtp.media.sfu.library import PROTECT_AT
from vtp.media.sfu.line import Line
from vtp.media.sfu.srtp import SrtpOut
from vtp.media.sfu.stream import Forwarded

try:
    from vtp.media.sfu import _spread

    _spread.setup(
        PROTECT_AT,
        SLAB,
        ROOM,
        MESSAGES,
        LIMITS,
        packet=Packet,
        downlink=Downlink,
        continuity=Continuity,
        span=Span,
        line=Line,
        subscriber=Subscriber,
        keys=SrtpOut,
        way=Path,
        egress=Egress,
        outbox=Outbox,
        delay=DelayBandwidth,
        history=History,
        least=Least,
    )
except (ImportError, AttributeError, TypeError):
    # There is none, or it was made of other sources than these.
    COMPILED = False
else:
    COMPILED = True

Kind = Literal["auto", "python"]
# (bandwidth, body, now): what `bandwidth.feedback` does.
Hear = Callable[[Bandwidth, bytes, float], None]


class Spread(Protocol):
    def __call__(
        self,
        everybody: Iterator[Forwarded],
        packets: Sequence[Packet],
        now: float,
        /,
        *,
        clean: bool,
    ) -> None:
        """Send these to each; after a fault of one, what is left of `everybody` can be given."""


def in_python(
    everybody: Iterator[Forwarded], packets: Sequence[Packet], now: float, /, *, clean: bool
) -> None:
    for one in everybody:
        one.forward(packets, now, clean=clean)


def chosen(kind: Kind) -> Spread:
    return _spread.spread if COMPILED and kind == "auto" else in_python


def _hear(bandwidth: Bandwidth, body: bytes, now: float) -> None:
    bandwidth.feedback(body, now)


def hearing(kind: Kind) -> Hear:
    return _spread.hear if COMPILED and kind == "auto" else _hear


def name(kind: Kind) -> str:
    """For those who ask which one runs."""
    return "compiled" if COMPILED and kind == "auto" else "Python"
