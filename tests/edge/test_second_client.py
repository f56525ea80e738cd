"""Two clients that were written from the documents alone, in one class."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.accounts import PASSWORD
from tests.support.application import Application, an_application, some_settings
from tests.support.second_client import SecondClient
from tests.support.second_rtp import OPUS, Microphone
from tests.support.second_socket import Refused
from vtp import settings
from vtp.actor import Role

_NOBODY = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"
_H264 = {
    "mimeType": "video/H264",
    "payloadType": 97,
    "clockRate": 90000,
    "parameters": {"packetization-mode": 1, "profile-level-id": "42e01f"},
}
_PRINT = ":".join(["AB"] * 32)


@pytest.fixture
async def site(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path)) as made:
        yield made


async def _signed_in(
    site: Application, stack: AsyncExitStack, role: Role, name: str
) -> SecondClient:
    person = await site.person(role, name=name)
    client = SecondClient(site.http, site.url)
    stack.push_async_callback(client.end)
    await client.sign_in(person.user.email, PASSWORD)
    return client


@pytest.fixture
async def clients(site: Application) -> AsyncIterator[tuple[SecondClient, SecondClient]]:
    """The teacher, and somebody in her class; both signed in, neither connected."""
    async with AsyncExitStack() as stack:
        ines = await _signed_in(site, stack, Role.INSTRUCTOR, "Ines Moreau")
        noor = await _signed_in(site, stack, Role.STUDENT, "Noor Haddad")
        yield ines, noor


@pytest.fixture
async def room(clients: tuple[SecondClient, SecondClient]) -> str:
    """Made over HTTP, and both are in."""
    made: str = (await clients[0].http("POST", "/api/v1/rooms", json={"title": "Algebra"}))["id"]
    for client in clients:
        await client.connect()
        await client.join(made)
    return made


async def _sees_and_hears(listener: SecondClient, sender: SecondClient) -> None:
    microphone, camera = await sender.publish_microphone(), await sender.publish_camera()
    await listener.until(lambda: {microphone, camera} <= listener.tracks.keys())
    sound, picture = await listener.consume(microphone), await listener.consume(camera)
    await listener.until(lambda: min(len(sound.packets), len(picture.packets)) > 60)
    assert sound.numbers == list(range(len(sound.packets)))
    assert sound.counted == list(range(sound.counted[0], sound.counted[-1] + 1))
    assert picture.numbers == list(range(len(picture.packets)))
    assert picture.packets[0].payload[4] & 1 == 0, "begins with a key frame"


async def test_each_sees_and_hears_the_other_in_order(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    ines, noor = clients
    for one in clients:
        await one.begin_media()
    await _sees_and_hears(noor, ines)
    await _sees_and_hears(ines, noor)
    assert ines.participants.keys() == noor.participants.keys()
    assert {track["source"] for track in noor.tracks.values()} == {"microphone", "camera"}
    await noor.until(
        lambda: any(ines.me in one["speaking"] for one in noor.told_of("room.speaking"))
    )


async def test_who_is_let_through_by_tcp_alone_sees_and_hears_as_well(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    ines, noor = clients
    noor.sending.link.protocol = noor.receiving.link.protocol = "tcp"
    for one in clients:
        await one.begin_media()
    await _sees_and_hears(noor, ines)
    await _sees_and_hears(ines, noor)


async def test_a_smaller_picture_is_sent_to_who_shows_it_small(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    ines, noor = clients
    for one in clients:
        await one.begin_media()
    camera = await ines.publish_camera()
    await noor.until(lambda: camera in noor.tracks)
    picture = await noor.consume(camera)
    await noor.until(lambda: picture.layer == b"f")
    shown = {"width": 320, "height": 180, "priority": "normal"}
    assert await noor.call("media.prefer", consumer=picture.id, **shown) == {}
    await noor.until(lambda: picture.layer == b"q")
    assert picture.numbers == list(range(len(picture.packets)))
    smallest = {"consumer": picture.id, "layer": 0, "reason": ""}
    await noor.until(lambda: smallest in noor.told_of("media.layer"))
    only = {"track": camera, "layers": [True, False, False]}
    await ines.until(lambda: only in ines.told_of("media.wanted"))


async def test_what_a_host_mutes_is_heard_again_when_its_sender_goes_on(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    ines, noor = clients
    for one in clients:
        await one.begin_media()
    track = await noor.publish_microphone()
    microphone = noor.sent[track]
    assert isinstance(microphone, Microphone)
    await ines.until(lambda: track in ines.tracks)
    sound = await ines.consume(track)
    await ines.until(lambda: sound.packets)
    assert await ines.call("room.mute", track=track) == {}
    await noor.until(lambda: noor.tracks[track]["muted_by_staff"])
    assert noor.tracks[track]["paused"]
    sent = microphone.count
    await noor.until(lambda: microphone.count > sent + 5)
    before = len(sound.packets)
    await noor.until(lambda: microphone.count > sent + 30)
    assert len(sound.packets) == before
    assert await noor.call("media.pause", track=track, paused=False) == {}
    await ines.until(lambda: len(sound.packets) > before + 5)
    assert ines.tracks[track] | {"paused": False, "muted_by_staff": False} == ines.tracks[track]
    assert sound.numbers == list(range(len(sound.packets)))
    assert sound.counted == sorted(sound.counted)


async def test_who_was_cut_off_comes_back_and_missed_nothing(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    ines, noor = clients
    for one in clients:
        await one.begin_media()
    hers, mine = await ines.publish_microphone(), await noor.publish_microphone()
    await noor.until(lambda: {hers, mine} <= noor.tracks.keys())
    await ines.until(lambda: {hers, mine} <= ines.tracks.keys())
    heard, said = await noor.consume(hers), await ines.consume(mine)
    await noor.until(lambda: heard.packets)
    await noor.socket.cut()
    await ines.until(lambda: ines.participants[noor.me]["connection"] == "away")
    await ines.call("room.hand", raised=True)
    meanwhile = len(heard.packets)
    await ines.until(lambda: len(heard.packets) > meanwhile + 5)
    before, seen = noor.me, noor.seq
    assert await noor.come_back()
    assert noor.me == before
    assert next(event["seq"] for event in noor.answer["missed"]) == seen + 1
    assert "hand" in [event["type"] for event in noor.answer["missed"]]
    assert noor.participants[ines.me]["hand_at"]
    await ines.until(lambda: ines.participants[noor.me]["connection"] == "live")
    before_all = len(heard.packets), len(said.packets)
    await noor.until(lambda: len(heard.packets) > before_all[0] + 20)
    await ines.until(lambda: len(said.packets) > before_all[1] + 20)
    for sound in (heard, said):
        assert sound.counted == list(range(sound.counted[0], sound.counted[-1] + 1))


async def test_who_missed_something_asks_for_it_on_the_same_connection(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    ines, noor = clients
    for one in clients:
        await one.begin_media()
    sound = await noor.consume(await _a_voice_of(ines, to=noor))
    socket, before, tracks = noor.socket, noor.me, set(noor.tracks)
    known = noor.seq
    for raised in (True, False, True):
        await ines.call("room.hand", raised=raised)
    await noor.until(lambda: noor.seq == known + 3)
    noor.seq = known + 1  # as if the others had never come
    assert await noor.catch_up()
    assert [event["seq"] for event in noor.answer["missed"]] == [known + 2, known + 3]
    assert (noor.me, set(noor.tracks), noor.socket) == (before, tracks, socket)
    heard = len(sound.packets)
    await noor.until(lambda: len(sound.packets) > heard + 10)
    assert sound.counted == list(range(sound.counted[0], sound.counted[-1] + 1))
    assert await noor.call("room.hand", raised=True) == {}
    await ines.until(lambda: ines.participants[noor.me]["hand_at"])
    kinds = [event["type"] for event in ines.events]
    assert "participant_changed" not in kinds, "nobody else saw anything of it"
    for wrong in ({"token": "x" * 32, "seq": 0}, {"token": ines.answer["resume_token"], "seq": 0}):
        assert await refused(noor, "room.join", room=room, resume=wrong) == "already_in_meeting"


async def _a_voice_of(sender: SecondClient, *, to: SecondClient) -> str:
    track = await sender.publish_microphone()
    await to.until(lambda: track in to.tracks)
    return track


async def test_a_second_connection_takes_the_place_over(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    _, noor = clients
    old, before = noor.socket, noor.me
    await noor.connect()
    resume = {"token": noor.answer["resume_token"], "seq": noor.seq}
    taken = await noor.call("room.join", room=room, resume=resume)
    assert taken["resumed"]
    assert taken["me"]["id"] == before
    with pytest.raises(Refused, match="not_in_meeting"):
        await old.call("room.hand", {"raised": True})
    await old.close()


async def _removed(ines: SecondClient, noor: SecondClient, room: str) -> None:
    assert await ines.call("room.remove", participant=noor.me) == {}


async def _no_member_any_more(ines: SecondClient, noor: SecondClient, room: str) -> None:
    await ines.http("PATCH", f"/api/v1/rooms/{room}", json={"access": "members"})


async def _signed_out(ines: SecondClient, noor: SecondClient, room: str) -> None:
    await noor.http("POST", "/api/v1/auth/logout")


async def _class_ended(ines: SecondClient, noor: SecondClient, room: str) -> None:
    await ines.http("POST", f"/api/v1/meetings/{ines.answer['meeting']['id']}/end")


@pytest.mark.parametrize("put_out", [_removed, _no_member_any_more, _signed_out, _class_ended])
async def test_who_may_be_here_no_more_hears_and_is_heard_no_more(
    clients: tuple[SecondClient, SecondClient],
    room: str,
    put_out: Callable[[SecondClient, SecondClient, str], Awaitable[None]],
) -> None:
    ines, noor = clients
    for one in clients:
        await one.begin_media()
    heard = await noor.consume(await _a_voice_of(ines, to=noor))
    said = await ines.consume(await _a_voice_of(noor, to=ines))
    await noor.until(lambda: heard.packets)
    await ines.until(lambda: said.packets)
    [microphone] = ines.sent.values()
    assert isinstance(microphone, Microphone)
    await put_out(ines, noor, room)
    before = microphone.count
    await ines.until(lambda: microphone.count > before + 2 or ines.sending.state == "closed")
    last = len(heard.packets), len(said.packets)
    if put_out is not _class_ended:  # she goes on, and nothing of it comes
        await ines.until(lambda: microphone.count > before + 50)
    await noor.until(lambda: noor.receiving.state == noor.sending.state == "closed")
    assert (len(heard.packets), len(said.packets)) == last


async def test_a_hand_is_seen_and_leaving_ends_all_of_it(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    ines, noor = clients
    await noor.begin_media()
    track = await noor.publish_microphone()
    assert await noor.call("room.hand", raised=True) == {}
    await ines.until(lambda: track in ines.tracks and ines.participants[noor.me]["hand_at"])
    assert await noor.call("room.leave") == {}
    await ines.until(lambda: noor.me not in ines.participants)
    assert ines.events[-1]["how"] == "left"
    assert ines.tracks == {}
    await noor.until(lambda: noor.sending.state == "closed")
    await ines.http("POST", f"/api/v1/meetings/{ines.answer['meeting']['id']}/end")
    await ines.until(lambda: ines.events[-1]["type"] == "meeting_ended")
    assert ines.events[-1]["how"] == "ended"


async def refused(client: SecondClient, name: str, **body: Any) -> str:
    with pytest.raises(Refused) as caught:
        await client.call(name, **body)
    assert {"code", "detail", "request_id"} <= caught.value.error.keys()
    return caught.value.code


async def test_what_is_refused_of_a_class_is_refused_as_documented(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    ines, noor = clients
    assert await refused(noor, "room.nothing") == "not_found"
    assert await refused(noor, "room.hand", raised="yes") == "invalid_input"
    assert await refused(noor, "room.join", room=room) == "already_in_meeting"
    assert await refused(noor, "room.remove", participant=ines.me) == "staff_only"
    assert await refused(ines, "room.remove", participant=ines.me) == "hosts_stay"
    assert await refused(ines, "room.mute", track=_NOBODY) == "not_found"
    assert await ines.call("room.remove", participant=noor.me) == {}
    await noor.until(lambda: noor.events and noor.events[-1]["type"] == "participant_left")
    assert noor.events[-1]["how"] == "removed"
    assert await refused(noor, "room.hand", raised=True) == "not_in_meeting"
    assert await refused(noor, "room.join", room=room) == "removed_from_meeting"
    assert await refused(noor, "room.join", room=_NOBODY) == "not_found"
    await ines.http("DELETE", f"/api/v1/rooms/{room}")
    assert await refused(ines, "room.join", room=room) == "room_closed"


async def test_what_is_refused_of_media_is_refused_as_documented(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    ines, noor = clients
    for one in clients:
        await one.begin_media()
    track = await ines.publish_microphone()
    sound = ines.sent[track]
    assert isinstance(sound, Microphone)
    sent: dict[str, Any] = {"mid": "5", "codecs": [OPUS], "encodings": [{"ssrc": 5}]}
    given: dict[str, Any] = {"transport": ines.sending.id, "kind": "audio"}
    given |= {"source": "screen_audio", "rtp_parameters": sent}
    for code, change in (
        ("already_published", {"source": "microphone"}),
        ("wrong_kind", {"kind": "video"}),
        ("bad_rtp_parameters", {"rtp_parameters": sent | {"codecs": []}}),
        ("ssrc_taken", {"rtp_parameters": sent | {"encodings": [{"ssrc": sound.ssrc}]}}),
        ("invalid", {"transport": ines.receiving.id}),
        ("not_found", {"transport": "nothing"}),
    ):
        assert await refused(ines, "media.produce", **given | change) == code
    assert (
        await refused(noor, "media.produce", **given | {"transport": noor.sending.id})
        == "may_not_publish"
    )
    again = {"role": "client", "fingerprints": [{"algorithm": "sha-256", "value": _PRINT}]}
    answered = await refused(
        ines, "media.connect", transport=ines.sending.id, dtls_parameters=again
    )
    assert answered == "transport_connected"
    watch = {"transport": ines.receiving.id, "rtp_capabilities": ines.can_decode()}
    assert await refused(ines, "media.consume", track=track, **watch) == "own_track"
    assert await refused(ines, "media.consume", track=_NOBODY, **watch) == "not_found"
    for name in ("media.resume", "media.hold", "media.unsubscribe", "media.prefer"):
        assert await refused(ines, name, consumer="nothing") == "not_found"
    for name, more in (("media.pause", {"paused": True}), ("media.unpublish", {})):
        assert await refused(noor, name, track=track, **more) == "not_found"
    for _ in range(2):
        await ines.call("media.transport", direction="send")
    assert await refused(ines, "media.transport", direction="send") == "limited"


async def test_who_cannot_decode_a_picture_has_its_sender_asked_for_another(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    ines, noor = clients
    for one in clients:
        await one.begin_media()
    sent = {"mid": "1", "codecs": [_H264], "encodings": [{"ssrc": 7}]}
    body = {"transport": ines.sending.id, "kind": "video", "source": "camera"}
    camera = (await ines.call("media.produce", **body, rtp_parameters=sent))["id"]
    await noor.until(lambda: camera in noor.tracks)
    watch = {"transport": noor.receiving.id, "rtp_capabilities": noor.can_decode()}
    assert await refused(noor, "media.consume", track=camera, **watch) == "cannot_consume"
    await ines.until(lambda: ines.told_of("media.codec"))
    asked = {"source": "camera", "mime": "video/VP8", "replaces": camera}
    assert ines.told_of("media.codec") == [asked]
    assert await refused(ines, "media.produce", **body, rtp_parameters=sent) == "already_published"
    assert ines.answer["codecs"] == {"camera": "video/H264", "screen": "video/VP8"}
    assert await ines.catch_up()
    assert ines.answer["codecs"] == {"camera": "video/VP8", "screen": "video/VP8"}
    assert await ines.call("media.unpublish", track=camera) == {}
    better = await ines.publish_camera()
    await noor.until(lambda: camera not in noor.tracks and better in noor.tracks)
    picture = await noor.consume(better)
    await noor.until(lambda: picture.packets)


async def test_a_class_takes_as_many_people_and_devices_as_it_may(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    few = settings.Rooms(participants=2, devices=1)
    chosen = some_settings(database_settings, tmp_path, rooms=few)
    async with an_application(chosen) as site, AsyncExitStack() as stack:
        ines = await _signed_in(site, stack, Role.INSTRUCTOR, "Ines Moreau")
        room = (await ines.http("POST", "/api/v1/rooms", json={"title": "Algebra"}))["id"]
        again = ines.another_device()
        stack.push_async_callback(again.end)
        noor = await _signed_in(site, stack, Role.STUDENT, "Noor Haddad")
        omar = await _signed_in(site, stack, Role.STUDENT, "Omar Haddad")
        for one in (ines, again, noor, omar):
            await one.connect()
        await ines.join(room)
        assert await refused(again, "room.join", room=room) == "too_many_devices"
        await noor.join(room)
        assert await refused(omar, "room.join", room=room) == "room_full"


async def test_who_sends_too_much_is_told_and_then_cut_off(
    clients: tuple[SecondClient, SecondClient], room: str
) -> None:
    _, noor = clients
    calls = [asyncio.create_task(noor.call("room.hand", raised=bool(n % 2))) for n in range(600)]
    assert await noor.socket.closed() == 1008
    assert (noor.socket.reason, noor.socket.for_good) == ("flood", True)
    answers = [one.exception() for one in calls if one.done()]
    limited = [one for one in answers if isinstance(one, Refused) and one.code == "limited"]
    assert limited
    assert limited[0].error["retry_after"] > 0
    for one in calls:
        one.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_a_server_that_stops_lets_a_class_end_and_begins_no_other(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    stop, started = asyncio.Event(), asyncio.get_running_loop().create_future()
    chosen = some_settings(database_settings, tmp_path, rooms=settings.Rooms(drain_limit=60.0))

    async def run() -> None:
        async with an_application(chosen) as site:
            started.set_result((site.url, await site.person(Role.INSTRUCTOR)))
            await stop.wait()

    running = asyncio.create_task(run())
    url, person = await started
    async with aiohttp.ClientSession() as http:
        ines = SecondClient(http, url)
        await ines.sign_in(person.user.email, PASSWORD)
        rooms = [
            (await ines.http("POST", "/api/v1/rooms", json={"title": "Algebra"}))["id"]
            for _ in range(2)
        ]
        await ines.connect()
        await ines.join(rooms[0])
        stop.set()
        await ines.until(lambda: ines.events and ines.events[-1]["type"] == "server_stops")
        again = ines.another_device()
        await again.connect()
        with pytest.raises(Refused, match="server_stopping") as caught:
            await again.join(rooms[1])
        assert caught.value.error["retry_after"] > 0
        await again.join(rooms[0])
        for one in (again, ines):
            await one.call("room.leave")
        for one in (again, ines):
            assert await one.socket.closed() == 1001
            assert one.socket.reason == "going"
            assert one.told_of("going")[0]["retry_after"] > 0
    await running


def test_the_second_client_uses_nothing_of_the_first() -> None:
    for path in (Path(__file__).parents[1] / "support").glob("second_*.py"):
        names = re.findall(r"^(?:from|import) (\S+)", path.read_text("utf-8"), re.MULTILINE)
        ours = [name for name in names if name.startswith(("vtp", "tests", "web", "bench"))]
        assert all(name.startswith("tests.support.second_") for name in ours), path.name
