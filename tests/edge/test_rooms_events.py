"""Classes over Socket.IO, as two people with browsers have them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.support.quiet_plane import DTLS, device, sound, video
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


def plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


async def ok(client: Client, name: str, body: Any) -> Any:
    ack = await client.call(name, body)
    assert "ok" in ack, ack
    return ack["ok"]


async def refused(client: Client, name: str, body: Any) -> str:
    ack = await client.call(name, body)
    assert "error" in ack, ack
    return str(ack["error"]["code"])


async def changes(client: Client, last: str) -> list[dict[str, Any]]:
    """Changes of the class up to one of this type."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(5):
        while True:
            name, body = await client.told()
            if name == "room.events":
                found += body["events"]
                if any(event["type"] == last for event in body["events"]):
                    return found


async def next_news(client: Client, name: str) -> Any:
    async with asyncio.timeout(5):
        while True:
            told, body = await client.told()
            if told == name:
                return body


async def sending(client: Client, source: str = "microphone") -> tuple[str, str]:
    """A transport, and a track on it."""
    transport = (await ok(client, "media.transport", {"direction": "send"}))["id"]
    audio = source == "microphone"
    wish = {
        "transport": transport,
        "kind": "audio" if audio else "video",
        "source": source,
        "rtp_parameters": plain(sound() if audio else video()),
    }
    return transport, (await ok(client, "media.produce", wish))["id"]


async def test_two_people_meet_see_and_hear_each_other(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher, school.socket(noor) as student:
        first = await ok(teacher, "room.join", {"room": room})
        assert first["meeting"]["title"] == "Algebra"
        assert first["rights"] == {
            "publish": ["microphone", "camera", "screen", "screen_audio"],
            "moderate": True,
            "host": True,
        }
        assert first["capabilities"]["codecs"][0]["mimeType"]
        second = await ok(student, "room.join", {"room": room})
        assert second["rights"] == {
            "publish": ["microphone", "camera"],
            "moderate": False,
            "host": False,
        }
        assert [one["name"] for one in second["participants"]] == ["Ines Carvalho", "Noor Haddad"]
        joined = await changes(teacher, "participant_joined")
        seqs = [event["seq"] for event in joined]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))

        transport, track = await sending(teacher, "camera")
        assert (
            await ok(
                teacher, "media.connect", {"transport": transport, "dtls_parameters": plain(DTLS)}
            )
            == {}
        )
        started = (await changes(student, "track_started"))[-1]["track"]
        assert (started["id"], started["source"], started["paused"]) == (track, "camera", False)
        receiving = await ok(student, "media.transport", {"direction": "recv"})
        assert receiving["ice_parameters"]["usernameFragment"]
        assert receiving["ice_candidates"][0]["address"] == "127.0.0.1"
        assert receiving["dtls_parameters"]["fingerprints"]
        watched = await ok(
            student,
            "media.consume",
            {"transport": receiving["id"], "track": track, "rtp_capabilities": plain(device())},
        )
        assert (watched["track"], watched["kind"], watched["paused"]) == (track, "video", True)
        assert watched["rtp_parameters"]["codecs"]
        for name, more in (
            ("media.resume", {}),
            ("media.prefer", {"width": 640, "height": 360, "priority": "pinned"}),
            ("media.hold", {}),
            ("media.unsubscribe", {}),
        ):
            assert await ok(student, name, {"consumer": watched["id"], **more}) == {}
        again = await ok(student, "media.restart_ice", {"transport": receiving["id"]})
        assert again["ice_parameters"] != receiving["ice_parameters"]


