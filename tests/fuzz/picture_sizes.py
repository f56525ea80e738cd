"""Key frames of any bytes tell a size or none, at once, to the server and to the recorder.

Input: one byte for the codec, then per packet two bytes of length and the payload.
"""

from __future__ import annotations

from tests.support.rtp import packet
from vtp.media.recorder.pieces import Frame, Piece
from vtp.media.recorder.samples import READERS
from vtp.media.rtp import sps
from vtp.media.rtp.payloads.area import area

_CODECS = ("video/vp8", "video/h264", "video/vp9", "video/av1")
_MOST = 1 << 80  # pixels, of the widest and highest that can be written


def one(data: bytes) -> None:
    if not data:
        return
    mime = _CODECS[data[0] % len(_CODECS)]
    payloads, at = [], 1
    while at + 1 < len(data):
        size = int.from_bytes(data[at : at + 2])
        payloads.append(data[at + 2 : at + 2 + size])
        at += 2 + size
    for payload in payloads:
        assert 0 <= area(mime, packet(payload)) < _MOST
        sps.read(payload)
    pieces = tuple(Piece(1, 0, 0.0, True, True, payload) for payload in payloads if payload)
    if pieces:
        read = READERS[mime](Frame(0, 0.0, True, pieces))
        assert read is None or read.data
