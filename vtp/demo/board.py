"""What a class of the demo shows: a curve on a board, and a point that runs along it. Pure."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

SIZE = WIDTH, HEIGHT = 640, 360
PICTURES = 64
# A turn is 10.24 s: as many samples as both codecs of sound fill with whole packets.
TICKS = 14_400
SECONDS = PICTURES * TICKS / 90_000
# Luma of the board, its grid, its axes, the curve and the point; chroma of board and point.
_BOARD, _GRID, _AXES, _CHALK, _POINT = 38, 50, 112, 214, 226
_GREEN, _WARM = (122, 116), (96, 170)
_CELL, _POINT_SIZE = 40, 7
# Of the sound: two soft notes, one after the other, and then nothing.
_RATE, _NOTES, _LASTS, _LOUD = 48_000, (523.25, 659.25), 0.9, 0.045

Curve = Callable[[float], float]
Planes = tuple[bytes, bytes, bytes]
_Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Board:
    """A curve over -1 to 1, with heights from -1 to 1."""

    curve: Curve

    def pictures(self) -> Iterator[Planes]:
        """One turn; the point runs there and back, so that the next begins where this ends."""
        ground = self._ground()
        for number in range(PICTURES):
            x = -math.cos(2 * math.pi * number / PICTURES) * 0.92
            yield _with_point(ground, *self._place(x))

    def _place(self, x: float) -> tuple[int, int]:
        return round(WIDTH / 2 * (1 + x)), round(HEIGHT / 2 * (1 - 0.86 * self.curve(x)))

    def _ground(self) -> bytearray:
        luma = bytearray([_BOARD]) * (WIDTH * HEIGHT)
        for x in range(0, WIDTH, _CELL):
            _line(luma, (x, 0), (x, HEIGHT - 1), light=_GRID, wide=1)
        for y in range(HEIGHT // 2 % _CELL, HEIGHT, _CELL):
            _line(luma, (0, y), (WIDTH - 1, y), light=_GRID, wide=1)
        _line(luma, (0, HEIGHT // 2), (WIDTH - 1, HEIGHT // 2), light=_AXES, wide=2)
        _line(luma, (WIDTH // 2, 0), (WIDTH // 2, HEIGHT - 1), light=_AXES, wide=2)
        spots = [self._place(-1 + x / 160) for x in range(321)]
        for one, other in pairwise(spots):
            _line(luma, one, other, light=_CHALK, wide=4)
        return luma


def _line(luma: bytearray, since: _Spot, until: _Spot, *, light: int, wide: int) -> None:
    (left, top), (right, bottom) = since, until
    steps = max(abs(right - left), abs(bottom - top), 1)
    for step in range(steps + 1):
        x = left + round((right - left) * step / steps)
        y = top + round((bottom - top) * step / steps)
        for row in range(max(0, y - wide // 2), min(HEIGHT, y - wide // 2 + wide)):
            first, end = max(0, x - wide // 2), min(WIDTH, x - wide // 2 + wide)
            if first < end:
                luma[row * WIDTH + first : row * WIDTH + end] = bytes([light]) * (end - first)


def _with_point(ground: bytearray, x: int, y: int) -> Planes:
    luma = bytearray(ground)
    half = WIDTH // 2
    chroma = [bytearray([one]) * (half * HEIGHT // 2) for one in _GREEN]
    for row in range(max(0, y - _POINT_SIZE), min(HEIGHT, y + _POINT_SIZE + 1)):
        reach = math.isqrt(_POINT_SIZE**2 - (row - y) ** 2)
        first, end = max(0, x - reach), min(WIDTH, x + reach + 1)
        luma[row * WIDTH + first : row * WIDTH + end] = bytes([_POINT]) * (end - first)
        for plane, colour in zip(chroma, _WARM, strict=True):
            at = row // 2 * half
            plane[at + first // 2 : at + end // 2] = bytes([colour]) * (end // 2 - first // 2)
    return bytes(luma), bytes(chroma[0]), bytes(chroma[1])


def sound() -> bytes:
    """Of one turn: stereo, each sample a float."""
    notes = array("f")
    length = round(_LASTS * _RATE)
    for note in _NOTES:
        for at in range(length):
            fades = (1 - at / length) ** 2 * min(1.0, at / 480)
            value = _LOUD * fades * math.sin(2 * math.pi * note * at / _RATE)
            notes.extend((value, value))
    return notes.tobytes().ljust(round(SECONDS * _RATE) * 8, b"\0")


# --- what is drawn in which course ----------------------------------------------------------------
def parabola(x: float) -> float:
    return 1.7 * x * x - 0.8


def tides(x: float) -> float:
    return 0.55 * math.sin(2 * math.pi * x) + 0.3 * math.sin(4.4 * math.pi * x + 0.6)


def charging(x: float) -> float:
    """A capacitor that is filled and emptied."""
    place = (x + 1) % 1
    fills = place < 0.5
    reached = 0.9 - 1.8 * math.exp(-9 * (place if fills else place - 0.5))
    return reached if fills else -reached
