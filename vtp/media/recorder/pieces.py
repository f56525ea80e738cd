"""What reaches the recorder of a track: packets without their headers. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    ext: int  # the sequence number, grown; never falls back within a leg
    ts: int  # of the sender, 32 bits
    arrival: float  # s, monotonic
    marker: bool  # ends a frame
    key: bool  # decoding can start here
    payload: bytes  # empty where only padding came
    level: int = -1  # of sound: -dBov, 127 is silence; -1 where it is not known


@dataclass(frozen=True, slots=True)
class Frame:
    """Whole: nothing between it and the frame before is missing, or it is a key frame."""

    ts: int
    arrival: float  # of its first piece
    key: bool
    pieces: tuple[Piece, ...]
