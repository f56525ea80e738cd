"""Guests: a link lets them into one room, marked, and nothing else of the school opens to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.application import Application, an_application, some_settings
from tests.support.guests import GuestSeen, follow, open_to_guests
from tests.support.socket_client import Client, ConnectError, Refused, connected
from vtp import settings
from vtp.actor import Role


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    chosen = some_settings(
        database_settings,
        tmp_path,
        rooms=settings.Rooms(sweep=0.05, news_interval=0.01, away_after=0.5),
    )
    async with an_application(chosen) as made:
        yield made


@asynccontextmanager
async def socket(app: Application, who: GuestSeen | dict[str, str]) -> AsyncIterator[Client]:
    port = int(app.url.rpartition(":")[2])
    headers = who.headers if isinstance(who, GuestSeen) else who
    async with connected(port, Host=f"127.0.0.1:{port}", Origin=app.url, **headers) as client:
        yield client


async def ok(client: Client, name: str, body: Any) -> Any:
    ack = await client.call(name, body)
    assert "ok" in ack, ack
    return ack["ok"]


async def refused(client: Client, name: str, body: Any) -> str:
    return str((await client.call(name, body))["error"]["code"])


async def until_told(client: Client, name: str) -> Any:
    async with asyncio.timeout(10):
        while True:
            told, body = await client.told()
            if told == name:
                return body


async def test_a_guest_comes_in_by_the_link_and_is_marked_as_one(app: Application) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    room, link = await open_to_guests(app, ines)
    guest = await follow(app, link)
    assert (await app.call("GET", f"/room/{room}", headers=guest.headers))[0] == 200
    async with socket(app, ines.bearer) as teacher, socket(app, guest) as student:
        await ok(teacher, "room.join", {"room": room})
        joined = await ok(student, "room.join", {"room": room})
        me = joined["me"]
        assert (me["user_id"], me["guest"], me["role"]) == (guest.id, True, "member")
        assert joined["door"] is None
        await ok(student, "room.hand", {"raised": True})
        promote = {"participant": me["id"], "cohost": True}
        assert await refused(teacher, "room.promote", promote) == "guests_stay_members"
        assert await refused(student, "room.mute_all", {}) == "unauthenticated"
        assert await ok(student, "media.transport", {"direction": "recv"})
    rows = await app.parts.db.fetch("select guest_id::text from participant where user_id is null")
    assert [row["guest_id"] for row in rows] == [guest.id]


async def test_a_link_that_is_renewed_lets_nobody_new_in_and_one_that_is_gone_nobody(
    app: Application,
) -> None:
    ines = await app.person(Role.INSTRUCTOR)
    room, link = await open_to_guests(app, ines)
    guest = await follow(app, link)
    path = f"/api/v1/rooms/{room}/guest-link"
    async with socket(app, guest) as student:
        await ok(student, "room.join", {"room": room})
        assert (await app.call("POST", path, headers=ines.bearer))[0] == 200
        assert (await app.call("GET", f"/join/{link}"))[0] == 404
        assert (await app.call("GET", f"/room/{room}", headers=guest.headers))[0] == 200
        assert (await app.call("DELETE", path, headers=ines.bearer))[0] == 200
        async with asyncio.timeout(10):
            while True:
                _, body = await student.told()
                gone = [e for e in body.get("events", ()) if e["type"] == "participant_left"]
                if gone:
                    break
        assert gone[0]["how"] == "not_allowed"
    with pytest.raises((Refused, ConnectError)):
        async with socket(app, guest):
            pass


async def test_who_guesses_links_is_slowed(app: Application) -> None:
    statuses: list[int] = []
    # A minute may be over in between, and counting begins anew.
    while 429 not in statuses and len(statuses) < 60:
        statuses.append((await app.call("GET", f"/join/guess-{len(statuses)}"))[0])
    assert statuses[:20] == [404] * 20
    assert statuses[-1] == 429


async def test_a_name_that_shows_nothing_is_refused(app: Application) -> None:
    ines = await app.person(Role.INSTRUCTOR)
    _, link = await open_to_guests(app, ines)
    path = f"/api/v1/rooms/by-link/{link}/guests"
    for name in ("", "  ", "\u202e\u202d", "x" * 101):
        status, said = await app.call("POST", path, json={"name": name})
        assert (status, said["code"]) == (422, "invalid_input"), name


async def test_who_waits_gets_no_media_no_events_and_no_roster(app: Application) -> None:
    ines = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
    room, link = await open_to_guests(app, ines, waiting_room=True)
    guest = await follow(app, link)
    async with socket(app, ines.bearer) as teacher, socket(app, guest) as student:
        await ok(teacher, "room.join", {"room": room})
        assert await refused(student, "room.join", {"room": room}) == "waiting_room"
        assert (await ok(student, "room.wait", {"room": room}))["since"]
        door = await until_told(teacher, "room.door")
        assert [(one["name"], one["guest"]) for one in door["waiting"]] == [("Siobhán Kelly", True)]
        for name, body in (
            ("media.transport", {"direction": "recv"}),
            ("room.hand", {"raised": True}),
        ):
            assert await refused(student, name, body) == "not_in_meeting"
        _, people = await app.call("GET", f"/room/{room}/people", headers=guest.headers)
        assert people["items"] == []
        await ok(teacher, "room.hand", {"raised": True})
        await until_told(teacher, "room.events")
        await ok(teacher, "room.admit", {"person": guest.id})
        assert await until_told(student, "room.answer") == {"room": room, "answer": "admitted"}
        assert [name for name, _ in student.news] == []
        assert len((await ok(student, "room.join", {"room": room}))["participants"]) == 2
        assert await refused(teacher, "room.admit", {"person": guest.id}) == "not_waiting"
