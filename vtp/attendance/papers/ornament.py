"""The ornaments of a certificate: a woven frame and a rosette, drawn as curves."""

from __future__ import annotations

from math import cos, pi, sin

from vtp.attendance.papers.page import Colour, Page

Point = tuple[float, float]
_STEP = 0.55  # mm between two points of a curve
_WAVE = 11.0  # mm


def frame(page: Page, edge: float, thick: float, colour: Colour) -> None:
    """Three waves woven around the page, between two lines."""
    wide, tall = page.w - 2 * edge, page.h - 2 * edge
    page.set_draw_color(*colour)
    page.set_line_width(0.35)
    page.rect(edge, edge, wide, tall)
    page.rect(edge + thick, edge + thick, wide - 2 * thick, tall - 2 * thick)
    page.set_line_width(0.12)
    corner, swing = thick, thick / 2 - 0.7
    for phase in range(6):
        shift = phase * pi / 3
        for at in (edge + thick / 2, page.h - edge - thick / 2):
            page.polyline(_wave(edge + corner, wide - 2 * corner, at, swing, shift, flat=True))
        for at in (edge + thick / 2, page.w - edge - thick / 2):
            page.polyline(_wave(edge + corner, tall - 2 * corner, at, swing, shift, flat=False))
    for x in (edge + thick / 2, page.w - edge - thick / 2):
        for y in (edge + thick / 2, page.h - edge - thick / 2):
            rosette(page, (x, y), thick / 2 - 0.5, petals=8, colour=colour)


def _wave(
    start: float, length: float, at: float, swing: float, shift: float, *, flat: bool
) -> list[Point]:
    """A whole number of waves, so that both of its ends are alike."""
    waves = max(1, round(length / _WAVE))
    steps = max(2, round(length / _STEP))
    found = []
    for step in range(steps + 1):
        along = start + length * step / steps
        across = at + swing * sin(2 * pi * waves * step / steps + shift)
        found.append((along, across) if flat else (across, along))
    return found


def rosette(page: Page, middle: Point, radius: float, *, petals: int, colour: Colour) -> None:
    """Rings of petals, each a little further round."""
    page.set_draw_color(*colour)
    page.set_line_width(0.1)
    steps = 24 * petals
    for ring in range(4):
        reach, depth = radius * (1 - 0.16 * ring), 0.16 + 0.05 * ring
        turned = ring * pi / petals / 2
        points = []
        for step in range(steps + 1):
            angle = 2 * pi * step / steps
            far = reach * (1 - depth + depth * cos(petals * (angle + turned)))
            points.append((middle[0] + far * cos(angle), middle[1] + far * sin(angle)))
        page.polyline(points)
