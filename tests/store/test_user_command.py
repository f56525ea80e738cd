"""`vtp user`, as whoever runs the server calls it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.accounts import HOME
from tests.support.application import some_settings
from vtp import app
from vtp.app.parts import open_parts
from vtp.settings import Database, Settings


@pytest.fixture
def chosen(database_settings: Database, tmp_path: Path) -> Settings:
    return some_settings(database_settings, tmp_path)


def signed_in(chosen: Settings, email: str, password: str) -> bool:
    async def sign_in() -> bool:
        async with open_parts(chosen) as parts:
            given = {"email": email, "password": password}
            return bool(await parts.accounts.sign_in.client(**given, caller=HOME))

    return asyncio.run(sign_in())


def told(chosen: Settings, email: str) -> list[str]:
    async def kinds() -> list[str]:
        async with open_parts(chosen) as parts:
            rows = await parts.db.fetch(
                "select kind from notice join app_user u on u.id = user_id where email = $1", email
            )
            return [row["kind"] for row in rows if row["kind"] != "accounts.signed_in"]

    return asyncio.run(kinds())


def test_a_person_is_added_changed_and_listed(
    chosen: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    email = "head@school.test"
    add = {"email": email, "name": "Head", "roles": "admin,instructor"}
    assert app.user(chosen, action="add", make_password=True, **add) == 0
    made = capsys.readouterr().out.partition("password: ")[2].strip()
    assert signed_in(chosen, email, made)

    assert app.user(chosen, action="password", email=email, make_password=True) == 0
    new = capsys.readouterr().out.partition("password: ")[2].strip()
    assert new != made
    assert signed_in(chosen, email, new)
    assert told(chosen, email) == ["accounts.password_changed"]

    other = "b@school.test"
    assert app.user(chosen, action="add", email=other, name="B", make_password=True) == 0
    assert app.user(chosen, action="disable", email=other) == 0
    assert app.user(chosen, action="roles", email=email, roles="admin") == 0
    capsys.readouterr()
    assert app.user(chosen, action="list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "b@school.test  B  student  (disabled)",
        "head@school.test  Head  admin",
    ]


def test_what_is_wrong_is_said_by_its_field(
    chosen: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.user(chosen, action="add", email="head", name="Head", make_password=True) == 1
    assert capsys.readouterr().err == "vtp: email: Write it like name@example.org.\n"
    assert app.user(chosen, action="roles", email="head@school.test", roles="boss") == 1
    assert "Roles are: admin" in capsys.readouterr().err
    assert app.user(chosen, action="enable", email="nobody@school.test") == 1
    assert "There is nothing here" in capsys.readouterr().err
