"""Taking away everything that is held about oneself, and being erased."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.jobs import until
from tests.support.socket_client import connected
from vtp import settings
from vtp.accounts.service.pictures import picture_key
from vtp.actor import Actor, Role, Via
from vtp.app.holders import HOLDERS
from vtp.app.hooks import delivering, endpoints
from vtp.app.work import bound
from vtp.ids import uuid7
from vtp.jobs.worker import run_worker
from vtp.webhooks.model import EndpointId

TAKEOUT = "/api/v1/users/me/takeout"
ERASURE = "/api/v1/users/me/erasure"
NAME = "Ines Zirbelkiefer"
# What attendance holds: of the person $1 in the course $2, with ids $3 and $4 for what is needed.
LEARNED = (
    """
    insert into certificate (id, serial, course_id, user_id, evidence, issued_at)
    select $3, 'ABCD-EFGH-0001', $2, id, jsonb_build_object('name', name), now()
      from app_user where id = $1 and $4::uuid is not null
    """,
    """
    insert into attendance_report (course_id, user_id, every, next_at)
    select $2, $1, 'week', now() where $3::uuid is not null and $4::uuid is not null
    """,
    """
    insert into film_watched (user_id, media_id, position_at, watched_at)
    select $1, id, now(), now() from media
     where owner_id = $1 and $2::uuid is not null and $3::uuid <> $4::uuid
    """,
    """
    insert into film_visit (user_id, media_id, id, began_at, heard_at)
    select $1, media_id, $3, now(), now() from film_watched
     where user_id = $1 and $2::uuid is not null and $4::uuid is not null
    """,
    """
    with node as (
        insert into outline_node (id, course_id, kind, title, rank)
        select $3, $2, 'chapter', 'Scales', 'a' where $4::uuid is not null
        returning id
    )
    insert into item_progress (user_id, item_id, course_id, opened_at)
    select $1, id, $2, now() from node
    """,
    """
    insert into class_session (id, course_id, section_id, title, room_id, time_zone, during)
    select $3, $2, id, 'Scales', room_id, 'UTC', tstzrange(now() - interval '2 h', now())
      from section where course_id = $2 and $1::uuid is not null and $4::uuid is not null
     limit 1
    """,
    """
    with register as (
        insert into class_register (session_id, computed_at, final_at)
        select id, now(), now() from class_session
         where course_id = $2 and $3::uuid is not null and $4::uuid is not null
        returning session_id
    )
    insert into class_mark
        (session_id, user_id, facts, need_ms, present_ms, computed, override, override_why,
         override_at, contested, contested_at)
    select session_id, $1, '{}', 9, 0, 'absent', 'excused', 'Ines Zirbelkiefer was ill', now(),
           'I, Ines Zirbelkiefer, was there', now()
      from register
    """,
    """
    insert into certificate_prospect (course_id, user_id, looked_at)
    select $2::uuid, $1::uuid, now() where $3::uuid is not null and $4::uuid is not null
    """,
)
_STANDS = """
    select exists (select from one_table as one where position($1 in lower(one::text)) > 0)
