"""Two instructors, and every id of the one in every place where the other may write an id.

The calls are made of the table of routes: wherever a path, a query or a body names something, the
things of somebody else are named instead. Nothing of theirs is told, and nothing of it changes.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.edge.test_permissions import OWNER, School, all_routes, arguments, row_of
from tests.support.application import an_application, some_settings
from vtp import settings
from vtp.actor import Role
from vtp.edge.routes import Route

_KINDS = ("course", "section", "class", "series", "media", "video", "upload", "room", "recording")
_OF = {*_KINDS, "section to plan", "cancelled class", "meeting", "room to record", ""}
# What belongs to somebody; the record of what was refused grows.
_TABLES = (
    *("course", "course_staff", "section", "section_teacher", "class_series", "class_session"),
    *("enrolment", "course_invitation", "media", "upload", "room", "room_member", "recording"),
    *("watched", "film_watched"),
    *("outline", "outline_node", "item_progress", "meeting", "course_letter", "course_holiday"),
)
_SECRET = "Zanzibar"
_NAMED = (
    "update course set title = $2 where id = any($1::uuid[])",
    "update section set name = $2 where id = any($1::uuid[])",
    "update class_session set title = $2 where id = any($1::uuid[])",
    "update class_series set title = $2 where id = any($1::uuid[])",
    "update media set title = $2 where id = any($1::uuid[])",
    "update room set title = $2 where id = any($1::uuid[])",
    "update recording set title = $2 where id = any($1::uuid[])",
)
# All rows of a table that name one of these.
_ROWS = "select t::text as told from TABLE t where t::text ~ $1 order by 1"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# They end what X signed in with, or look after X alone.
_APART = ("/api/v1/auth/", "/api/v1/account", "/api/v1/users", "/api/v1/keys", "/api/v1/admin")


@dataclass(frozen=True)
class Place:
    """Where an id stands in a call: what is there is replaced."""

    where: str  # "path", "json" or "query"
    name: str

    def put(self, given: dict[str, Any], id: str) -> dict[str, Any]:
        made = copy.deepcopy(given)
        if self.where == "path":
            made["path"] = made["path"].replace(self.name, id)
        elif self.where == "query":
            made["params"] = {self.name: id}
        elif _UUID.fullmatch(self.name):
            text = msgspec.json.encode(made["json"]).decode().replace(self.name, id)
            made["json"] = msgspec.json.decode(text)
        else:
            had = made["json"].get(self.name)
            made["json"][self.name] = [id] if isinstance(had, list) else id
        return made


def _places(route: Route, given: dict[str, Any]) -> Iterator[Place]:
    for one in dict.fromkeys(_UUID.findall(given["path"])):
        yield Place("path", one)
    if "json" in given:
        told = msgspec.json.encode(given["json"]).decode()
        for one in dict.fromkeys(_UUID.findall(told)):
            yield Place("json", one)
        for name in _fields(route.signature.body):
            yield Place("json", name)
    for name in _fields(route.signature.query):
        yield Place("query", name)


def _fields(kind: Any) -> list[str]:
    """Of a struct, those that hold ids."""
    try:
        found = msgspec.structs.fields(kind)
    except TypeError:
        return []
    return [one.encode_name for one in found if "UUID" in str(one.type) or "_id" in one.encode_name]


@pytest.fixture
async def school(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[School]:
    async with an_application(some_settings(database_settings, tmp_path)) as application:
        yield await School.opened(application)


async def _things(school: School) -> list[str]:
    """One of each kind, of whoever is the owner now; named so that it is recognised."""
    made = [await school.thing(kind) for kind in _KINDS]
    db = school.application.parts.db
    for naming in _NAMED:
        await db.execute(naming, [UUID(one) for one in made], _SECRET)
    return made


async def _state(school: School, ids: list[str]) -> list[tuple[str, str]]:
    found = []
    for table in _TABLES:
        query = _ROWS.replace("TABLE", table)
        rows = await school.application.parts.db.fetch(query, "|".join(ids))
        found += [(table, row["told"]) for row in rows]
    return found


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_nothing_of_another_course_is_had_by_any_id_in_any_field(school: School) -> None:
    school.people[OWNER] = await school.application.person(Role.INSTRUCTOR, name="Rosa Lind")
    theirs = await _things(school)
    before = await _state(school, theirs)
    assert sum(_SECRET in told for _, told in before) >= len(_NAMED)
    ines = school.people[OWNER] = await school.application.person(Role.INSTRUCTOR, name="Ines")
    wrong, calls = [], itertools.count()
    for route in all_routes():
        call = row_of(route)
        if not route.is_api or call.of not in _OF or route.path.startswith(_APART):
            continue
        given = await arguments(school, route, call, OWNER)
        given["headers"] = {**given["headers"], **ines.bearer}
        for place, one in itertools.product(list(_places(route, given)), theirs):
            swapped = place.put(given, one)
            _, said = await school.application.call(route.method, swapped.pop("path"), **swapped)
            next(calls)
            if _SECRET in msgspec.json.encode(said).decode():
                wrong.append(f"{route.method} {route.path} tells, by {place}")
        if await _state(school, theirs) != before:
            wrong.append(f"{route.method} {route.path} changed something")
            before = await _state(school, theirs)
    assert wrong == []
    assert next(calls) > 1_000
