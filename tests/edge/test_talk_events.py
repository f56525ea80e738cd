"""Talking over Socket.IO and HTTP, as two people with clients of their own do it, well and ill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest

from tests.support.pictures import a_png
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


async def ok(client: Client, name: str, body: Any) -> Any:
    ack = await client.call(name, body)
    assert "ok" in ack, ack
    return ack["ok"]


async def refused(client: Client, name: str, body: Any) -> str:
    ack = await client.call(name, body)
    assert "error" in ack, ack
    return str(ack["error"]["code"])


async def told(client: Client, news: str) -> Any:
    async with asyncio.timeout(5):
        while True:
            name, body = await client.told()
            if name == news:
                return body


async def event(client: Client, kind: str) -> Any:
    """The next change of the class of this type."""
    while True:
        for one in (await told(client, "room.events"))["events"]:
            if one["type"] == kind:
                return one


def words(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "key": str(uuid7()), **more}


async def test_a_class_talks_and_who_comes_later_or_back_knows_it(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher:
        first = await ok(teacher, "room.join", {"room": room})
        assert first["talk"] == {
            "messages": [],
            "more": False,
            "polls": [],
            "answers": [],
            "lost": 0,
        }
        said = await ok(teacher, "chat.send", words("Welcome <b>all</b>"))
        assert (said["text"], said["role"], said["to"]) == ("Welcome <b>all</b>", "host", None)
        async with school.socket(noor) as student:
            joined = await ok(student, "room.join", {"room": room})
            assert joined["talk"]["messages"] == [said]
            assert joined["talk"]["lost"] is None
            private = words("Psst", to=str(ines.user.id), reply_to=said["id"])
            await ok(student, "chat.send", private)
            heard = (await told(teacher, "chat.private"))["message"]
            assert (heard["text"], heard["reply"]["text"]) == ("Psst", "Welcome <b>all</b>")
            await ok(teacher, "chat.delete", {"message": said["id"]})
            gone = await event(student, "message_deleted")
            assert (gone["message_id"], gone["by"]) == (said["id"], "author")
        async with school.socket(noor) as student:
            token = {"token": joined["resume_token"], "seq": joined["seq"]}
            back = await ok(student, "room.join", {"room": room, "resume": token})
            assert back["resumed"]
            texts = [(one["text"], one["deleted"]) for one in back["talk"]["messages"]]
            assert texts == [("", "author"), ("Psst", None)]
            page = await ok(student, "chat.older", {"before": heard["id"]})
            assert ([one["id"] for one in page["messages"]], page["more"]) == ([said["id"]], False)


async def test_a_poll_from_its_draft_to_its_result(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher, school.socket(noor) as student:
        for one in (teacher, student):
            await ok(one, "room.join", {"room": room})
        wish = {"kind": "single", "question": "Ready?", "options": ["Yes", "No"], "live": True}
        draft = await ok(teacher, "poll.create", wish)
        assert draft["stage"] == "draft"
        which = {"poll": draft["id"]}
        assert await refused(student, "poll.answer", {**which, "choices": [0]}) == "not_found"
        await ok(teacher, "poll.open", which)
        asked = (await event(student, "poll_opened"))["poll"]
        assert (asked["question"], asked["options"]) == ("Ready?", ["Yes", "No"])
        await ok(student, "poll.answer", {**which, "choices": [1]})
        assert (await told(student, "poll.tally"))["tally"]["counts"] == [0, 1]
        assert (await told(student, "poll.answered"))["answer"]["choices"] == [1]
        for body, code in (
            ({"choices": [2]}, "bad_answer"),
            ({"choices": [0, 1]}, "bad_answer"),
            ({"choices": []}, "bad_answer"),
            ({"text": "Yes"}, "bad_answer"),
            ({"choices": [-1]}, "invalid_input"),
            ({"choices": ["0"]}, "invalid_input"),
        ):
            assert await refused(student, "poll.answer", {**which, **body}) == code
        assert await refused(student, "poll.close", which) == "hosts_only"
        await ok(teacher, "poll.close", which)
        assert await refused(student, "poll.answer", {**which, "choices": [0]}) == "poll_closed"
        assert await refused(teacher, "poll.close", which) == "poll_closed"
        await ok(teacher, "poll.share", which)
        shown = (await event(student, "poll_shared"))["poll"]
        assert (shown["answered"], shown["counts"]) == (1, [0, 1])
        meeting = (await ok(student, "poll.results", which))["poll"]["id"]
        assert meeting == draft["id"]


async def test_signs_are_told_to_all_and_lost_ones_to_hosts_as_a_number(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher, school.socket(noor) as student:
        await ok(teacher, "room.join", {"room": room})
        me = (await ok(student, "room.join", {"room": room}))["me"]["id"]
        await ok(student, "room.react", {"reaction": "party"})
        [given] = (await told(teacher, "room.reactions"))["reactions"]
        assert given == {"participant": me, "reaction": "party", "count": 1}
        assert await refused(student, "room.react", {"reaction": "skull"}) == "invalid_input"
        await ok(student, "room.lost", {})
        assert (await told(teacher, "room.lost_count"))["lost"] == 1
        assert await refused(teacher, "room.lost", {}) == "may_not_write"


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("chat.send", {"text": "x"}, "invalid_input"),
        ("chat.send", {"text": "x", "key": "1"}, "invalid_input"),
        ("chat.send", {**words("x"), "author": str(uuid7())}, "invalid_input"),
        ("chat.send", {**words("x"), "role": "host"}, "invalid_input"),
        ("chat.send", words("x" * 4001), "invalid_input"),
        ("chat.send", words("x" * 2001), "message_too_long"),
        ("chat.send", words(" \u200b\u202e "), "bad_message"),
        ("chat.send", words("x", to=str(uuid7())), "not_found"),
        ("chat.send", words("x", reply_to=str(uuid7())), "bad_reply"),
        ("chat.send", words("x", image=str(uuid7())), "bad_image"),
        ("chat.delete", {"message": str(uuid7())}, "not_found"),
        ("poll.create", {"kind": "text", "question": "Why?"}, "hosts_only"),
        ("poll.create", {"kind": "quiz", "question": "Why?"}, "invalid_input"),
        ("poll.answer", {"poll": str(uuid7()), "choices": [0]}, "not_found"),
        ("poll.results", {"poll": str(uuid7())}, "not_found"),
    ],
    ids=range(15),
)
async def test_what_is_wrong_is_refused_and_nobody_hears_of_it(
    school: Served, ines: Somebody, noor: Somebody, name: str, body: Any, code: str
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher, school.socket(noor) as student:
        for one in (teacher, student):
            await ok(one, "room.join", {"room": room})
        assert await refused(student, name, body) == code
        await ok(student, "room.hand", {"raised": True})
        await event(teacher, "hand")
        heard = [one["type"] for _, news in teacher.news for one in news.get("events", [])]
        assert "message" not in heard


async def test_what_was_said_is_read_over_http_by_those_who_were_there(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher, school.socket(noor) as student:
        meeting = (await ok(teacher, "room.join", {"room": room}))["meeting"]["id"]
        await ok(student, "room.join", {"room": room})
        mine = await ok(student, "chat.send", words("One"))
        await ok(teacher, "chat.send", words("Two", to=str(noor.user.id)))
        poll = {"kind": "text", "question": "Why?", "anonymous": False, "open": True}
        asked = await ok(teacher, "poll.create", poll)
        await ok(student, "poll.answer", {"poll": asked["id"], "text": "Because"})
    path = f"/meetings/{meeting}"
    status, page = await school.call(noor, "GET", f"{path}/messages?limit=1")
    assert (status, [one["text"] for one in page["items"]]) == (200, ["Two"])
    status, page = await school.call(noor, "GET", f"{path}/messages?cursor={page['next']}")
    assert ([one["text"] for one in page["items"]], page["next"]) == (["One"], None)
    stranger = await school.person("Mallory")
    for call in (("GET", "/messages"), ("DELETE", f"/messages/{mine['id']}")):
        assert (await school.call(stranger, call[0], path + call[1]))[0] == 404
    assert (await school.call(noor, "GET", f"{path}/polls"))[0] == 403
    status, found = await school.call(ines, "GET", f"{path}/polls")
    [answer] = found["items"][0]["answers"]
    assert (answer["name"], answer["text"]) == ("Noor Haddad", "Because")
    assert (await school.call(noor, "DELETE", f"{path}/messages/{mine['id']}"))[0] == 204
    assert (await school.call(noor, "DELETE", f"{path}/messages/{mine['id']}"))[0] == 404


async def test_an_image_is_what_it_says_and_is_sent_by_those_who_are_in(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(noor) as student:
        meeting = (await ok(student, "room.join", {"room": room}))["meeting"]["id"]
        url = f"http://127.0.0.1:{school.port}/api/v1/meetings/{meeting}/images"

        async def send(who: Somebody, data: bytes, kind: str = "image/png") -> tuple[int, Any]:
            headers = {**who.headers, "Content-Type": kind}
            async with school.http.post(url, data=BytesIO(data), headers=headers) as answer:
                return answer.status, await answer.json()

        status, image = await send(noor, a_png(64))
        assert (status, image["width"]) == (201, 64)
        assert (await send(noor, b"<svg onload=alert(1)>"))[1]["code"] == "picture_unreadable"
        assert (await send(noor, b"x", "image/svg+xml"))[0] == 415
        assert (await send(noor, b"x" * (8 * 1024 * 1024 + 1)))[0] == 413
        stranger = await school.person("Mallory")
        assert (await send(stranger, a_png()))[1]["code"] == "meeting_ended"
        await ok(student, "chat.send", words("", image=image["id"]))
        async with school.http.get(f"{url}/{image['id']}?size=small", headers=noor.headers) as got:
            assert got.status == 200
            assert got.headers["Content-Type"] == "image/webp"
            assert "sandbox" in got.headers["Content-Security-Policy"]
            assert (await got.read())[8:12] == b"WEBP"
        async with school.http.get(f"{url}/{image['id']}", headers=stranger.headers) as got:
            assert got.status == 404
