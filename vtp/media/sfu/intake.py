"""What comes in on one UDP socket: up to 64 datagrams at a time, where they can be decrypted.

One `recvmmsg` where the kernel has it; else `recvfrom_into`, one after the other.
"""

from __future__ import annotations

import socket

from vtp.media.sfu.addresses import V4_SIZE, V6_SIZE, packed
from vtp.media.sfu.ice import Link
from vtp.media.sfu.library import BATCHES, address_of, ffi, recvmmsg, view_of, words_of

BATCH = 64
# Longer than any datagram that we take, so that a longer one is seen to be.
SLOT = 2048
NAME = 32


class Intake:
    """Datagram `n` of a batch stands at `n * SLOT` of `memory` and of `view`."""

    __slots__ = (
        "_header",
        "_headers",
        "_name",
        "_name_size",
        "_names",
        "_number",
        "_owned",
        "_sock",
        "_vectors",
        "link",
        "memory",
        "names",
        "sizes",
        "tables",
        "view",
    )

    def __init__(self, sock: socket.socket, link: Link) -> None:
        self.link = link  # the way back
        self._sock = sock
        self._number = sock.fileno()
        self._owned = ffi.new("char[]", BATCH * SLOT)
        self.memory = self._owned + 0
        self.view = view_of(self._owned)
        self.sizes = [0] * BATCH
        # Where each came from, as the kernel writes it.
        self.names = [b""] * BATCH
        # Where all of it is, for the compiled way.
        self.tables: tuple[int, ...] = ()
        if BATCHES:
            self._prepare(V4_SIZE if sock.family == socket.AF_INET else V6_SIZE)

    def remote(self, key: bytes) -> bytes:
        """The address of a sender is its key."""
        return key

    def _prepare(self, name_size: int) -> None:
        """An array of `struct mmsghdr`, eight words each, as the kernel fills it."""
        self._name_size = name_size
        self._headers = ffi.new("uint64_t[]", 8 * BATCH)
        self._vectors = ffi.new("uint64_t[]", 2 * BATCH)
        self._names = ffi.new("char[]", NAME * BATCH)
        self._header, vector = words_of(self._headers), words_of(self._vectors)
        self._name = view_of(self._names)
        for at in range(BATCH):
            self._header[8 * at] = address_of(self._names) + NAME * at
            self._header[8 * at + 1] = name_size
            self._header[8 * at + 2] = address_of(self._vectors) + 16 * at
            self._header[8 * at + 3] = 1
            vector[2 * at] = address_of(self._owned) + SLOT * at
            vector[2 * at + 1] = SLOT
        places = map(address_of, (self._headers, self.memory, self._names))
        self.tables = (self._number, *places, name_size)

    def read(self) -> int:
        """How many came; fewer than a batch means that no more wait."""
        if not BATCHES:
            return self._singly()
        count = max(0, recvmmsg(self._number, self._headers, BATCH, 0, ffi.NULL))
        header, name, size = self._header, self._name, self._name_size
        for at in range(count):
            self.sizes[at] = header[8 * at + 7] & 0xFFFFFFFF
            self.names[at] = bytes(name[NAME * at : NAME * at + size])
        return count

    def _singly(self) -> int:
        for at in range(BATCH):
            try:
                slot = self.view[at * SLOT : (at + 1) * SLOT]
                self.sizes[at], address = self._sock.recvfrom_into(slot)
            except OSError:
                return at
            self.names[at] = packed(address)
        return BATCH
