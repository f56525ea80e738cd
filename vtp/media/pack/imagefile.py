"""What the first bytes of a picture file say: its kind, size and orientation. Pure.

Reads PNG, JPEG, WebP and GIF and believes nothing: whatever is cut off or odd ends in None.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["png", "jpeg", "webp", "gif"]

# More pieces than this are no photograph; walking them would only cost time.
_MAX_PIECES = 4096
_ORIENTATION_TAG = 0x0112
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Header:
    kind: Kind
    width: int
    height: int
    # EXIF 2.32 section 4.6.5.1.6: 1 is upright, 2 to 8 are turned or mirrored.
    orientation: int = 1
    animated: bool = False


def look(data: bytes) -> Header | None:
    """The header of a picture, or None when it is none of the four kinds."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack_from("<HH", data, 6)
            return Header("gif", width, height)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
    except struct.error:
        pass
    return None


def _png(data: bytes) -> Header | None:
    """PNG 1.2 section 11: length, name, content, checksum."""
    if data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    header = Header("png", width, height)
    at = 8
    for _ in range(_MAX_PIECES):
        if at + 8 > len(data):
            break
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"eXIf":
            return replace(header, orientation=orientation(data[at + 8 : at + 8 + length]))
        at += 12 + length
    return header


def _jpeg(data: bytes) -> Header | None:
    """ITU-T T.81 annex B: segments until the scan begins."""
    turned = 1
    for marker, content in _segments(data):
        if marker == 0xE1 and content.startswith(b"Exif\0\0"):
            turned = orientation(content[6:])
        # Start of frame; DHT, JPG and DAC share the range.
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", content, 1)
            return Header("jpeg", width, height, turned)
    return None


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 2
    for _ in range(_MAX_PIECES):
        while data[at : at + 2] == b"\xff\xff":  # any number of fill bytes
            at += 1
        start, marker, length = struct.unpack_from(">BBH", data, at)
        if start != 0xFF or marker == 0xDA or length < 2:
            return
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length


def _webp(data: bytes) -> Header | None:
    """RFC 9649 section 2."""
    name = data[12:16]
    body = data[20:]
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return Header("webp", width & 0x3FFF, height & 0x3FFF)
    if name == b"VP8L" and body[:1] == b"\x2f":
        (bits,) = struct.unpack_from("<I", body, 1)
        return Header("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if name == b"VP8X" and len(body) >= 10:
        width = int.from_bytes(body[4:7], "little") + 1
        height = int.from_bytes(body[7:10], "little") + 1
        return Header("webp", width, height, _webp_orientation(data), bool(body[0] & 0x02))
    return None


def _webp_orientation(data: bytes) -> int:
    at = 12
    for _ in range(_MAX_PIECES):
        if at + 8 > len(data):
            break
        name, length = struct.unpack_from("<4sI", data, at)
        if name == b"EXIF":
            return orientation(data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0"))
        at += 8 + length + (length & 1)
    return 1


def orientation(tiff: bytes) -> int:
    """The orientation tag of the first directory; 1 when there is none that makes sense."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(min(count, _MAX_PIECES)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * entry)
            if tag == _ORIENTATION_TAG and kind == _SHORT:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
