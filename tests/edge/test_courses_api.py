"""Courses over HTTP: made, planned, enrolled in, and closed to everybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
