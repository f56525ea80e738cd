"""What goes out: one slab for a batch of packets to everybody, and the queue of one socket.

Packets of one batch stand back to back in the slab, so that a run of equal sizes to one subscriber
is one message that the kernel cuts (UDP GSO), and all messages of a socket are one system call.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections import defaultdict
from collections.abc import Sequence, Sized
from typing import Literal

from vtp.media.sfu.ice import Path
from vtp.media.sfu.library import BATCHES, address_of, ffi, last_error, sendmmsg, view_of, words_of
from vtp.media.sfu.srtp import SrtpOut

Mode = Literal["gso", "sendmmsg", "sendto"]
Drops = defaultdict[str, int]

# Larger ones leave the caches of the processor before the kernel has copied them.
SLAB = 1 << 20
# What one packet may need: the longest that we take, longer by our header, and its tag.
ROOM = 1600
MESSAGES = 256
# linux/udp.h: 64 segments, one datagram of 64 KiB; a little less is always taken.
_SEGMENTS = 60
_RUN = 60 * 1024
_SOL_UDP, _UDP_SEGMENT = 17, 103
_CONTROL = 24  # a cmsghdr with two bytes, aligned
# The kernel or the device cannot cut for this way: EIO without checksums in hardware, EINVAL and
# EMSGSIZE where packets do not fit the way.
_UNCUT = {errno.EIO, errno.EINVAL, errno.EMSGSIZE, errno.EOPNOTSUPP}
_FULL = {errno.EAGAIN, errno.ENOBUFS}


class Subscriber:
    """A transport, as far as sending needs it."""

    __slots__ = ("bytes_out", "packets_out", "path", "tx")

    def __init__(self) -> None:
        self.path: Path | None = None
        self.tx: SrtpOut | None = None
        self.packets_out = self.bytes_out = 0


class Egress:
    """The batch: `start`, write packets, `finish`; once for all, `flush`.

    Whoever writes protects each packet in place, appends its size with the tag to `sizes` and
    moves `at` behind it.
    """

    __slots__ = (
        "_begin",
        "_boxes",
        "_memory",
        "_path",
        "_subscriber",
        "at",
        "base",
        "length",
        "origin",
        "sizes",
        "slab",
        "stamp",
    )

    def __init__(self) -> None:
        self._memory = ffi.new("char[]", SLAB)
        self.base = self._memory + 0
        self.origin = address_of(self.base)
        self.slab = view_of(self._memory)
        self.length = ffi.new("int *")
        self.at = 0
        self.stamp = 0  # when it leaves, as abs-send-time says it
        self.sizes: list[int] = []
        self._boxes: list[Outbox] = []
        self._begin = 0
        self._path: Path | None = None
        self._subscriber: Subscriber | None = None

    def outbox(self, sock: socket.socket, mode: Mode, drops: Drops) -> Outbox:
        """The queue of one more socket, sent with the others."""
        box = Outbox(self, sock, mode, drops)
        self._boxes.append(box)
        return box

    def start(self, subscriber: Subscriber, packets: Sized) -> bool:
        """Whether so many packets may be written for it now, from `at` on."""
        path = subscriber.path
        if path is None or subscriber.tx is None:
            return False
        size = len(packets) * ROOM
        if self.at + size > SLAB and not self.room(size):
            return False
        self._path, self._subscriber = path, subscriber
        self._begin = self.at
        self.sizes.clear()
        return True

    def room(self, size: int) -> bool:
        """Whether so many bytes fit; what waits is sent first where that is needed."""
        if self.at + size > SLAB:
            self.flush()
        return size <= SLAB

    def finish(self) -> None:
        """What was written since `start` is to be sent."""
        path, subscriber = self._path, self._subscriber
        if path is None or subscriber is None or not self.sizes:
            return
        path.link.queue(path, self._begin, self.sizes)
        subscriber.packets_out += len(self.sizes)
        subscriber.bytes_out += self.at - self._begin
        self._path = self._subscriber = None
        self.sizes.clear()

    def flush(self) -> None:
        """Send what waits, of all sockets."""
        for box in self._boxes:
            box.flush()
        self.at = 0


class Outbox:
    """What waits for one UDP socket, as the kernel reads it: an array of `struct mmsghdr`.

    A `Link`. What cannot be sent now is dropped and counted: late packets are worth nothing.
    """

    __slots__ = (
        "_control",
        "_controls",
        "_count",
        "_drops",
        "_header",
        "_headers",
        "_number",
        "_origin",
        "_paths",
        "_slab",
        "_sock",
        "_vector",
        "_vectors",
        "mode",
        "tables",
    )

    def __init__(self, egress: Egress, sock: socket.socket, mode: Mode, drops: Drops) -> None:
        self.mode: Mode = mode if BATCHES else "sendto"
        self._sock = sock
        self._number = sock.fileno()
        self._drops = drops
        self._slab = egress.slab
        self._origin = egress.origin
        self._count = 0
        # Kept until sent: the kernel reads their names.
        self._paths: list[Path | None] = [None] * MESSAGES
        self._headers = ffi.new("uint64_t[]", 8 * MESSAGES)
        self._vectors = ffi.new("uint64_t[]", 2 * MESSAGES)
        self._controls = ffi.new("uint64_t[]", 3 * MESSAGES)
        self._header = words_of(self._headers)
        self._vector = words_of(self._vectors)
        self._control = words_of(self._controls)
        for at in range(MESSAGES):
            self._header[8 * at + 2] = address_of(self._vectors) + 16 * at
            self._header[8 * at + 3] = 1
            self._header[8 * at + 4] = address_of(self._controls) + _CONTROL * at
            self._control[3 * at] = 18  # length of the control message
            self._control[3 * at + 1] = _SOL_UDP | _UDP_SEGMENT << 32
        # Where they lie, for the compiled loop.
        self.tables = tuple(map(address_of, (self._headers, self._vectors, self._controls)))

    def send(self, path: Path, data: bytes) -> None:
        self._plain(path, data)

    def known(self) -> None: ...

    def left(self, path: Path) -> None: ...

    def queue(self, path: Path, begin: int, sizes: Sequence[int]) -> None:
        if self.mode != "gso" or not path.gso:
            for size in sizes:
                self._add(path, begin, size, 0)
                begin += size
            return
        if (total := _one_run(sizes)) <= _RUN:
            self._add(path, begin, total, sizes[0] if len(sizes) > 1 else 0)
            return
        at, last = 0, len(sizes)
        while at < last:
            size, first = sizes[at], at
            total, at = size, at + 1
            most = first + _SEGMENTS
            while at < last and at < most and sizes[at] <= size and total + size <= _RUN:
                total += sizes[at]
                at += 1
                if sizes[at - 1] < size:
                    break  # a shorter one ends the run
            self._add(path, begin, total, size if at - first > 1 else 0)
            begin += total

    def _add(self, path: Path, begin: int, total: int, segment: int) -> None:
        at = self._count
        if at == MESSAGES:
            self.flush()
            at = 0
        header, word = self._header, 8 * at
        header[word] = path.name_at
        header[word + 1] = path.name_size
        header[word + 5] = _CONTROL if segment else 0
        self._vector[2 * at] = self._origin + begin
        self._vector[2 * at + 1] = total
        self._control[3 * at + 2] = segment
        self._paths[at] = path
        self._count = at + 1

    def flush(self) -> None:
        if count := self._count:
            self._count = 0
            self._send(count)
            self._paths[:count] = [None] * count  # or who has left would be kept for long

    def _send(self, count: int) -> None:
        sent = 0
        while sent < count and self.mode != "sendto":
            done = sendmmsg(self._number, self._headers + 8 * sent, count - sent, 0)
            if done > 0:
                sent += done
            elif (why := last_error()) == errno.ENOSYS:
                self.mode = "sendto"
            elif why in _FULL:
                self._drop("send_full", sent, count)
                return
            elif why != errno.EINTR:
                self._refused(sent, why)
                sent += 1
        for at in range(sent, count):
            self._one_by_one(at)

    def _drop(self, why: str, begin: int, end: int) -> None:
        for at in range(begin, end):
            self._drops[why] += -(-self._vector[2 * at + 1] // self._segment(at))

    def _segment(self, at: int) -> int:
        """The size of the packets in a message."""
        return self._control[3 * at + 2] or self._vector[2 * at + 1]

    def _refused(self, at: int, why: int) -> None:
        path = self._paths[at]
        if self._control[3 * at + 2] and why in _UNCUT and path is not None:
            path.gso = False
            self._one_by_one(at)
        else:
            self._drop("send_failed", at, at + 1)

    def _one_by_one(self, at: int) -> None:
        path = self._paths[at]
        begin = self._vector[2 * at] - self._origin
        end, size = begin + self._vector[2 * at + 1], self._segment(at)
        while path is not None and begin < end:
            self._plain(path, self._slab[begin : min(begin + size, end)])
            begin += size

    def _plain(self, path: Path, data: bytes | memoryview) -> None:
        try:
            self._sock.sendto(data, path.address)
        except OSError as error:
            self._drops["send_full" if error.errno in _FULL else "send_failed"] += 1


def _one_run(sizes: Sequence[int]) -> int:
    """How long all of it is, where it is one run as nearly always; else longer than any run."""
    size, last, count = sizes[0], sizes[-1], len(sizes)
    alike = sizes.count(size)
    if count > _SEGMENTS or not (alike == count or (alike == count - 1 and last < size)):
        return _RUN + 1
    return (count - 1) * size + last


def gso_works() -> bool:
    """Whether this kernel cuts a message into two datagrams, seen on the loopback."""
    if not BATCHES:
        return False
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(0.2)
            size = struct.pack("H", 8)
            sock.sendmsg([bytes(16)], [(_SOL_UDP, _UDP_SEGMENT, size)], 0, sock.getsockname())
            return len(sock.recv(64)) == len(sock.recv(64)) == 8
    except OSError:
        return False
