"""What the router forwards: codecs, their numbers, and which descriptions mean the same. Pure.

Payload types are the same in every room whatever the order, so that a room whose cameras change
their codec needs no new numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vtp.media.rtp.extensions import (
    ABS_SEND_TIME,
    AUDIO_LEVEL,
    MID,
    ORIENTATION,
    REPAIRED_RID,
    RID,
    ROUTER_IDS,
    TRANSPORT_CC,
)
from vtp.media.rtp.ortc_types import Direction, Kind, Parameters, RtcpFeedback, RtpHeaderExtension

_NACK = RtcpFeedback(type="nack")
_TRANSPORT_CC = RtcpFeedback(type="transport-cc")
_PICTURE = (
    _NACK,
    RtcpFeedback(type="nack", parameter="pli"),
    RtcpFeedback(type="ccm", parameter="fir"),
    _TRANSPORT_CC,
)


@dataclass(frozen=True, slots=True)
class Codec:
    mime: str
    clock_rate: int
    channels: int | None
    pt: int
    rtx_pt: int | None
    parameters: Mapping[str, int | str]
    feedback: tuple[RtcpFeedback, ...] = _PICTURE

    @property
    def kind(self) -> Kind:
        return "audio" if self.mime.startswith("audio/") else "video"


# Browsers ask again for lost sound only where it is announced; it costs nothing without loss.
OPUS = Codec(
    "audio/opus", 48_000, 2, 100, None, {"useinbandfec": 1, "usedtx": 1}, (_NACK, _TRANSPORT_CC)
)
# Mode 0 would cut slices to the size of a packet: a fifth more packets.
H264 = Codec(
    "video/H264",
    90_000,
    None,
    101,
    102,
    {"level-asymmetry-allowed": 1, "packetization-mode": 1, "profile-level-id": "42e01f"},
)
VP8 = Codec("video/VP8", 90_000, None, 103, 104, {})
VP9 = Codec("video/VP9", 90_000, None, 105, 106, {"profile-id": 0})
AV1 = Codec("video/AV1", 90_000, None, 107, 108, {})

_VIDEO = (H264, VP8, VP9, AV1)
_BY_NAME = {codec.mime.rpartition("/")[2].lower(): codec for codec in _VIDEO}
_BY_MIME = {codec.mime.lower(): codec for codec in (OPUS, *_VIDEO)}

# Directions are the router's: "recvonly" is what only senders put into their packets.
_EXTENSIONS: tuple[tuple[Kind, str, Direction], ...] = (
    ("audio", MID, "recvonly"),
    ("video", MID, "recvonly"),
    ("video", RID, "recvonly"),
    ("video", REPAIRED_RID, "recvonly"),
    ("audio", ABS_SEND_TIME, "sendonly"),
    ("video", ABS_SEND_TIME, "sendonly"),
    # Senders count all their packets; of a subscriber only the video is measured.
    ("audio", TRANSPORT_CC, "recvonly"),
    ("video", TRANSPORT_CC, "sendrecv"),
    ("audio", AUDIO_LEVEL, "sendrecv"),
    ("video", ORIENTATION, "sendrecv"),
)
EXTENSIONS = tuple(
    RtpHeaderExtension(kind=kind, uri=uri, preferred_id=ROUTER_IDS[uri], direction=direction)
    for kind, uri, direction in _EXTENSIONS
)


def in_order(camera: Sequence[str], *, alone: bool = False) -> tuple[Codec, ...]:
    """Sound first, then the video codecs named ("h264" or "video/H264"), then the others.

    `alone` leaves the others out.
    """
    named = [_BY_NAME[name.rpartition("/")[2].lower()] for name in camera]
    others = () if alone else _VIDEO
    return (OPUS, *{codec.mime: codec for codec in (*named, *others)}.values())


def forwarded(mime: str) -> Codec:
    return _BY_MIME[mime.lower()]


def matching(
    mime: str, clock_rate: int, channels: int | None, parameters: Parameters
) -> Codec | None:
    """The codec of ours that is described, None when we do not forward it."""
    codec = _BY_MIME.get(mime.lower())
    if codec is None or clock_rate != codec.clock_rate:
        return None
    if codec.kind == "audio" and channels != codec.channels:
        return None
    fits = _FITS.get(codec.mime)
    return codec if fits is None or fits(parameters) else None


def _fits_h264(parameters: Parameters) -> bool:
    if _number(parameters, "packetization-mode") != 1:
        return False
    # RFC 6184, 8.1: without it, Baseline.
    return is_baseline(str(parameters.get("profile-level-id", "42000a")))


def _fits_vp9(parameters: Parameters) -> bool:
    return _number(parameters, "profile-id") == 0


def _fits_av1(parameters: Parameters) -> bool:
    return _number(parameters, "profile") == 0


_FITS: dict[str, Callable[[Parameters], bool]] = {
    H264.mime: _fits_h264,
    VP9.mime: _fits_vp9,
    AV1.mime: _fits_av1,
}


def _number(parameters: Parameters, name: str) -> int:
    """A small parameter whose default is 0; -1 for what is not a number."""
    value = parameters.get(name, 0)
    if isinstance(value, str):
        return int(value) if re.fullmatch("[0-9]{1,4}", value) else -1
    return int(value) if 0 <= value <= 9_999 else -1


def is_baseline(profile_level_id: str) -> bool:
    """Baseline or Constrained Baseline, in any of the ways to write it (RFC 6184, table 5).

    Plain Baseline is taken for the other: what sets the two apart no encoder of today uses.
    """
    if not re.fullmatch("[0-9A-Fa-f]{6}", profile_level_id):
        return False
    idc, iop = int(profile_level_id[:2], 16), int(profile_level_id[2:4], 16)
    if iop & 0x0F:
        return False
    return idc == 0x42 or (idc == 0x4D and bool(iop & 0x80)) or (idc == 0x58 and iop >> 6 == 3)


def passed_on(codec: Codec, parameters: Parameters) -> dict[str, int | str | float]:
    """The parameters of a sender that its watchers need to know, and not a letter more.

    They end up in the session descriptions of others, so nothing is copied that we do not know.
    """
    if codec is not OPUS:
        return dict(codec.parameters)
    # Not "stereo": that is what the sender would like to hear.
    names = ("useinbandfec", "usedtx", "sprop-stereo")
    return {name: 1 for name in names if _number(parameters, name) == 1}


def in_words_of(
    told: Mapping[str, int | str | float], watcher: Parameters
) -> dict[str, int | str | float]:
    """A watcher finds H.264 again by the profile that it announced, however that is written."""
    asked = str(watcher.get("profile-level-id", ""))
    if "profile-level-id" in told and is_baseline(asked):
        return {**told, "profile-level-id": asked}
    return dict(told)


def wished(codec: Codec, offered: Parameters) -> dict[str, int | str | float]:
    """What we answer to who sends: stereo only where it is sent, its own way to write a profile."""
    told = in_words_of(codec.parameters, offered)
    if codec is OPUS and _number(offered, "sprop-stereo") == 1:
        told["stereo"] = 1
    return told
