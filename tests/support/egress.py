"""A subscriber behind a plain socket, and packets for it: sending without any handshake."""

from __future__ import annotations

import socket
import struct
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from pylibsrtp import Policy, Session

from vtp.media.sfu.addresses import packed
from vtp.media.sfu.egress import Egress, Mode, Outbox, Subscriber
from vtp.media.sfu.ice import Agent, Directory, Path
from vtp.media.sfu.library import srtp_protect
from vtp.media.sfu.srtp import SrtpIn, SrtpOut

KEY = bytes(range(28))
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


def outgoing(key: bytes = KEY) -> SrtpOut:
    """With libsrtp alone."""
    return SrtpOut(_session(Policy.SSRC_ANY_OUTBOUND, key), overhead=16)


def incoming(key: bytes = KEY) -> SrtpIn:
    return SrtpIn(_session(Policy.SSRC_ANY_INBOUND, key))


def decrypting(key: bytes = KEY) -> Session:
    return _session(Policy.SSRC_ANY_INBOUND, key)


def _session(direction: int, key: bytes) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM)
    policy.allow_repeat_tx = True
    policy.window_size = 1024
    return Session(policy)


def rtp(seq: int, payload: bytes, *, ssrc: int = 0x11223344) -> bytes:
    return struct.pack(">BBHII", 0x80, 96, seq & 0xFFFF, 90 * seq & 0xFFFFFFFF, ssrc) + payload


class _Nobody:
    def moved(self, path: Path | None, now: float) -> None: ...

    def handshake(self, data: bytes) -> bool:
        return False

    def media(self, path: Path, memory: Any, view: memoryview, now: float) -> str:
        return "nobody"


def subscriber(path: Path | None) -> Subscriber:
    made = Subscriber()
    made.path, made.tx = path, outgoing()
    return made


@dataclass
class Line:
    """A socket that sends through `egress`, and one that gets it."""

    egress: Egress
    box: Outbox
    sender: socket.socket
    getter: socket.socket
    subscriber: Subscriber
    drops: defaultdict[str, int]

    def write(self, *packets: bytes) -> bool:
        egress, tx = self.egress, self.subscriber.tx
        if tx is None or not egress.start(self.subscriber, packets):
            return False
        for packet in packets:
            at = egress.at
            egress.slab[at : at + len(packet)] = packet
            egress.length[0] = len(packet)
            assert srtp_protect(tx.handle, egress.base + at, egress.length) == 0
            egress.at = at + egress.length[0]
            egress.sizes.append(egress.length[0])
        egress.finish()
        return True

    def came(self) -> list[bytes]:
        """What arrived, decrypted."""
        session, found = decrypting(), []
        while True:
            try:
                found.append(session.unprotect(self.getter.recv(2048)))
            except BlockingIOError:
                return found

    def close(self) -> None:
        self.sender.close()
        self.getter.close()


def line(mode: Mode, family: socket.AddressFamily = socket.AF_INET) -> Line:
    sender, getter = (socket.socket(family, socket.SOCK_DGRAM) for _ in range(2))
    getter.bind((LOOPBACK[family], 0))
    for sock in (sender, getter):
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
    egress, drops = Egress(), defaultdict[str, int](int)
    box = egress.outbox(sender, mode, drops)
    remote = packed(getter.getsockname())
    path = Path(Agent(Directory(), _Nobody(), 0.0), remote, remote, box, 0.0)
    return Line(egress, box, sender, getter, subscriber(path), drops)
