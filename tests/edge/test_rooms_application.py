"""Classes in the whole application, with the media plane that forwards real packets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.quiet_plane import DTLS, device, sound, video
from tests.support.socket_client import Client, connected
from vtp import settings
from vtp.actor import SYSTEM, Role
from vtp.app.people import Wish, user

_PORT_OF_ITS_OWN = settings.Media(port=0)


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    chosen = some_settings(
        database_settings,
        tmp_path,
        media=_PORT_OF_ITS_OWN,
        rooms=settings.Rooms(sweep=0.05, away_after=0.2, empty_for=0.2),
    )
    async with an_application(chosen) as running:
        yield running


@asynccontextmanager
async def socket_of(app: Application, person: Person) -> AsyncIterator[Client]:
    port = int(app.url.rpartition(":")[2])
    auth = {"token": person.access_token}
    async with connected(port, auth=auth, Host=f"127.0.0.1:{port}") as client:
        yield client


async def ok(client: Client, name: str, body: Any) -> Any:
    ack = await client.call(name, msgspec.to_builtins(body))
    assert "ok" in ack, (name, ack)
    return ack["ok"]


async def a_room(app: Application, owner: Person) -> str:
    status, room = await app.call(
        "POST", "/api/v1/rooms", headers=owner.bearer, json={"title": "Algebra"}
    )
    assert status == 201, room
    return str(room["id"])


async def send(client: Client, source: str) -> str:
    transport = (await ok(client, "media.transport", {"direction": "send"}))["id"]
    await ok(client, "media.connect", {"transport": transport, "dtls_parameters": DTLS})
    audio = source == "microphone"
    wish = {
        "transport": transport,
        "kind": "audio" if audio else "video",
        "source": source,
        "rtp_parameters": msgspec.json.decode(msgspec.json.encode(sound() if audio else video())),
    }
    return str((await ok(client, "media.produce", wish))["id"])


async def watch(client: Client, track: str) -> Any:
    made = await ok(client, "media.transport", {"direction": "recv"})
    wish = {"transport": made["id"], "track": track, "rtp_capabilities": device()}
    return await ok(client, "media.consume", msgspec.json.decode(msgspec.json.encode(wish)))


async def test_a_class_is_held_measured_and_ended(app: Application) -> None:
    ines, noor = await app.person(Role.INSTRUCTOR), await app.person(name="Noor")
    room = await a_room(app, ines)
    async with socket_of(app, ines) as teacher, socket_of(app, noor) as student:
        meeting = (await ok(teacher, "room.join", {"room": room}))["meeting"]["id"]
        entry = await ok(student, "room.join", {"room": room})
        assert entry["capabilities"]["codecs"]
        track = await send(teacher, "camera")
        watched = await watch(student, track)
        assert watched["rtp_parameters"]["encodings"][0]["ssrc"]
        for name in ("media.resume", "media.prefer", "media.hold", "media.unsubscribe"):
            await ok(student, name, {"consumer": watched["id"]})
        status, stats = await app.call(
            "GET", f"/api/v1/meetings/{meeting}/stats", headers=ines.bearer
        )
        assert status == 200, stats
        sent = [one for peer in stats["participants"].values() for one in peer["sends"]]
        assert [one["track"] for one in sent] == [track]
        status, ended = await app.call(
            "POST", f"/api/v1/meetings/{meeting}/end", headers=ines.bearer
        )
        assert (status, ended["ended_how"]) == (200, "ended")
        refused = await student.call("media.transport", {"direction": "recv"})
        assert refused["error"]["code"] == "not_in_meeting"


async def test_ids_of_another_class_are_not_found(app: Application) -> None:
    ines, noor = await app.person(Role.INSTRUCTOR), await app.person(name="Noor")
    algebra, music = await a_room(app, ines), await a_room(app, ines)
    async with socket_of(app, ines) as teacher, socket_of(app, noor) as student:
        await ok(teacher, "room.join", {"room": algebra})
        track = await send(teacher, "microphone")
        await ok(student, "room.join", {"room": music})
        mine = (await ok(student, "media.transport", {"direction": "recv"}))["id"]
        theirs = (await ok(teacher, "media.transport", {"direction": "recv"}))["id"]
        capabilities = msgspec.json.decode(msgspec.json.encode(device()))
        for name, body in (
            (
                "media.consume",
                {"transport": mine, "track": track, "rtp_capabilities": capabilities},
            ),
            ("media.restart_ice", {"transport": theirs}),
            ("media.pause", {"track": track, "paused": True}),
            ("media.unpublish", {"track": track}),
            ("media.resume", {"consumer": "0" * 32}),
        ):
            ack = await student.call(name, body)
            assert ack["error"]["code"] == "not_found", (name, ack)


@pytest.mark.parametrize("how", ["disabled", "erased", "by the terminal"])
async def test_who_may_be_here_no_more_is_out_at_once(app: Application, how: str) -> None:
    """Every session, key, socket and medium. Nothing is looked at again within a minute here."""
    ines, noor = await app.person(Role.INSTRUCTOR), await app.person(name="Noor")
    admin = await app.person(Role.ADMIN)
    _, made = await app.call("POST", "/api/v1/keys", headers=noor.bearer, json={"name": "k"})
    room = await a_room(app, ines)
    async with socket_of(app, ines) as teacher, socket_of(app, noor) as student:
        await ok(teacher, "room.join", {"room": room})
        await ok(student, "room.join", {"room": room})
        await send(student, "microphone")
        if how == "disabled":
            await app.parts.accounts.administration.set_disabled(
                SYSTEM, noor.user.id, disabled=True
            )
        elif how == "erased":
            await app.call("POST", "/api/v1/users/me/erasure", headers=noor.bearer)
            _, found = await app.call("GET", "/api/v1/erasures", headers=admin.bearer)
            path = f"/api/v1/erasures/{found['items'][0]['id']}/carry-out"
            assert (await app.call("POST", path, headers=admin.bearer))[0] == 204
        else:  # as another process does it, which tells this one nothing
            wish = Wish(
                action="disable", email=noor.user.email, name="", roles="", make_password=False
            )
            assert await user(app.parts.settings, wish) == 0
        assert (await student.closed()).reason == "revoked"
        async with asyncio.timeout(20):
            types: list[str] = []
            while "participant_left" not in types:
                name, body = await teacher.told()
                types += [e["type"] for e in body["events"]] if name == "room.events" else []
        assert "track_ended" in types
    for headers in (
        noor.bearer,
        {"X-API-Key": made["key"]},
        {"Cookie": f"{app.by_cookie}={noor.cookie}"},
    ):
        assert (await app.call("GET", "/api/v1/users/me", headers=headers))[0] == 401
    refresh = {"refresh_token": noor.refresh_token}
    assert (await app.call("POST", "/api/v1/auth/refresh", json=refresh))[0] == 401


async def test_a_role_that_the_terminal_takes_away_is_gone_in_a_class_that_runs(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    chosen = some_settings(
        database_settings, tmp_path, sockets=settings.Sockets(recheck_interval=0.05)
    )
    async with an_application(chosen) as app:
        ines, ada = await app.person(Role.INSTRUCTOR), await app.person(Role.MANAGER, name="Ada")
        room = await a_room(app, ines)
        async with socket_of(app, ines) as teacher, socket_of(app, ada) as manager:
            await ok(teacher, "room.join", {"room": room})
            assert (await ok(manager, "room.join", {"room": room}))["rights"]["moderate"]
            # As `vtp user roles` does, in a process of its own.
            email = ada.user.email
            wish = Wish(action="roles", email=email, name="", roles="student", make_password=False)
            assert await user(chosen, wish) == 0
            async with asyncio.timeout(10):
                changed: list[Any] = []
                while not changed:
                    name, body = await teacher.told()
                    events = body["events"] if name == "room.events" else []
                    changed = [one for one in events if one["type"] == "participant_changed"]
            assert changed[0]["participant"]["name"] == "Ada"
            assert changed[0]["participant"]["role"] == "member"
            refused = await manager.call("room.mute", {"track": changed[0]["participant"]["id"]})
            assert refused["error"]["code"] == "staff_only"
