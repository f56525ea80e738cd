"""A table as a workbook (XLSX), row by row: no more than one row is held in memory. Blocking."""

from __future__ import annotations

import io
from datetime import datetime

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from vtp.attendance.tables import Cell, Given, Length, Share, Table

_DAY = 86_400_000  # ms; spreadsheets count in days
_HEAD_ROW = 3
# Formats of numbers: as exact as the other files, and as short as people read them.
_FORMATS = {"length": "[h]:mm:ss", "share": "0.0%"}
_COLOURS = {
    "present": ("#e0f0e8", "#17604a"),
    "late": ("#fbf0d5", "#785000"),
    "left_early": ("#fbf0d5", "#785000"),
    "partial": ("#fbf0d5", "#785000"),
    "absent": ("#fbe9e5", "#a92e20"),
    "made_up": ("#efeaf8", "#6445a0"),
    "excused": ("#e6eef9", "#28559b"),
}
_LONG = 60  # characters; from there on a column is wide


def workbook(table: Table, *, school: str, at: datetime) -> bytes:
    made = io.BytesIO()
    # What people called themselves is text, whatever it begins with.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(made, {"constant_memory": True, **plain}) as book:
        book.set_properties({"title": table.title, "company": school, "created": _naive(at)})
        _fill(book, book.add_worksheet(), table, school=school)
    return made.getvalue()


def _fill(book: Workbook, sheet: Worksheet, table: Table, *, school: str) -> None:
    formats = _formats(book)
    for column, width in enumerate(_widths(table)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(_HEAD_ROW + 1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.write_string(0, 0, table.title, formats["title"])
    sheet.write_string(1, 0, f"{school} · {table.about}")
    for column, head in enumerate(table.columns):
        sheet.write_string(_HEAD_ROW, column, head.head, formats["head"])
    for row, line in enumerate(table.lines, _HEAD_ROW + 1):
        for column, one in enumerate(line):
            _write(sheet, row, column, one, formats)
    if table.lines:
        sheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + len(table.lines), max(0, len(table.columns) - 1))


def _formats(book: Workbook) -> dict[str, Format]:
    found = {name: book.add_format({"num_format": code}) for name, code in _FORMATS.items()}
    for mark, (paper, ink) in _COLOURS.items():
        found[mark] = book.add_format({"bg_color": paper, "font_color": ink})
    found["title"] = book.add_format({"bold": True, "font_size": 16})
    found["head"] = book.add_format({"bold": True, "bottom": 1, "font_color": "#47514b"})
    return found


def _write(sheet: Worksheet, row: int, column: int, one: Cell, formats: dict[str, Format]) -> None:
    match one:
        case Length(ms):
            sheet.write_number(row, column, ms / _DAY, formats["length"])
        case Share(share) if share is not None:
            sheet.write_number(row, column, share, formats["share"])
        case Given(mark=mark, name=name):
            sheet.write_string(row, column, name, formats[mark])
        case str():
            sheet.write_string(row, column, one)
        case _:
            return


def _widths(table: Table) -> list[float]:
    """Of what is in each column, within reason."""
    found = []
    for number, column in enumerate(table.columns):
        cells = (line[number] for line in table.lines)
        longest = max((len(_shown(one)) for one in cells), default=0)
        found.append(float(min(_LONG, max(9, len(column.head) + 2, longest + 1))))
    return found


def _shown(one: Cell) -> str:
    match one:
        case str():
            return one
        case Given(name=name):
            return name
        case _:
            return ""


def _naive(at: datetime) -> datetime:
    """In UTC, which is what the file says without saying so."""
    return at.replace(tzinfo=None)
