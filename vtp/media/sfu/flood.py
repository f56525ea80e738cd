"""What one sender may send: more than any browser does is thrown away before it is read."""

from __future__ import annotations


class Limit:
    """Bytes and packets of a second, counted from second to second."""

    __slots__ = ("_bytes", "_bytes_left", "_packets", "_packets_left", "_since")

    def __init__(self, *, bits: int, packets: int) -> None:
        self._bytes, self._packets = bits // 8, packets
        self._bytes_left, self._packets_left = self._bytes, self._packets
        self._since = 0.0

    @property
    def until(self) -> float:
        """When the second is over that is counted."""
        return self._since + 1.0

    def allows(self, size: int, now: float) -> bool:
        if now - self._since >= 1.0:
            self._since = now
            self._bytes_left, self._packets_left = self._bytes, self._packets
        self._bytes_left -= size
        self._packets_left -= 1
        return self._bytes_left >= 0 and self._packets_left >= 0
