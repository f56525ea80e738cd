"""WHIP and WHEP as encoders and players speak them: every status, every header, and who may what."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.support import offers
from tests.support.accounts import HOME, PASSWORD, some_accounts
from tests.support.quiet_plane import Peer
from tests.support.served_school import BRISK, Served, Somebody, a_served_school
from tests.support.whip import FRAGMENT, SDP
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.clock import SystemClock
from vtp.db import Database
from vtp.ids import RoomId, uuid7
from vtp.rooms.facts import Participant, ParticipantId
from vtp.rooms.meeting import Meeting
from vtp.rooms.service.entrance import IceServer

PUBLISH, WATCH = offers.text("obs-publish"), offers.text("chromium-watch")


@dataclass
class Reply:
    status: int
    headers: Any
    text: str

    @property
    def problem(self) -> str:
        assert self.headers["Content-Type"].startswith("application/problem+json"), self.text
        return str(msgspec.json.decode(self.text)["code"])


@dataclass
class Outside:
    """Whoever has an encoder or a player."""

    school: Served

    async def send(
        self, method: str, path: str, text: str | bytes = "", /, **headers: str
    ) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Host": "school.test", **named}
        url = f"http://127.0.0.1:{self.school.port}{path}"
        data = text.encode() if isinstance(text, str) else text
        async with self.school.http.request(
            method, url, data=data or None, headers=sent, skip_auto_headers=["Content-Type"]
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.text())

    async def open(self, who: Somebody, path: str, text: str) -> Reply:
        reply = await self.send("POST", path, text, Content_Type=SDP, **who.headers)
        assert reply.status == 201, reply.text
        return reply

    async def patch(self, who: Somebody, opened: Reply, text: str, **headers: str) -> Reply:
        named = {"If_Match": opened.headers["ETag"], "Content_Type": FRAGMENT} | headers
        kept = {name: value for name, value in named.items() if value}
        return await self.send("PATCH", opened.headers["Location"], text, **{**kept, **who.headers})

    def meeting(self, room: str) -> Meeting:
        found = self.school.rooms.live.in_room(RoomId(UUID(room)))
        assert found is not None
        return found

    def people(self, room: str) -> list[Participant]:
        return list(self.meeting(room).state.participants.values())

    def sources(self, room: str) -> dict[str, str]:
        return {one.source: one.kind for one in self.meeting(room).state.tracks.values()}

    def peer(self, participant: Participant) -> Peer:
        return self.school.plane.peers[str(participant.id)]


def fragment(ufrag: str, password: str) -> str:
    lines = (
        f"a=ice-ufrag:{ufrag}",
        f"a=ice-pwd:{password}",
        "m=audio 9 UDP/TLS/RTP/SAVPF 0",
        "a=mid:0",
        "a=candidate:1 1 udp 2130706431 192.0.2.7 50000 typ host",
        "a=end-of-candidates",
    )
    return "".join(f"{line}\r\n" for line in lines)


NEW = fragment("newufrag", "newpasswordnewpassword12")


def same(text: str) -> str:
    """A fragment of the ICE session that was offered."""
    found = dict(re.findall(r"^a=ice-(ufrag|pwd):(\S+)", text, re.MULTILINE))
    return fragment(found["ufrag"], found["pwd"])


@pytest.fixture
async def school(db: Database) -> AsyncIterator[Served]:
    async with a_served_school(db) as made:
        yield made


@pytest.fixture
async def outside(school: Served) -> Outside:
    return Outside(school)


@pytest.fixture
async def ines(school: Served) -> Somebody:
    return await school.person("Ines Carvalho", Role.INSTRUCTOR)


@pytest.fixture
async def noor(school: Served) -> Somebody:
    return await school.person("Noor Haddad")


@pytest.fixture
async def room(school: Served, ines: Somebody) -> str:
    return await school.room(ines)


async def soon(true: Any) -> None:
    """What follows a moment later."""
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


# --- coming in --------------------------------------------------------------------------------
@pytest.mark.parametrize("name", offers.names(having="publish"))
async def test_an_encoder_is_a_participant_like_any_other(
    outside: Outside, ines: Somebody, room: str, name: str
) -> None:
    reply = await outside.open(ines, f"/whip/{room}", offers.text(name))
    assert reply.headers["Content-Type"] == SDP
    assert re.fullmatch(rf"/whip/{room}/[\w-]{{22}}", reply.headers["Location"])
    assert re.fullmatch(r'"[\w-]{8,}"', reply.headers["ETag"])
    assert reply.headers["Accept-Patch"] == FRAGMENT
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.text.startswith("v=0\r\n")
    assert "a=recvonly" in reply.text
    assert "a=candidate:1 1 udp" in reply.text
    [me] = outside.people(room)
    assert (me.name, me.role, me.connection) == ("Ines Carvalho", "host", "live")
    assert outside.sources(room) == {"microphone": "audio", "camera": "video"}
    [transport] = outside.peer(me).transports.values()
    assert transport.connected


async def test_it_is_seen_by_those_who_are_in_the_class(
    school: Served, outside: Outside, ines: Somebody, noor: Somebody, room: str
) -> None:
    async with school.socket(noor) as client:
        await client.call("room.join", {"room": room})
        opened = await outside.open(ines, f"/whip/{room}", PUBLISH)
        events = await told(client, 3)
        assert [one["type"] for one in events] == [
            "participant_joined",
            "track_started",
            "track_started",
        ]
        assert events[0]["participant"]["name"] == "Ines Carvalho"
        ended = await outside.send("DELETE", opened.headers["Location"], **ines.headers)
        assert (ended.status, ended.text) == (200, "")
        left = await told(client, 3)
        assert left[-1] == left[-1] | {"type": "participant_left", "how": "left"}


async def told(client: Any, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(5):
        while len(found) < count:
            name, body = await client.told()
            if name == "room.events":
                found += [e for e in body["events"] if e["type"] != "participant_changed"]
    own = [one for one in found if one.get("participant", {}).get("name") != "Noor Haddad"]
    return own if len(own) == len(found) else own + await told(client, count - len(own))


async def test_a_screen_is_sent_as_a_screen(outside: Outside, ines: Somebody, room: str) -> None:
    await outside.open(ines, f"/whip/{room}?source=screen", PUBLISH)
    assert outside.sources(room) == {"screen_audio": "audio", "screen": "video"}


async def test_camera_and_screen_come_from_two_encoders_of_one_person(
    outside: Outside, ines: Somebody, room: str
) -> None:
    await outside.open(ines, f"/whip/{room}", PUBLISH)
    await outside.open(ines, f"/whip/{room}?source=screen", PUBLISH)
    assert len(outside.people(room)) == 2
    assert set(outside.sources(room)) == {"microphone", "camera", "screen_audio", "screen"}


async def test_relays_are_told_in_links(
    school: Served, outside: Outside, ines: Somebody, room: str
) -> None:
    urls = ["turn:a.example:3478?transport=udp", "turns:a.example:443?transport=tcp"]
    relay = IceServer(urls=urls, username="1:ines", credential="c2VjcmV0")
    school.rooms.entrance._ice_servers = lambda _user: [relay]
    reply = await outside.open(ines, f"/whip/{room}", PUBLISH)
    known = 'username="1:ines"; credential="c2VjcmV0"; credential-type="password"'
    assert reply.headers.getall("Link") == [f'<{url}>; rel="ice-server"; {known}' for url in urls]


# --- who may ----------------------------------------------------------------------------------
@pytest.mark.parametrize("protocol", ["whip", "whep"])
async def test_nobody_and_strangers_find_no_way_in(
    school: Served, outside: Outside, ines: Somebody, noor: Somebody, protocol: str
) -> None:
    room = await school.room(ines, access="members")
    path, text = f"/{protocol}/{room}", PUBLISH if protocol == "whip" else WATCH
    nobody = await outside.send("POST", path, text, Content_Type=SDP)
    assert (nobody.status, nobody.problem) == (401, "unauthenticated")
    assert nobody.headers["WWW-Authenticate"] == 'Bearer realm="vtp"'
    wrong = await outside.send("POST", path, text, Content_Type=SDP, Authorization="Bearer no")
    assert (wrong.status, wrong.problem) == (401, "bad_credentials")
    for where in (path, f"/{protocol}/{uuid7()}", f"/{protocol}/nowhere"):
        reply = await outside.send("POST", where, text, Content_Type=SDP, **noor.headers)
        assert (reply.status, reply.problem) == (404, "not_found"), where
    assert school.rooms.live.in_room(RoomId(UUID(room))) is None


async def test_a_member_sends_what_members_may_and_is_not_seen_to_try(
    school: Served, outside: Outside, ines: Somebody, noor: Somebody
) -> None:
    room = await school.room(ines, member_sources=["microphone"])
    reply = await outside.send("POST", f"/whip/{room}", PUBLISH, Content_Type=SDP, **noor.headers)
    assert (reply.status, reply.problem) == (403, "may_not_publish")
    assert school.rooms.live.in_room(RoomId(UUID(room))) is None
    open_room = await school.room(ines)
    await outside.open(noor, f"/whip/{open_room}", PUBLISH)
    reply = await outside.send(
        "POST", f"/whip/{open_room}?source=screen", PUBLISH, Content_Type=SDP, **noor.headers
    )
    assert reply.problem == "may_not_publish"


async def a_key(school: Served, who: Somebody, *scopes: str) -> str:
    actor = Actor(who.user.id, who.user.roles, Via.SYSTEM)
    keys = school.accounts.keys
    keys.scopes = frozenset({"media:read", "media:write"})  # those of the whole application
    _, key = await keys.create(actor, name="encoder", scopes=scopes or None, expires_at=None)
    return key


async def test_a_key_stands_where_a_token_does(
    school: Served, outside: Outside, ines: Somebody, room: str
) -> None:
    key, narrow = await a_key(school, ines), await a_key(school, ines, "media:read")
    scoped = await a_key(school, ines, "media:write")
    for headers in (
        {"Authorization": f"Bearer {key}"},
        {"X_API_Key": key},
        {"Authorization": f"Bearer {scoped}"},
    ):
        reply = await outside.send("POST", f"/whip/{room}", PUBLISH, Content_Type=SDP, **headers)
        assert reply.status == 201, reply.text
        ended = await outside.send("DELETE", reply.headers["Location"], **headers)
        assert ended.status == 200
    reply = await outside.send(
        "POST", f"/whip/{room}", PUBLISH, Content_Type=SDP, Authorization=f"Bearer {narrow}"
    )
    assert (reply.status, reply.problem) == (403, "missing_scope")
    reply = await outside.send("GET", "/api/v1/rooms", Authorization=f"Bearer {key}")
    assert (reply.status, reply.problem) == (401, "bad_credentials")


async def test_a_cookie_counts_from_our_own_pages_alone(
    school: Served, outside: Outside, ines: Somebody, room: str
) -> None:
    opened = await school.accounts.sign_in.browser(
        email=ines.user.email, password=PASSWORD, caller=HOME
    )
    cookie = {"Cookie": f"vtp-session={opened.cookie}", "Content_Type": SDP}
    for origin in ({}, {"Origin": "http://evil.test"}):
        reply = await outside.send("POST", f"/whip/{room}", PUBLISH, **cookie, **origin)
        assert (reply.status, reply.problem) == (403, "cross_origin")
    reply = await outside.send(
        "POST", f"/whip/{room}", PUBLISH, **cookie, Origin="http://school.test"
    )
    assert reply.status == 201


async def test_a_session_is_there_for_who_made_it_alone(
    outside: Outside, ines: Somebody, noor: Somebody, school: Served, room: str
) -> None:
    admin = await school.person("Ada Admin", Role.ADMIN)
    opened = await outside.open(ines, f"/whip/{room}", PUBLISH)
    location = opened.headers["Location"]
    for other in (noor, admin):
        assert (await outside.send("DELETE", location, **other.headers)).status == 404
        assert (await outside.patch(other, opened, NEW)).status == 404
    nobody = await outside.send("DELETE", location)
    assert (nobody.status, nobody.problem) == (401, "unauthenticated")
    elsewhere = await school.room(ines)
    session = location.rpartition("/")[2]
    for wrong in (f"/whep/{room}/{session}", f"/whip/{elsewhere}/{session}", f"{location[:-1]}"):
        assert (await outside.send("DELETE", wrong, **ines.headers)).status == 404
    assert (await outside.send("DELETE", location, **ines.headers)).status == 200
    again = await outside.send("DELETE", location, **ines.headers)
    assert (again.status, again.problem) == (404, "not_found")


# --- what is refused --------------------------------------------------------------------------
@pytest.mark.parametrize("protocol", ["whip", "whep"])
@pytest.mark.parametrize(
    ("text", "kind", "status", "code"),
    [
        (PUBLISH, "application/json", 415, "unsupported_media_type"),
        (PUBLISH, "", 415, "unsupported_media_type"),
        ("", SDP, 422, "bad_sdp"),
        ("v=0\r\n", SDP, 422, "bad_sdp"),
        ("v=0\r\n" + "m=audio 9 x y\r\n" * 33, SDP, 422, "bad_sdp"),
        ("v=0\r\n" + "a=x\r\n" * 20_000, SDP, 413, "too_large"),
        (b"v=0\r\ns=\xff\xfe\r\n", SDP, 422, "bad_sdp"),
        (PUBLISH.replace("a=ice-pwd", "a=ice-nothing"), SDP, 422, "bad_sdp"),
        (PUBLISH.replace("a=fingerprint", "a=nothing"), SDP, 422, "bad_sdp"),
        (PUBLISH.replace("actpass", "holdconn"), SDP, 422, "bad_sdp"),
    ],
    ids=["json", "no type", "empty", "bare", "33 lines", "large", "bytes", "no password",
         "no fingerprint", "holdconn"],
)  # fmt: skip
async def test_what_is_no_good_offer_is_refused_and_nobody_comes_in(
    outside: Outside,
    ines: Somebody,
    room: str,
    protocol: str,
    text: str | bytes,
    kind: str,
    status: int,
    code: str,
) -> None:
    headers = {**ines.headers, **({"Content_Type": kind} if kind else {})}
    reply = await outside.send("POST", f"/{protocol}/{room}", text, **headers)
    assert (reply.status, reply.problem) == (status, code)
    found = outside.school.rooms.live.in_room(RoomId(UUID(room)))
    assert found is None or not found.state.participants
    assert outside.school.plane.peers == {}


async def test_a_data_channel_is_passed_over(outside: Outside, ines: Somebody, room: str) -> None:
    reply = await outside.open(ines, f"/whip/{room}", offers.text("chromium-channel"))
    assert "m=application 0 UDP/DTLS/SCTP" in reply.text
    assert outside.sources(room) == {"microphone": "audio"}


@pytest.mark.parametrize(
    ("protocol", "text"), [("whip", WATCH), ("whep", PUBLISH)], ids=["whip", "whep"]
)
async def test_an_offer_for_the_other_way_is_refused(
    outside: Outside, ines: Somebody, room: str, protocol: str, text: str
) -> None:
    reply = await outside.send(
        "POST", f"/{protocol}/{room}", text, Content_Type=SDP, **ines.headers
    )
    assert (reply.status, reply.problem) == (422, "bad_sdp")
    assert outside.people(room) == []


async def test_half_of_an_offer_is_not_taken(outside: Outside, ines: Somebody, room: str) -> None:
    unknown = PUBLISH.replace("H264/90000", "H265/90000")
    reply = await outside.send("POST", f"/whip/{room}", unknown, Content_Type=SDP, **ines.headers)
    assert (reply.status, reply.problem) == (422, "bad_sdp")
    assert outside.people(room) == []


@pytest.mark.parametrize("path", ["/whip/{}?source=desk", "/whep/{}?participant=me"])
async def test_what_is_not_offered_in_the_address_is_refused(
    outside: Outside, ines: Somebody, room: str, path: str
) -> None:
    reply = await outside.send("POST", path.format(room), PUBLISH, Content_Type=SDP, **ines.headers)
    assert (reply.status, reply.problem) == (422, "invalid_input")


@pytest.mark.parametrize("protocol", ["whip", "whep"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_methods_that_are_kept_for_later_are_not_there(
    outside: Outside, ines: Somebody, room: str, protocol: str, method: str
) -> None:
    for path, allowed in (
        (f"/{protocol}/{room}", "OPTIONS, POST"),
        (f"/{protocol}/{room}/abcdefgh", "DELETE, OPTIONS, PATCH"),
    ):
        reply = await outside.send(method, path, **ines.headers)
        assert (reply.status, reply.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("protocol", ["whip", "whep"])
async def test_pages_of_other_sites_may_ask_and_bring_a_token(
    outside: Outside, room: str, protocol: str
) -> None:
    asking = {"Origin": "https://encoder.example", "Access_Control_Request_Method": "POST"}
    reply = await outside.send("OPTIONS", f"/{protocol}/{room}", **asking)
    assert reply.status == 200
    assert reply.headers["Accept-Post"] == SDP
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in reply.headers
    reply = await outside.send("OPTIONS", f"/{protocol}/{room}/abcdefgh", **asking)
    assert (reply.status, reply.headers["Accept-Patch"]) == (200, FRAGMENT)
    assert "PATCH" in reply.headers["Access-Control-Allow-Methods"]


async def test_a_closed_room_and_a_full_server_say_so(
    school: Served, outside: Outside, ines: Somebody, room: str
) -> None:
    school.plane.is_full = True
    reply = await outside.send("POST", f"/whip/{room}", PUBLISH, Content_Type=SDP, **ines.headers)
    assert (reply.status, reply.problem) == (503, "room_full")
    assert reply.headers["Retry-After"] == "30"
    school.plane.is_full = False
    await school.call(ines, "DELETE", f"/rooms/{room}")
    reply = await outside.send("POST", f"/whip/{room}", PUBLISH, Content_Type=SDP, **ines.headers)
    assert (reply.status, reply.problem) == (410, "room_closed")


async def test_one_person_has_only_so_many_devices(
    outside: Outside, ines: Somebody, room: str
) -> None:
    for _ in range(BRISK.devices):
        await outside.open(ines, f"/whep/{room}", WATCH)
    reply = await outside.send("POST", f"/whep/{room}", WATCH, Content_Type=SDP, **ines.headers)
    assert (reply.status, reply.problem) == (409, "too_many_devices")


# --- ICE --------------------------------------------------------------------------------------
async def test_candidates_are_taken_and_a_restart_is_answered(
    outside: Outside, ines: Somebody, room: str
) -> None:
    opened = await outside.open(ines, f"/whip/{room}", PUBLISH)
    [transport] = outside.peer(outside.people(room)[0]).transports.values()
    for match in ({}, {"If_Match": "*"}, {"If_Match": f'"x", {opened.headers["ETag"]}'}):
        reply = await outside.patch(ines, opened, same(PUBLISH), **match)
        assert (reply.status, reply.text) == (204, "")
        assert "ETag" not in reply.headers
    assert transport.restarts == 0
    reply = await outside.patch(ines, opened, NEW, If_Match="*")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == FRAGMENT
    assert reply.headers["ETag"] != opened.headers["ETag"]
    assert "a=ice-ufrag:u001" in reply.text
    assert "a=ice-lite" in reply.text
    assert transport.restarts == 1
    again = await outside.patch(ines, reply_of(opened, reply), NEW)
    assert again.status == 204


def reply_of(opened: Reply, restarted: Reply) -> Reply:
    headers = {"Location": opened.headers["Location"], "ETag": restarted.headers["ETag"]}
    return Reply(200, headers, restarted.text)


@pytest.mark.parametrize(
    ("headers", "text", "status", "code"),
    [
        ({"If_Match": ""}, NEW, 428, "precondition_required"),
        ({"If_Match": '"another"'}, NEW, 412, "precondition_failed"),
        ({"Content_Type": SDP}, NEW, 415, "unsupported_media_type"),
        ({}, "a=ice-ufrag:x\r\n", 400, "malformed"),
        ({}, "nonsense", 400, "malformed"),
        ({}, "a=x\r\n" * 20_000, 413, "too_large"),
    ],
    ids=["no If-Match", "another", "sdp", "short", "nonsense", "large"],
)
async def test_what_cannot_be_patched_changes_nothing(
    outside: Outside,
    ines: Somebody,
    room: str,
    headers: dict[str, str],
    text: str,
    status: int,
    code: str,
) -> None:
    opened = await outside.open(ines, f"/whip/{room}", PUBLISH)
    reply = await outside.patch(ines, opened, text, **headers)
    assert (reply.status, reply.problem) == (status, code)
    [transport] = outside.peer(outside.people(room)[0]).transports.values()
    assert transport.restarts == 0


async def test_after_a_restart_the_old_tag_fails(
    outside: Outside, ines: Somebody, room: str
) -> None:
    opened = await outside.open(ines, f"/whip/{room}", PUBLISH)
    assert (await outside.patch(ines, opened, NEW, If_Match="*")).status == 200
    assert (await outside.patch(ines, opened, NEW)).status == 412


# --- its end ----------------------------------------------------------------------------------
@pytest.mark.parametrize(("state", "reachable"), [("closed", True), ("failed", True),
                                                  ("disconnected", False)])  # fmt: skip
async def test_a_session_ends_with_its_transport(
    outside: Outside, ines: Somebody, room: str, state: str, reachable: bool
) -> None:
    opened = await outside.open(ines, f"/whip/{room}", PUBLISH)
    [me] = outside.people(room)
    [transport] = outside.peer(me).transports.values()
    transport.state, transport.reachable = state, reachable
    await soon(lambda: not outside.people(room))
    assert (await outside.send("DELETE", opened.headers["Location"], **ines.headers)).status == 404


async def test_who_is_cut_off_is_away_and_comes_back(
    outside: Outside, ines: Somebody, room: str
) -> None:
    opened = await outside.open(ines, f"/whip/{room}", PUBLISH)
    [me] = outside.people(room)
    [transport] = outside.peer(me).transports.values()
    transport.state = "disconnected"
    await soon(lambda: outside.people(room)[0].connection == "away")
    assert (await outside.patch(ines, opened, NEW, If_Match="*")).status == 200
    transport.state = "connected"
    await soon(lambda: outside.people(room)[0].connection == "live")
    assert outside.people(room)[0].id == me.id
    transport.state = "disconnected"
    await soon(lambda: not outside.people(room))  # away for longer than the place is kept


async def test_a_removed_encoder_is_out_and_stays_out(
    school: Served, outside: Outside, ines: Somebody, noor: Somebody, room: str
) -> None:
    opened = await outside.open(noor, f"/whip/{room}", PUBLISH)
    [them] = outside.people(room)
    meeting = outside.meeting(room).id
    status, _ = await school.call(ines, "DELETE", f"/meetings/{meeting}/participants/{them.id}")
    assert status == 204
    assert (await outside.send("DELETE", opened.headers["Location"], **noor.headers)).status == 404
    reply = await outside.send("POST", f"/whip/{room}", PUBLISH, Content_Type=SDP, **noor.headers)
    assert (reply.status, reply.problem) == (403, "removed_from_meeting")
    assert school.plane.peers == {}


async def test_who_may_send_nothing_more_does_not_stay(
    school: Served, outside: Outside, ines: Somebody, noor: Somebody, room: str
) -> None:
    await outside.open(noor, f"/whip/{room}", PUBLISH)
    await school.call(ines, "PATCH", f"/rooms/{room}", {"member_sources": []})
    await soon(lambda: not outside.people(room))


async def test_signing_out_and_the_end_of_the_class_end_it(
    school: Served, outside: Outside, ines: Somebody, noor: Somebody, room: str
) -> None:
    opened = await outside.open(noor, f"/whip/{room}", PUBLISH)
    await school.accounts.administration.set_disabled(SYSTEM, noor.user.id, disabled=True)
    await soon(lambda: not outside.people(room))
    opened = await outside.open(ines, f"/whip/{room}", PUBLISH)
    await school.call(ines, "POST", f"/meetings/{outside.meeting(room).id}/end")
    assert (await outside.send("DELETE", opened.headers["Location"], **ines.headers)).status == 404
    await soon(lambda: not school.rooms.sessions._sessions)
    assert not school.rooms.live._sockets


async def test_what_changed_in_another_process_is_found_and_followed(db: Database) -> None:
    often = msgspec.structs.replace(BRISK, recheck_interval=0.05)
    async with (
        a_served_school(db, options=often) as school,
        some_accounts(db, SystemClock()) as other,
    ):
        outside = Outside(school)
        ines = await school.person("Ines Carvalho", Role.INSTRUCTOR)
        noor = await school.person("Noor Haddad", Role.MANAGER)
        room = (await school.call(ines, "POST", "/rooms", {"title": "Algebra"}))[1]["id"]
        await outside.open(noor, f"/whip/{room}?source=screen", PUBLISH)
        await outside.open(noor, f"/whep/{room}", WATCH)
        assert {one.role for one in outside.people(room)} == {"host"}
        terminal = other.administration  # nobody here hears of it
        await terminal.set_roles(SYSTEM, noor.user.id, frozenset({Role.STUDENT}))
        await soon(lambda: [one.role for one in outside.people(room)] == ["member"])
        assert outside.sources(room) == {}
        await terminal.set_disabled(SYSTEM, noor.user.id, disabled=True)
        await soon(lambda: not outside.people(room))


# --- watching ---------------------------------------------------------------------------------
def shown(outside: Outside, viewer: ParticipantId) -> set[str]:
    """The sources that a viewer is sent now, and of whom."""
    peer = outside.school.plane.peers[str(viewer)]
    return {
        f"{consumer.producer.source} {consumer.producer.published.mime}"
        for consumer in peer.consumers.values()
        if not consumer.paused
    }


async def test_a_player_is_shown_what_is_on_and_what_comes_later(
    outside: Outside, ines: Somebody, noor: Somebody, room: str
) -> None:
    reply = await outside.open(noor, f"/whep/{room}", WATCH)
    assert reply.headers["Location"].startswith(f"/whep/{room}/")
    assert reply.text.count("a=sendonly") == 2
    [viewer] = outside.people(room)
    assert (viewer.name, shown(outside, viewer.id)) == ("Noor Haddad", set())
    sent = await outside.open(ines, f"/whip/{room}", PUBLISH)
    await soon(lambda: shown(outside, viewer.id) == {"microphone audio/opus", "camera video/H264"})
    await outside.send("DELETE", sent.headers["Location"], **ines.headers)
    await soon(lambda: shown(outside, viewer.id) == set())
    await outside.open(ines, f"/whip/{room}?source=screen", offers.text("gstreamer-publish"))
    await soon(lambda: any("screen video" in one for one in shown(outside, viewer.id)))
    assert (await outside.send("DELETE", reply.headers["Location"], **noor.headers)).status == 200
    assert viewer.id not in outside.meeting(room).state.participants


async def test_the_streams_of_a_player_stay_whoever_is_in_them(
    outside: Outside, ines: Somebody, noor: Somebody, room: str
) -> None:
    reply = await outside.open(noor, f"/whep/{room}", WATCH)
    told = {int(one) for one in re.findall(r"^a=ssrc:(\d+) ", reply.text, re.MULTILINE)}
    [viewer] = outside.people(room)
    peer = outside.peer(viewer)
    for _ in range(2):
        sent = await outside.open(ines, f"/whip/{room}", PUBLISH)
        await soon(lambda: len(peer.consumers) == 2)
        for consumer in peer.consumers.values():
            [encoding] = consumer.parameters.encodings
            assert encoding.ssrc in told
        await outside.send("DELETE", sent.headers["Location"], **ines.headers)
        await soon(lambda: not peer.consumers)


async def test_a_host_is_on_before_others_and_who_is_on_stays(
    school: Served, outside: Outside, ines: Somebody, noor: Somebody, room: str
) -> None:
    ida = await school.person("Ida Park")
    await outside.open(noor, f"/whip/{room}", PUBLISH)
    await outside.open(ida, f"/whep/{room}", WATCH)
    first, viewer = outside.people(room)
    await soon(lambda: of_whom(outside, viewer) == {str(first.id)})
    await outside.open(ines, f"/whip/{room}", PUBLISH)
    teacher = outside.people(room)[2]
    await outside.open(ida, f"/whep/{room}", WATCH)
    late = outside.people(room)[3]
    await soon(lambda: of_whom(outside, late) == {str(teacher.id)})
    assert of_whom(outside, viewer) == {str(first.id)}
    await outside.open(ida, f"/whep/{room}?participant={first.id}", WATCH)
    wanted = outside.people(room)[4]
    await soon(lambda: of_whom(outside, wanted) == {str(first.id)})
    reply = await outside.send(
        "POST", f"/whep/{room}?participant={uuid7()}", WATCH, Content_Type=SDP, **ida.headers
    )
    assert (reply.status, reply.problem) == (404, "not_found")
    assert len(outside.people(room)) == 5


def of_whom(outside: Outside, viewer: Participant) -> set[str]:
    [meeting] = outside.school.rooms.live
    state = meeting.state
    ids = {consumer.producer.id for consumer in outside.peer(viewer).consumers.values()}
    return {str(t.participant_id) for t in state.tracks.values() if str(t.id) in ids}
