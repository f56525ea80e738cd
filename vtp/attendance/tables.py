"""Registers and matrices as tables: the same cells for CSV, for spreadsheets and for paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from vtp.attendance import looks
from vtp.attendance.looks import Looks
from vtp.attendance.policy import MARKS, Mark
from vtp.attendance.sentences import NAMES, Say, sentence
from vtp.attendance.service.matrices import Matrix
from vtp.attendance.service.registers import Line, Sheet, State
from vtp.attendance.strips import MARK_OF
from vtp.audit.table import cell

_STATES: Mapping[State, str] = {
    "live": "table.live",
    "provisional": "table.provisional",
    "final": "table.final",
}


@dataclass(frozen=True, slots=True)
class Length:
    """How long something took, in ms."""

    ms: int


@dataclass(frozen=True, slots=True)
class Share:
    """Between 0 and 1; None before anything counts."""

    of: float | None


@dataclass(frozen=True, slots=True)
class Given:
    """A mark, by its name and by its letter."""

    mark: Mark
    name: str
    letter: str


Cell = str | Length | Share | Given | None


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is for programs and stays, `head` is for people."""

    name: str
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    title: str
    # What stands below the title, and what explains the cells.
    about: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    lines: tuple[tuple[Cell, ...], ...]


def of(sheet: Sheet, say: Say) -> Table:
    """The register of a class."""
    planned, zone = sheet.planned, ZoneInfo(sheet.planned.time_zone)
    seen = Looks(say, zone)
    heads = {
        "student": "attendance.student",
        "mark": "attendance.mark",
        "present_s": "table.present",
        "required_s": "table.required",
        "late_s": "table.late",
        "early_s": "table.early",
        "sentence": "attendance.happened",
    }
    when = say(
        "attendance.when",
        day=f"{seen.day(planned.starts_at)} {planned.starts_at.astimezone(zone).year}",
        since=seen.time(planned.starts_at),
        until=seen.time(planned.ends_at),
        section=planned.section,
    )
    return Table(
        title=f"{planned.course}: {planned.title}",
        about=f"{when} · {say(_STATES[sheet.state])}",
        key=(),
        columns=tuple(Column(name, say(key)) for name, key in heads.items()),
        lines=tuple(_student(one, seen) for one in sheet.lines),
    )


def _student(line: Line, seen: Looks) -> tuple[Cell, ...]:
    facts = line.marked.facts
    return (
        line.person.name,
        _given(line.marked.mark, seen.say),
        Length(facts.present),
        Length(facts.need),
        Length(facts.late),
        Length(facts.early),
        sentence(line.marked, seen.zone, seen.say),
    )


def over(matrix: Matrix, say: Say) -> Table:
    """Every student and every class of a course."""
    course = matrix.yours.course
    zone = ZoneInfo(course.time_zone)
    there = [one.starts_at.astimezone(zone) for one in matrix.held]
    days = [Column(f"{at:%Y-%m-%d %H:%M}", f"{at.day} {at:%b}") for at in there]
    held = say("attendance.held", held=len(days), all=len(days) + len(matrix.coming))
    average = looks.percent(matrix.average)
    given = {letter: _given(mark, say) for letter, mark in MARK_OF.items()}
    told = f" · {say('attendance.average', share=average)}" if average else ""
    return Table(
        title=f"{course.title}: {say('attendance.title')}",
        about=f"{held}{told}",
        key=tuple(f"{looks.letter(one)} {say(NAMES[one])}" for one in MARKS),
        columns=(
            Column("student", say("attendance.student")),
            *days,
            Column("so_far", say("attendance.soFar")),
            Column("reachable", say("attendance.reachable")),
        ),
        lines=tuple(
            (
                row.person.name,
                *map(given.get, row.strip.letters),
                Share(row.standing.so_far),
                Share(row.standing.reachable),
            )
            for row in matrix.rows
        ),
    )


def _given(mark: Mark, say: Say) -> Given:
    return Given(mark, say(NAMES[mark]), looks.letter(mark))


# --- CSV (RFC 4180) ---------------------------------------------------------------------------
def text(table: Table) -> str:
    return "".join(rows(table))


def rows(table: Table) -> Iterator[str]:
    """The head, and a row for each line."""
    yield _written([cell(column.name) for column in table.columns])
    for line in table.lines:
        yield _written(_plain(line))


def _written(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _plain(line: Iterable[Cell]) -> list[str]:
    return [cell(_said(one)) for one in line]


def _said(one: Cell) -> str:
    match one:
        case Length(ms):
            return str(ms // 1000) if ms % 1000 == 0 else f"{ms / 1000:.3f}"
        case Share(share):
            return "" if share is None else f"{share:.4f}"
        case Given(name=name):
            return name
        case None:
            return ""
        case str():
            return one
