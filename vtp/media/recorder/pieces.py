"""What reaches the recorder of a track: packets without their headers. Pure.

Tuples, because a class has hundreds of thousands of them a minute.
"""

from __future__ import annotations

from typing import NamedTuple


class Piece(NamedTuple):
    ext: int  # the sequence number, grown; never falls back within a leg
    ts: int  # of the sender, 32 bits
    arrival: float  # s, monotonic
    marker: bool  # ends a frame
    key: bool  # decoding can start here
    payload: bytes  # empty where only padding came
    level: int = -1  # of sound: -dBov, 127 is silence; -1 where it is not known


class Frame(NamedTuple):
    """Whole: nothing between it and the frame before is missing, or it is a key frame."""

    ts: int
    arrival: float  # of its first piece
    key: bool
    pieces: tuple[Piece, ...]
