"""What happened when on a recording, as those see it who watch, and the chapters of hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.shown import a_recording
from vtp import settings
from vtp.actor import Role
from vtp.ids import RecordingId, uuid7

_SAY = """
    insert into chat_message (id, meeting_id, author_id, author_name, author_role, to_id, to_name,
                              text, sent_at, key, deleted_at, deleted_by)
    select $2, meeting_id, $3, 'Lars', 'member', $4::uuid, case when $4::uuid is null then null else 'Noor' end,
           $5, started_at + $6, $2, case when $7 then started_at end,
           case when $7 then 'author' end
      from recording where id = $1
"""
_ASK = """
    insert into poll (id, meeting_id, kind, question, options, anonymous, live, created_by,
                      created_at, opened_at, shared_at)
    select $2, meeting_id, 'single', $3, '{Yes,No}', false, $4, $5, started_at, started_at + $6, null
      from recording where id = $1
"""
_SIT = """
    insert into participant (id, meeting_id, user_id, name, role, joined_at)
    select $2, meeting_id, $3, 'Ines', 'host', started_at from recording where id = $1
"""
_SPEAK = """
    insert into presence_span
           (id, meeting_id, participant_id, user_id, kind, started_at, ended_at, seen_at)
    select gen_random_uuid(), meeting_id, $2, $3, $4, started_at + $5, started_at + $6,
           started_at + $6
      from recording where id = $1
"""


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as made:
        yield made


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


async def a_class(app: Application, ines: Person) -> RecordingId:
    """Paused from 20 to 50 seconds of it."""
    made, seat, me = await a_recording(app, ines, access="school"), uuid7(), ines.user.id
    async with app.parts.db.transaction() as tx:
        await tx.execute(
            "update recording set seconds = 60, stopped_at = started_at + $2 where id = $1",
            made,
            s(90),
        )
        await tx.execute(
            "insert into recording_pause select id, started_at + $2, started_at + $3"
            "  from recording where id = $1",
            made,
            s(20),
            s(50),
        )
        for to, text, at, gone in (
            (None, "before", -5, False),
            (None, "Is it a root?", 10, False),
            (uuid7(), "only for you", 11, False),
            (None, "", 12, True),
            (None, "in the pause", 30, False),
            (None, "after it", 60, False),
            (None, "when all was over", 95, False),
        ):
            await tx.execute(_SAY, made, uuid7(), me, to, text, s(at), gone)
        for question, live, at in (("Ready?", True, 15), ("Secret?", False, 55)):
            await tx.execute(_ASK, made, uuid7(), question, live, me, s(at))
        await tx.execute(_SIT, made, seat, me)
        for kind, start, end in (
            ("speaking", 0, 5),
            ("speaking", 5.5, 8),
            ("speaking", 15, 55),
            ("hand", 12, 14),
        ):
            await tx.execute(_SPEAK, made, seat, me, kind, s(start), s(end))
    return made


async def timeline(app: Application, who: Person, made: RecordingId) -> Any:
    path = f"/api/v1/recordings/{made}/timeline"
    status, body = await app.call("GET", path, headers=who.bearer)
    assert status == 200
    return body


async def test_everybody_sees_what_all_could_see_at_its_moment(app: Application) -> None:
    ines, noor = await app.person(Role.INSTRUCTOR), await app.person()
    found = await timeline(app, noor, made := await a_class(app, ines))
    assert [(one["at"], one["text"]) for one in found["messages"]] == [
        (10, "Is it a root?"),
        (30, "after it"),
    ]
    assert [(one["at"], one["question"], one["counts"]) for one in found["polls"]] == [
        (15, "Ready?", [0, 0]),
        (25, "Secret?", None),
    ]
    assert found["hands"] == [{"at": 12, "name": "Ines"}]
    assert found["voices"] == [[0, 8, True], [15, 25, True]]
    assert found["chapters"] == []
    assert (await timeline(app, ines, made)) == found


async def test_hosts_set_chapters_and_nobody_else(app: Application) -> None:
    ines, noor = await app.person(Role.INSTRUCTOR), await app.person()
    made = await a_class(app, ines)
    path = f"/api/v1/recordings/{made}/chapters"
    two = [{"at": 30, "title": " The graph "}, {"at": 0, "title": "Warm-up"}]

    async def put(who: Person, chapters: Any) -> tuple[int, Any]:
        return await app.call("PUT", path, headers=who.bearer, json={"chapters": chapters})

    assert (await put(noor, two))[0] == 403
    status, answer = await put(ines, two)
    assert (status, [one["title"] for one in answer["chapters"]]) == (200, ["Warm-up", "The graph"])
    assert (await timeline(app, noor, made))["chapters"] == answer["chapters"]
    status, answer = await put(ines, [two[0], two[0]])
    assert (status, answer["code"]) == (422, "two_chapters_at_once")
    assert (await put(ines, [{"at": 1, "title": "  "}]))[0] == 422
    assert len((await timeline(app, noor, made))["chapters"]) == 2


async def test_the_list_has_what_one_has_seen_and_finds_by_words(app: Application) -> None:
    ines, noor = await app.person(Role.INSTRUCTOR), await app.person()
    made = await a_class(app, ines)
    told = {"recording_id": str(made), "visit": str(uuid7()), "position": 3, "seen": [[0, 3]]}
    assert (await app.call("POST", "/api/v1/progress", headers=noor.bearer, json=told))[0] == 200

    async def rows(who: Person, query: str = "") -> Any:
        cookie = {"Cookie": f"{app.by_cookie}={who.cookie}"}
        _, body = await app.call("GET", f"/recordings/rows{query}", headers=cookie)
        return body["items"]

    [row] = await rows(ines, "?words=ALG")
    assert (row["host"], row["room"], row["viewers"], row["seen"]) == (True, "Algebra", 1, 0)
    assert await rows(ines, "?words=music") == await rows(ines, "?bin=true") == []
    await app.call("DELETE", f"/api/v1/recordings/{made}", headers=ines.bearer)
    assert await rows(ines) == []
    [row] = await rows(ines, "?bin=true")
    assert row["recording"]["deleted_at"] is not None
    assert await rows(noor, "?bin=true") == []
