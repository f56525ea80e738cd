"""AV1: the units of a picture, from packets and as files keep them, and its size. Pure.

RTP Payload Format For AV1 1.0, 4; AV1 Bitstream, 5.3 to 5.9. Units come without their lengths, in
pieces, and files want the lengths back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vtp.media.rtp.bits import Bits, as_leb128, leb128

# Z Y W: the first element continues one, the last is continued, how many there are.
_Z, _Y, _W = 0x80, 0x40, 0x30
_EXTENDED, _SIZED = 0x04, 0x02
_SEQUENCE, _HEADER, _FRAME = 1, 3, 6
# What says nothing in a file: temporal delimiters, lists of tiles, padding.
_LEFT_OUT = {2, 8, 15}
_KEY = 0
# Bytes of a sequence: 32 operating points and what stands around them. Each bit that is read costs
# as much as there is behind it.
_LONGEST = 512
# Of one picture: one for each of 64 times 64 tiles would be as many.
_MOST_UNITS = 4096


def units(payloads: Iterable[bytes]) -> list[bytes]:
    """Whole ones, with their heads; IndexError where something is missing or far too much."""
    found: list[bytearray] = []
    goes_on = False
    for payload in payloads:
        parts = list(_elements(payload))
        if goes_on != bool(payload[0] & _Z):
            raise IndexError
        if goes_on:
            found[-1] += parts.pop(0)
        found += map(bytearray, parts)
        if len(found) > _MOST_UNITS:
            raise IndexError
        goes_on = bool(payload[0] & _Y)
    if goes_on:
        raise IndexError
    return [bytes(one) for one in found if one]


def _elements(payload: bytes) -> Iterator[bytes]:
    """Of as many as W says the last has no length; 0: each has one."""
    count, at, number = (payload[0] & _W) >> 4, 1, 0
    while at < len(payload):
        number += 1
        size = len(payload) - at
        if number != count:
            size, at = leb128(payload, at)
        if at + size > len(payload):
            raise IndexError
        yield payload[at : at + size]
        at += size
    if number < max(count, 1):
        raise IndexError


def kept(every: Iterable[bytes]) -> bytes:
    """As files have them: each with its length."""
    written = bytearray()
    for unit in every:
        if _kind(unit) not in _LEFT_OUT:
            inside = _inside(unit)
            head = bytes([unit[0] | _SIZED]) + unit[1 : 1 + bool(unit[0] & _EXTENDED)]
            written += head + as_leb128(len(inside)) + inside
    return bytes(written)


def size(every: Iterable[bytes]) -> tuple[int, int] | None:
    """Of a key frame that tells its sequence, None of another."""
    found: tuple[int, int] | None = None
    for unit in every:
        kind = _kind(unit)
        if kind == _SEQUENCE:
            found = _size(Bits(_inside(unit)[:_LONGEST]))
        elif kind in {_FRAME, _HEADER}:
            bits = Bits(_inside(unit)[:1])
            shown_again, frame_type = bits.take(1), bits.take(2)
            return found if not shown_again and frame_type == _KEY else None
    return found


def sequence_size(payload: bytes) -> tuple[int, int] | None:
    """As the first packet of a key frame tells it, in which its sequence is whole."""
    for part in _elements(payload):
        if part and _kind(part) == _SEQUENCE:
            return _size(Bits(_inside(part)[:_LONGEST]))
    return None


def _kind(unit: bytes) -> int:
    return unit[0] >> 3 & 0x0F


def _inside(unit: bytes) -> bytes:
    at = 1 + bool(unit[0] & _EXTENDED)
    if not unit[0] & _SIZED:
        return unit[at:]
    length, at = leb128(unit, at)
    if at + length > len(unit):
        raise IndexError
    return unit[at : at + length]


def _size(bits: Bits) -> tuple[int, int]:
    """AV1 Bitstream, 5.5.1: what stands before the size is passed over."""
    bits.take(4)  # profile, still picture
    if bits.take(1):  # of a still picture alone
        bits.take(5)
    else:
        _pass_operating_points(bits)
    across, down = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(across) + 1, bits.take(down) + 1


def _pass_operating_points(bits: Bits) -> None:
    delays = _pass_timing(bits)
    display = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:  # the level; a tier follows the high ones
            bits.take(1)
        if delays is not None and bits.take(1):
            bits.take(2 * delays + 1)
        if display and bits.take(1):
            bits.take(4)


def _pass_timing(bits: Bits) -> int | None:
    """How long the delays of a decoder's model are; None where there is none."""
    if not bits.take(1):
        return None
    bits.take(64)
    if bits.take(1):
        bits.golomb()
    if not bits.take(1):
        return None
    delays = bits.take(5) + 1
    bits.take(42)
    return delays
