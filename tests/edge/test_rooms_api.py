"""Rooms and meetings over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.quiet_plane import sound
from tests.support.served_school import Served, Somebody, a_served_school
from tests.support.socket_client import Client
from vtp.actor import Role
from vtp.db import Database
from vtp.ids import uuid7


@pytest.fixture
async def school(db: Database) -> AsyncIterator[Served]:
    async with a_served_school(db) as made:
        yield made


@pytest.fixture
async def ines(school: Served) -> Somebody:
    return await school.person("Ines Carvalho", Role.INSTRUCTOR)


@pytest.fixture
async def noor(school: Served) -> Somebody:
    return await school.person("Noor Haddad")


async def join(client: Client, room: str) -> Any:
    ack = await client.call("room.join", {"room": room})
    return ack["ok"]


async def test_a_room_is_made_read_changed_and_closed(school: Served, ines: Somebody) -> None:
    wish = {"title": "  Algebra,   group B "}
    status, room = await school.call(ines, "POST", "/rooms", wish)
    assert status == 201
    assert room["title"] == "Algebra, group B"
    assert (room["access"], room["role"]) == ("school", "host")
    assert room["member_sources"] == ["microphone", "camera"]
    assert room["path"] == f"/room/{room['id']}"
    assert await school.call(ines, "GET", f"/rooms/{room['id']}") == (200, room)
    change = {"member_sources": ["screen", "microphone"], "access": "members"}
    status, changed = await school.call(ines, "PATCH", f"/rooms/{room['id']}", change)
    assert (status, changed["title"]) == (200, room["title"])
    assert (changed["member_sources"], changed["access"]) == (["microphone", "screen"], "members")
    assert (await school.call(ines, "DELETE", f"/rooms/{room['id']}"))[0] == 204
    _, closed = await school.call(ines, "GET", f"/rooms/{room['id']}")
    assert closed["closed_at"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "   "},
        {"title": "x" * 201},
        {"title": "a\u0007b"},
        {"title": "A", "access": "world"},
        {"title": "A", "member_sources": ["keyboard"]},
        {"title": "A", "owner_id": str(uuid7())},
    ],
    ids=range(8),
)
async def test_a_room_that_makes_no_sense_is_not_made(
    school: Served, ines: Somebody, body: Any
) -> None:
    assert (await school.call(ines, "POST", "/rooms", body))[0] == 422


async def test_rooms_come_in_pages(school: Served, ines: Somebody) -> None:
    made = [await school.room(ines, title=f"Room {n}") for n in range(5)]
    found: list[str] = []
    query = "?limit=2"
    while query:
        status, page = await school.call(ines, "GET", f"/rooms{query}")
        assert status == 200
        found += [room["id"] for room in page["items"]]
        query = f"?limit=2&cursor={page['next']}" if page["next"] else ""
    assert sorted(found) == sorted(made)


async def test_members_are_added_changed_listed_and_taken_out(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines, access="members")
    members = f"/rooms/{room}/members"
    assert (await school.call(noor, "GET", f"/rooms/{room}"))[0] == 404
    status, member = await school.call(ines, "POST", members, {"email": noor.user.email})
    assert (status, member["role"], member["name"]) == (200, "member", "Noor Haddad")
    assert (await school.call(noor, "GET", f"/rooms/{room}"))[1]["role"] == "member"
    assert (await school.call(noor, "GET", members))[1]["code"] == "hosts_only"
    wish = {"email": noor.user.email, "role": "host"}
    assert (await school.call(ines, "POST", members, wish))[1]["role"] == "host"
    _, page = await school.call(noor, "GET", members)
    assert [one["email"] for one in page["items"]] == [noor.user.email]
    assert (await school.call(noor, "DELETE", f"/rooms/{room}"))[1]["code"] == "owner_only"
    unknown = {"email": "who@school.test"}
    status, problem = await school.call(ines, "POST", members, unknown)
    assert (status, problem["code"]) == (422, "no_such_person")
    for status in (204, 404):
        assert (await school.call(ines, "DELETE", f"{members}/{noor.user.id}"))[0] == status


async def test_a_meeting_is_looked_at_and_steered_from_outside(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher, school.socket(noor) as student:
        meeting = (await join(teacher, room))["meeting"]["id"]
        me = (await join(student, room))["me"]["id"]
        transport = (await student.call("media.transport", {"direction": "send"}))["ok"]["id"]
        wish = {
            "transport": transport,
            "kind": "audio",
            "source": "microphone",
            "rtp_parameters": {
                "mid": "0",
                "codecs": [
                    {
                        "mimeType": "audio/opus",
                        "payloadType": 111,
                        "clockRate": 48000,
                        "channels": 2,
                    }
                ],
                "encodings": [{"ssrc": 77}],
                "rtcp": {"cname": sound().rtcp.cname},
            },
        }
        track = (await student.call("media.produce", wish))["ok"]["id"]

        at = f"/meetings/{meeting}"
        _, listed = await school.call(noor, "GET", f"/meetings?room={room}")
        assert [(one["id"], one["ended_at"]) for one in listed["items"]] == [(meeting, None)]
        assert (await school.call(noor, "GET", "/meetings"))[1]["items"] == []
        assert (await school.call(noor, "GET", at))[1]["title"] == "Algebra"
        assert (await school.call(noor, "GET", f"{at}/participants"))[1]["code"] == "hosts_only"
        _, page = await school.call(ines, "GET", f"{at}/participants?limit=1")
        _, rest = await school.call(ines, "GET", f"{at}/participants?limit=1&cursor={page['next']}")
        both = {one["name"]: one["connection"] for one in page["items"] + rest["items"]}
        assert both == {"Ines Carvalho": "live", "Noor Haddad": "live"}
        _, tracks = await school.call(ines, "GET", f"{at}/tracks")
        assert [(one["id"], one["paused"]) for one in tracks["items"]] == [(track, False)]
        _, muted = await school.call(ines, "POST", f"{at}/tracks/{track}/mute")
        assert muted["muted_by_staff"]
        _, stats = await school.call(ines, "GET", f"{at}/stats")
        assert set(stats["participants"]) == set(school.plane.peers)
        assert stats["plane"] is None
        assert (await school.call(ines, "DELETE", f"{at}/participants/{me}"))[0] == 204
        assert me not in school.plane.peers
        assert (await student.call("room.join", {"room": room}))["error"]["code"] == (
            "removed_from_meeting"
        )
        assert (await school.call(ines, "POST", f"{at}/participants/{me}/readmit"))[0] == 204
        await join(student, room)
        status, ended = await school.call(ines, "POST", f"{at}/end")
        assert (status, ended["ended_how"]) == (200, "ended")
        assert school.plane.peers == {}
        status, problem = await school.call(ines, "POST", f"{at}/tracks/{track}/mute")
        assert (status, problem["code"]) == (410, "meeting_ended")


async def test_what_is_not_for_you_is_not_there(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines, access="members")
    async with school.socket(ines) as teacher:
        entry = await join(teacher, room)
    meeting, somebody = entry["meeting"]["id"], entry["me"]["id"]
    for method, path in (
        ("GET", f"/rooms/{room}"),
        ("DELETE", f"/rooms/{room}"),
        ("GET", f"/rooms/{room}/members"),
        ("DELETE", f"/rooms/{room}/members/{somebody}"),
        ("GET", f"/meetings/{meeting}"),
        ("POST", f"/meetings/{meeting}/end"),
        ("GET", f"/meetings/{meeting}/participants"),
        ("DELETE", f"/meetings/{meeting}/participants/{somebody}"),
        ("POST", f"/meetings/{meeting}/participants/{somebody}/readmit"),
        ("GET", f"/meetings/{meeting}/tracks"),
        ("POST", f"/meetings/{meeting}/tracks/{somebody}/mute"),
        ("GET", f"/meetings/{meeting}/stats"),
        ("GET", f"/meetings?room={room}"),
    ):
        status, problem = await school.call(noor, method, path)
        assert (status, problem["code"]) == (404, "not_found"), path
        assert (await school.call(None, method, path))[0] == 401
    assert (await school.call(noor, "POST", "/rooms", {"title": "Mine"}))[0] == 403
