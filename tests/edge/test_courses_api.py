"""Courses over HTTP: made, planned, enrolled in, and closed to everybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from vtp import settings
from vtp.actor import Role


@dataclass
class School:
    application: Application

    async def call(
        self, who: Person, method: str, path: str, body: Any = None, **more: Any
    ) -> tuple[int, Any]:
        headers = who.bearer | more.pop("headers", {})
        sent = {"json": body} if body is not None else {}
        return await self.application.call(
            method, f"/api/v1{path}", headers=headers, **sent, **more
        )

    async def course(self, who: Person, **fields: Any) -> str:
        status, made = await self.call(who, "POST", "/courses", {"title": "Algebra II", **fields})
        assert status == 201, made
        status, _ = await self.call(who, "POST", f"/courses/{made['id']}/publish")
        assert status == 200
        return str(made["id"])

    async def section(self, who: Person, course: str) -> str:
        _, page = await self.call(who, "GET", f"/courses/{course}/sections")
        return str(page["items"][0]["id"])


@pytest.fixture
async def school(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[School]:
    async with an_application(some_settings(database_settings, tmp_path)) as application:
        yield School(application)


WEEKLY = {
    "title": "Quadratics",
    "at": "18:00:00",
    "minutes": 60,
    "first_day": "2030-03-01",
    "last_day": "2030-04-30",
    "weekdays": [2, 4],
    "time_zone": "Europe/Lisbon",
}


async def test_a_course_is_made_planned_and_entered(school: School) -> None:
    ines = await school.application.person(Role.INSTRUCTOR, name="Ines Carvalho")
    noor = await school.application.person(name="Noor Haddad")
    course = await school.course(ines, visibility="public", capacity=1)
    section = await school.section(ines, course)
    status, planned = await school.call(ines, "POST", f"/sections/{section}/sessions", WEEKLY)
    assert status == 201, planned
    starts = {one["starts_at"][11:16] for one in planned["items"]}
    assert starts == {"18:00", "17:00"}  # the clocks change in between
    status, clash = await school.call(ines, "POST", f"/sections/{section}/sessions", WEEKLY)
    assert (status, clash["code"]) == (409, "double_booked")
    assert clash["free"][0] in {"17:00", "19:00"}
    assert len(clash["days"]) == len(planned["items"])
    status, mine = await school.call(noor, "POST", f"/courses/{course}/enroll", {})
    assert (status, mine["status"]) == (200, "active"), mine
    _, coming = await school.call(
        noor, "GET", f"/courses/{course}/sessions?since=2030-01-01T00:00:00Z"
    )
    assert len(coming["items"]) == len(planned["items"])
    room = coming["items"][0]["room_id"]
    assert (await school.call(noor, "GET", f"/rooms/{room}"))[1]["role"] == "member"
    rosa = await school.application.person(name="Rosa Lima")
    _, waits = await school.call(rosa, "POST", f"/courses/{course}/enroll", {})
    assert waits["status"] == "waiting"
    assert (await school.call(rosa, "GET", f"/rooms/{room}"))[0] == 404
    assert (await school.call(noor, "DELETE", f"/courses/{course}/enroll"))[0] == 204
    assert (await school.call(noor, "GET", f"/rooms/{room}"))[0] == 404
    assert (await school.call(rosa, "GET", f"/rooms/{room}"))[0] == 200
    _, history = await school.call(
        ines, "GET", f"/courses/{course}/students/{noor.user.id}/history"
    )
    assert [one["status"] for one in history["items"]] == ["active", "dropped"]


async def test_nobody_gets_anything_of_another_course_by_any_id(school: School) -> None:
    """Two teachers, each with a course: every id of the one in every field of the other."""
    ines = await school.application.person(Role.INSTRUCTOR, name="Ines Carvalho")
    kenji = await school.application.person(Role.INSTRUCTOR, name="Kenji Mori")
    noor = await school.application.person(name="Noor Haddad")
    theirs, own = await school.course(ines), await school.course(kenji)
    section, mine = await school.section(ines, theirs), await school.section(kenji, own)
    _, planned = await school.call(ines, "POST", f"/sections/{section}/sessions", WEEKLY)
    one = planned["items"][0]
    student = {"email": noor.user.email}
    assert (await school.call(ines, "POST", f"/courses/{theirs}/students", student))[0] == 200
    invited = {"email": "new@school.test"}
    _, invitation = await school.call(ines, "POST", f"/courses/{theirs}/invitations", invited)
    for method, path, body in (
        ("GET", f"/courses/{theirs}", None),
        ("GET", f"/courses/{theirs}/students", None),
        ("GET", f"/courses/{theirs}/sessions", None),
        ("PATCH", f"/sections/{section}", {"name": "Z"}),
        ("POST", f"/sections/{section}/sessions", WEEKLY),
        ("GET", f"/sessions/{one['id']}", None),
        ("PATCH", f"/sessions/{one['id']}", {"title": "Z"}),
        ("POST", f"/sessions/{one['id']}/cancel", {}),
        ("DELETE", f"/series/{one['series_id']}", None),
        ("GET", f"/rooms/{one['room_id']}", None),
        # Things of theirs, named below a course of one's own.
        ("PATCH", f"/courses/{own}/students/{noor.user.id}", {"status": "dropped"}),
        ("GET", f"/courses/{own}/students/{noor.user.id}/history", None),
        ("DELETE", f"/courses/{own}/invitations/{invitation['id']}", None),
        ("DELETE", f"/courses/{own}/staff/{ines.user.id}", None),
    ):
        assert (await school.call(kenji, method, path, body))[0] == 404, (method, path)
    for path, body in (
        (f"/courses/{own}/students", student | {"section_id": section}),
        (f"/courses/{own}/letters", {"subject": "a", "body": "b", "section_id": section}),
        (f"/courses/{own}/invitations", invited | {"section_id": section}),
    ):
        status, said = await school.call(kenji, "POST", path, body)
        assert (status, said["code"]) == (422, "no_such_section"), path
    taught = {"teachers": [str(ines.user.id)]}
    status, said = await school.call(kenji, "PATCH", f"/sections/{mine}", taught)
    assert (status, said["code"]) == (422, "not_course_staff")
    _, still = await school.call(ines, "GET", f"/courses/{theirs}/students")
    assert [person["status"] for person in still["items"]] == ["active"]


async def test_a_calendar_address_is_private_and_ends_when_it_is_taken_back(
    school: School,
) -> None:
    ines = await school.application.person(Role.INSTRUCTOR, name="Ines Carvalho")
    section = await school.section(ines, await school.course(ines))
    soon = WEEKLY | {"first_day": "2027-01-05", "last_day": "2027-01-20"}
    assert (await school.call(ines, "POST", f"/sections/{section}/sessions", soon))[0] == 201
    _, feed = await school.call(ines, "POST", "/calendar")
    path = urlsplit(feed["url"]).path
    status, text = await school.application.call("GET", path)
    assert status == 200
    assert text.startswith("BEGIN:VCALENDAR")
    _, another = await school.call(ines, "POST", "/calendar")
    assert (await school.application.call("GET", path))[0] == 404
    assert (await school.call(ines, "DELETE", "/calendar"))[0] == 204
    path = urlsplit(another["url"]).path
    assert (await school.application.call("GET", path))[0] == 404
