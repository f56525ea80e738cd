"""The newest packets of one incoming stream, kept once for all who may ask for them again."""

from __future__ import annotations

from vtp.media.rtp.packet import Packet


class History:
    """A ring of `size` numbers, a power of two. `newest` is the greatest number, -1 at first.

    `key` is the number where the newest key frame starts, -1 where none came yet.
    """

    __slots__ = ("_mask", "_ring", "key", "newest")

    def __init__(self, size: int) -> None:
        if size < 1 or size & (size - 1):
            raise ValueError("a history has a power of two places")
        self._mask = size - 1
        self._ring: list[Packet | None] = [None] * size
        self.newest = -1
        self.key = -1

    def wants(self, ext: int) -> bool:
        """Whether `put` would take this number: asked before the work for a packet is done."""
        if ext > self.newest:
            return True
        if self.newest - ext > self._mask:
            return False
        held = self._ring[ext & self._mask]
        return held is None or held.ext != ext

    def put(self, packet: Packet) -> bool:
        """False when it is there already, or older than all that is kept."""
        ext = packet.ext
        if ext > self.newest:
            self.newest = ext
        elif not self.wants(ext):
            return False
        self._ring[ext & self._mask] = packet
        if packet.key and ext > self.key:
            self.key = ext
        return True

    def get(self, ext: int) -> Packet | None:
        held = self._ring[ext & self._mask]
        return held if held is not None and held.ext == ext else None

    def since_key(self, most: int) -> list[Packet]:
        """All packets from the start of the newest key frame, in order, for someone new.

        Empty when there is none, when they are more than `most`, and when one of them is missing.
        Those that hold only padding are left out.
        """
        if self.key < 0 or self.newest - self.key >= most:
            return []
        found: list[Packet] = []
        for ext in range(self.key, self.newest + 1):
            packet = self.get(ext)
            if packet is None:
                return []
            if not packet.empty:
                found.append(packet)
        return found

    def last(self, seconds: float, now: float) -> list[Packet]:
        """What arrived within the last `seconds`, in order of its numbers, with its gaps."""
        since = now - seconds
        oldest = max(self.newest - self._mask, 0)
        return [
            packet
            for ext in range(oldest, self.newest + 1)
            if (packet := self.get(ext)) is not None and packet.arrival >= since
        ]

    def clear(self) -> None:
        """Let the packets go: nobody asks for what a stopped stream sent. The numbers go on."""
        self._ring = [None] * (self._mask + 1)
        self.key = -1
