"""VP9: the frame behind its descriptors (RFC 9628, 4.2), and how large a key frame is. Pure.

Of spatial layers in one stream the lowest is taken: it leans on no other, and files have one size.
"""

from __future__ import annotations

from collections.abc import Iterable

from vtp.media.rtp.bits import Bits

# Byte 0: I P L F B E V Z.
_I, _P, _L, _F, _V = 0x80, 0x40, 0x20, 0x10, 0x02
_MARKER, _SYNC = 2, 0x498342
_RGB = 7
_HEAD = 16  # bytes that hold all that is read


def joined(payloads: Iterable[bytes]) -> bytes:
    """IndexError for what is cut off."""
    return b"".join(payload[at:] for payload in payloads for at, low in [_behind(payload)] if low)


def _behind(payload: bytes) -> tuple[int, bool]:
    """Where the descriptor ends, and whether it is of the lowest layer."""
    flags, at, low = payload[0], 1, True
    if flags & _I:
        at += 2 if payload[at] & 0x80 else 1
    if flags & _L:
        low = not payload[at] >> 1 & 0x07
        at += 1 if flags & _F else 2
    if flags & _F and flags & _P:
        while payload[at] & 1:  # further pictures that it leans on
            at += 1
        at += 1
    if flags & _V:
        at = _behind_structure(payload, at)
    return at, low


def _behind_structure(payload: bytes, at: int) -> int:
    """N_S Y G: the sizes of the layers, and the pictures of a group."""
    given = payload[at]
    at += 1
    if given & 0x10:
        at += 4 * ((given >> 5) + 1)
    if given & 0x08:
        pictures = payload[at]
        at += 1
        for _ in range(pictures):
            at += 1 + (payload[at] >> 2 & 0x03)
    return at


def size(frame: bytes) -> tuple[int, int] | None:
    """Of a key frame (VP9 Bitstream, 7.2), None of another; IndexError for what is no frame."""
    bits = Bits(frame[:_HEAD])
    if bits.take(2) != _MARKER:
        raise IndexError
    profile = bits.take(1) | bits.take(1) << 1
    if profile == 3:
        bits.take(1)
    shown_again, leans = bits.take(1), bits.take(1)
    if shown_again or leans:
        return None
    bits.take(2)
    if bits.take(24) != _SYNC:
        raise IndexError
    _pass_colours(bits, profile)
    return bits.take(16) + 1, bits.take(16) + 1


def _pass_colours(bits: Bits, profile: int) -> None:
    if profile >= 2:
        bits.take(1)
    rgb = bits.take(3) == _RGB
    if not rgb:
        bits.take(1)
    if profile & 1:
        bits.take(1 if rgb else 3)
