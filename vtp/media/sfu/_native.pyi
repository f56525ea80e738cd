from collections.abc import Iterator, Sequence

from vtp.media.rtp.bandwidth import Bandwidth
from vtp.media.rtp.packet import Packet
from vtp.media.sfu.door import Door
from vtp.media.sfu.ice import Path
from vtp.media.sfu.intake import Intake
from vtp.media.sfu.stream import Forwarded

def spread(
    everybody: Iterator[Forwarded], packets: Sequence[Packet], now: float, /, *, clean: bool
) -> None: ...
def hear(bandwidth: Bandwidth, body: bytes, now: float, /) -> None: ...
def read(door: Door, by_address: dict[bytes, Path], intake: Intake, now: float, /) -> None: ...
def openssl(library: str, /) -> None: ...
def cipher(key: bytes, /) -> object: ...
def seal(cipher: object, salt: bytes, packet: int, size: int, number: int, /) -> int: ...
def setup(
    ciphers: tuple[int, ...],
    sending: tuple[int, ...],
    reading: tuple[int, ...],
    limits: tuple[float, ...],
    /,
    **classes: type[object],
) -> None: ...
