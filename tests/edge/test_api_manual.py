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
    return json.loads(out)


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
