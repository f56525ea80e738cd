"""What the recorder and a converter of pictures say to each other over their socket. Pure.

The same both ways: a picture of a part, when it is shown and for how long, in ticks of the part.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from vtp.media.recorder import mixwire
from vtp.media.rtp import sps

# A message is of the kind that its codec has.
_CODECS = ("h264", "vp8", "vp9", "av1")
MOST = 4 * 1024 * 1024  # bytes of a picture
_HEAD = struct.Struct("!IQIB")
_START = b"\0\0\1"
_SPS = 7


@dataclass(frozen=True, slots=True)
class Picture:
    codec: str
    part: int
    at: int
    duration: int
    key: bool
    data: bytes


def written(picture: Picture) -> bytes:
    head = _HEAD.pack(picture.part, picture.at, picture.duration, picture.key)
    return mixwire.made(_CODECS.index(picture.codec), head + picture.data)


def read(kind: int, body: bytes) -> Picture:
    if kind >= len(_CODECS) or len(body) <= _HEAD.size:
        raise mixwire.NotOurs
    part, at, duration, key = _HEAD.unpack_from(body)
    return Picture(_CODECS[kind], part, at, duration, bool(key), body[_HEAD.size :])


def parameters(data: bytes) -> sps.Sps:
    """Of a key frame of H.264 with start codes."""
    at = data.find(_START)
    while at >= 0:
        end = data.find(_START, at + 3)
        unit = data[at + 3 : end if end >= 0 else None]
        if unit and unit[0] & 0x1F == _SPS and (found := sps.read(unit)) is not None:
            return found
        at = end
    raise mixwire.NotOurs
