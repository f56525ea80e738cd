"""Every kind of secret that we give away, shown in every place where one is taken.

Each is worth something in its own place, and nothing in any other: not even its end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.application import Application, Person, an_application, some_settings
from tests.support.proofs import GIVEN
from tests.support.socket_client import ConnectError, connected
from vtp import settings
from vtp.actor import Role
from vtp.ids import uuid7

Show = Callable[[Application, Person, str], Awaitable[int]]
NEW = "quiet lantern over nine bridges"
# What says of a secret that it is worth nothing here.
_REFUSED = frozenset({401, 403, 404, 410, 421, 422})


@dataclass(frozen=True)
class Place:
    show: Show
    # What is answered to one that is taken; 502 and 503 come after it: the provider is away.
    took: frozenset[int] = frozenset({200, 201, 204})
    refused: frozenset[int] = _REFUSED


def _posted(path: str, field: str, **more: str) -> Place:
    async def show(app: Application, person: Person, secret: str) -> int:
        return (await app.call("POST", path, json={field: secret, **more}))[0]

    return Place(show)


def _by_owner(path: str, field: str, **more: str) -> Place:
    """Where somebody must be signed in beside."""

    async def show(app: Application, person: Person, secret: str) -> int:
        body = {field: secret, **more}
        return (await app.call("POST", path, json=body, headers=person.bearer))[0]

    return Place(show)


def _headed(name: str, scheme: str = "", path: str = "/api/v1/users/me") -> Place:
    async def show(app: Application, person: Person, secret: str) -> int:
        return (await app.call("GET", path, headers={name: scheme + secret}))[0]

    return Place(show)


def _form(path: str, field: str, **more: str) -> Place:
    async def show(app: Application, person: Person, secret: str) -> int:
        sent = {field: secret, **more}
        return (await app.call("POST", path, headers={"Origin": app.url}, data=sent))[0]

    return Place(show, frozenset({200, 303}))


def _page(path: str) -> Place:
    async def show(app: Application, person: Person, secret: str) -> int:
        return (await app.call("GET", path + secret))[0]

    return Place(show)


async def _device(app: Application, person: Person, secret: str) -> int:
    """A broadcasting program, which sends a key where a token stands; the room is nobody's."""
    path, headers = f"/whip/{uuid7()}", {"Authorization": f"Bearer {secret}"}
    return (await app.call("POST", path, headers=headers, data=b"v=0"))[0]


async def _socket(app: Application, person: Person, secret: str) -> int:
    port = int(app.url.rpartition(":")[2])
    try:
        async with connected(port, auth={"token": secret}, Host=f"127.0.0.1:{port}"):
            return 200
    except ConnectError as refused:
        return {"bad_credentials": 401}.get(refused.data["code"], 500)


async def _back(app: Application, person: Person, secret: str) -> int:
    headers = {"Cookie": f"vtp-provider={secret}"}
    path = f"/login/with/home/back?code=x&state={secret}"
    return (await app.call("GET", path, headers=headers))[0]


async def _offer(app: Application, person: Person, secret: str) -> int:
    headers = {"Cookie": f"vtp-session={person.cookie}; vtp-connect={secret}"}
    return (await app.call("GET", "/login/connect", headers=headers))[0]


