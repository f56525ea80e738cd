"""Downloads of a recording over HTTP: for whom, under which name, whole and by ranges."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import shown
from tests.support.application import Application, Person, an_application, some_settings
from tests.support.film import Film
from vtp import settings
from vtp.ids import RecordingId
from vtp.recordings.model import Made
from vtp.recordings.store import made as made_store


@dataclass
class Shelf:
    application: Application
    id: RecordingId
    path: str

    async def call(self, method: str, who: Person, what: str = "", **more: Any) -> tuple[int, Any]:
        return await self.application.call(method, f"{self.path}{what}", headers=who.bearer, **more)


@pytest.fixture
async def application(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as made:
        yield made


@pytest.fixture
async def ines(application: Application) -> Person:
    return await application.person(name="Ines Carvalho")


@pytest.fixture
async def shelf(application: Application, ines: Person) -> Shelf:
    made = await shown.a_recording(application, ines, access="school")
    film = Film(shown.folder(application, made))
    film.voice("mix-opus", 0, 1, source="mix").camera("cam", 0, 1).develop()
    film.close()
    return Shelf(application, made, f"/api/v1/recordings/{made}")


async def test_who_may_have_it_gets_a_file_with_its_title_also_by_ranges(
    shelf: Shelf, ines: Person
) -> None:
    noor = await shelf.application.person(name="Noor Haddad")
    assert (await shelf.call("GET", noor, "/downloads"))[1]["code"] == "downloads_off"
    assert (await shelf.call("GET", noor, "/downloads/sound"))[0] == 403
    assert (await shelf.call("GET", ines, "/downloads/sound"))[0] == 404
    changed = {"downloads": True, "title": "Parabeln: 1/2"}
    assert (await shelf.call("PATCH", ines, json=changed))[0] == 200
    status, asked = await shelf.call("POST", noor, "/downloads", json={"kind": "sound"})
    assert (status, asked["state"], asked["progress"]) == (202, "queued", 0.0)
    _, other = await shelf.call("GET", ines, "/downloads")
    assert {one["kind"]: one["state"] for one in other["items"]} == {
        "movie": "none",
        "stage": "none",
        "sound": "queued",
    }
    assert asked["job_id"] is not None  # whoever began it may cancel it
    assert other["items"][-1]["job_id"] is None
    data = bytes(range(200))
    folder = shown.folder(shelf.application, shelf.id) / "made"
    folder.mkdir()
    (folder / "sound.m4a").write_bytes(data)
    async with shelf.application.parts.db.transaction() as tx:
        made = Made(name="sound", kind="sound", path="made/sound.m4a", bytes=len(data))
        at = shelf.application.parts.clock.now()
        await made_store.put(tx, id=shelf.id, made=made, at=at)
    _, again = await shelf.call("POST", noor, "/downloads", json={"kind": "sound"})
    assert (again["state"], again["bytes"]) == ("ready", 200)
    url = shelf.application.url + again["path"]
    async with shelf.application.http.get(url, headers=noor.bearer) as answer:
        assert await answer.read() == data
        told = answer.headers
        name = "Parabeln%201%202%202026-03-12.m4a"
        assert told["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
        assert (told["Content-Type"], told["Accept-Ranges"]) == ("audio/mp4", "bytes")
        assert "private" in told["Cache-Control"]
    part = {**noor.bearer, "Range": "bytes=10-19", "If-Range": told["ETag"]}
    async with shelf.application.http.get(url, headers=part) as answer:
        assert (answer.status, await answer.read()) == (206, data[10:20])
    same = {**noor.bearer, "If-None-Match": told["ETag"]}
    async with shelf.application.http.get(url, headers=same) as answer:
        assert answer.status == 304
    assert (await shelf.call("GET", noor, "/downloads/film"))[0] in {404, 422}
