"""Registers and matrices as CSV (RFC 4180), with the numbers of the screen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from vtp.attendance.sentences import NAMES, Say, sentence
from vtp.attendance.service.matrices import Matrix
from vtp.attendance.service.registers import Sheet
from vtp.audit.table import cell

_MINUTE = 60_000


def of(sheet: Sheet, say: Say) -> str:
    zone = ZoneInfo(sheet.planned.time_zone)
    lines = (
        (
            line.person.name,
            say(NAMES[line.marked.mark]),
            round(line.marked.facts.present / _MINUTE, 2),
            round(line.marked.facts.need / _MINUTE, 2),
            round(line.marked.facts.late / _MINUTE, 2),
            round(line.marked.facts.early / _MINUTE, 2),
            sentence(line.marked, zone, say),
        )
        for line in sheet.lines
    )
    heads = ("student", "mark", "present_min", "required_min", "late_min", "early_min", "sentence")
    return _text(heads, lines)


def over(matrix: Matrix, say: Say) -> str:
    zone = ZoneInfo(matrix.yours.course.time_zone)
    days = [f"{one.starts_at.astimezone(zone):%Y-%m-%d %H:%M}" for one in matrix.held]
    lines = (
        (
            row.person.name,
            *(
                say(NAMES[found.mark]) if (found := row.marks.get(one.id)) else ""
                for one in matrix.held
            ),
            _share(row.standing.so_far),
            _share(row.standing.reachable),
        )
        for row in matrix.rows
    )
    return _text(("student", *days, "so_far", "reachable"), lines)


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"


def _text(heads: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([cell(str(one)) for one in line] for line in lines)
    return out.getvalue()
