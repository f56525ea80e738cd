"""What is shown of a recording before it is played: a poster, a storyboard, how loud it is when."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from vtp.media.manifests.subtitles import clock
from vtp.media.pack import imagefile
from vtp.media.pack.ladder import REFUSALS, NothingToSee
from vtp.media.pack.roomy import Budget, Roomy, Tell, worked
from vtp.media.pack.stretch import Stretch

_GLIMPSE = "vtp.media.pack.inside.glimpsing:glimpse"
_HEAR = "vtp.media.pack.inside.hearing:hear"
# Tiles of a sheet, and their size; a sheet is about 100 kB.
COLUMNS, ROWS = 5, 5
TILE = 240, 136
_MOST_TILES = 1_200
_BOX = 1280, 720
# Of the answer, which holds all sheets.
_OUTPUT = 67_108_864
_MEMORY = 1_073_741_824
# Points of the line that is drawn, and of that of one speaker.
MOST_POINTS, MOST_SPEAKER_POINTS = 3_600, 900


class Glimpse(msgspec.Struct, frozen=True, kw_only=True):
    stretches: tuple[Stretch, ...]  # one for each moment that is looked at
    posters: tuple[Stretch, ...]  # the one with most to see is taken
    box: tuple[int, int] = _BOX
    tile: tuple[int, int] = TILE
    columns: int = COLUMNS
    rows: int = ROWS
    most_pixels: int = 4096 * 2304


class Glimpsed(msgspec.Struct, frozen=True, kw_only=True):
    poster: bytes
    sheets: tuple[bytes, ...]


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """Sound of somebody, or of all (`who` is "")."""

    who: str
    stretch: Stretch


class Hear(msgspec.Struct, frozen=True, kw_only=True):
    voices: tuple[Voice, ...]
    seconds: float
    rate: float  # points a second
    speaker_rate: float


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """How loud: 0 is silence and 60 dB below the loudest, 100 the loudest that there can be."""

    who: str
    rate: float
    levels: tuple[int, ...]


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    lines: tuple[Line, ...]


def moments(seconds: float) -> list[float]:
    """When a tile is taken: nearly every ten seconds, oftener of what is short."""
    every = max(min(10.0, seconds / 60), 1.0, seconds / _MOST_TILES)
    return [n * every for n in range(max(1, math.ceil(seconds / every)))]


def shown_at(at: float, *views: Sequence[Stretch]) -> Stretch:
    """What the first of these views shows that shows anything then, from a key frame on."""
    for view in views:
        found: Stretch | None = None
        for one in view:
            if one.start > at + 0.001:
                break
            if one.key:
                found = one
            if one.until > at and one.file and found is not None and found.file == one.file:
                return found
    return Stretch(file="", start=at, until=at)


def track(every: float, seconds: float, count: int) -> str:
    """WebVTT that says which place of which sheet shows which time."""
    lines = ["WEBVTT", ""]
    width, height = TILE
    for n in range(count):
        sheet, place = divmod(n, COLUMNS * ROWS)
        row, column = divmod(place, COLUMNS)
        until = min((n + 1) * every, max(seconds, n * every + 0.001))
        area = f"{column * width},{row * height},{width},{height}"
        lines += [f"{clock(n * every)} --> {clock(until)}", f"storyboard/{sheet}#xywh={area}", ""]
    return "\n".join(lines)


async def glimpse(roomy: Roomy, spec: Glimpse, *, files: Mapping[str, int], tell: Tell) -> Glimpsed:
    seconds = 60.0 + 0.5 * len(spec.stretches)
    made = await worked(
        roomy,
        _GLIMPSE,
        spec,
        returns=Glimpsed,
        files=files,
        raises=REFUSALS,
        budget=Budget(
            memory=_MEMORY, cpu_seconds=seconds, wall_seconds=seconds * 5, output=_OUTPUT
        ),
        tell=tell,
    )
    for picture in (made.poster, *made.sheets):
        header = imagefile.look(picture)
        if header is None or header.kind != "jpeg":
            raise NothingToSee
    return made


async def hear(
    roomy: Roomy, spec: Hear, *, files: Mapping[str, int], tell: Tell
) -> tuple[Line, ...]:
    length = sum(one.stretch.seconds for one in spec.voices)
    seconds = 60.0 + length * 0.2
    made = await worked(
        roomy,
        _HEAR,
        spec,
        returns=Heard,
        files=files,
        raises=REFUSALS,
        budget=Budget(
            memory=_MEMORY, cpu_seconds=seconds, wall_seconds=seconds * 5, output=_OUTPUT
        ),
        tell=tell,
    )
    return made.lines
