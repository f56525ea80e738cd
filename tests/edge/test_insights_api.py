"""Figures for administrators: the page, the API and the files say the same."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.held_class import HeldClass, person, plan
from vtp import settings
from vtp.actor import Role
from vtp.attendance.service.books import books
from vtp.clock import SetClock
from vtp.ids import uuid7
from vtp.recordings.service.tapes import Tapes
from vtp.rooms.service.sittings import Sittings

NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)
_RANGE = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-05T00:00:00Z"}
_DAYS = "since=2026-03-02&until=2026-03-04"


async def a_class(app: Application) -> HeldClass:
    """Held three minutes late, with five students."""
    parts = app.parts
    school = await plan(parts, await person(parts, "Ines", Role.INSTRUCTOR), NINE)
    await school.held()
    registers = books(
        parts.db,
        clock=SetClock(NINE + timedelta(hours=2)),
        gate=school.courses.gate,
        audit=parts.audit,
        meetings=Sittings(parts.db),
        tapes=Tapes(parts.db),
        notices=parts.letterbox.notices,
    ).registers
    assert await registers.call_due() == 1
    return school


async def a_play(app: Application, who: Person, school: HeldClass) -> None:
    """Of somebody who sits in the class, on the day of the class."""
    await app.parts.db.execute(
        "insert into participant (id, meeting_id, user_id, name, role, joined_at)"
        " values ($1, $2, $3, 'x', 'member', $4)",
        uuid7(),
        school.meeting_id,
        who.user.id,
        NINE,
    )
    said = {
        "id": str(uuid7()),
        "kind": "class",
        "of": str(school.meeting_id),
        "startup_ms": 640,
        "watched_ms": 95_000,
        "stalled_ms": 5_000,
        "stalls": 2,
        "connection": "wifi",
    }
    headers = who.bearer | {"User-Agent": "Mozilla/5.0 Firefox/140.0"}
    status, _ = await app.call("POST", "/api/v1/analytics/plays", headers=headers, json=said)
    assert status == 204
    status, problem = await app.call(
        "POST", "/api/v1/analytics/plays", headers=headers, json=said | {"stalls": -1}
    )
    assert (status, problem["code"]) == (422, "invalid_input")
    await app.parts.db.execute("update play_session set began_at = $1, heard_at = $1", NINE)


def rows_of(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file)))


async def test_the_page_the_api_and_the_files_say_the_same(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    async with an_application(some_settings(database_settings, tmp_path)) as app:
        admin, sam = await app.person(Role.ADMIN), await app.person(name="Sam Osei")
        school = await a_class(app)
        await a_play(app, sam, school)

        async def get(path: str, **query: str) -> Any:
            status, said = await app.call(
                "GET", f"/api/v1/analytics/{path}", headers=admin.bearer, params=_RANGE | query
            )
            assert status == 200, said
            return said

        async def page(path: str) -> str:
            headers = {"Cookie": f"{app.by_cookie}={admin.cookie}"}
            status, text = await app.call("GET", f"/admin/insights{path}", headers=headers)
            assert status == 200
            return re.sub(r"\s+", " ", str(text))

        used = (await get("usage"))["now"]
        assert (used["planned"], used["held"], used["punctual"], used["taught_s"]) == (
            1,
            1,
            1,
            3420,
        )
        overview = await page(f"?{_DAYS}")
        assert "2 to 4 March 2026" in overview
        assert "of 1 planned, 57 min taught" in overview
        assert "1 on Tue 3 March, 09:03" in overview  # of those who had a connection
        (noor,) = (await get("people"))["items"]
        assert (noor["classes"], noor["guest"]) == (1, False)
        assert noor["name"] in await page(f"/people?{_DAYS}")
        assert list(csv.reader(io.StringIO(await get("people.csv"))))[1][0] == noor["name"]
        together = await get("together")
        assert together["step_s"] == 3600
        assert max(one["people"] for one in together["points"]) == 1
        assert {one["people"] for one in together["before"]} == {0}
        (hour,) = [one for one in (await get("hours"))["items"] if one["hour"] == 9]
        assert hour == {"weekday": 2, "hour": 9, "meetings": 1}
        (line,) = [one for one in rows_of(await get("hours.csv")) if one["hour"] == "9"]
        assert line == {"weekday": "2", "hour": "9", "meetings": "1"}
        most = max(rows_of(await get("together.csv")), key=lambda one: int(one["people"]))
        assert (most["people"], most["people_before"]) == ("1", "0")
        assert most["at"].startswith("2026-03-03T09:03")
        days = rows_of(await get("quality-days.csv"))
        assert [one["stalled_s"] for one in days if one["watched_s"] != "0.0"] == ["5.0"]

        (row,) = (await get("classes", step="held"))["items"]
        (line,) = csv.DictReader(io.StringIO(await get("classes.csv", step="held")))
        assert (row["title"], row["late_s"], row["taught_s"]) == ("Roots", 180, 3420.0)
        assert (line["class"], line["late_s"], line["taught_s"]) == ("Roots", "180", "3420.0")
        listed = await page(f"/classes?{_DAYS}&step=held&course={school.course_id}")
        assert "Roots" in listed
        assert "On time" in listed
        assert "No such classes" in await page(f"/classes?{_DAYS}&step=watched&course=nonsense")

        quality = await get("quality", by="browser")
        assert quality["together"]["stall_share"] == 0.05
        (part,) = quality["items"]
        assert (part["name"], part["startup_ms"]) == ("Firefox", 640)
        (line,) = csv.DictReader(io.StringIO(await get("quality.csv", by="browser")))
        assert (line["name"], line["startup_ms"], line["stalled_s"]) == ("Firefox", "640", "5.0")
        compared = await page(f"/quality?{_DAYS}&by=browser")
        assert "5.0 %" in compared
        assert "640 ms" in compared
        (play,) = (await get("plays", by="browser", name="Firefox"))["items"]
        assert (play["name"], play["network"]) == ("Sam Osei", "127.0.0.0/24")
        (line,) = csv.DictReader(io.StringIO(await get("plays.csv")))
        assert (line["person"], line["connection"]) == ("Sam Osei", "wifi")
        assert "Sam Osei" in await page(f"/plays?{_DAYS}&by=browser&name=Firefox")
        assert "Nothing was played" in await page("/plays")
        _, record = await app.call(
            "GET", "/api/v1/audit", headers=admin.bearer, params={"noun": "plays"}
        )
        assert [one["action"] for one in record["items"]] == ["read", "read", "exported", "read"]

        status, problem = await app.call(
            "GET", "/api/v1/analytics/hours", headers=admin.bearer, params={"zone": "Nowhere/x"}
        )
        assert (status, list(problem["fields"])) == (422, ["zone"])
