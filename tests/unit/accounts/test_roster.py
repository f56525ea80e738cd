"""Lists of people: how they are read, and what they would change."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.accounts import roster
from vtp.accounts.roster import Known, Planned, UnreadableList
from vtp.actor import Role

STUDENT, TEACHER = frozenset({Role.STUDENT}), frozenset({Role.INSTRUCTOR})


def compared(text: str, **known: Known) -> list[Planned]:
    there = {f"{name}@school.test": one for name, one in known.items()}
    return roster.compare(roster.read(text.encode()), there)


def test_lines_are_new_changed_the_same_or_wrong() -> None:
    planned = compared(
        "mail,name,roles\n"
        "new@school.test,Noor,\n"
        "ines@school.test,Ines C.,instructor\n"
        "sam@school.test,,\n"
        "\n"
        "nobody,Nobody,student\n",
        ines=Known(name="Ines", roles=STUDENT),
        sam=Known(name="Sam", roles=TEACHER),
    )
    assert [(one.line, one.outcome) for one in planned] == [
        (2, "new"),
        (3, "changed"),
        (4, "same"),
        (6, "wrong"),
    ]
    assert planned[0].roles == STUDENT
    assert (planned[1].name, planned[1].name_before) == ("Ines C.", "Ines")
    assert planned[3].words == "Write it like name@example.org."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a@school.test,=1+1,student", "A name cannot begin with =."),
        ("=a@school.test,Noor,student", "An address cannot begin with =."),
        ("a@school.test,Noor,headmaster", "There is no role “headmaster”."),
        ("a@school.test,,student", "Somebody new needs a name."),
        ("a@school.test,Noor,student,more", "This line has more cells than names."),
        ("gone@school.test,Noor,student", "This account is disabled."),
        ("me@school.test,Me,student", "This is you."),
        ("b@school.test,B,", "Line 2 has this address."),
    ],
)
def test_what_is_wrong_is_said_in_words(line: str, words: str) -> None:
    planned = compared(
        f"mail,name,roles\nB@school.test,B,\n{line}\n",
        gone=Known(name="Gone", roles=STUDENT, disabled=True),
        me=Known(name="Me", roles=frozenset({Role.ADMIN}), oneself=True),
    )
    assert planned[1].outcome == "wrong"
    assert planned[1].words.startswith(words)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,roles\nNoor,student\n",
        b"mail,mail\n",
        b"mail,age\n",
        b"mail\n\xff\xfe\n",
        b"mail\na\0b\n",
        b"mail\n" + b"a@school.test\n" * (roster.MOST + 1),
    ],
)
def test_what_is_no_list_is_refused_whole(content: bytes) -> None:
    with pytest.raises(UnreadableList):
        roster.read(content)


def test_lists_of_spreadsheets_are_read() -> None:
    (line,) = roster.read(
        "\ufeffE-Mail;Name;Roles\r\na@school.test;Noor;student, editor\r\n".encode()
    )
    assert line.roles == {Role.STUDENT, Role.EDITOR}


_EMAILS = st.sampled_from(["a@x.test", "A@x.test", "b@x.test", "c@x.test", "=d@x.test", "no", ""])
_NAMES = st.sampled_from(["Noor", "Ines C.", "", "  ", "@sum", "Ünal  Ö", "a,b", 'say "hi"'])
_ROLES = st.sampled_from(["", "student", "admin student", "teacher", "editor|manager"])
_ROWS = st.lists(st.tuples(_EMAILS, _NAMES, _ROLES), max_size=8)
_KNOWN = st.dictionaries(
    st.sampled_from(["a@x.test", "b@x.test"]),
    st.builds(
        Known,
        name=st.sampled_from(["Noor", "Sam"]),
        roles=st.sets(st.sampled_from(Role), min_size=1).map(frozenset),
        disabled=st.booleans(),
        oneself=st.booleans(),
    ),
)


@given(rows=_ROWS, known=_KNOWN)
def test_what_was_applied_is_the_same_when_it_is_sent_again(
    rows: list[tuple[str, str, str]], known: dict[str, Known]
) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([("mail", "name", "roles"), *rows])
    lines = roster.read(file.getvalue().encode())
    planned = roster.compare(lines, known)
    assert planned == roster.compare(lines, known)
    after = dict(known)
    for one in planned:
        if one.outcome in {"new", "changed"}:
            was = known.get(one.email.lower())
            after[one.email.lower()] = Known(
                name=one.name, roles=one.roles, oneself=bool(was and was.oneself)
            )
    again = roster.compare(lines, after)
    assert {one.outcome for one in again} <= {"same", "wrong"}
    assert [one.line for one in again if one.outcome == "wrong"] == [
        one.line for one in planned if one.outcome == "wrong"
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_are_refused(content: bytes) -> None:
    try:
        lines = roster.read(b"mail,name,roles\n" + content)
    except UnreadableList:
        return
    for one in roster.compare(lines, {}):
        assert not one.email.startswith("=") or one.outcome == "wrong"
