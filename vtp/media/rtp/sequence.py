"""Sequence numbers that grow without end, made of the 16 bits that travel (RFC 3550, A.1)."""

from __future__ import annotations

# A number this far behind is not late: its sender began anew. RFC 3550 says 100; a packet that
# was asked for again may be a second old, and 3,000 packets are a second of 28 Mbit/s.
_RESTART = 3_000


class Extender:
    """One per stream. `newest` is the greatest number so far, -1 before the first."""

    __slots__ = ("_restart", "newest")

    def __init__(self) -> None:
        self.newest = -1
        self._restart = -1  # what would follow a number far behind

    def extend(self, seq: int) -> int:
        """The number nearest to the newest. The first is seq + 65536: none is ever negative."""
        ahead = (seq - self.newest) & 0xFFFF
        if self.newest < 0:
            self.newest = seq + 0x10000
        elif ahead < 0x8000:
            self.newest += ahead
        elif ahead < 0x10000 - _RESTART:
            return self._far_behind(seq, ahead)
        else:
            return self.newest + ahead - 0x10000
        return self.newest

    def near(self, seq: int) -> int:
        """The same for a number that someone names (NACK, RTX): nothing is learnt from it.

        -1 before the first of the stream: there is nothing yet that it could be near to.
        """
        if self.newest < 0:
            return -1
        ahead = (seq - self.newest) & 0xFFFF
        return self.newest + (ahead if ahead < 0x8000 else ahead - 0x10000)

    def _far_behind(self, seq: int, ahead: int) -> int:
        """Two in a row are a sender that began anew: its numbers go on above all others."""
        if seq != self._restart:
            self._restart = (seq + 1) & 0xFFFF
            return self.newest + ahead - 0x10000
        self._restart = -1
        self.newest += ahead
        return self.newest