AUTH = "/api/v1/auth"
CODE = "000000"
PLACES: dict[str, Place] = {
    "the cookie": _headed("Cookie", "vtp-session="),
    "a bearer": _headed("Authorization", "Bearer "),
    "the key header": _headed("X-API-Key"),
    "a bearer of a device": Place(_device, frozenset({404, 415}), frozenset({401})),
    "a socket": Place(_socket),
    "the cookie of a guest": _headed("Cookie", "vtp-guest="),
    "a refresh": _posted(f"{AUTH}/refresh", "refresh_token"),
    "the second step": _posted(f"{AUTH}/second-factor", "challenge", code=CODE),
    "an app on the way": _posted(f"{AUTH}/second-factor/app", "challenge"),
    "its confirmation": _posted(f"{AUTH}/second-factor/app/confirm", "challenge", code=CODE),
    "a question for passkeys": _posted(f"{AUTH}/passkeys/question", "challenge"),
    "an app": _by_owner(f"{AUTH}/authenticator/confirm", "challenge", code=CODE),
    "the form of the second step": _form("/login/second-factor", "challenge", code=CODE),
    "the form of the set-up": _form("/login/set-up", "challenge", code=CODE),
    "a new password": _posted(f"{AUTH}/password/reset", "token", password=NEW),
    "the form of a new password": _form("/reset", "token", password=NEW),
    "the page of a new password": _page("/reset?token="),
    "an address": _posted(f"{AUTH}/address/verify", "token"),
    "the form of an address": _form("/address/verify", "token"),
    "another address": _posted(f"{AUTH}/address/confirm", "token"),
    "the form of another address": _form("/address/confirm", "token"),
    "the address before": _posted(f"{AUTH}/address/undo", "token"),
    "the form of the address before": _form("/address/undo", "token"),
    "an invitation": _posted(f"{AUTH}/invitation", "token", name="A", password=NEW),
    "the form of an invitation": _form("/invitation", "token", name="A", password=NEW),
    "the page of an invitation": _page("/invitation?token="),
    "the page of the set-up link": _page("/setup?token="),
    "the set-up link": _form("/setup", "token", name="A", email="a@b.test", password=NEW),
    "the link for guests": _page("/join/"),
    "the way back from a provider": Place(_back, frozenset({502, 503})),
    "what waits to be connected": Place(_offer, frozenset({200}), frozenset({303})),
}
# Where each is worth something, also by its form; elsewhere it is refused. The last uses it up.
OWN: dict[str, tuple[str, ...]] = {
    "session": ("the cookie",),
    "access": ("a bearer", "a bearer of a device", "a socket"),
    "refresh": ("a refresh",),
    "key": ("the key header", "a bearer of a device"),
    "password": ("the page of a new password", "a new password"),
    "verify": ("an address",),
    "change": ("another address",),
    "undo": ("the address before",),
    "invite": ("the page of an invitation", "an invitation"),
    "app": (),  # and a code that the app shows
    "second factor": ("a question for passkeys",),
    "must set up": ("an app on the way",),
    "passkey question": (),  # and what a passkey signs
    "provider asked": ("the way back from a provider",),
    "connection offered": ("what waits to be connected",),
    "set-up link": ("the page of the set-up link", "the set-up link"),
    "guest link": ("the link for guests",),
    "guest pass": (),  # opens a room, and no place that is known to everybody
    "webhook": (),
    "nothing": (),
    "long": (),
}


@pytest.fixture
async def app(database_settings: settings.Database, tmp_path: Path) -> AsyncIterator[Application]:
    home = settings.Provider(title="Home", issuer="http://127.0.0.1:9", client_id="vtp")
    auth = settings.Auth(bcrypt_cost=4, second_factor_roles=("manager",))
    chosen = some_settings(database_settings, tmp_path, oidc={"home": home}, auth=auth)
    async with an_application(chosen, demo=True) as running:
        yield running


async def test_a_secret_is_worth_something_in_its_own_place_alone(app: Application) -> None:
    """And being shown elsewhere has not ended it."""
    assert set(OWN) == set(GIVEN)
    odd = {}
    for kind, give in GIVEN.items():
        person = await app.person(Role.INSTRUCTOR)
        secret = await give(app, person)
        for name, place in PLACES.items():
            if name.removeprefix("the form of ") not in OWN[kind]:
                status = await place.show(app, person, secret)
                if status not in place.refused:
                    odd[kind, name] = status
        for name in OWN[kind]:
            status = await PLACES[name].show(app, person, secret)
            if status not in PLACES[name].took:
                odd[kind, name] = status
    assert odd == {}
