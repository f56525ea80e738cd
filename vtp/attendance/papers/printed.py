"""A table on paper: as many pages as it takes, each with its head. Blocking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from vtp.attendance.looks import percent
from vtp.attendance.papers.page import ACCENT, INK, INK_2, INK_3, LINE, Align, Colour, Page
from vtp.attendance.sentences import Say
from vtp.attendance.tables import Cell, Given, Length, Share, Table

# mm
_EDGE, _TOP, _FOOT = 14.0, 34.0, 12.0
_WIDTH, _HEIGHT = 297 - 2 * _EDGE, 210.0
_NAME, _NARROW, _LENGTH, _MARK, _SHARE = 44.0, 9.0, 20.0, 24.0, 21.0
_LINE = 4.2
_ROW = 7.0
# Of classes on one page; the others stand on the pages after it.
_MOST_NARROW = 20
_TINTS: dict[str, tuple[Colour, Colour]] = {
    "present": ((224, 240, 232), (23, 96, 74)),
    "late": ((251, 240, 213), (120, 80, 0)),
    "left_early": ((251, 240, 213), (120, 80, 0)),
    "partial": ((251, 240, 213), (120, 80, 0)),
    "absent": ((192, 56, 40), (255, 255, 255)),
    "made_up": ((239, 234, 248), (100, 69, 160)),
    "excused": ((230, 238, 249), (40, 85, 155)),
}


@dataclass(frozen=True, slots=True)
class _Place:
    """A column on paper: which it is, where it begins and how wide it is."""

    number: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class _Side:
    """What stands on one page, and how tall each line is."""

    places: Sequence[_Place]
    lines: Sequence[tuple[Sequence[Cell], float]]


def printed(table: Table, *, school: str, at: datetime, say: Say) -> bytes:
    page = Page(wide=True, title=table.title, at=at)
    told = " · ".join((school, f"{at.day} {at:%B %Y, %H:%M} UTC", *table.key))
    sides = [side for columns in _parts(table) for side in _sides(page, table, columns)]
    for number, side in enumerate(sides, 1):
        y = _begin(page, table, side.places, school=school)
        for line, tall in side.lines:
            _row(page, line, side.places, y, tall)
            y += tall
        _foot(page, told, say("table.page", page=number, pages=len(sides)))
    return bytes(page.output())


def _sides(page: Page, table: Table, columns: Sequence[int]) -> Iterator[_Side]:
    """As many as these columns take, each with the lines that it has place for."""
    places, y = _places(table, columns), _TOP
    lines: list[tuple[Sequence[Cell], float]] = []
    for line in table.lines:
        tall = _tall(page, line, places)
        if lines and y + tall > _HEIGHT - _FOOT - 6:
            yield _Side(places, lines)
            lines, y = [], _TOP
        lines.append((line, tall))
        y += tall
    yield _Side(places, lines)


def _parts(table: Table) -> Iterator[list[int]]:
    """Which columns stand together: the name and the shares on every page."""
    narrow = [number for number in range(len(table.columns)) if _is_day(table, number)]
    for start in range(0, max(1, len(narrow)), _MOST_NARROW):
        left_out = set(narrow) - set(narrow[start : start + _MOST_NARROW])
        yield [number for number in range(len(table.columns)) if number not in left_out]


def _is_day(table: Table, number: int) -> bool:
    """The columns between the name and the shares of a matrix, which hold a letter each."""
    return bool(table.key) and 0 < number < len(table.columns) - 2


def _places(table: Table, columns: Sequence[int]) -> list[_Place]:
    widths = {number: _wide(table, number) for number in columns}
    taken = sum(widths.values())
    # What is left goes to the sentence of a register, or to the names of a matrix.
    widths[columns[0] if table.key else columns[-1]] += max(0.0, _WIDTH - taken)
    found, x = [], _EDGE
    for number in columns:
        found.append(_Place(number, x, widths[number]))
        x += widths[number]
    return found


def _wide(table: Table, number: int) -> float:
    if number == 0:
        return _NAME
    if _is_day(table, number):
        return _NARROW
    if table.key:
        return _SHARE
    return _MARK if number == 1 else 0.0 if number == len(table.columns) - 1 else _LENGTH


def _begin(page: Page, table: Table, places: Sequence[_Place], *, school: str) -> float:
    """A new page with its head. Where its lines begin."""
    page.add_page()
    page.letters(16, bold=True)
    page.say(_EDGE, 18, page.cut(table.title, _WIDTH - 60))
    page.letters(9, ACCENT, bold=True)
    page.say(_EDGE + _WIDTH, 18, page.cut(school, 56), align="right")
    page.letters(9, INK_2)
    page.say(_EDGE, 24, page.cut(table.about, _WIDTH))
    for place in places:
        head, narrow = table.columns[place.number].head, _is_day(table, place.number)
        page.letters(6.5 if narrow else 8, INK_3)
        # Days stand over their letters, shares end where their numbers do.
        share = bool(table.key) and place.number > 0
        x = place.x + place.width * (0.5 if narrow else share)
        align: Align = "middle" if narrow else "right" if share else "left"
        page.say(x, _TOP - 2, page.cut(head, place.width), align=align)
    _rule(page, _TOP)
    return _TOP


def _rule(page: Page, y: float) -> None:
    page.set_draw_color(*LINE)
    page.set_line_width(0.2)
    page.line(_EDGE, y, _EDGE + _WIDTH, y)


def _tall(page: Page, line: Sequence[Cell], places: Sequence[_Place]) -> float:
    page.letters(8.5)
    most = max(len(_lines(page, line[place.number], place)) for place in places)
    return max(_ROW, most * _LINE + _ROW - _LINE)


def _lines(page: Page, one: Cell, place: _Place) -> list[str]:
    return page.wrapped(one, place.width - 2) if isinstance(one, str) else [""]


def _row(page: Page, line: Sequence[Cell], places: Sequence[_Place], y: float, tall: float) -> None:
    for place in places:
        one, base = line[place.number], y + _ROW / 2 + 1.1
        match one:
            case Given():
                _mark(page, one, place, y)
            case Length(ms):
                page.letters(8.5)
                page.say(place.x, base, clock(ms))
            case Share(share):
                page.letters(8.5, bold=True)
                page.say(place.x + place.width, base, percent(share), align="right")
            case str():
                page.letters(8.5, INK if place.number == 0 else INK_2, bold=place.number == 0)
                for number, text in enumerate(_lines(page, one, place)):
                    page.say(place.x, base + number * _LINE, text)
            case None:
                continue
    _rule(page, y + tall)


def _mark(page: Page, given: Given, place: _Place, y: float) -> None:
    paper, ink = _TINTS[given.mark]
    narrow = place.width <= _NARROW
    page.set_fill_color(*paper)
    page.letters(7.5, ink, bold=True)
    text = given.letter if narrow else given.name
    width = 5.4 if narrow else page.get_string_width(text) + 4
    x = place.x + (place.width - width) / 2 if narrow else place.x
    page.rect(x, y + 0.9, width, 5.2, style="F", round_corners=True, corner_radius=1.2)
    page.say(x + width / 2, y + _ROW / 2 + 1.0, text, align="middle")


def clock(ms: int) -> str:
    """As a watch shows it, to the second: "43:20", "1:02:05"."""
    hours, rest = divmod(ms // 1000, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _foot(page: Page, told: str, number: str) -> None:
    page.letters(7.5, INK_3)
    page.say(_EDGE, _HEIGHT - _FOOT, page.cut(told, _WIDTH - 30))
    page.say(_EDGE + _WIDTH, _HEIGHT - _FOOT, number, align="right")
