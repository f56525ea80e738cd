"""What the recorder and its mixer say to each other over their socket. Pure.

A frame is its length in 32 bits, a byte for its kind, and its body. The way back comes from a
process that has decoded the bytes of others, and is read with care.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

SOUND, UNTIL, END = 0, 1, 2  # to the mixer
OPUS, AAC, DONE = 0, 1, 2  # from it

_HEAD = struct.Struct("!IB")
_SOUND = struct.Struct("!IQ")
_TICK = struct.Struct("!Q")
# Of a frame: a packet of sound is much shorter.
_MOST = 64 * 1024


class NotOurs(Exception):
    """The other side says what it never would."""


def sound(voice: int, at: int, data: bytes) -> bytes:
    return _frame(SOUND, _SOUND.pack(voice, at) + data)


def until(tick: int) -> bytes:
    """All that is heard before it has been said: it can be mixed."""
    return _frame(UNTIL, _TICK.pack(tick))


def end(tick: int) -> bytes:
    """The recording ends there: bring everything out."""
    return _frame(END, _TICK.pack(tick))


def made(kind: int, data: bytes) -> bytes:
    return _frame(kind, data)


def read_sound(body: bytes) -> tuple[int, int, bytes]:
    voice, at = _SOUND.unpack_from(body)
    return voice, at, body[_SOUND.size :]


def read_tick(body: bytes) -> int:
    (tick,) = _TICK.unpack(body)
    return int(tick)


def _frame(kind: int, body: bytes) -> bytes:
    return _HEAD.pack(len(body), kind) + body


class Frames:
    """Out of what arrives in any pieces."""

    def __init__(self, *, most: int = _MOST) -> None:
        self._held = bytearray()
        self._most = most

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        self._held += data
        while len(self._held) >= _HEAD.size:
            size, kind = _HEAD.unpack_from(self._held)
            if size > self._most:
                raise NotOurs
            if len(self._held) < _HEAD.size + size:
                return
            body = bytes(self._held[_HEAD.size : _HEAD.size + size])
            del self._held[: _HEAD.size + size]
            yield kind, body
