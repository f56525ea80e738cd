"""Settings that admins change while the program runs."""

from __future__ import annotations

from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("name", "value"),
    [("auth.open_registration", 7), ("audit.keep_months", 0), ("school.name", " ")],
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
        assert status == 422
        assert await school.parts.db.fetchval("select count(*) from setting") == 0
        secret = "/api/v1/settings/blob.s3_secret_key"
        status, _ = await school.call("PUT", secret, headers=admin.bearer, json={"value": "x"})
        assert status == 404
