"""The outline of a course over HTTP: changed by two at once, undone, published, read by students."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.socket_client import Client, connected
from tests.support.tus import Tus
from vtp import settings
from vtp.actor import Role
from vtp.ids import uuid7

PDF = b"%PDF-1.7\n" + b"x" * 500


@pytest.fixture
async def school(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as application:
        yield application


@dataclass
class Editor:
    """One window of a teacher, with what it has seen."""

    school: Application
    person: Person
    course: str
    base: int = 0
    client: str = field(default_factory=lambda: str(uuid7())[:18])

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return await self.school.call(
            method,
            f"/api/v1/courses/{self.course}/outline{path}",
            headers=self.person.bearer,
            **({} if body is None else {"json": body}),
        )

    async def do(self, *steps: dict[str, Any], op_id: str = "") -> tuple[int, Any]:
        body = {
            "op_id": op_id or str(uuid7()),
            "base": self.base,
            "client": self.client,
            "steps": list(steps),
        }
        return await self.ask("POST", "/ops", body)

    async def look(self) -> list[tuple[str, list[str]]]:
        """The titles as they stand, from the draft."""
        _, draft = await self.ask("GET", "/draft")
        self.base = draft["rev"]
        there = [node for node in draft["nodes"] if not node["deleted"]]
        return [
            (one["title"], [node["title"] for node in there if node["parent"] == one["id"]])
            for one in there
            if one["kind"] == "chapter"
        ]

    async def undo(self, how: str = "undo") -> tuple[int, Any]:
        return await self.ask("POST", f"/{how}", {"op_id": str(uuid7()), "client": self.client})


async def _course(school: Application) -> tuple[Editor, Editor]:
    """With two who teach it."""
    ines = await school.person(Role.INSTRUCTOR, name="Ines Carvalho")
    kenji = await school.person(Role.INSTRUCTOR, name="Kenji Mori")
    _, course = await school.call(
        "POST",
        "/api/v1/courses",
        headers=ines.bearer,
        json={"title": "Algebra II", "visibility": "public"},
    )
    status, said = await school.call(
        "POST",
        f"/api/v1/courses/{course['id']}/staff",
        headers=ines.bearer,
        json={"email": kenji.user.email, "role": "co_teacher"},
    )
    assert status < 300, said
    return Editor(school, ines, course["id"]), Editor(school, kenji, course["id"])


def _chapter(title: str, **more: Any) -> dict[str, Any]:
    return {
        "do": "add",
        "id": str(uuid7()),
        "kind": "chapter",
        "title": title,
        "last": True,
        **more,
    }


def _page(parent: str, title: str, **more: Any) -> dict[str, Any]:
    return {
        "do": "add",
        "id": str(uuid7()),
        "kind": "page",
        "title": title,
        "parent": parent,
        "last": True,
        **more,
    }


async def test_two_change_at_once_and_lose_nothing(school: Application) -> None:
    ines, kenji = await _course(school)
    one, two = _chapter("One"), _chapter("Two")
    a, b = _page(one["id"], "a"), _page(one["id"], "b")
    status, done = await ines.do(one, two, a, b)
    assert (status, done["rev"], len(done["nodes"])) == (200, 1, 4)
    assert await ines.look() == await kenji.look() == [("One", ["a", "b"]), ("Two", [])]
    # Different things merge.
    assert (await ines.do({"do": "set", "id": a["id"], "field": "title", "value": "A"}))[0] == 200
    move = {"do": "move", "id": a["id"], "parent": two["id"]}
    assert (await kenji.do(move))[0] == 200
    assert await kenji.look() == [("One", ["b"]), ("Two", ["A"])]
    # The same thing asks, with both values.
    kenji.base = 0
    status, said = await kenji.do({"do": "set", "id": a["id"], "field": "title", "value": "Mine"})
    assert (status, said["code"]) == (409, "outline_overwrites")
    assert (said["theirs"], said["yours"], said["by"]) == ("A", "Mine", "Ines Carvalho")
    # Each takes back their own, whatever the other did since.
    assert (await ines.undo())[0] == 200
    assert await ines.look() == [("One", ["b"]), ("Two", ["a"])]
    assert (await kenji.undo())[0] == 200
    assert await ines.look() == [("One", ["a", "b"]), ("Two", [])]
    assert (await ines.undo("redo"))[0] == 200
    assert await ines.look() == [("One", ["A", "b"]), ("Two", [])]
    assert (await ines.undo("redo"))[1]["code"] == "outline_nothing"
    assert (await kenji.undo())[1]["code"] == "outline_nothing"
    # What is deleted says so to who goes on with it, and comes back.
    await ines.look()
    await ines.do({"do": "delete", "id": b["id"]})
    status, said = await kenji.do({"do": "set", "id": b["id"], "field": "title", "value": "B"})
    assert (status, said["code"], said["id"]) == (409, "outline_deleted", b["id"])
    await ines.undo()
    assert await ines.look() == [("One", ["A", "b"]), ("Two", [])]


async def test_who_is_moved_aside_for_others_keeps_all_that_it_had(school: Application) -> None:
    ines, _ = await _course(school)
    one = _chapter("One")
    first, last = _page(one["id"], "a"), _page(one["id"], "z", body="Keep *this*.")
    assert (await ines.do(one, first, last))[0] == 200
    told: list[dict[str, Any]] = []
    titles = [f"{number}" for number in range(240)]
    for start in range(0, len(titles), 80):
        between = [
            _page(one["id"], title, after=first["id"], last=False)
            for title in titles[start : start + 80]
        ]
        status, done = await ines.do(*between)
        assert status == 200, done
        told += [node for node in done["nodes"] if node["id"] == last["id"]]
    # There was no room left at that spot, so that all were given places anew.
    assert told
    assert {(node["title"], node["body"]) for node in told} == {("z", "Keep *this*.")}
    assert await ines.look() == [("One", ["a", *reversed(titles), "z"])]
    _, draft = await ines.ask("GET", "/draft")
    (kept,) = [node for node in draft["nodes"] if node["id"] == last["id"]]
    assert (kept["title"], kept["body"]) == ("z", "Keep *this*.")


async def test_an_op_that_is_sent_twice_is_done_once(school: Application) -> None:
    ines, _ = await _course(school)
    op_id, chapter = str(uuid7()), _chapter("One")
    first, second = await ines.do(chapter, op_id=op_id), await ines.do(chapter, op_id=op_id)
    assert first[1]["rev"] == second[1]["rev"] == 1
    assert await ines.look() == [("One", [])]
    for odd in (
        {"do": "add", "id": str(uuid7()), "kind": "page", "title": "x"},
        {"do": "add", "id": str(uuid7()), "kind": "chapter", "title": "x", "parent": chapter["id"]},
        {"do": "set", "id": chapter["id"], "field": "title", "value": "  "},
        {**_page(chapter["id"], "x"), "kind": "link", "link": "javascript:alert(1)"},
        {**_page(chapter["id"], "x"), "kind": "media"},
    ):
        assert (await ines.do(odd))[0] == 422, odd
    assert await ines.look() == [("One", [])]


async def test_students_read_what_was_published(school: Application) -> None:
    ines, _ = await _course(school)
    noor = await school.person(name="Noor Haddad")
    await school.call("POST", f"/api/v1/courses/{ines.course}/publish", headers=ines.person.bearer)
    item = await Tus(school, ines.person).whole(PDF, "Sheet.pdf")
    chapter = _chapter("One")
    placed = {**_page(chapter["id"], "Practice sheet"), "kind": "media", "media_id": item}
    assert (await ines.do(chapter, placed, _page(chapter["id"], "Read me", body="# Hello")))[
        0
    ] == 200
    used = f"/api/v1/media/{item}"
    assert (await school.call("GET", used, headers=ines.person.bearer))[1]["uses"] == 1
    student = Editor(school, noor, ines.course)
    assert (await student.ask("GET", ""))[0] == 404
    await school.call("POST", f"/api/v1/courses/{ines.course}/enroll", headers=noor.bearer, json={})
    assert (await student.ask("GET", ""))[1]["code"] == "outline_unpublished"
    assert (await student.ask("GET", "/draft"))[0] == 403
    assert (await school.call("GET", f"{used}/file", headers=noor.bearer))[0] == 404
    status, draft = await ines.ask("POST", "/publish")
    assert (status, draft["unpublished"]) == (200, 0)
    (shown,) = (await student.ask("GET", ""))[1]["chapters"]
    assert [one["title"] for one in shown["items"]] == ["Practice sheet", "Read me"]
    file = await school.call("GET", shown["items"][0]["media"]["file"], headers=noor.bearer)
    assert file[0] == 200
    await ines.look()
    await ines.do({"do": "delete", "id": placed["id"]})
    assert len((await student.ask("GET", ""))[1]["chapters"][0]["items"]) == 2
    assert (await ines.ask("GET", "/draft"))[1]["unpublished"] == 1
    await ines.ask("POST", "/publish")
    assert (await school.call("GET", f"{used}/file", headers=noor.bearer))[0] == 404
    assert (await school.call("GET", used, headers=ines.person.bearer))[1]["uses"] == 0


async def test_who_looks_at_an_outline_is_told_of_changes(school: Application) -> None:
    ines, kenji = await _course(school)
    port = int(school.url.rpartition(":")[2])
    auth = {"token": kenji.person.access_token}
    async with connected(port, auth=auth, Host=f"127.0.0.1:{port}") as client:
        assert (await client.call("outline.watch", {"course": ines.course}))["ok"]["rev"] == 0
        assert await _here(client) == [("Kenji Mori", None)]
        chapter = _chapter("One")
        await ines.do(chapter)
        name, told = await client.told()
        assert name == "outline.changed"
        assert (told["rev"], told["nodes"][0]["title"], told["client"]) == (1, "One", ines.client)
        auth = {"token": ines.person.access_token}
        async with connected(port, auth=auth, Host=f"127.0.0.1:{port}") as other:
            await other.call("outline.watch", {"course": ines.course})
            both = [("Ines Carvalho", None), ("Kenji Mori", None)]
            assert await _here(client) == both
            assert await _here(other) == both
            await other.call("outline.at", {"course": ines.course, "node": chapter["id"]})
            assert await _here(client) == [("Ines Carvalho", chapter["id"]), ("Kenji Mori", None)]
        assert await _here(client) == [("Kenji Mori", None)]


async def _here(client: Client) -> list[tuple[str, str | None]]:
    name, told = await client.told()
    assert name == "outline.present"
    return [(one["name"], one["node"]) for one in told["people"]]


async def test_nobody_reaches_into_another_course(school: Application) -> None:
    ines, _ = await _course(school)
    other, _ = await _course(school)
    chapter = _chapter("One")
    await ines.do(chapter)
    item = await Tus(school, ines.person).whole(PDF, "Sheet.pdf")
    home = _chapter("Home")
    await other.do(home)
    for step in (
        {"do": "set", "id": chapter["id"], "field": "title", "value": "x"},
        {"do": "delete", "id": chapter["id"]},
        _page(chapter["id"], "x"),
        {**_page(home["id"], "x"), "kind": "media", "media_id": item},
        _page(home["id"], "x", after=chapter["id"], last=False),
    ):
        assert (await other.do(step))[0] == 404, step
    assert await ines.look() == [("One", [])]
    assert await other.look() == [("Home", [])]
