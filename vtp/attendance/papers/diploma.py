"""A certificate on paper, to hang on a wall, with a code that leads to where it is checked.

Blocking.
"""

from __future__ import annotations

from datetime import datetime

import segno

from vtp.attendance.certifying import Evidence
from vtp.attendance.looks import percent
from vtp.attendance.papers.ornament import frame, rosette
from vtp.attendance.papers.page import ACCENT, CHALK, INK, INK_2, INK_3, PAPER, Page
from vtp.attendance.sentences import Say

# mm
_EDGE, _THICK = 9.0, 9.0
_MIDDLE = 297 / 2
_LEFT, _RIGHT = 38.0, 297 - 38.0
_CODE = 25.0
_MOST_TEACHERS = 3


def diploma(evidence: Evidence, *, serial: str, link: str, at: datetime, say: Say) -> bytes:
    """`link` is where anybody sees whether it holds; `at` when it was given."""
    page = Page(wide=True, title=f"{evidence.course}: {evidence.name}", at=at)
    page.add_page()
    page.set_fill_color(*PAPER)
    page.rect(0, 0, page.w, page.h, style="F")
    frame(page, _EDGE, _THICK, ACCENT)
    _head(page, evidence.school, say)
    _body(page, evidence, say)
    _teachers(page, evidence, f"{at.day} {at:%B %Y}", say)
    _seal(page, _MIDDLE, 169)
    _check(page, serial, link, say)
    return bytes(page.output())


def _head(page: Page, school: str, say: Say) -> None:
    _sign(page, _MIDDLE, 33, 9)
    page.letters(11, INK_2, bold=True)
    page.say(_MIDDLE, 46, page.cut(school, 180), align="middle")
    page.letters(40, ACCENT, bold=True)
    page.say(_MIDDLE, 66, say("certificate.title"), align="middle")


def _body(page: Page, evidence: Evidence, say: Say) -> None:
    page.letters(12, INK_2)
    page.say(_MIDDLE, 79, say("certificate.certifies"), align="middle")
    size = page.fitting(evidence.name, (34, 30, 26, 22, 18), 215, bold=True)
    page.letters(size, INK, bold=True)
    page.say(_MIDDLE, 97, page.cut(evidence.name, 215), align="middle")
    page.set_draw_color(*CHALK)
    page.set_line_width(0.7)
    page.line(_MIDDLE - 30, 103, _MIDDLE + 30, 103)
    page.letters(12, INK_2)
    page.say(_MIDDLE, 113, say("certificate.completed"), align="middle")
    size = page.fitting(evidence.course, (22, 20, 18), 215, bold=True)
    page.letters(size, INK, bold=True)
    lines = page.wrapped(evidence.course, 215)[:2]
    for number, line in enumerate(lines):
        page.say(_MIDDLE, 125 + number * 9, line, align="middle")
    page.letters(10.5, INK_2)
    page.say(_MIDDLE, 134 + (len(lines) - 1) * 8, shown(evidence, say), align="middle")


def shown(evidence: Evidence, say: Say) -> str:
    """What it was given for, in words."""
    said = []
    if evidence.rule.attendance:
        said.append(say("certificate.attended", share=percent(evidence.attendance)))
    if evidence.rule.completion:
        said.append(say("certificate.done", done=evidence.done, total=evidence.total))
    return " · ".join(said)


def _teachers(page: Page, evidence: Evidence, day: str, say: Say) -> None:
    """Who taught, over a line; and the day."""
    names = list(evidence.teachers[:_MOST_TEACHERS])
    page.letters(11, INK, bold=True)
    for number, name in enumerate(reversed(names)):
        page.say(_LEFT, 170 - number * 5.6, page.cut(name, 72))
    page.set_draw_color(*INK_3)
    page.set_line_width(0.25)
    page.line(_LEFT, 173, _LEFT + 72, 173)
    page.letters(9, INK_3)
    page.say(_LEFT, 178.5, say("certificate.taught"))
    page.letters(9, INK_2)
    page.say(_LEFT, 183.5, say("certificate.given", day=day))


def _seal(page: Page, x: float, y: float) -> None:
    rosette(page, (x, y), 16, petals=24, colour=CHALK)
    rosette(page, (x, y), 12.5, petals=16, colour=ACCENT)
    page.set_fill_color(*ACCENT)
    page.circle(x, y, 7.2, style="F")
    _sign(page, x, y, 7, light=True)


def _sign(page: Page, x: float, y: float, size: float, *, light: bool = False) -> None:
    """The sign of the house, its middle at a place."""
    colour, unit = ((255, 255, 255) if light else ACCENT), size / 24
    page.set_draw_color(*colour)
    page.set_fill_color(*colour)
    page.set_line_width(2.6 * unit)
    left, top = x - 12 * unit, y - 12 * unit
    path = ((5.0, 10.5), (12.0, 20.0), (19.0, 10.5))
    page.polyline([(left + across * unit, top + down * unit) for across, down in path])
    page.circle(x, top + 5 * unit, 2.7 * unit, style="F")


def _check(page: Page, serial: str, link: str, say: Say) -> None:
    """The code at the right, and beside it what to do with it."""
    _code(page, link, _RIGHT - _CODE, 158, _CODE)
    page.link(_RIGHT - _CODE, 158, _CODE, _CODE, link)
    beside = _RIGHT - _CODE - 4
    page.letters(9, INK_3)
    page.say(beside, 172, say("certificate.scan"), align="right")
    page.letters(10.5, INK, bold=True)
    page.say(beside, 177.5, serial, align="right")
    page.letters(7, INK_3)
    address = link.split("//", 1)[-1]
    page.say(_RIGHT, 187.5, page.cut(address, 105), align="right")


def _code(page: Page, link: str, x: float, y: float, size: float) -> None:
    """Dark squares that touch are one, so that no line shows between them."""
    rows = segno.make(link, error="m").matrix
    unit = size / len(rows)
    page.set_fill_color(*INK)
    for down, row in enumerate(rows):
        start = None
        for across, dark in enumerate((*row, 0)):
            if dark and start is None:
                start = across
            elif not dark and start is not None:
                page.rect(
                    x + start * unit, y + down * unit, (across - start) * unit, unit, style="F"
                )
                start = None
