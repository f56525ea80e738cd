"""A course in the archive: whoever was in it still sees it, nobody new comes, and nothing changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.pictures import a_png
from vtp import settings
from vtp.actor import Role
from vtp.ids import uuid7


@pytest.fixture
async def school(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as made:
        yield made


class Course:
    """With one place that is taken, somebody who waits, a class, a page and a code."""

    def __init__(self, school: Application, ines: Person) -> None:
        self.school, self.ines = school, ines
        self.id = self.section = self.class_ = self.page = self.code = ""

    async def ask(
        self, who: Person, method: str, path: str, body: Any = None, **more: Any
    ) -> tuple[int, Any]:
        sent = {"json": body} if body is not None else {}
        return await self.school.call(
            method, f"/api/v1{path}", headers=who.bearer | more.pop("headers", {}), **sent, **more
        )

    async def done(self, who: Person, method: str, path: str, body: Any = None) -> Any:
        status, said = await self.ask(who, method, path, body)
        assert status < 300, (path, said)
        return said

    async def begin(self, noor: Person, rosa: Person) -> None:
        ines = self.ines
        given = {"title": "Algebra II", "visibility": "public", "capacity": 1}
        self.id = (await self.done(ines, "POST", "/courses", given))["id"]
        path = f"/courses/{self.id}"
        await self.done(ines, "POST", f"{path}/publish")
        self.section = (await self.done(ines, "GET", f"{path}/sections"))["items"][0]["id"]
        self.code = (await self.done(ines, "POST", f"{path}/code"))["join_code"]
        day = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
        plan = {"title": "Roots", "at": "18:00:00", "minutes": 60, "first_day": day}
        made = await self.done(
            ines, "POST", f"/sections/{self.section}/sessions", {**plan, "time_zone": "UTC"}
        )
        self.class_ = made["items"][0]["id"]
        chapter, self.page = str(uuid7()), str(uuid7())
        await self.done(
            ines,
            "POST",
            f"{path}/outline/ops",
            self.op(
                {"do": "add", "id": chapter, "kind": "chapter", "title": "One"},
                {"do": "add", "id": self.page, "kind": "page", "title": "Read", "parent": chapter},
            ),
        )
        await self.done(ines, "POST", f"{path}/outline/publish")
        assert (await self.done(noor, "POST", f"{path}/enroll", {}))["status"] == "active"
        assert (await self.done(rosa, "POST", f"{path}/enroll", {}))["status"] == "waiting"

    def op(self, *steps: dict[str, Any]) -> dict[str, Any]:
        return {"op_id": str(uuid7()), "base": 0, "client": "test", "steps": list(steps)}

    def changes(self, noor: Person, lars: Person) -> list[tuple[str, str, Any]]:
        """Everything that changes a course."""
        path, student = f"/courses/{self.id}", f"/courses/{self.id}/students/{noor.user.id}"
        undo = {"op_id": str(uuid7()), "client": "test"}
        day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
        return [
            ("PATCH", path, {"title": "Algebra III"}),
            ("POST", f"{path}/publish", None),
            ("POST", f"{path}/code", None),
            ("DELETE", f"{path}/code", None),
            ("POST", f"{path}/staff", {"email": lars.user.email, "role": "ta"}),
            ("POST", f"{path}/sections", {"name": "B"}),
            ("PATCH", f"/sections/{self.section}", {"name": "C"}),
            ("PATCH", f"/sections/{self.section}", {"teachers": []}),
            ("POST", f"{path}/students", {"email": lars.user.email}),
            ("PATCH", student, {"status": "dropped"}),
            ("POST", f"{path}/invitations", {"email": "new@school.test"}),
            ("POST", f"{path}/letters", {"subject": "Hello", "body": "All of you"}),
            ("PATCH", f"/sessions/{self.class_}", {"title": "No roots"}),
            ("POST", f"/sessions/{self.class_}/cancel", {"reason": "ill"}),
            ("PUT", f"{path}/holidays/{day}", {"name": "Feast"}),
            ("POST", f"{path}/outline/ops", self.op({"do": "delete", "id": self.page})),
            ("POST", f"{path}/outline/undo", undo),
            ("POST", f"{path}/outline/publish", None),
        ]


async def test_an_archived_course_is_read_and_never_changed(school: Application) -> None:
    ines = await school.person(Role.INSTRUCTOR, name="Ines Carvalho")
    noor, rosa, lars = [await school.person(name=name) for name in ("Noor", "Rosa", "Lars")]
    course = Course(school, ines)
    await course.begin(noor, rosa)
    path = f"/courses/{course.id}"
    await course.done(ines, "POST", f"{path}/archive")
    wrong = []
    for method, where, body in course.changes(noor, lars):
        status, said = await course.ask(ines, method, where, body)
        if (status, said and said.get("code")) != (409, "course_archived"):
            wrong.append(f"{method} {where}: {status} {said}")
    status, said = await course.ask(
        ines, "PUT", f"{path}/picture", data=a_png(), headers={"Content-Type": "image/png"}
    )
    if (status, said["code"]) != (409, "course_archived"):
        wrong.append(f"picture: {status} {said}")
    assert not wrong, "\n".join(wrong)
    # Nobody new, by whatever way.
    assert (await course.ask(lars, "GET", path))[0] == 404
    assert (await course.ask(lars, "POST", f"{path}/enroll", {}))[0] == 404
    status, said = await course.ask(lars, "POST", "/enrollments/code", {"code": course.code})
    assert (status, said["code"]) == (422, "bad_join_code")
    # Whoever was in it reads on, and is as far as they were.
    for where in (path, f"{path}/outline", f"{path}/sessions"):
        assert (await course.ask(noor, "GET", where))[0] == 200
    status, page = await school.call(
        "GET",
        f"/courses/{course.id}/items/{course.page}",
        headers={"Cookie": f"{school.by_cookie}={noor.cookie}", "Origin": school.url},
    )
    assert (status, "1 of 1" in page) == (200, True)
    for where in (f"{path}/students", f"{path}/outline/draft", f"{path}/sections"):
        assert (await course.ask(ines, "GET", where))[0] == 200
    # Who leaves makes no place for who waits.
    assert (await course.ask(noor, "DELETE", f"{path}/enroll"))[0] == 204
    listed = await course.done(ines, "GET", f"{path}/students")
    assert {one["name"]: one["status"] for one in listed["items"]} == {
        "Noor": "dropped",
        "Rosa": "waiting",
    }
    # Out of the archive it is a draft, and may be changed.
    assert (await course.done(ines, "POST", f"{path}/restore"))["state"] == "draft"
    assert (await course.done(ines, "PATCH", path, {"title": "Algebra III"}))["title"]