async def test_hands_pauses_mutes_and_partings_are_told(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher, school.socket(noor) as student:
        await ok(teacher, "room.join", {"room": room})
        me = (await ok(student, "room.join", {"room": room}))["me"]["id"]
        _, track = await sending(student)
        await ok(student, "room.hand", {"raised": True})
        assert (await changes(teacher, "hand"))[-1]["hand_at"]
        await ok(student, "media.pause", {"track": track, "paused": True})
        assert (await changes(teacher, "track_changed"))[-1]["track"]["paused"]
        await ok(student, "media.pause", {"track": track, "paused": False})
        await ok(teacher, "room.mute", {"track": track})
        muted = (await changes(student, "track_changed"))[-1]["track"]
        while not muted["muted_by_staff"]:
            muted = (await changes(student, "track_changed"))[-1]["track"]
        assert muted["paused"]
        assert await refused(student, "room.mute", {"track": track}) == "staff_only"
        assert await refused(student, "room.remove", {"participant": me}) == "staff_only"
        # Whoever is asked and would rather not, says so to the one who asked, and once.
        await ok(teacher, "room.ask", {"participant": me, "source": "camera"})
        assert (await next_news(student, "room.asked"))["by"] == "Ines Carvalho"
        await ok(student, "room.rather_not", {"source": "camera"})
        told = await next_news(teacher, "room.not_now")
        assert told == {"participant": me, "source": "camera"}
        assert await refused(student, "room.rather_not", {"source": "camera"}) == "not_asked"
        await ok(student, "media.unpublish", {"track": track})
        await changes(teacher, "track_ended")
        await ok(student, "room.leave", {})
        assert (await changes(teacher, "participant_left"))[-1]["how"] == "left"
        assert await refused(student, "room.hand", {"raised": True}) == "not_in_meeting"


async def test_who_loses_the_connection_comes_back_as_the_same(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher:
        await ok(teacher, "room.join", {"room": room})
        async with school.socket(noor) as student:
            first = await ok(student, "room.join", {"room": room})
            await sending(student)
            student.abort()
        away = (await changes(teacher, "participant_changed"))[-1]["participant"]
        assert (away["id"], away["connection"]) == (first["me"]["id"], "away")
        async with school.socket(noor) as student:
            resume = {"token": first["resume_token"], "seq": first["seq"]}
            second = await ok(student, "room.join", {"room": room, "resume": resume})
            assert second["resumed"]
            assert second["me"] == first["me"]
            assert [event["type"] for event in second["missed"]] == [
                "track_started",
                "participant_changed",
                "participant_changed",
            ]
            assert len(second["tracks"]) == 1
            assert second["resume_token"] == first["resume_token"]
            student.abort()
        gone = await changes(teacher, "participant_left")
        assert gone[-1]["how"] == "lost"


async def test_who_is_removed_hears_it_and_stays_out(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher, school.socket(noor) as student:
        await ok(teacher, "room.join", {"room": room})
        me = (await ok(student, "room.join", {"room": room}))["me"]["id"]
        peer = school.plane.peers[me]
        await ok(teacher, "room.remove", {"participant": me})
        assert peer.closed
        assert (await changes(student, "participant_left"))[-1]["how"] == "removed"
        assert await refused(student, "media.transport", {"direction": "recv"}) == "not_in_meeting"
        code = await refused(student, "room.join", {"room": room})
        assert code == "removed_from_meeting"
        await ok(teacher, "room.hand", {"raised": True})
        await ok(student, "room.join", {"room": await school.room(ines)})
        assert all("hand" not in str(body) for _, body in student.news)


async def test_signing_out_takes_a_person_out_of_the_class(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher, school.socket(noor) as student:
        await ok(teacher, "room.join", {"room": room})
        me = (await ok(student, "room.join", {"room": room}))["me"]["id"]
        await school.accounts.endings.all(noor.user.id)
        assert me not in school.plane.peers
        assert (await changes(teacher, "participant_left"))[-1]["how"] == "signed_out"


async def test_news_about_media_reach_whom_they_are_about(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines)
    async with school.socket(ines) as teacher, school.socket(noor) as student:
        entry = await ok(teacher, "room.join", {"room": room})
        me = (await ok(student, "room.join", {"room": room}))["me"]["id"]
        _, track = await sending(student, "camera")
        peer = school.plane.peers[me]
        peer.events.wanted(peer.producers[track], (True, False))
        school.plane.halls[entry["meeting"]["id"]].speaking(me, (me,))
        heard = {}
        async with asyncio.timeout(5):
            while "media.wanted" not in heard or "room.speaking" not in heard:
                name, body = await student.told()
                heard[name] = body
        assert heard["media.wanted"] == {"track": track, "layers": [True, False]}
        assert (heard["room.speaking"]["active"], heard["room.speaking"]["speaking"]) == (me, [me])
        await ok(teacher, "room.hand", {"raised": True})
        assert "media.wanted" not in [name for name, _ in teacher.news]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("room.join", {}),
        ("room.join", {"room": "algebra"}),
        ("room.join", {"room": str(uuid7()), "resume": {"token": "short"}}),
        ("room.leave", {"why": "bored"}),
        ("room.hand", {"raised": "yes"}),
        ("media.transport", {"direction": "both"}),
        ("media.connect", {"transport": "x", "dtls_parameters": {"fingerprints": []}}),
        (
            "media.produce",
            {"transport": "x", "kind": "smell", "source": "nose", "rtp_parameters": {}},
        ),
        ("media.consume", {"transport": "../x", "track": str(uuid7()), "rtp_capabilities": {}}),
        ("media.prefer", {"consumer": "x", "width": -1}),
        ("media.resume", {"consumer": "x" * 65}),
        ("media.resume", {"consumer": ""}),
    ],
    ids=range(12),
)
async def test_what_does_not_fit_is_said_to_be_wrong(
    school: Served, noor: Somebody, name: str, body: Any
) -> None:
    async with school.socket(noor) as client:
        assert await refused(client, name, body) == "invalid_input"


async def test_who_is_in_no_class_can_do_nothing_of_it(school: Served, noor: Somebody) -> None:
    track = str(uuid7())
    bodies = {
        "room.leave": {},
        "room.hand": {"raised": True},
        "room.mute": {"track": track},
        "room.mute_all": {},
        "room.remove": {"participant": track},
        "room.readmit": {"person": track},
        "room.admit": {},
        "room.decline": {"person": track},
        "room.ask": {"participant": track, "source": "camera"},
        "room.rather_not": {"source": "camera"},
        "room.lock": {},
        "room.lower": {},
        "room.pin": {"participant": track},
        "room.promote": {"participant": track, "cohost": True},
        "room.end": {},
        "media.transport": {"direction": "recv"},
        "media.connect": {"transport": "x", "dtls_parameters": plain(DTLS)},
        "media.restart_ice": {"transport": "x"},
        "media.produce": {
            "transport": "x",
            "kind": "audio",
            "source": "microphone",
            "rtp_parameters": plain(sound()),
        },
        "media.pause": {"track": track, "paused": True},
        "media.unpublish": {"track": track},
        "media.consume": {"transport": "x", "track": track, "rtp_capabilities": plain(device())},
        "media.resume": {"consumer": "x"},
        "media.hold": {"consumer": "x"},
        "media.prefer": {"consumer": "x"},
        "media.unsubscribe": {"consumer": "x"},
    }
    assert {*bodies, "room.join", "room.wait"} == {
        event.name for event in school.sockets.table if event.tag in {"rooms", "order"}
    }
    async with school.socket(noor) as client:
        codes = {name: await refused(client, name, body) for name, body in bodies.items()}
    assert set(codes.values()) == {"not_in_meeting"}, codes


async def test_a_room_that_is_not_for_you_is_not_there(
    school: Served, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines, access="members")
    async with school.socket(noor) as client:
        assert await refused(client, "room.join", {"room": room}) == "not_found"
        assert await refused(client, "room.join", {"room": str(uuid7())}) == "not_found"
