"""Count and hash what passes by, and slice ranges. Pure."""

from __future__ import annotations

import hashlib

from vtp.blob.port import Mismatch


class Tally:
    __slots__ = ("_hash", "size")

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.size = 0

    def add(self, chunk: bytes) -> None:
        self._hash.update(chunk)
        self.size += len(chunk)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def require(self, *, size: int | None, sha256: str | None) -> None:
        """Return when what passed is what was announced; None announces nothing."""
        if size is not None and size != self.size:
            raise Mismatch(f"{size} bytes were announced, but {self.size} arrived.")
        if sha256 is not None and sha256.lower() != self.sha256:
            raise Mismatch("The SHA-256 of what arrived is not the announced one.")


def span(size: int, start: int, length: int | None) -> tuple[int, int]:
    """First byte and the one behind the last, cut to `size` as a slice would be."""
    if start < 0 or (length is not None and length < 0):
        raise ValueError("a range begins at 0 or later and has no negative length")
    first = min(start, size)
    return first, size if length is None else min(size, first + length)
