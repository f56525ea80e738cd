"""Encryption of packets with the keys of a handshake, in place, by the handles of libsrtp.

Whoever keeps a `handle` keeps the object that it came from: with that, libsrtp frees it.
"""

from __future__ import annotations

from typing import Any

from pylibsrtp import Error, Session

from vtp.media.sfu.library import (
    address_of,
    ffi,
    srtp_protect,
    srtp_protect_rtcp,
    srtp_unprotect,
    srtp_unprotect_rtcp,
    view_of,
)
from vtp.media.sfu.seal import SEALS, Seal

# Longest tag and index that libsrtp may append, and room for a whole datagram before them.
_SCRATCH = 4096
_LONGEST = 2048
# Each new source costs memory in libsrtp. Some browsers report on each track that they see as a
# source of its own, so there are more than a peer sends tracks.
SOURCES = 256


class SrtpOut:
    """One direction of one transport: what we send.

    `agreed` is the key with its salt where the cipher is AES-GCM: its packets, but not its reports,
    are then encrypted without libsrtp where that can be.
    """

    __slots__ = ("_scratch", "_session", "_size", "_view", "address", "handle", "overhead", "seal")

    def __init__(self, session: Session, *, overhead: int, agreed: bytes = b"") -> None:
        self._session = session
        self.seal = Seal(agreed) if SEALS and agreed else None
        self.handle = session._srtp[0]
        self.address = address_of(self.handle)
        # Bytes that a packet grows by.
        self.overhead = overhead
        self._scratch = ffi.new("char[]", _SCRATCH)
        self._view = view_of(self._scratch)
        self._size = ffi.new("int *")

    def protect(self, memory: Any, length: Any, number: int) -> int:
        """Encrypt a packet where it lies, and say in `length` how long it is then; 0 when done.

        `number` is that of the packet as it goes on, one cycle up.
        """
        if self.seal is None:
            return int(srtp_protect(self.handle, memory, length))
        return self.seal.protect(memory, length, number)

    def rtcp(self, data: bytes) -> bytes | None:
        """A compound packet, ready to be sent; None when it cannot be."""
        size = len(data)
        if size > _LONGEST:
            return None
        self._view[:size] = data
        self._size[0] = size
        if srtp_protect_rtcp(self.handle, self._scratch, self._size):
            return None
        return bytes(self._view[: self._size[0]])

    def forget(self, ssrc: int) -> None:
        _forget(self._session, ssrc)


class SrtpIn:
    """The other direction: what comes, decrypted where it lies."""

    __slots__ = ("_session", "_size", "_sources", "address", "handle")

    def __init__(self, session: Session) -> None:
        self._session = session
        self.handle = session._srtp[0]
        self.address = address_of(self.handle)
        self._size = ffi.new("int *")
        self._sources: set[bytes] = set()

    def rtp(self, ssrc: bytes, memory: object, size: int) -> int:
        """How long the packet is without its tag; 0 when it is forged, repeated or too much."""
        if ssrc not in self._sources and len(self._sources) >= SOURCES:
            return 0
        self._size[0] = size
        if srtp_unprotect(self.handle, memory, self._size):
            return 0
        self._sources.add(ssrc)
        return int(self._size[0])

    def rtcp(self, ssrc: bytes, memory: object, size: int) -> int:
        if ssrc not in self._sources and len(self._sources) >= SOURCES:
            return 0
        self._size[0] = size
        if srtp_unprotect_rtcp(self.handle, memory, self._size):
            return 0
        self._sources.add(ssrc)
        return int(self._size[0])

    def forget(self, ssrc: int) -> None:
        """A source has ended; its place is free."""
        self._sources.discard(ssrc.to_bytes(4))
        _forget(self._session, ssrc)


def _forget(session: Session, ssrc: int) -> None:
    try:
        session.remove_stream(ssrc)
    except Error:
        return  # it never sent anything
