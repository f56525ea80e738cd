"""Rules of a course, breaks and catching up, over HTTP: the pages and the API beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.held_class import HeldClass, plan
from vtp import settings
from vtp.actor import Role
from vtp.attendance import rules_form
from vtp.attendance.policy import Policy


@pytest.fixture
async def school(
    database_settings: settings.Database, tmp_path: Path
) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as made:
        yield made


async def held(school: Application, ines: Person, *students: Person) -> HeldClass:
    """Some hours ago; nobody of these was there, and it was recorded."""
    nine = (datetime.now(UTC) - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    lesson = await plan(school.parts, ines.actor, nine)
    for one in students:
        await lesson.enrol(one.user.email)
    await lesson.meets(-5, 62)
    await lesson.receives(ines.actor, (0, 60))
    await lesson.recorded(0, 60)
    return lesson


async def see(
    school: Application, person: Person, path: str, form: dict[str, str] | None = None
) -> tuple[int, str]:
    headers = {"Cookie": f"{school.by_cookie}={person.cookie}", "Origin": school.url}
    more = {"data": form} if form else {}
    status, page = await school.call("POST" if form else "GET", path, headers=headers, **more)
    return status, " ".join((page or "").split())


async def test_rules_are_read_by_everybody_and_changed_by_who_teaches(school: Application) -> None:
    ines = await school.person(Role.INSTRUCTOR, name="Ines Carvalho")
    noor = await school.person(name="Noor Haddad")
    lesson = await held(school, ines, noor)
    rules = f"/courses/{lesson.course_id}/attendance/rules"
    _, page = await see(school, noor, rules)
    assert "comes more than 5 min after the beginning is late" in page
    values = rules_form.shown(Policy(absent_below=0, partial_below=0)) | {"base": "0"}
    assert (await see(school, noor, rules, values | {"do": "look"}))[0] == 403
    register = f"/attendance/{lesson.class_id}"
    assert (await see(school, ines, register, {"do": "confirm"}))[0] == 303
    status, page = await see(school, ines, rules, values | {"do": "look"})
    # Who was never there is absent under any rules.
    assert (status, "Every mark stays as it is" in page) == (200, True)
    status, page = await see(school, ines, rules, values | {"do": "save", "late_after": "soon"})
    assert (status, "This number does not fit here." in page) == (422, True)
    assert (await see(school, ines, rules, values | {"do": "save"}))[0] == 303
    status, page = await see(school, ines, rules, values | {"do": "save"})
    assert (status, "Somebody else changed the rules" in page) == (409, True)
    status, page = await see(school, ines, rules)
    assert "Version 1 of these rules holds." in page
    assert "Absent below: 30 → 0 %" in page
    again = {"do": "rerun", "version": "1"}
    assert (await see(school, ines, rules, again))[0] == 422
    status, page = await see(school, ines, rules, again | {"why": "Agreed with the class"})
    assert (status, "0 marks changed in 1 classes" in page) == (200, True)


async def test_a_break_is_added_and_what_was_missed_is_caught_up(school: Application) -> None:
    ines = await school.person(Role.INSTRUCTOR, name="Ines Carvalho")
    noor = await school.person(name="Noor Haddad")
    lesson = await held(school, ines, noor)
    register = f"/attendance/{lesson.class_id}"
    hour = f"{lesson.nine:%H}"
    for wrong in ({"since": "soon", "until": ""}, {"since": f"{hour}:30", "until": f"{hour}:20"}):
        assert (await see(school, ines, register, {"do": "break-add"} | wrong))[0] == 422
    one = {"do": "break-add", "since": f"{hour}:20", "until": f"{hour}:30"}
    assert (await see(school, ines, register, one))[0] == 303
    assert (await see(school, noor, register, one))[0] == 403
    status, page = await see(school, ines, register)
    assert f"Break from {hour}:20 to {hour}:30: nothing was required then." in page
    # What is a break needs no watching either.
    status, page = await see(school, noor, register)
    assert (status, "You missed 50 min of this class" in page) == (200, True)
    course = f"/courses/{lesson.course_id}"
    for path in (register, f"{course}/attendance", f"{course}?tab=classes"):
        assert "?catch_up=true" in (await see(school, noor, path))[1]
    assert "?catch_up=true" not in (await see(school, ines, f"{course}?tab=classes"))[1]
    _, chance = await school.call(
        "GET",
        f"/api/v1/sessions/{lesson.class_id}/attendance/own/catch-up",
        headers=noor.bearer,
    )
    assert (chance["possible"], chance["left"], chance["worth"]) == (True, 3000, 0.8)
    _, page = await see(school, noor, f"/watch/{chance['recording_id']}?catch_up=true")
    assert "&#34;missed&#34;:{&#34;path&#34;" in page
    for number, status in (("1", 303), ("0", 303), ("x", 422)):
        gone = {"do": "break-remove", "number": number}
        assert (await see(school, ines, register, gone))[0] == status
