"""A small PNG, made by hand."""

from __future__ import annotations

import struct
import zlib


def a_png(side: int = 8) -> bytes:
    """A square of one colour."""
    row = b"\x00" + b"\x1d\x6a\x50" * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * side)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
