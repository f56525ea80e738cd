"""WebSocket frames (RFC 6455) of the server's side: bytes in, messages out. Pure.

No extension is spoken: compression costs more memory per socket than all else together.
"""

from __future__ import annotations

import struct
from typing import TypeGuard

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
_CONTINUATION = 0x0
_FIN = 0x80
_RESERVED = 0x70
_OPCODES = frozenset({_CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})

# Close codes of section 7.4.1 that we say.
NORMAL, GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED, BAD_TEXT = 1000, 1001, 1002, 1003, 1007
POLICY, TOO_BIG, TRY_LATER = 1008, 1009, 1013
NO_STATUS = 1005  # never sent: a close frame without one

# A read of 256 KiB could hold 43,000 empty frames: parsing them all would hold the loop for
# 100 ms. No client of ours sends a hundred in one read.
MOST_FRAMES_PER_READ = 1024

Message = tuple[int, bytes]
Header = tuple[int, int, int]  # where the frame ends, bytes of its payload, its first byte


class BadFrame(Exception):
    """What was sent cannot be read; `status` is the close code that says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Deframer:
    """One per connection. After a `BadFrame` nothing more can be read from it."""

    __slots__ = ("_held", "_limit", "_opcode", "_parts")

    def __init__(self, limit: int) -> None:
        self._limit = limit  # bytes of one message, all its fragments together
        self._held: bytearray | None = None  # a frame that has not arrived whole
        self._parts: bytearray | None = None  # the fragments so far of a message
        self._opcode = _CONTINUATION  # of the message that `_parts` belongs to

    def feed(self, data: bytes) -> list[Message]:
        """The messages and control frames that `data` completes."""
        if self._held is not None:
            self._held += data
            if not _whole(self._header(self._held, 0), len(self._held)):
                return []
            data, self._held = bytes(self._held), None
        messages: list[Message] = []
        at = frames = 0
        while (end := self._frame(data, at, messages)) > at:
            at = end
            frames += 1
            if frames > MOST_FRAMES_PER_READ:
                raise BadFrame(POLICY)
        if at < len(data):
            self._held = bytearray(data[at:])
        return messages

    def _frame(self, data: bytes, at: int, messages: list[Message]) -> int:
        """Take the frame at `at`; where the next one begins, or `at` when it is not whole."""
        header = self._header(data, at)
        if not _whole(header, len(data)):
            return at
        end, length, first = header
        body = end - length
        payload = _unmask(data[body - 4 : body], data[body:end])
        opcode = first & 0x0F
        if opcode >= CLOSE:
            messages.append((opcode, payload))
        else:
            messages.extend(self._fragment(first, payload))
        return end

    def _header(self, data: bytes | bytearray, at: int) -> Header | None:
        """None when not even the header has arrived."""
        if len(data) - at < 2:
            return None
        first, length = data[at], data[at + 1] & 0x7F
        if first & _RESERVED or first & 0x0F not in _OPCODES or not data[at + 1] & 0x80:
            raise BadFrame(PROTOCOL_ERROR)
        body = at + 6
        if length >= 126:
            size = 2 if length == 126 else 8
            body += size
            if len(data) < at + 2 + size:
                return None
            length = int.from_bytes(data[at + 2 : at + 2 + size])
        self._check(first, length)
        return body + length, length, first

    def _check(self, first: int, length: int) -> None:
        """Refuse a frame by its header alone, before a byte of its payload is kept."""
        opcode = first & 0x0F
        if opcode >= CLOSE:
            if length > 125 or not first & _FIN:
                raise BadFrame(PROTOCOL_ERROR)
        elif (opcode == _CONTINUATION) == (self._opcode == _CONTINUATION):
            raise BadFrame(PROTOCOL_ERROR)  # a fragment of nothing, or a message inside another
        elif len(self._parts or b"") + length > self._limit:
            raise BadFrame(TOO_BIG)

    def _fragment(self, first: int, payload: bytes) -> list[Message]:
        """The message that a data frame completes, if it does."""
        opcode, last = first & 0x0F, first & _FIN
        if opcode != _CONTINUATION and last:
            return [(opcode, payload)]
        if self._parts is None:
            self._parts, self._opcode = bytearray(), opcode
        self._parts += payload
        if not last:
            return []
        whole = (self._opcode, bytes(self._parts))
        self._parts, self._opcode = None, _CONTINUATION
        return [whole]


def _whole(header: Header | None, size: int) -> TypeGuard[Header]:
    return header is not None and header[0] <= size


def _unmask(mask: bytes, payload: bytes) -> bytes:
    """Section 5.3, as one xor of two long integers: 30 times a loop over the bytes."""
    size = len(payload)
    whole = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(whole)).to_bytes(size)


def frame(opcode: int, payload: bytes) -> bytes:
    """A whole frame as a server sends it: never masked, never in fragments."""
    first, size = _FIN | opcode, len(payload)
    if size < 126:
        return struct.pack("!BB", first, size) + payload
    if size < 65_536:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


def text(payload: bytes) -> bytes:
    return frame(TEXT, payload)


def closing(status: int, reason: str = "") -> bytes:
    """`reason` has room for 123 bytes."""
    return frame(CLOSE, struct.pack("!H", status) + reason.encode()[:123])


def close_status(payload: bytes) -> int:
    """What a close frame says, `NO_STATUS` when nothing; checked as section 7.4 asks."""
    if not payload:
        return NO_STATUS
    if len(payload) < 2:
        raise BadFrame(PROTOCOL_ERROR)
    status = int.from_bytes(payload[:2])
    if not (status in _MAY_BE_SENT or 3000 <= status < 5000):
        raise BadFrame(PROTOCOL_ERROR)
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise BadFrame(BAD_TEXT) from None
    return status


_MAY_BE_SENT = frozenset({*range(1000, 1004), *range(1007, 1015)})
