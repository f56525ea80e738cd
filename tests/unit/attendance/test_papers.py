"""Tables as workbooks and on paper, and a certificate to hang on a wall."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.support.papers import pages, rows
from vtp.attendance.certifying import Evidence, Rule
from vtp.attendance.papers.diploma import diploma
from vtp.attendance.papers.printed import clock, printed
from vtp.attendance.papers.workbook import workbook
from vtp.attendance.tables import Cell, Column, Given, Length, Share, Table, text
from vtp.edge.texts import Texts

AT = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
MINUTE = 60_000


def a_register(*lines: tuple[Cell, ...]) -> Table:
    heads = ("student", "mark", "present_s", "sentence")
    return Table(
        title="Algebra II: Roots",
        about="Tue 5 March",
        key=(),
        columns=tuple(Column(name, name.capitalize()) for name in heads),
        lines=lines,
    )


def a_matrix(classes: int, students: int) -> Table:
    marks = (Given("present", "Present", "•"), Given("absent", "Absent", "A"), None)
    return Table(
        title="Algebra II: Attendance",
        about="all of them",
        key=("• Present", "A Absent"),
        columns=(
            Column("student", "Student"),
            *(Column(f"day {n}", f"{n % 28 + 1} Mar") for n in range(classes)),
            Column("so_far", "So far"),
            Column("reachable", "Reachable"),
        ),
        lines=tuple(
            (f"Student {n}", *(marks[(n + c) % 3] for c in range(classes)), Share(0.999), Share(1))
            for n in range(students)
        ),
    )


def test_what_looks_like_a_formula_is_text_everywhere() -> None:
    table = a_register(("=1+1", Given("late", "Late", "L"), Length(43 * MINUTE + 20_500), "@so"))
    assert text(table).splitlines()[1] == "'=1+1,Late,2600.500,'@so"
    made = workbook(table, school="Grove", at=AT)
    *_, line = rows(made)
    assert line[:2] == ["=1+1", "Late"]
    assert isinstance(line[2], float)
    assert line[3] == "@so"
    assert abs(line[2] * 86_400 - 2600.5) < 1e-6
    assert b"<f>" not in made
    (page,) = pages(printed(table, school="Grove", at=AT, say=Texts()))
    assert "=1+1" in page
    assert "43:20" in page


def test_a_wide_and_long_matrix_takes_the_pages_that_it_needs() -> None:
    found = pages(printed(a_matrix(25, 40), school="Grove", at=AT, say=Texts()))
    assert len(found) == 4
    assert all("Student" in page and "So far" in page for page in found)
    assert ["Student 39" in page for page in found] == [False, True, False, True]
    assert "Page 4 of 4" in found[3]
    # Nobody is told 100 who has not all of it.
    assert "99 %" in found[0]


def test_nothing_is_a_table_too() -> None:
    assert len(pages(printed(a_register(), school="Grove", at=AT, say=Texts()))) == 1
    assert len(rows(workbook(a_register(), school="Grove", at=AT))) == 3


def test_lengths_are_shown_as_a_watch_does() -> None:
    assert [clock(one) for one in (0, 59_999, 60_000, 3_725_000)] == [
        "0:00",
        "0:59",
        "1:00",
        "1:02:05",
    ]


def evidence(name: str, course: str = "Algebra II") -> Evidence:
    return Evidence(
        name=name,
        course=course,
        school="Grove School",
        time_zone="Europe/Lisbon",
        teachers=("Ines Carvalho", "Kenji Mori"),
        rule=Rule(),
        policy_version=0,
        attendance=0.92,
        classes=14,
        done=17,
        total=18,
    )


def test_a_certificate_is_one_page_with_all_that_it_says() -> None:
    link = "https://school.test/certificates/7K3M-QX4T-92HD"
    made = diploma(
        evidence("Zoë Łukasiewicz"), serial="7K3M-QX4T-92HD", link=link, at=AT, say=Texts()
    )
    (page,) = pages(made)
    for words in (
        "Grove School",
        "Zoë Łukasiewicz",
        "Algebra II",
        "Ines Carvalho",
        "92 % of its classes attended",
        "17 of 18 parts done",
        "12 March 2026",
        "7K3M-QX4T-92HD",
        "school.test/certificates/",
    ):
        assert words in page, words
    assert link.encode() in made
    again = diploma(
        evidence("Zoë Łukasiewicz"), serial="7K3M-QX4T-92HD", link=link, at=AT, say=Texts()
    )
    assert made == again


def test_long_names_and_other_letters_find_their_place() -> None:
    long = "Maximiliana Theodora von und zu Hohenstein-Württemberg " * 3
    made = diploma(
        evidence(f"{long}Жанна", course=long * 2), serial="7K3M", link="x", at=AT, say=Texts()
    )
    assert len(pages(made)) == 1