"""


@pytest.fixture
async def school(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    chosen = some_settings(
        database_settings, tmp_path, jobs=settings.Jobs(poll_interval=0.05, heartbeat=0.5)
    )
    async with an_application(chosen) as application:
        yield application


@pytest.fixture
async def at_work(school: Application) -> AsyncIterator[None]:
    parts = school.parts
    stop = asyncio.Event()
    task = asyncio.get_running_loop().create_task(
        run_worker(
            parts.db,
            parts.settings.database,
            parts.settings.jobs,
            parts.jobs,
            bound(parts),
            stop=stop,
            shutdown_timeout=1.0,
        )
    )
    yield
    stop.set()
    await task


def as_page(person: Person, school: Application) -> dict[str, str]:
    return {"Cookie": f"{school.by_cookie}={person.cookie}", "Origin": school.url}


async def a_life(school: Application) -> Person:
    """Somebody of whom every domain holds something."""
    person = await school.person(Role.INSTRUCTOR, name=NAME)
    user, db = person.user, school.parts.db
    status, room = await school.call(
        "POST", "/api/v1/rooms", headers=person.bearer, json={"title": "Algebra"}
    )
    assert status == 201
    await school.call("POST", "/api/v1/keys", headers=person.bearer, json={"name": "script"})
    meeting, seat, message, poll = uuid7(), uuid7(), uuid7(), uuid7()
    async with db.transaction() as tx:
        for statement, values in (
            (
                "insert into meeting (id, room_id, started_at) values ($1, $2, now())",
                (meeting, room["id"]),
            ),
            (
                (
                    "insert into participant (id, meeting_id, user_id, name, role, joined_at)"
                    " values ($1, $2, $3, $4, 'host', now())"
                ),
                (seat, meeting, user.id, NAME),
            ),
            (
                (
                    "insert into meeting_person (meeting_id, person_id, user_id, name, admitted, cohost)"
                    " values ($1, $2, $2, $3, true, false)"
                ),
                (meeting, user.id, NAME),
            ),
            (
                (
                    "insert into presence_span"
                    " (id, meeting_id, participant_id, user_id, kind, started_at, seen_at)"
                    " values ($1, $2, $3, $4, 'hand', now(), now())"
                ),
                (uuid7(), meeting, seat, user.id),
            ),
            (
                (
                    "insert into chat_message"
                    " (id, meeting_id, author_id, author_name, author_role, text, sent_at, key)"
                    " values ($1, $2, $3, $4, 'host', $5, now(), $6)"
                ),
                (message, meeting, user.id, NAME, f"I am {NAME}.", uuid7()),
            ),
            (
                (
                    "insert into poll"
                    " (id, meeting_id, kind, question, options, anonymous, live, created_by, created_at)"
                    " values ($1, $2, 'text', 'Why?', '{}', false, false, $3, now())"
                ),
                (poll, meeting, user.id),
            ),
            (
                (
                    "insert into poll_answer (poll_id, user_id, name, choices, text, answered_at)"
                    " values ($1, $2, $3, '{}', $4, now())"
                ),
                (poll, user.id, NAME, f"{NAME} says so"),
            ),
            (
                (
                    "insert into recording"
                    " (id, room_id, meeting_id, title, state, started_by, started_at)"
                    " values ($1, $2, $3, 'Algebra', 'ready', $4, now())"
                ),
                (uuid7(), room["id"], meeting, user.id),
            ),
            (
                "insert into mail_bounce (address, reason, bounced_at) values ($1, 'full', now())",
                (user.email,),
            ),
        ):
            await tx.execute(statement, *values)
        recording = await tx.fetchval("select id from recording where started_by = $1", user.id)
        await tx.execute(
            "insert into watched (user_id, recording_id, position_at, watched_at)"
            " values ($1, $2, now(), now())",
            user.id,
            recording,
        )
        await tx.execute(
            "insert into watch_visit (user_id, recording_id, id, began_at, heard_at)"
            " values ($1, $2, $3, now(), now())",
            user.id,
            recording,
            uuid7(),
        )
    play = {"id": str(uuid7()), "kind": "recording", "of": str(recording), "watched_ms": 9000}
    told = await school.call("POST", "/api/v1/analytics/plays", headers=person.bearer, json=play)
    assert told[0] == 204
    await a_life_in_courses(school, person)
    return person


async def a_life_in_courses(school: Application, person: Person) -> None:
    """Taught and enrolled, with a calendar, letters and things in the library."""

    async def send(who: Person, path: str, **body: str) -> Any:
        status, said = await school.call(
            "POST", f"/api/v1{path}", headers=who.bearer, json=body or None
        )
        assert status < 300, (path, said)
        return said

    own = (await send(person, "/courses", title="Algebra"))["id"]
    await send(person, f"/courses/{own}/letters", subject="Homework", body="Read page 12.")
    colleague = await school.person(Role.INSTRUCTOR, name="Kenji Mori")
    other = (await send(colleague, "/courses", title="Music"))["id"]
    await send(colleague, f"/courses/{other}/invitations", email=person.user.email)
    await send(colleague, f"/courses/{other}/students", email=person.user.email)
    await send(person, "/calendar")
    await send(person, "/media/links", title="Plot", link="https://plot.school.test/")
    async with school.parts.db.transaction() as tx:
        await tx.execute(
            "insert into upload"
            " (id, owner_id, media_id, file_name, size, created_at, expires_at)"
            " select $2, $1, id, $3, 9, now(), now() + interval '1 day'"
            " from media where owner_id = $1",
            person.user.id,
            uuid7(),
            f"{NAME}.pdf",
        )
        for statement in LEARNED:
            await tx.execute(statement, person.user.id, UUID(other), uuid7(), uuid7())


async def places_of(school: Application, words: str) -> set[str]:
    """The tables of the whole database in which `words` stand, in whatever case."""
    db = school.parts.db
    tables = await db.fetch(
        "select c.oid::regclass::text as name from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind = 'r' and n.nspname = 'public'"
    )
    return {
        table["name"]
        for table in tables
        if await db.fetchval(_STANDS.replace("one_table", table["name"]), words.casefold())
    }


async def fetched(school: Application, person: Person) -> dict[str, Any]:
    """The files of the archive, read."""

    async def look() -> bool | None:
        status, found = await school.call("GET", TAKEOUT, headers=person.bearer)
        assert status == 200
        return found["ready"] or None

    await until(look)
    async with school.http.get(f"{school.url}{TAKEOUT}/file", headers=person.bearer) as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert archive.testzip() is None
    return {
        name.removesuffix(".json"): json.loads(archive.read(name))
        for name in archive.namelist()
        if name.endswith(".json")
    }


@pytest.mark.usefixtures("at_work")
async def test_everything_held_is_fetched_by_its_owner_alone(school: Application) -> None:
    person = await a_life(school)
    picture_id = uuid7()
    await school.parts.blobs.put(picture_key(picture_id, 512), b"me, at 512 pixels")
    async with school.parts.db.transaction() as tx:
        await tx.execute(
            "update app_user set picture_id = $2 where id = $1", person.user.id, picture_id
        )
    admin = await school.person(Role.ADMIN, name="Amara Okafor")
    status, asked = await school.call("POST", TAKEOUT, headers=person.bearer)
    assert (status, asked["ready"]) == (202, False)
    files = await fetched(school, person)
    assert set(files) == {name for holder in HOLDERS for name in holder.sheets}
    assert files["account"][0]["email"] == person.user.email
    assert files["messages"][0]["text"] == f"I am {NAME}."
    filled = set(files) - {
        "authenticator",
        "passkeys",
        "accounts-elsewhere",
        "erasure-requests",
        "memberships",
        "messages-received",
        "mails",
        "notice-choices",
        "lists-of-people",
    }
    assert [name for name in sorted(filled) if not files[name]] == []
    assert not any("hash" in key and key != "has_password" for key in files["api-keys"][0])
    async with school.http.get(f"{school.url}{TAKEOUT}/file", headers=person.bearer) as answer:
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert archive.read("picture.webp") == b"me, at 512 pixels"
    assert (await school.call("GET", f"{TAKEOUT}/file", headers=admin.bearer))[0] == 404


@pytest.mark.usefixtures("at_work")
async def test_nothing_says_who_an_erased_person_was(school: Application) -> None:
    person = await a_life(school)
    email = person.user.email
    admin = await school.person(Role.ADMIN, name="Amara Okafor")
    await school.call("POST", TAKEOUT, headers=person.bearer)
    await fetched(school, person)
    assert (await school.call("POST", ERASURE, headers=person.bearer))[0] == 201
    _, found = await school.call("GET", "/api/v1/erasures", headers=admin.bearer)
    path = f"/api/v1/erasures/{found['items'][0]['id']}/carry-out"
    port = school.parts.settings.server.port
    auth = {"token": person.access_token}
    async with connected(port, auth=auth, Host=f"127.0.0.1:{port}") as client:
        assert (await school.call("POST", path, headers=admin.bearer))[0] == 204
        assert (await client.closed()).reason == "revoked"
    assert (await school.call("GET", "/api/v1/users/me", headers=person.bearer))[0] == 401
    assert (await school.call("POST", path, headers=admin.bearer))[0] == 409
    # The last letter knows the address, for as long as letters are kept.
    assert await places_of(school, email) <= {"mail"}
    assert await places_of(school, NAME) == set()
    _, shown = await school.call("GET", f"/api/v1/users/{person.user.id}", headers=admin.bearer)
    assert shown["name"] == "Erased person"
    spans = await school.parts.db.fetchval(
        "select count(*) from presence_span where user_id = $1", person.user.id
    )
    assert spans == 1
    # What still counts without a name: one of a class, as somebody who is enrolled no more.
    status = "select status from enrolment where user_id = $1"
    assert await school.parts.db.fetchval(status, person.user.id) == "dropped"


async def test_an_admin_may_refuse_and_says_why(school: Application) -> None:
    person = await school.person(name=NAME)
    admin = await school.person(Role.ADMIN)
    await school.call("POST", ERASURE, headers=person.bearer)
    _, found = await school.call("GET", "/api/v1/erasures", headers=admin.bearer)
    path = f"/api/v1/erasures/{found['items'][0]['id']}/refuse"
    assert (await school.call("POST", path, headers=admin.bearer, json={"reason": " "}))[0] == 422
    because = {"reason": "Your exam is not marked yet."}
    assert (await school.call("POST", path, headers=admin.bearer, json=because))[0] == 204
    assert (await school.call("DELETE", ERASURE, headers=person.bearer))[0] == 409
    _, told = await school.call("GET", "/api/v1/notices", headers=person.bearer)
    assert because["reason"] in told["items"][0]["text"]
    _, own = await school.call("GET", ERASURE, headers=person.bearer)
    assert (own["state"], own["reason"]) == ("refused", because["reason"])


async def test_the_last_admin_stays(school: Application) -> None:
    admin = await school.person(Role.ADMIN)
    await school.call("POST", ERASURE, headers=admin.bearer)
    _, found = await school.call("GET", "/api/v1/erasures", headers=admin.bearer)
    path = f"/api/v1/erasures/{found['items'][0]['id']}/carry-out"
    assert (await school.call("POST", path, headers=admin.bearer))[0] == 409
    assert (await school.call("GET", "/api/v1/users/me", headers=admin.bearer))[0] == 200


async def test_the_page_asks_takes_back_and_shows(school: Application) -> None:
    person = await school.person(name=NAME)
    admin = await school.person(Role.ADMIN)
    headers = as_page(person, school)
    assert (await school.call("POST", "/profile/takeout", headers=headers, data={"a": "b"}))[
        0
    ] == 303
    ask = {"do": "ask"}
    assert (await school.call("POST", "/profile/erasure", headers=headers, data=ask))[0] == 303
    _, text = await school.call("GET", "/profile?tab=data", headers=headers)
    assert "Take it back" in text
    assert "is being made" in text
    _, text = await school.call("GET", "/admin/erasures", headers=as_page(admin, school))
    assert NAME in text
    back = {"do": "withdraw"}
    assert (await school.call("POST", "/profile/erasure", headers=headers, data=back))[0] == 303
    _, text = await school.call("GET", "/profile?tab=data", headers=headers)
    assert "Take it back" not in text


async def test_admins_are_told_that_a_webhook_was_given_up(school: Application) -> None:
    admin = await school.person(Role.ADMIN)
    await school.person(name=NAME)
    body = {"url": "https://hooks.school.test/", "events": ["meeting.started"]}
    _, made = await school.call("POST", "/api/v1/webhooks", headers=admin.bearer, json=body)
    db, work = school.parts.db, delivering(school.parts)
    endpoint = await endpoints(school.parts).get(
        Actor(admin.user.id, admin.user.roles, Via.SYSTEM), EndpointId(UUID(made["webhook"]["id"]))
    )
    async with db.transaction() as tx:
        for tell in work.on_given_up:
            await tell(tx, endpoint)
    _, told = await school.call("GET", "/api/v1/notices", headers=admin.bearer)
    assert "https://hooks.school.test/" in told["items"][0]["text"]
    assert told["items"][0]["link"] == f"/admin/webhooks/{made['webhook']['id']}"
    assert await db.fetchval("select count(*) from notice where kind like '%given_up'") == 1
