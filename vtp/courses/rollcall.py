"""A list of a class as CSV, and what it would change. Pure.

The same function says what is shown before and what is done then, so the two cannot differ.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import msgspec

from vtp.audit.table import cell
from vtp.courses.model import Enrolment, Section
from vtp.courses.problems import BadList
from vtp.ids import SectionId, UserId

MOST_BYTES = 1024 * 1024
MOST_LINES = 5000
Verb = Literal["enrol", "readmit", "move", "invite", "keep", "drop", "wrong"]
# What programs for tables call the columns.
_EMAIL = frozenset({"email", "e-mail", "mail", "email address", "login"})
_SECTION = frozenset({"section", "group", "class"})


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    email: str
    section: str  # as it is written; "" is not said


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one line, or of somebody who is in none."""

    verb: Verb
    email: str
    name: str = ""
    line: int = 0
    user_id: UUID | None = None
    section_id: UUID | None = None
    section: str = ""
    # Why nothing is done with this line.
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that decides."""

    sections: Sequence[Section]
    enrolled: Sequence[Enrolment]
    people: Mapping[str, tuple[UserId, str]]  # by address in lower case
    staff: frozenset[UserId]
    drops: bool  # whether who is not in the list is dropped


def read(text: str) -> list[Line]:
    """Separated by commas, semicolons or tabs; the first line names the columns."""
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=_delimiter(text)))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows or len(rows) - 1 > MOST_LINES:
        raise BadList
    heads = [cell.strip().lower() for cell in rows[0]]
    email = _column(heads, _EMAIL)
    if email is None:
        raise BadList
    section = _column(heads, _SECTION)
    return [
        Line(number, _cell(row, email).lower(), _cell(row, section))
        for number, row in enumerate(rows[1:], 2)
    ]


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _column(heads: Sequence[str], names: frozenset[str]) -> int | None:
    return next((n for n, head in enumerate(heads) if head in names), None)


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def steps(lines: Sequence[Line], facts: Facts) -> list[Step]:
    """One for each line in order, then those who are dropped."""
    times = Counter(line.email for line in lines)
    enrolled = {one.user_id: one for one in facts.enrolled}
    found, seen = [], set[str]()
    for line in lines:
        again = line.email in seen and times[line.email] > 1
        found.append(_wrong(line, "twice") if again else _step(line, facts, enrolled))
        seen.add(line.email)
    named = {step.user_id for step in found if step.user_id is not None}
    if facts.drops:
        found += [
            Step(verb="drop", email=one.email, name=one.name, user_id=one.user_id)
            for one in facts.enrolled
            if one.status in {"active", "waiting"} and one.user_id not in named
        ]
    return found


def _step(line: Line, facts: Facts, enrolled: Mapping[UserId, Enrolment]) -> Step:
    if "@" not in line.email or len(line.email) > 254 or any(c.isspace() for c in line.email):
        return _wrong(line, "address")
    wanted = [one for one in facts.sections if one.name.lower() == line.section.lower()]
    if line.section and not wanted:
        return _wrong(line, "section")
    person = facts.people.get(line.email)
    before = enrolled.get(person[0]) if person else None
    into = wanted[0].id if wanted else (before.section_id if before else facts.sections[0].id)
    verb = _verb(person, before, into)
    if person and person[0] in facts.staff:
        return _wrong(line, "staff")
    return Step(
        verb=verb,
        email=line.email,
        name=person[1] if person else "",
        line=line.number,
        user_id=person[0] if person else None,
        section_id=into,
        section=next(one.name for one in facts.sections if one.id == into),
    )


def _verb(person: tuple[UserId, str] | None, before: Enrolment | None, into: SectionId) -> Verb:
    if person is None:
        return "invite"
    if before is None:
        return "enrol"
    if before.status in {"dropped", "waiting"}:
        return "readmit"
    return "keep" if before.section_id == into else "move"


def _wrong(line: Line, reason: str) -> Step:
    return Step(verb="wrong", email=line.email, line=line.number, reason=reason)


def digest(found: Sequence[Step]) -> str:
    """The same for the same steps: what was looked at is what is done."""
    return hashlib.sha256(msgspec.json.encode(found)).hexdigest()[:32]


def table(enrolled: Sequence[Enrolment]) -> str:
    """The class as CSV; a cell that a table would take for a formula is made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["email", "name", "section", "status", "enrolled"])
    for one in enrolled:
        row = [one.email, one.name, one.section, one.status, f"{one.enrolled_at:%Y-%m-%d}"]
        writer.writerow([cell(one) for one in row])
    return out.getvalue()
