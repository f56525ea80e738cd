"""What a payload tells of its frame, per codec. Nothing is decoded, and no bytes raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from vtp.media.rtp.packet import Inspect
from vtp.media.rtp.payloads import opus, vp8
from vtp.media.rtp.payloads.av1 import Av1
from vtp.media.rtp.payloads.h264 import H264
from vtp.media.rtp.payloads.vp9 import Vp9

_MADE: Final[dict[str, Callable[[], Inspect]]] = {
    "video/vp8": lambda: vp8.inspect,
    "video/h264": lambda: H264().inspect,
    "video/vp9": lambda: Vp9().inspect,
    "video/av1": lambda: Av1().inspect,
    "audio/opus": lambda: opus.inspect,
}


def inspector(mime: str) -> Inspect:
    """One per incoming stream: some codecs tell of a frame only beside the packet before.

    It fills `first`, `key`, `sync`, `tid` and what its codec has of the rest. ValueError where
    nobody knows the codec: what has no key frames would never be shown.
    """
    try:
        return _MADE[mime.lower()]()
    except KeyError:
        raise ValueError(f"no packets of {mime} can be read") from None
