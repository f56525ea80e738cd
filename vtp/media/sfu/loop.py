"""The ways of packets, in and out: the compiled ones where they were built, else Python's.

Both do the same; the tests hold them against each other. A compiler at the installation makes
`_native`, without one there is nothing to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol

from vtp.media.rtp.bandwidth import Bandwidth, DelayBandwidth
from vtp.media.rtp.continuity import Continuity, Span
from vtp.media.rtp.owd import LIMITS, Least
from vtp.media.rtp.owd import Path as History
from vtp.media.rtp.packet import Packet
from vtp.media.sfu import door
from vtp.media.sfu.door import LONGEST
from vtp.media.sfu.downlink import Downlink
from vtp.media.sfu.egress import MESSAGES, ROOM, SLAB, Egress, Outbox, Subscriber
from vtp.media.sfu.feed import Feed
from vtp.media.sfu.ice import Agent, Bucket, Path
from vtp.media.sfu.intake import BATCH, NAME, SLOT, Intake
from vtp.media.sfu.library import BATCHES, CIPHERS_AT
from vtp.media.sfu.line import Line
from vtp.media.sfu.seal import Seal
from vtp.media.sfu.srtp import SOURCES, SrtpIn, SrtpOut
from vtp.media.sfu.stream import Forwarded
from vtp.media.sfu.transport import Transport

try:
    from vtp.media.sfu import _native

    _native.setup(
        CIPHERS_AT,
        (SLAB, ROOM, MESSAGES),
        (SLOT, NAME, BATCH, LONGEST, SOURCES),
        LIMITS,
        packet=Packet,
        downlink=Downlink,
        continuity=Continuity,
        span=Span,
        line=Line,
        subscriber=Subscriber,
        keys=SrtpOut,
        seal=Seal,
        way=Path,
        egress=Egress,
        outbox=Outbox,
        delay=DelayBandwidth,
        history=History,
        least=Least,
        agent=Agent,
        opened=SrtpIn,
        intake=Intake,
        transport=Transport,
        feed=Feed,
        bucket=Bucket,
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
    return _native.spread if COMPILED and kind == "auto" else in_python


def _hear(bandwidth: Bandwidth, body: bytes, now: float) -> None:
    bandwidth.feedback(body, now)


def hearing(kind: Kind) -> Hear:
    return _native.hear if COMPILED and kind == "auto" else _hear


def reading(kind: Kind) -> door.Read:
    return _native.read if COMPILED and BATCHES and kind == "auto" else door.in_python


def name(kind: Kind) -> str:
    """For those who ask which one runs."""
    return "compiled" if COMPILED and kind == "auto" else "Python"
