"""Draws the stage and the screen into one picture, whenever one of them changes, and encodes it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from av.video.frame import VideoFrame

from vtp.media.pack.composite import Box, Compose, Label, beside, label_at
from vtp.media.pack.inside.encoding import Encoder
from vtp.media.pack.inside.fitting import Fit, dark
from vtp.media.pack.inside.glimpsing import paste
from vtp.media.pack.inside.reading import CONTEXTS, Seen, pictures
from vtp.media.pack.ladder import Climbed, NothingToSee
from vtp.media.pack.roomy import show
from vtp.media.pack.stretch import Stretch

__all__ = ["CONTEXTS", "compose"]

# s between key frames, so that players of files find a moment quickly.
_LONGEST = 4.0
# s that the screen waits for the next picture of the camera, to be drawn with it.
_TOGETHER = 0.03
_BLACK, _NEUTRAL = 16, 128


def compose(spec: Compose, files: Mapping[str, int]) -> Climbed:
    (step,) = spec.steps
    encoder = Encoder(step, files[f"to:{step.name}"], threads=spec.threads)
    canvas = Canvas(spec, step.width, step.height)
    stage, screen = View(spec.stage, spec, files), View(spec.screen, spec, files)
    cut = -math.inf
    for at in moments(stage, screen, spec.start, spec.until):
        key = at - cut >= _LONGEST
        cut = at if key else cut
        encoder.add(canvas.drawn(stage.now, screen.now), at=at, key=key)
        show(files, min(1.0, (at - spec.start) / spec.seconds))
    rung = encoder.close(until=spec.until)
    if not rung.segments:
        raise NothingToSee
    return Climbed(rungs=(rung,))


class View:
    """What one of them shows, as time goes on."""

    def __init__(
        self, stretches: tuple[Stretch, ...], spec: Compose, files: Mapping[str, int]
    ) -> None:
        self._pictures = pictures(
            stretches, files, most_pixels=spec.most_pixels, threads=spec.threads
        )
        self._next = next(self._pictures, None)
        self.now: Seen | None = None

    @property
    def changes_at(self) -> float:
        return math.inf if self._next is None else self._next.at

    def move(self, at: float) -> None:
        while self._next is not None and self._next.at <= at:
            self.now, self._next = self._next, next(self._pictures, None)


def moments(stage: View, screen: View, start: float, until: float) -> Iterator[float]:
    """When something is drawn; both views stand there then."""
    at = start
    while at < until:
        stage.move(at)
        screen.move(at)
        yield at
        at = screen.changes_at
        if stage.changes_at <= at + _TOGETHER:
            at = stage.changes_at


class Canvas:
    def __init__(self, spec: Compose, width: int, height: int) -> None:
        self._spec = spec
        self._width, self._height = width, height
        self._whole = Box(x=0, y=0, width=width, height=height)
        self._boxes = beside(width, height)
        self._fits: dict[tuple[int, int], Fit] = {}
        blank = dark(width, height)
        self._strides = [plane.line_size for plane in blank.planes]
        self._planes = [bytearray(plane) for plane in blank.planes]
        self._drawn: list[tuple[Box, Seen]] = []

    def drawn(self, stage: Seen | None, screen: Seen | None) -> VideoFrame:
        wanted = self._placed(stage, screen)
        if [box for box, _ in wanted] != [box for box, _ in self._drawn]:
            self._clear()
        for box, seen in wanted:
            if (box, seen) not in self._drawn:
                self._put(box, seen)
        self._drawn = wanted
        frame = VideoFrame(self._width, self._height, "yuv420p")
        for plane, data in zip(frame.planes, self._planes, strict=True):
            plane.update(bytes(data))
        return frame

    def _placed(self, stage: Seen | None, screen: Seen | None) -> list[tuple[Box, Seen]]:
        there = [one for one in (screen, stage) if one is not None and one.frame is not None]
        if len(there) == 2:
            return list(zip(self._boxes, there, strict=True))
        return [(self._whole, one) for one in there]

    def _clear(self) -> None:
        for number, data in enumerate(self._planes):
            data[:] = bytes([_NEUTRAL if number else _BLACK]) * len(data)
        self._drawn = []

    def _put(self, box: Box, seen: Seen) -> None:
        if seen.frame is None:
            return
        fit = self._fits.setdefault((box.width, box.height), Fit(box.width, box.height))
        paste(self._planes, self._strides, fit.fitted(seen.frame), x=box.x, y=box.y)
        number = self._spec.names.get(seen.file)
        if number is not None and 0 <= number < len(self._spec.labels):
            self._name(box, self._spec.labels[number])

    def _name(self, box: Box, label: Label) -> None:
        place = label_at(box, label)
        if place is None or len(label.luma) != label.width * label.height:
            return
        x, y = place
        grey = bytes([_NEUTRAL]) * (label.width // 2)
        for line in range(label.height):
            at = (y + line) * self._strides[0] + x
            row = label.luma[line * label.width : (line + 1) * label.width]
            self._planes[0][at : at + label.width] = row
        for line in range(label.height // 2):
            for number in (1, 2):
                at = (y // 2 + line) * self._strides[number] + x // 2
                self._planes[number][at : at + len(grey)] = grey
