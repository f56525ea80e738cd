"""A recording as one film: the stage and the screen side by side, with the names of people.

Where they stand is decided here, so that whoever draws them in a child decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vtp.media.pack.ladder import REFUSALS, Climbed, NothingToSee, Rung, Step, cpu_seconds, longer
from vtp.media.pack.roomy import Budget, Roomy, Tell, worked
from vtp.media.pack.stretch import Stretch

_COMPOSE = "vtp.media.pack.inside.composing:compose"
# Of the width, for the camera beside a screen; and pixels between the two, of a width of 1280.
_CAMERA, _GAP = 0.244, 12
_MARGIN = 12


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A name as it is drawn: how bright each of its pixels is."""

    width: int
    height: int
    luma: bytes


class Box(msgspec.Struct, frozen=True, kw_only=True):
    x: int
    y: int
    width: int
    height: int


class Compose(msgspec.Struct, frozen=True, kw_only=True):
    """Some minutes of it."""

    start: float
    until: float
    stage: tuple[Stretch, ...]  # from where they can be decoded, which may be before the start
    screen: tuple[Stretch, ...]
    steps: tuple[Step, ...]  # one
    labels: tuple[Label, ...] = ()
    names: dict[str, int] = {}  # which label belongs to whom a file of the stage shows
    threads: int = 2
    most_pixels: int = 4096 * 2304

    @property
    def seconds(self) -> float:
        return self.until - self.start

    @property
    def used(self) -> set[str]:
        return {one.file for one in (*self.stage, *self.screen) if one.file}


def size_for(screen_height: int) -> tuple[int, int]:
    """Letters of a large screen stay legible."""
    return (1920, 1080) if screen_height > 800 else (1280, 720)


def beside(width: int, height: int) -> tuple[Box, Box]:
    """The screen, and the camera at the height where a wide screen begins."""
    camera_width = _even(width * _CAMERA)
    camera_height = _even(camera_width * 9 / 16)
    screen_width = width - camera_width - _even(_GAP * width / 1280)
    top = _even((height - screen_width * 9 / 16) / 2)
    camera = Box(x=width - camera_width, y=max(top, 0), width=camera_width, height=camera_height)
    return Box(x=0, y=0, width=screen_width, height=height), camera


def label_at(box: Box, label: Label) -> tuple[int, int] | None:
    """At the foot of a picture, on the left; None where there is no room."""
    if label.width + 2 * _MARGIN > box.width or label.height + 2 * _MARGIN > box.height:
        return None
    return box.x + _MARGIN, box.y + box.height - label.height - _MARGIN


def most_width(width: int, height: int) -> int:
    """Of a name, so that it fits into the smaller picture."""
    return beside(width, height)[1].width - 2 * _MARGIN


def _even(value: float) -> int:
    return round(value / 2) * 2


async def compose(
    roomy: Roomy, spec: Compose, *, files: Mapping[str, int], budget: Budget, tell: Tell
) -> tuple[Rung, ...]:
    """`files` are the sources by their names, and "to:…" for the step."""
    made = await worked(
        roomy,
        _COMPOSE,
        spec,
        returns=Climbed,
        files=files,
        raises=REFUSALS,
        budget=longer(budget, cpu_seconds(spec.seconds, spec.steps)),
        tell=tell,
    )
    if [one.name for one in made.rungs] != [one.name for one in spec.steps]:
        raise NothingToSee
    return made.rungs
