"""A list of people as a spreadsheet writes it, and what it would change. Pure.

The columns are mail, name and roles, in any order; roles are separated by blanks, commas, `;`
or `|`. A line is new, changed, the same, or wrong, and a wrong one changes nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vtp.accounts import fields
from vtp.actor import Role
from vtp.errors import Invalid

MAX_BYTES = 1024 * 1024
MOST = 5000  # lines
_CELL = 1000  # characters
_COLUMNS = {"mail": "mail", "email": "mail", "e-mail": "mail", "name": "name", "roles": "roles"}
_BETWEEN = re.compile(r"[\s,;|]+")
# What a spreadsheet takes for a formula, where somebody opens a list that was made from ours.
_FORMULA = ("=", "+", "-", "@")
_DELIMITERS = ",;\t"

Outcome = Literal["new", "changed", "same", "wrong"]


class UnreadableList(Invalid):
    """This list cannot be read."""

    code = "unreadable_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who is there already, by their address."""

    name: str
    roles: frozenset[Role]
    disabled: bool = False
    # Whoever imports: nobody takes the own role of an admin away by a list.
    oneself: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """As it was written. Empty name or roles leave what there is."""

    number: int
    email: str
    name: str = ""
    roles: frozenset[Role] = frozenset()
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a line does. `name` and `roles` are those after it."""

    line: int
    outcome: Outcome
    email: str
    name: str = ""
    roles: frozenset[Role] = frozenset()
    name_before: str = ""
    roles_before: frozenset[Role] = frozenset()
    words: str = ""


def read(content: bytes) -> list[Line]:
    """The lines of a list; raises `UnreadableList` when it is none."""
    rows = csv.reader(io.StringIO(_text(content), newline=""), delimiter=_delimiter(content))
    try:
        return _lines(rows)
    except csv.Error:
        raise UnreadableList("This is not CSV: a quote or a line break is wrong.") from None


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableList("Save the list as CSV in UTF-8, then send it again.") from None
    if "\0" in text:
        raise UnreadableList("Save the list as CSV in UTF-8, then send it again.")
    return text


def _delimiter(content: bytes) -> str:
    """The one that the first line has most of; spreadsheets of some countries write `;`."""
    first = content.split(b"\n", 1)[0].decode("utf-8-sig", "replace")
    return max(_DELIMITERS, key=first.count)


def _lines(rows: Iterable[list[str]]) -> list[Line]:
    numbered = iter(enumerate(rows, start=1))
    _, head = next(numbered, (0, []))
    places = _places(head)
    found: list[Line] = []
    seen: dict[str, int] = {}
    for number, cells in numbered:
        if not any(cell.strip() for cell in cells):
            continue
        if len(found) == MOST:
            raise UnreadableList(f"Send at most {MOST} people at once.")
        line = _line(number, cells, places)
        first = seen.setdefault(line.email.lower(), number)
        if not line.wrong and first != number:
            line = Line(number=number, email=line.email, wrong=f"Line {first} has this address.")
        found.append(line)
    return found


def _places(head: Sequence[str]) -> dict[str, int]:
    """Where each column is; the first line names them."""
    places: dict[str, int] = {}
    for place, title in enumerate(head):
        name = _COLUMNS.get(title.strip().casefold())
        if name is None:
            raise UnreadableList(f"The columns are mail, name and roles; not “{title[:40]}”.")
        if name in places:
            raise UnreadableList(f"There are two columns for {name}.")
        places[name] = place
    if "mail" not in places:
        raise UnreadableList("The first line has to name the columns: mail, name, roles.")
    return places


def _line(number: int, cells: Sequence[str], places: Mapping[str, int]) -> Line:
    def cell(name: str) -> str:
        place = places.get(name, len(cells))
        return cells[place].strip() if place < len(cells) else ""

    mail = cell("mail")[: fields.MAX_EMAIL]
    if len(cells) > len(places):
        return Line(number=number, email=_plain(mail), wrong="This line has more cells than names.")
    if any(len(one) > _CELL for one in cells):
        return Line(number=number, email=_plain(mail), wrong="A cell is too long.")
    try:
        return Line(
            number=number,
            email=_harmless(fields.email(cell("mail")), "An address"),
            name=_harmless(fields.name(cell("name")), "A name") if cell("name") else "",
            roles=_roles(cell("roles")),
        )
    except Invalid as problem:
        words = " ".join(problem.fields.values()) or str(problem)
        return Line(number=number, email=_plain(mail), wrong=words)


def _harmless(text: str, what: str) -> str:
    if text.startswith(_FORMULA):
        raise UnreadableList(f"{what} cannot begin with {text[0]}.")
    return text


def _plain(text: str) -> str:
    """For showing what is wrong."""
    return "".join(one if one.isprintable() else " " for one in text)


def _roles(text: str) -> frozenset[Role]:
    names = [name for name in _BETWEEN.split(text.casefold()) if name]
    known = {role.value: role for role in Role}
    if unknown := [name for name in names if name not in known]:
        there = ", ".join(known)
        raise UnreadableList(f"There is no role “{_plain(unknown[0][:40])}”. Roles are: {there}.")
    return frozenset(known[name] for name in names)


def compare(lines: Iterable[Line], known: Mapping[str, Known]) -> list[Planned]:
    """What each line does to those who are `known` by their address in small letters."""
    return [_planned(line, known.get(line.email.lower())) for line in lines]


def _planned(line: Line, there: Known | None) -> Planned:
    if line.wrong:
        return _wrong(line, line.wrong)
    if there is None:
        return _new(line)
    roles, name = line.roles or there.roles, line.name or there.name
    if there.disabled:
        return _wrong(line, "This account is disabled. Enable it first, or leave it out.")
    if there.oneself and Role.ADMIN in there.roles and Role.ADMIN not in roles:
        return _wrong(line, "This is you. Somebody else has to take your role of an admin.")
    same = (name, roles) == (there.name, there.roles)
    return Planned(
        line=line.number,
        outcome="same" if same else "changed",
        email=line.email,
        name=name,
        roles=roles,
        name_before=there.name,
        roles_before=there.roles,
    )


def _new(line: Line) -> Planned:
    if not line.name:
        return _wrong(line, "Somebody new needs a name.")
    return Planned(
        line=line.number,
        outcome="new",
        email=line.email,
        name=line.name,
        roles=line.roles or frozenset({Role.STUDENT}),
    )


def _wrong(line: Line, words: str) -> Planned:
    return Planned(line=line.number, outcome="wrong", email=line.email, words=words[:300])
