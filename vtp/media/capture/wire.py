"""What web and the recorder say to each other over their local socket. Pure.

A frame is its length in 32 bits, a byte for its kind, and its body: a message in MessagePack, or
packets of one leg, which are many and are packed by hand.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

import msgspec

VERSION = 3
MOST = 4 * 1024 * 1024  # bytes of a frame
_FULL = MOST // 4  # of packets; what is more goes into the next one
_MESSAGE, _PACKETS = 0, 1
_HEAD = struct.Struct("!IB")
_LEG = struct.Struct("!I")
# Number, timestamp, arrival, flags, level, length of the payload.
_PACKET = struct.Struct("!QIdBbH")
_MARKER, _KEY = 1, 2
# What there are files for.
RECORDED = frozenset({"video/h264", "video/vp8", "video/vp9", "video/av1", "audio/opus"})

# Number, timestamp, arrival, marker, key, payload, and of sound the level: -dBov, -1 where unknown.
Packed = tuple[int, int, float, bool, bool, bytes, int]


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="k"):
    pass


# --- from web ---------------------------------------------------------------------------------
class Pause(msgspec.Struct, frozen=True):
    """Monotonic seconds; it goes on while `until` is 0."""

    since: float
    until: float = 0.0


class Begin(Message, frozen=True, kw_only=True, tag="begin"):
    """Begin a recording, or go on with it: what it has of it already stays as it is."""

    recording: str
    began: float  # monotonic
    began_wall: float  # seconds since 1970
    pauses: list[Pause] = []
    away: bool = False  # nothing is known here of what was sent in the last moments


class Pauses(Message, frozen=True, kw_only=True, tag="pauses"):
    """All pauses so far: none of what happened in them is kept."""

    recording: str
    pauses: list[Pause]


class OnStage(Message, frozen=True, kw_only=True, tag="on_stage"):
    """From `at` on, monotonic, this track is on the stage; "" is nobody."""

    recording: str
    at: float
    track: str


class Open(Message, frozen=True, kw_only=True, tag="open"):
    """A stream of a track. Its numbers and timestamps have nothing to do with those of others."""

    leg: int
    recording: str
    track: str
    participant: str
    source: str
    mime: str
    clock_rate: int
    live: bool  # somebody may follow it as it grows: short fragments


class Clocks(Message, frozen=True, kw_only=True, tag="clocks"):
    """What the sender's wall clock (NTP) and media clock showed at one moment."""

    leg: int
    ntp: int
    rtp: int


class Silence(Message, frozen=True, kw_only=True, tag="silence"):
    """What is missing below this number was never sent on."""

    leg: int
    until: int


class Close(Message, frozen=True, kw_only=True, tag="close"):
    leg: int


class Finish(Message, frozen=True, kw_only=True, tag="finish"):
    """It ends `at`, monotonic, or where its files end if that is later."""

    recording: str
    at: float


# --- from the recorder ------------------------------------------------------------------------
class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    version: int
    free: int  # bytes that may still be written


class Room(Message, frozen=True, kw_only=True, tag="room"):
    """As in `Hello`, said again now and then: others write on the disk as well."""

    free: int


class WantKey(Message, frozen=True, kw_only=True, tag="want_key"):
    leg: int


class Took(Message, frozen=True, kw_only=True, tag="took"):
    """All up to this number is in the file, or is given up."""

    leg: int
    ext: int


class Grew(Message, frozen=True, kw_only=True, tag="grew"):
    """Something was written, and can be read from now on."""

    recording: str
    bytes: int
    seconds: float


class Finished(Message, frozen=True, kw_only=True, tag="finished"):
    recording: str
    seconds: float
    bytes: int


class Failed(Message, frozen=True, kw_only=True, tag="failed"):
    """It is not recorded any more: `disk_full`, `overloaded`, `broken`."""

    recording: str
    code: str


FromWeb = Begin | Pauses | OnStage | Open | Clocks | Silence | Close | Finish
FromRecorder = Hello | Room | WantKey | Took | Grew | Finished | Failed

_encoder = msgspec.msgpack.Encoder()
_of_web: msgspec.msgpack.Decoder[FromWeb] = msgspec.msgpack.Decoder(FromWeb)
_of_recorder: msgspec.msgpack.Decoder[FromRecorder] = msgspec.msgpack.Decoder(FromRecorder)


class BadFrame(Exception):
    """The other side is not ours."""


def message(told: FromWeb | FromRecorder) -> bytes:
    body = _encoder.encode(told)
    return _HEAD.pack(len(body) + 1, _MESSAGE) + body


def packets(leg: int, packed: Iterable[Packed]) -> bytes:
    """As many frames as it takes."""
    made, body = b"", bytearray(_LEG.pack(leg))
    for ext, ts, arrival, marker, key, payload, level in packed:
        if len(body) > _FULL:
            made += _HEAD.pack(len(body) + 1, _PACKETS) + body
            body = bytearray(_LEG.pack(leg))
        flags = _MARKER * marker | _KEY * key
        body += _PACKET.pack(ext, ts, arrival, flags, level, len(payload))
        body += payload
    return made + _HEAD.pack(len(body) + 1, _PACKETS) + body


class Packets(msgspec.Struct, frozen=True, gc=False):
    leg: int
    packets: list[Packed]
    size: int = 0  # bytes that it took on the line


class Reader:
    """Frames out of what arrives in any pieces."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        self._held += data
        while len(self._held) >= _HEAD.size:
            size, kind = _HEAD.unpack_from(self._held)
            if not 0 < size <= MOST:
                raise BadFrame
            end = size + _HEAD.size - 1
            if len(self._held) < end:
                return
            body = bytes(self._held[_HEAD.size : end])
            del self._held[:end]
            yield kind, body


def from_web(kind: int, body: bytes) -> FromWeb | Packets:
    try:
        return _of_web.decode(body) if kind == _MESSAGE else _packets(body)
    except (msgspec.DecodeError, struct.error) as error:
        raise BadFrame from error


def from_recorder(kind: int, body: bytes) -> FromRecorder:
    try:
        if kind == _MESSAGE:
            told: FromRecorder = _of_recorder.decode(body)
            return told
    except msgspec.DecodeError as error:
        raise BadFrame from error
    raise BadFrame


def _packets(body: bytes) -> Packets:
    (leg,) = _LEG.unpack_from(body)
    at, found = _LEG.size, []
    while at < len(body):
        ext, ts, arrival, flags, level, size = _PACKET.unpack_from(body, at)
        at += _PACKET.size
        payload = body[at : at + size]
        if len(payload) < size:
            raise BadFrame
        marker, key = bool(flags & _MARKER), bool(flags & _KEY)
        found.append((ext, ts, arrival, marker, key, payload, level))
        at += size
    return Packets(leg, found, len(body))
