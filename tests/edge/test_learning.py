"""A course as students learn from it: its outline, one item after the other, and how far they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from vtp import settings
from vtp.actor import Role
from vtp.ids import MeetingId, RecordingId, uuid7


@pytest.fixture
async def school(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as made:
        yield made


class Course:
    """With one who teaches it and one who is enrolled."""

    def __init__(self, school: Application, teacher: Person, student: Person, id: str) -> None:
        self.school, self.teacher, self.student, self.id = school, teacher, student, id

    async def add(self, kind: str, title: str, parent: str | None = None, **more: Any) -> str:
        made = str(uuid7())
        step = {"do": "add", "id": made, "kind": kind, "title": title, "last": True, **more}
        await self.do(step | ({"parent": parent} if parent else {}))
        return made

    async def do(self, *steps: dict[str, Any]) -> None:
        op = {"op_id": str(uuid7()), "base": 0, "client": "test", "steps": list(steps)}
        await self.ask("POST", "/outline/ops", json=op)

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        path = f"/api/v1/courses/{self.id}{path}"
        status, said = await self.school.call(method, path, headers=self.teacher.bearer, **more)
        assert status < 300, said
        return said

    async def see(
        self, person: Person, path: str = "", *, method: str = "GET", **more: Any
    ) -> tuple[int, str]:
        headers = {"Cookie": f"{self.school.by_cookie}={person.cookie}", "Origin": self.school.url}
        status, page = await self.school.call(
            method, f"/courses/{self.id}{path}", headers=headers, **more
        )
        return status, " ".join((page or "").split())


async def a_course(school: Application) -> Course:
    teacher = await school.person(Role.INSTRUCTOR, name="Ines Carvalho")
    student = await school.person(name="Noor Haddad")
    _, made = await school.call(
        "POST",
        "/api/v1/courses",
        headers=teacher.bearer,
        json={"title": "Algebra II", "visibility": "private"},
    )
    course = Course(school, teacher, student, made["id"])
    await course.ask("POST", "/publish")
    await course.ask("POST", "/students", json={"email": student.user.email})
    return course


async def a_class(course: Course, starts: datetime) -> dict[str, Any]:
    sections = await course.ask("GET", "/sections")
    plan = {
        "title": "Roots",
        "at": f"{starts:%H:%M}:00",
        "minutes": 60,
        "first_day": starts.date().isoformat(),
        "time_zone": "UTC",
    }
    path = f"/api/v1/sections/{sections['items'][0]['id']}/sessions"
    status, made = await course.school.call("POST", path, headers=course.teacher.bearer, json=plan)
    assert status == 201, made
    found: dict[str, Any] = made["items"][0]
    return found


async def test_students_read_what_is_published_and_see_how_far_they_are(
    school: Application,
) -> None:
    course = await a_course(school)
    status, page = await course.see(course.student)
    assert (status, "Nothing to learn" in page, "Classes" in page) == (200, False, True)
    chapter = await course.add("chapter", "Parabolas")
    text = "# First\n\nLook at *this* <b>\n"
    reading = await course.add("page", "Warm-up", chapter, body=text)
    link = await course.add("link", "Plots", chapter, link="https://plot.test/x", optional=False)
    _, page = await course.see(course.student, "?tab=content")
    assert "Warm-up" not in page
    await course.ask("POST", "/outline/publish")
    _, page = await course.see(course.student)
    assert "Parabolas" in page
    assert "0 of 2" in page
    assert f'href="/courses/{course.id}/items/{reading}" aria-label="Begin with Warm-up"' in page
    status, page = await course.see(course.student, f"/items/{reading}")
    assert status == 200
    assert "<h2>First</h2> <p>Look at <em>this</em> &lt;b&gt;</p>" in page
    assert "1 of 2" in page
    assert f'href="/courses/{course.id}/items/{link}"' in page
    _, page = await course.see(course.student, f"/items/{link}")
    assert 'href="https://plot.test/x" rel="noopener noreferrer"' in page
    _, page = await course.see(course.student)
    assert "2 of 2" in page
    # Whoever teaches reads it too, and is not counted.
    _, page = await course.see(course.teacher, f"/items/{reading}")
    assert "0 of 2" in page


async def test_nobody_else_reads_an_item_and_nothing_is_marked_there(school: Application) -> None:
    course = await a_course(school)
    chapter = await course.add("chapter", "Parabolas")
    reading = await course.add("page", "Warm-up", chapter)
    stranger = await school.person(name="Kenji Mori")
    for person in (stranger, course.student):
        status, _ = await course.see(person, f"/items/{reading}")
        assert status == 404
    await course.ask("POST", "/outline/publish")
    assert (await course.see(stranger, f"/items/{reading}"))[0] == 404
    assert (await course.see(course.student, f"/items/{uuid7()}"))[0] == 404
    # What is read is done by reading it: nobody says so themselves.
    for do in ("done", "undone", "else"):
        status, _ = await course.see(
            course.student, f"/items/{reading}", method="POST", data={"do": do}
        )
        assert status == 404


async def test_staff_see_the_draft_as_students_will(school: Application) -> None:
    course = await a_course(school)
    chapter = await course.add("chapter", "Parabolas")
    reading = await course.add("page", "Warm-up", chapter, body="Draft text")
    _, page = await course.see(course.teacher, "?tab=content&preview=true")
    assert "As students will see it" in page
    assert f"/items/{reading}?preview=true" in page
    _, page = await course.see(course.teacher, f"/items/{reading}?preview=true")
    assert "Draft text" in page
    # Whoever is not staff sees what is published, whatever they ask for.
    _, page = await course.see(course.student, "?tab=content&preview=true")
    assert "Warm-up" not in page
    assert (await course.see(course.student, f"/items/{reading}?preview=true"))[0] in {403, 404}


async def test_a_file_is_shown_and_a_video_is_done_when_somebody_says_so(
    school: Application,
) -> None:
    course = await a_course(school)
    chapter = await course.add("chapter", "Parabolas")
    video = await _in_the_library(course, kind="video")
    picture = await _in_the_library(course, kind="image")
    watch = await course.add("media", "Sketching", chapter, media_id=video)
    look = await course.add("media", "Plot", chapter, media_id=picture)
    await course.ask("POST", "/outline/publish")
    _, page = await course.see(course.student, f"/items/{look}")
    assert f'<img class="item-image" src="/api/v1/media/{picture}/file"' in page
    _, page = await course.see(course.student, f"/items/{watch}")
    assert 'class="watch watch-film"' in page
    assert f"/api/v1/media/{video}/file" in page
    assert "1 of 2" in page
    status, _ = await course.see(
        course.student, f"/items/{watch}", method="POST", data={"do": "done"}
    )
    assert status == 303
    assert "2 of 2" in (await course.see(course.student))[1]
    await course.see(course.student, f"/items/{watch}", method="POST", data={"do": "undone"})
    assert "1 of 2" in (await course.see(course.student))[1]


async def _in_the_library(course: Course, *, kind: str) -> str:
    """As if it had been uploaded and looked at."""
    made = str(uuid7())
    await course.school.parts.db.execute(
        """
        with file as (
            insert into library_file (sha256, bytes, key, created_at)
            values (sha256($1::uuid::text::bytea), 1, $1::uuid::text, now()) returning sha256)
        insert into media (id, owner_id, kind, title, state, visibility, file_name, content_type,
                           bytes, sha256, created_at, changed_at)
        select $1, $2, $3, 'Plot', 'ready', 'private', 'plot', 'x/y', 1, sha256, now(), now()
          from file
        """,
        UUID(made),
        course.teacher.user.id,
        kind,
    )
    return made


async def test_a_class_stands_at_its_time_and_its_recording_lands_there_by_itself(
    school: Application,
) -> None:
    course = await a_course(school)
    chapter = await course.add("chapter", "Parabolas")
    now = datetime.now(UTC)
    coming = await a_class(course, now + timedelta(days=2))
    held = await a_class(course, now - timedelta(days=2))
    later = await course.add("class", "Next", chapter, class_id=coming["id"])
    past = await course.add("class", "Roots", chapter, class_id=held["id"])
    await course.ask("POST", "/outline/publish")
    _, page = await course.see(course.student, f"/items/{later}")
    assert "The room opens on" in page
    _, page = await course.see(course.student, f"/items/{past}")
    assert "This class was not recorded." in page
    recording = await _recorded(course, held)
    _, page = await course.see(course.student, f"/items/{past}")
    assert 'data-island="watch"' in page
    assert str(recording) in page
    _, page = await course.see(course.student)
    assert "recording, 50 min" in page
    assert "0 of 2" in page
    await course.school.parts.db.execute(
        """
        insert into watched (user_id, recording_id, seen, position_at, watched_at, completed_at)
        values ($1, $2, '{[0,3000000)}', now(), now(), now())
        """,
        course.student.user.id,
        recording,
    )
    assert "1 of 2" in (await course.see(course.student))[1]


async def test_who_was_in_a_class_is_done_with_it(school: Application) -> None:
    course = await a_course(school)
    chapter = await course.add("chapter", "Parabolas")
    held = await a_class(course, datetime.now(UTC) - timedelta(days=2))
    await course.add("class", "Roots", chapter, class_id=held["id"])
    await course.ask("POST", "/outline/publish")
    await _present(course, held)
    _, page = await course.see(course.student)
    assert "you were there" in page
    assert "1 of 1" in page


async def _recorded(course: Course, held: dict[str, Any]) -> RecordingId:
    db, recording = course.school.parts.db, RecordingId(uuid7())
    meeting = await _meeting(course, held)
    await db.execute(
        """
        insert into recording (id, room_id, meeting_id, title, state, visibility, started_by,
                               started_at, stopped_at, seconds, bytes)
        values ($1, $2, $3, 'Roots', 'ready', 'room', $4, $5, $5, 3000, 1)
        """,
        recording,
        UUID(held["room_id"]),
        meeting,
        course.teacher.user.id,
        datetime.fromisoformat(held["starts_at"]),
    )
    await db.execute(
        "insert into class_recording (recording_id, session_id) values ($1, $2)",
        recording,
        UUID(held["id"]),
    )
    return recording


async def _meeting(course: Course, held: dict[str, Any]) -> MeetingId:
    made = MeetingId(uuid7())
    await course.school.parts.db.execute(
        """
        insert into meeting (id, room_id, started_at, ended_at, ended_how)
        values ($1, $2, $3, $4, 'ended')
        """,
        made,
        UUID(held["room_id"]),
        datetime.fromisoformat(held["starts_at"]),
        datetime.fromisoformat(held["ends_at"]),
    )
    return made


async def _present(course: Course, held: dict[str, Any]) -> None:
    db, participant, meeting = course.school.parts.db, uuid7(), await _meeting(course, held)
    began = datetime.fromisoformat(held["starts_at"])
    await db.execute(
        """
        insert into participant (id, meeting_id, user_id, name, role, joined_at)
        values ($1, $2, $3, 'Noor', 'member', $4)
        """,
        participant,
        meeting,
        course.student.user.id,
        began,
    )
    await db.execute(
        """
        insert into presence_span (id, meeting_id, participant_id, user_id, kind, started_at,
                                   ended_at, seen_at)
        values ($1, $2, $3, $4, 'media', $5, $6, $6)
        """,
        uuid7(),
        meeting,
        participant,
        course.student.user.id,
        began,
        began + timedelta(minutes=20),
    )
