"""Sound and picture from an encoder to a player, neither of them ours, through the application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.whip import Device, Picture, sound
from vtp import settings
from vtp.actor import Role


@dataclass
class Class:
    app: Application
    room: str
    teacher: Person
    student: Person

    def device(self, person: Person) -> Device:
        return Device(self.app.http, self.app.url, person.access_token)


@pytest.fixture
async def lesson(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Class]:
    async with an_application(some_settings(database_settings, tmp_path)) as app:
        teacher = await app.person(Role.INSTRUCTOR, name="Ines Carvalho")
        student = await app.person()
        _, made = await app.call(
            "POST", "/api/v1/rooms", headers=teacher.bearer, json={"title": "Algebra"}
        )
        yield Class(app, made["id"], teacher, student)


@pytest.mark.parametrize("codec", ["video/VP8", "video/H264"])
async def test_what_an_encoder_sends_a_player_decodes(lesson: Class, codec: str) -> None:
    encoder, player = lesson.device(lesson.teacher), lesson.device(lesson.student)
    async with encoder.publishing(
        f"/whip/{lesson.room}", [sound(), Picture(60)], codec=codec
    ) as sent:
        await sent.connected()
        async with player.watching(f"/whep/{lesson.room}") as watched:
            await watched.seen.until(lambda seen: seen.frames["video"] >= 30)
            await watched.seen.until(lambda seen: seen.frames["audio"] >= 30)
            assert watched.seen.sizes == {(320, 180)}
            assert all(abs(grey - 61) < 8 for grey in watched.seen.greys)
