"""How a register and a matrix look on a page: in words, at the time of the class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from vtp.attendance.policy import MARKS, Mark
from vtp.attendance.register import Marked, ms
from vtp.attendance.sentences import NAMES, Say, length, sentence
from vtp.attendance.service.catching import Chance
from vtp.attendance.service.matrices import Matrix, Row
from vtp.attendance.service.registers import Line, Sheet
from vtp.attendance.stretches import Span, total
from vtp.attendance.strips import MARK_OF, NOT_EXPECTED
from vtp.courses import rights
from vtp.courses.model import ClassSession

# A ribbon is drawn on a scale of its own, whatever its width.
SCALE = 1000
_TONES: dict[Mark, tuple[str, str, str]] = {
    "present": ("good", "check", "•"),
    "late": ("chalk", "clock", "L"),
    "left_early": ("chalk", "log-out", "E"),
    "partial": ("chalk", "clock", "P"),
    "absent": ("danger", "x", "A"),
    "made_up": ("violet", "history", "M"),
    "excused": ("info", "shield-check", "X"),
}


@dataclass(frozen=True, slots=True)
class Looks:
    """In whose words, and on whose clock."""

    say: Say
    zone: tzinfo

    def mark(self, mark: Mark) -> dict[str, str]:
        tone, icon, letter = _TONES[mark]
        name = self.say(NAMES[mark])
        return {"key": mark, "name": name, "tone": tone, "icon": icon, "letter": letter}

    def time(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M}"

    def day(self, at: datetime) -> str:
        there = at.astimezone(self.zone)
        return f"{there:%a} {there.day} {there:%B}"

    def sentence(self, marked: Marked) -> str:
        return sentence(marked, self.zone, self.say)

    def sheet(self, sheet: Sheet) -> dict[str, Any]:
        planned, register = sheet.planned, sheet.register
        window = ms(planned.starts_at), ms(planned.ends_at)
        away = [_piece(one, window) for one in (*register.outages, *_breaks(sheet))]
        return {
            "id": str(planned.id),
            "path": f"/attendance/{planned.id}",
            "title": planned.title,
            "course": planned.course,
            "course_path": f"/courses/{planned.course_id}",
            "section": planned.section,
            "day": self.day(planned.starts_at),
            "since": self.time(planned.starts_at),
            "until": self.time(planned.ends_at),
            "state": sheet.state,
            "final": f"{self.day(register.final_at)}, {self.time(register.final_at)}",
            "nobody_taught": register.taught is None,
            "outage": length(total(register.outages), self.say) if register.outages else "",
            "breaks": [self.pause(*one) for one in sheet.breaks],
            "in_break": any(until is None for _, until in sheet.breaks),
            "may_break": rights.may_teach(sheet.yours.role)
            and sheet.yours.course.state != "archived",
            "may_confirm": sheet.confirmable,
            "may_teach": rights.may_teach(sheet.yours.role) and sheet.state != "live",
            "counts": self.counts(one.marked.mark for one in sheet.lines),
            "lines": [self.line(one, window, away) for one in sheet.lines],
            "marks": [self.mark(one) for one in MARKS],
        }

    def pause(self, since: datetime, until: datetime | None) -> dict[str, str]:
        return {"since": self.time(since), "until": self.time(until) if until else ""}

    def chance(self, chance: Chance) -> dict[str, str]:
        """A class that can be made up, in words."""
        return {
            "path": chance.path,
            "title": chance.planned.title,
            "minutes": str(-(-chance.left // 60_000)),
            "until": f"{self.day(chance.until)}, {self.time(chance.until)}",
            "worth": f"{round(chance.worth * 100)}",
        }

    def counts(self, marks: Iterable[Mark]) -> list[dict[str, Any]]:
        """For a bar of all: those that there are, in one order, each where the last one ends."""
        counted = Counter(marks)
        found, at = [], 0
        for mark in MARKS:
            if not counted[mark]:
                continue
            found.append({**self.mark(mark), "count": counted[mark], "at": at})
            at += counted[mark]
        return found

    def line(self, line: Line, window: Span, away: list[dict[str, float]]) -> dict[str, Any]:
        marked = line.marked
        contest = marked.contest
        return {
            "id": str(line.person.user_id),
            "name": line.person.name,
            "mark": self.mark(marked.mark),
            "computed": self.mark(marked.computed),
            "set": marked.override.why if marked.override else "",
            "sentence": sentence(marked, self.zone, self.say),
            "there": [_piece(one, window) for one in line.there],
            "away": away,
            "contested": contest.text if contest else "",
            "answer": (contest.answer or "") if contest else "",
        }

    def matrix(self, matrix: Matrix) -> dict[str, Any]:
        policy, course = matrix.policy.policy, matrix.yours.course
        marks = {one: self.mark(one) for one in MARKS}
        return {
            "title": course.title,
            "course_path": f"/courses/{course.id}",
            "held": [self.held(one) for one in matrix.held],
            "coming": len(matrix.coming),
            "average": percent(matrix.average),
            "rows": [self.row(one) for one in matrix.rows],
            # What the letters of rows stand for, by their codes: a term has twelve thousand.
            "letters": {
                ord(NOT_EXPECTED): None,
                **{ord(letter): marks[mark] for letter, mark in MARK_OF.items()},
            },
            "risks": [self.row(one) for one in matrix.rows if one.at_risk],
            "rule": self.say(
                "mark.rule", share=round(policy.at_risk_below * 100), count=policy.at_risk_after
            ),
            "marks": list(marks.values()),
        }

    def held(self, one: ClassSession) -> dict[str, str]:
        there = one.starts_at.astimezone(self.zone)
        return {
            "path": f"/attendance/{one.id}",
            "title": one.title,
            "weekday": f"{there:%a}",
            "day": f"{there.day} {there:%b}",
        }

    def row(self, row: Row) -> dict[str, Any]:
        return {
            "id": str(row.person.user_id),
            "name": row.person.name,
            "letters": row.strip.letters,
            "so_far": percent(row.standing.so_far),
            "reachable": percent(row.standing.reachable),
            "at_risk": row.at_risk,
        }


def of(sheet: Sheet, say: Say) -> dict[str, Any]:
    """At the time of the class, wherever one looks at it."""
    return Looks(say, ZoneInfo(sheet.planned.time_zone)).sheet(sheet)


def over(matrix: Matrix, say: Say) -> dict[str, Any]:
    return Looks(say, ZoneInfo(matrix.yours.course.time_zone)).matrix(matrix)


def _breaks(sheet: Sheet) -> list[Span]:
    """What goes on goes on to the end of the class."""
    ends = sheet.planned.ends_at
    return [(ms(since), ms(until or ends)) for since, until in sheet.breaks]


def _piece(span: Span, window: Span) -> dict[str, float]:
    start, end = window
    scale = SCALE / max(1, end - start)
    return {
        "at": round((max(span[0], start) - start) * scale, 1),
        "size": round(max(0, min(span[1], end) - max(span[0], start)) * scale, 1),
    }


def letter(mark: Mark) -> str:
    """Beside a colour, and in its place on paper without any."""
    return _TONES[mark][2]


def percent(share: float | None) -> str:
    """Nobody is told 100 who has not all of it."""
    return "" if share is None else f"{int(share * 100 + 1e-9)} %"
