"""Settings that admins change while the program runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.accounts import PASSWORD
from tests.support.application import an_application, some_settings
from vtp import settings
from vtp.actor import Role

OPEN = "/api/v1/settings/auth.open_registration"


async def test_a_change_holds_at_once_in_all_processes_and_is_written_down(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    chosen = some_settings(database_settings, tmp_path)
    async with (
        an_application(chosen) as school,
        an_application(some_settings(database_settings, tmp_path / "other")) as other,
    ):
        admin = await school.person(Role.ADMIN)
        headers = {"Cookie": f"{school.by_cookie}={admin.cookie}", "Origin": school.url}
        status, now = await school.call("PUT", OPEN, headers=admin.bearer, json={"value": False})
        assert (status, now["value"], now["default"], now["changed"]) == (200, False, True, True)
        new = {"email": "new@school.test", "name": "New", "password": "copper lantern quiet"}
        assert (await school.call("POST", "/api/v1/auth/register", json=new))[0] == 403
        await other.parts.runtime.read()
        assert (await other.call("POST", "/api/v1/auth/register", json=new))[0] == 403
        assert chosen.auth.open_registration  # what others were given stays as it was
        _, found = await school.call(
            "GET", "/api/v1/audit?noun=setting&action=changed", headers=admin.bearer
        )
        assert found["items"][0]["details"] == {"before": True, "after": False}
        form = {"name": "auth.open_registration", "do": "reset"}
        status, _ = await school.call("POST", "/admin/settings", headers=headers, data=form)
        assert status == 303
        assert (await school.call("POST", "/api/v1/auth/register", json=new))[0] == 201


async def test_roles_limits_and_the_name_of_the_school_follow_without_a_restart(
    database_settings: settings.Database, tmp_path: Path
) -> None:
    async with an_application(some_settings(database_settings, tmp_path), demo=True) as school:
        admin, person = await school.person(Role.ADMIN), await school.person()

        async def change(name: str, value: object) -> None:
            path, body = f"/api/v1/settings/{name}", {"value": value}
            status, now = await school.call("PUT", path, headers=admin.bearer, json=body)
            assert (status, now["value"]) == (200, value)

        await change("auth.second_factor_roles", ["manager", "student"])
        body = {"email": person.user.email, "password": PASSWORD}
        _, said = await school.call("POST", "/api/v1/auth/login", json=body)
        assert said["code"] == "second_factor_missing"
        _, factors = await school.call("GET", "/api/v1/auth/factors", headers=person.bearer)
        assert factors["demanded"] is True
        await change("auth.second_factor_roles", [])
        assert (await school.call("POST", "/api/v1/auth/login", json=body))[0] == 200

        await change("limits.registrations_per_hour", 1)
        new = {"name": "New", "password": "copper lantern quiet"}
        path = "/api/v1/auth/register"
        found = [
            (await school.call("POST", path, json=new | {"email": f"n{n}@school.test"}))[0]
            for n in range(2)
        ]
        assert found == [201, 429]

        await change("school.name", "Linden Open School")
        async with school.parts.db.transaction() as tx:
            await school.parts.accounts.recovery.write(tx, person.user.email)
        _, page = await school.call("GET", "/dev/mail")
        assert "Linden Open School" in page
        _, app = await school.call("POST", "/api/v1/auth/authenticator", headers=person.bearer)
        assert "Linden%20Open%20School" in app["address"]
        headers = {"Cookie": f"{school.by_cookie}={admin.cookie}", "Origin": school.url}
        form = {"name": "auth.second_factor_roles", "do": "save", "value:admin": "on"}
        assert (await school.call("POST", "/admin/settings", headers=headers, data=form))[0] == 303
        _, page = await school.call("GET", "/admin/settings", headers=headers)
        assert 'name="value:admin" value="on" checked' in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auth.open_registration", 7),
        ("audit.keep_months", 0),
        ("school.name", " "),
        ("limits.requests_per_minute", 59),
        ("auth.second_factor_roles", ["nobody"]),
    ],
)
async def test_what_a_setting_does_not_take_changes_nothing(
    database_settings: settings.Database, tmp_path: Path, name: str, value: object
) -> None:
    async with an_application(some_settings(database_settings, tmp_path)) as school:
        admin = await school.person(Role.ADMIN)
        path = f"/api/v1/settings/{name}"
        status, _ = await school.call("PUT", path, headers=admin.bearer, json={"value": value})
        assert status == 422
        headers = {"Cookie": f"{school.by_cookie}={admin.cookie}", "Origin": school.url}
        form = {"name": name, "value": "", "do": "save"}
        status, _ = await school.call("POST", "/admin/settings", headers=headers, data=form)
        # Of boxes, none that is checked is an answer too: the one that it was.
        assert status == (303 if isinstance(value, list) else 422)
        held = "select count(*) from setting where value <> '[]'"
        assert await school.parts.db.fetchval(held) == 0
        secret = "/api/v1/settings/blob.s3_secret_key"
        status, _ = await school.call("PUT", secret, headers=admin.bearer, json={"value": "x"})
        assert status == 404
