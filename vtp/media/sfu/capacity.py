"""How many packets a second this machine forwards: a short trial with the loop that does it.

Pictures of a few packets are written, encrypted and sent for a handful of people, to a socket of
our own that nobody reads. What else a class costs is left to the share that is kept free.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections import defaultdict
from typing import Self

from pylibsrtp import Policy, Session

from vtp.media.rtp.ortc import Consumed
from vtp.media.rtp.ortc_types import RtpParameters
from vtp.media.rtp.packet import HEAD, Packet
from vtp.media.sfu.addresses import packed
from vtp.media.sfu.downlink import Downlink
from vtp.media.sfu.egress import Egress, Mode, Subscriber, gso_works
from vtp.media.sfu.ice import Agent, Directory, Path
from vtp.media.sfu.line import Line
from vtp.media.sfu.loop import Spread, in_python
from vtp.media.sfu.srtp import SrtpOut
from vtp.media.sfu.stream import Stream

# Processor time; the class that is to run meanwhile does not exist yet.
_TRIAL = 0.05
_PEOPLE = 10
_PACKETS = 4
_PAYLOAD = 1_100
_KEY = 28  # bytes, with the salt


def measure(spread: Spread = in_python, mode: Mode | None = None) -> float:
    """Packets a second that one core forwards. Takes about a twentieth of a second."""
    with _Trial(spread, mode or ("gso" if gso_works() else "sendmmsg")) as trial:
        trial.round(0)
        begun, rounds = time.thread_time(), 1
        while (spent := time.thread_time() - begun) < _TRIAL:
            trial.round(rounds)
            rounds += 1
        return (rounds - 1) * _PEOPLE * _PACKETS / spent


class _Source:
    kind = "video"
    cname = "trial"

    def want_key(self, _stream: Stream, _now: float, /) -> None: ...


class _Owner:
    """Of a path on which nothing ever comes."""

    def moved(self, _path: Path | None, _now: float, /) -> None: ...

    def handshake(self, _data: bytes, /) -> bool:
        return False

    def media(self, _path: Path, _memory: object, _view: memoryview, _now: float, /) -> str:
        return "trial"


class _Line(Line):
    """One subscriber with keys of its own, who never says anything."""

    def __init__(self, egress: Egress, path: Path) -> None:
        super().__init__(egress)
        self.subscriber = Subscriber()
        self.subscriber.path = path
        agreed = secrets.token_bytes(_KEY)
        policy = Policy(
            key=agreed,
            ssrc_type=Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
        )
        self.subscriber.tx = SrtpOut(Session(policy), overhead=16, agreed=agreed)

    def may_repair(self, now: float) -> bool:
        del now
        return False


_WATCHED = Consumed(
    parameters=RtpParameters(codecs=()),
    pt=101,
    rtx_pt=102,
    ssrc=1,
    rtx_ssrc=2,
    clock_rate=90_000,
    ast_id=4,
    twcc_id=5,
    third_id=0,
    nack=True,
    pli=True,
    twcc=True,
)


class _Trial:
    """Ten people behind one address."""

    def __init__(self, spread: Spread, mode: Mode) -> None:
        self._spread = spread
        self._sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._nobody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._nobody.bind(("127.0.0.1", 0))
        self._sender.setblocking(False)
        egress = Egress()
        box = egress.outbox(self._sender, mode, defaultdict(int))
        name = packed(self._nobody.getsockname())
        path = Path(Agent(Directory(), _Owner(), 0.0), name, name, box, 0.0)
        self._egress = egress
        self._links = [
            Downlink(_Line(egress, path), _Source(), _WATCHED, first=1) for _ in range(_PEOPLE)
        ]
        for link in self._links:
            link.continuity.take_over(self, _picture(0)[0], now=0.0, ts=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sender.close()
        self._nobody.close()

    def round(self, number: int) -> None:
        packets = _picture(number)
        self._spread(iter(self._links), packets, float(number), clean=True)
        self._egress.flush()


def _picture(number: int) -> list[Packet]:
    return [
        Packet(
            70_000 + number * _PACKETS + n,
            number * 3_000,
            marker=n == _PACKETS - 1,
            third=-1,
            data=bytes(HEAD + _PAYLOAD),
            arrival=0.0,
        )
        for n in range(_PACKETS)
    ]
