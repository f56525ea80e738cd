"""Every kind of secret that we give away, shown in every place where one is taken.

Each is worth something in its own place, and nothing in any other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from vtp import settings
from vtp.accounts import codes, opaque
from vtp.accounts.problems import SecondFactorNeeded
from vtp.actor import Actor, Via
from vtp.clock import SystemClock

# Where a secret is shown, and what it says of one that is worth nothing there.
_REFUSED = {401, 403, 404, 410, 422}
Show = Callable[[Application, str], Awaitable[int]]


async def _status(app: Application, method: str, path: str, **more: Any) -> int:
    return (await app.call(method, path, **more))[0]


def _posted(path: str, field: str, **more: str) -> Show:
    async def show(app: Application, secret: str) -> int:
        return await _status(app, "POST", path, json={field: secret, **more})

    return show


def _headed(name: str, scheme: str = "") -> Show:
    async def show(app: Application, secret: str) -> int:
        headers = {name: scheme + secret}
        return await _status(app, "GET", "/api/v1/users/me", headers=headers)

    return show


def _form(path: str, field: str) -> Show:
    async def show(app: Application, secret: str) -> int:
        headers = {"Origin": app.url}
        return await _status(app, "POST", path, headers=headers, data={field: secret})

    return show


async def _back(app: Application, secret: str) -> int:
    headers = {"Cookie": f"vtp-provider={secret}"}
    path = f"/login/with/home/back?code=x&state={secret}"
    return await _status(app, "GET", path, headers=headers)


AUTH = "/api/v1/auth"
PLACES: dict[str, Show] = {
    "the cookie": _headed("Cookie", "vtp-session="),
    "a bearer": _headed("Authorization", "Bearer "),
    "the key header": _headed("X-API-Key"),
    "a refresh": _posted(f"{AUTH}/refresh", "refresh_token"),
    "the second step": _posted(f"{AUTH}/second-factor", "challenge", code="000000"),
    "an app on the way": _posted(f"{AUTH}/second-factor/app", "challenge"),
    "its confirmation": _posted(f"{AUTH}/second-factor/app/confirm", "challenge", code="000000"),
    "a question for passkeys": _posted(f"{AUTH}/passkeys/question", "challenge"),
    "the form of the second step": _form("/login/second-factor", "challenge"),
    "the form of the set-up": _form("/login/set-up", "challenge"),
    "the set-up link": _form("/setup", "token"),
    "the way back from a provider": _back,
}
# Where each is worth something; elsewhere it is refused.
OWN = {
    "session": {"the cookie"},
    "access": {"a bearer"},
    "refresh": {"a refresh"},
    "key": {"the key header"},
    "second factor": {"a question for passkeys"},
    "app": set(),
    "passkey question": set(),
    "device": set(),
    "nothing": set(),
    "long": set(),
}


@pytest.fixture
async def secrets(database_settings: settings.Database, tmp_path: Path) -> Any:
    async with an_application(some_settings(database_settings, tmp_path)) as app:
        yield app, await _all(app, await app.person())


async def _all(app: Application, person: Person) -> dict[str, str]:
    accounts = app.parts.accounts
    session = await accounts.credentials.by_session(person.cookie)
    assert session
    _, key = await accounts.keys.create(
        Actor(person.user.id, person.user.roles, Via.SYSTEM),
        name="k",
        scopes=None,
        expires_at=None,
    )
    asked = await accounts.proving.passkey_sign_in.ask()
    return {
        "session": person.cookie,
        "access": person.access_token,
        "refresh": person.refresh_token,
        "key": key,
        "app": (await accounts.proving.own.begin_app(session)).challenge,
        "passkey question": asked["challenge"],
        "second factor": await _second_factor(app),
        "device": "vtpd_" + "A" * 64,
        "nothing": opaque.new(),
        "long": "A" * 199,
    }


async def _second_factor(app: Application) -> str:
    other = await app.person(name="Mei Tan")
    accounts = app.parts.accounts
    session = await accounts.credentials.by_session(other.cookie)
    assert session
    begun = await accounts.proving.own.begin_app(session)
    code = codes.code_at(begun.secret, codes.step_at(SystemClock().now()))
    await accounts.proving.own.confirm_app(session, begun.challenge, code)
    with pytest.raises(SecondFactorNeeded) as needed:
        await app.sign_in(other.user)
    return needed.value.challenge


async def test_a_secret_is_worth_something_in_its_own_place_alone(
    secrets: tuple[Application, dict[str, str]],
) -> None:
    app, kinds = secrets
    assert set(kinds) == set(OWN)
    accepted, odd = set(), {}
    for kind, secret in kinds.items():
        for place, show in PLACES.items():
            status = await show(app, secret)
            if status < 300:
                accepted.add((kind, place))
            elif status not in _REFUSED:
                odd[kind, place] = status
    assert accepted == {(kind, place) for kind, places in OWN.items() for place in places}
    assert odd == {}
