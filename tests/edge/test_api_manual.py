"""The commands that docs/API.md shows, as they stand there, against a school to try."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.application import Application, an_application, some_settings
from tests.support.second_client import SecondClient
from vtp import settings
from vtp.actor import Role

_MANUAL = Path(__file__).parents[2] / "docs" / "API.md"
_SDP = Path(__file__).parents[1] / "support" / "sdp"
_FENCED = re.compile(r"```\n(curl .*?)```", re.DOTALL)

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def commands() -> list[str]:
    joined = [block.replace("\\\n", " ") for block in _FENCED.findall(_MANUAL.read_text("utf-8"))]
    return [line for block in joined for line in block.splitlines() if line]


@pytest.fixture
async def site(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    async with an_application(some_settings(database_settings, tmp_path), demo=True) as made:
        yield made


async def _teacher(site: Application) -> SecondClient:
    put = site.parts.accounts.administration.put_demo
    for email, role in (
        ("teacher@demo.test", Role.INSTRUCTOR),
        ("student@demo.test", Role.STUDENT),
    ):
        await put(email=email, name=email, password="classroom", roles=frozenset({role}))
    client = SecondClient(site.http, site.url)
    await client.sign_in("teacher@demo.test", "classroom")
    return client


async def _answer(command: str, **variables: str) -> Any:
    return json.loads(await _told(command, **variables))


async def _told(command: str, **variables: str) -> str:
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        command.replace("curl ", "curl --silent --show-error --fail-with-body ", 1),
        env={**variables, "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, f"{command}\n{out.decode()}"
    return out.decode()


def _of_devices(command: str) -> bool:
    return "/whip/" in command or "$SESSION" in command


async def test_every_command_of_the_manual_does_what_it_says(site: Application) -> None:
    teacher = await _teacher(site)
    key = (await teacher.http("POST", "/api/v1/keys", json={"name": "Manual"}))["key"]
    room = (await teacher.http("POST", "/api/v1/rooms", json={"title": "Algebra"}))["id"]
    await teacher.connect()
    await teacher.join(room)
    variables = {"ROOM": room, "MEETING": teacher.answer["meeting"]["id"]}
    answers = [
        await _answer(
            command.replace("http://localhost:8080", site.url).replace("vtp_…", key), **variables
        )
        for command in commands()
        if not _of_devices(command)
    ]
    me, signed_in, made, member, meetings, participants, ended = answers
    assert me["email"] == "teacher@demo.test"
    assert signed_in["token_type"] == "Bearer"
    assert (made["access"], made["member_sources"]) == ("members", ["microphone"])
    assert member["email"] == "student@demo.test"
    assert [one["id"] for one in meetings["items"]] == [variables["MEETING"]]
    assert [one["id"] for one in participants["items"]] == [teacher.me]
    assert ended["ended_how"] == "ended"
    await teacher.end()


async def test_a_session_of_an_encoder_goes_as_the_manual_says(
    site: Application, tmp_path: Path
) -> None:
    teacher = await _teacher(site)
    made = {"name": "Encoder", "scopes": ["media:write"]}
    key = (await teacher.http("POST", "/api/v1/keys", json=made))["key"]
    room = (await teacher.http("POST", "/api/v1/rooms", json={"title": "Algebra"}))["id"]
    offer, restart = tmp_path / "offer.sdp", tmp_path / "restart.sdpfrag"
    offer.write_bytes((_SDP / "obs-publish.sdp").read_bytes())
    restart.write_text("a=ice-ufrag:restarted\r\na=ice-pwd:restartedrestartedrestarted\r\n")
    variables = {"ROOM": room}
    statuses = []
    for command in filter(_of_devices, commands()):
        here = command.replace("http://localhost:8080", site.url).replace("vtp_…", key)
        told = await _told(here.replace("@", f"@{tmp_path}/"), **variables)
        statuses.append(told.split()[1])
        for header, name in (("Location", "SESSION"), ("ETag", "ETAG")):
            if found := re.search(rf"^{header}: (.*?)\r?$", told, re.MULTILINE):
                variables[name] = found[1]
    assert statuses == ["201", "200", "200"]
    await teacher.end()
