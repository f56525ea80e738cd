from collections.abc import Iterator, Sequence

from vtp.media.rtp.bandwidth import Bandwidth
from vtp.media.rtp.packet import Packet
from vtp.media.sfu.stream import Forwarded

def spread(
    everybody: Iterator[Forwarded], packets: Sequence[Packet], now: float, /, *, clean: bool
) -> None: ...
def hear(bandwidth: Bandwidth, body: bytes, now: float, /) -> None: ...
def setup(
    protect: int,
    slab: int,
    room: int,
    messages: int,
    limits: tuple[float, ...],
    /,
    **classes: type[object],
) -> None: ...
