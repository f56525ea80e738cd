"""Everything that we give away and take back as a proof, made anew whenever it is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import pytest

from tests.support.application import Application, Person
from tests.support.guests import follow, open_to_guests
from vtp.accounts import codes, opaque
from vtp.accounts.model import Purpose
from vtp.accounts.problems import SecondFactorMissing, SecondFactorNeeded
from vtp.accounts.service.federation import ConnectionOffered, ProviderAsked
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.app.hooks import endpoints
from vtp.clock import SystemClock

Give = Callable[[Application, Person], Awaitable[str]]


async def _cookie(app: Application, person: Person) -> str:
    return (await app.sign_in(person.user)).cookie


async def _access(app: Application, person: Person) -> str:
    return (await app.sign_in(person.user)).access_token


async def _refresh(app: Application, person: Person) -> str:
    return (await app.sign_in(person.user)).refresh_token


async def _key(app: Application, person: Person) -> str:
    actor = Actor(person.user.id, person.user.roles, Via.SYSTEM)
    keys = app.parts.accounts.keys
    _made, key = await keys.create(actor, name="k", scopes=None, expires_at=None)
    return key


async def _mailed(purpose: Purpose, app: Application, person: Person) -> str:
    """For somebody else than who shows it; an invitation for somebody who has not come yet."""
    other, links = await app.person(), app.parts.accounts.addresses._links
    address = f"new.{other.user.email}" if purpose in {Purpose.CHANGE, Purpose.UNDO} else ""
    async with app.parts.db.transaction() as tx:
        return (await links.make(tx, other.user, purpose, address)).token


async def _app(app: Application, person: Person) -> str:
    actor = await app.parts.accounts.credentials.by_session(person.cookie)
    assert actor
    return (await app.parts.accounts.proving.own.begin_app(actor)).challenge


async def _second_factor(app: Application, person: Person) -> str:
    """Of somebody who has an app and gave the right password."""
    other, accounts = await app.person(name="Mei Tan"), app.parts.accounts
    actor = await accounts.credentials.by_session(other.cookie)
    assert actor
    begun = await accounts.proving.own.begin_app(actor)
    code = codes.code_at(begun.secret, codes.step_at(SystemClock().now()))
    await accounts.proving.own.confirm_app(actor, begun.challenge, code)
    with pytest.raises(SecondFactorNeeded) as needed:
        await app.sign_in(other.user)
    return needed.value.challenge


async def _must_set_up(app: Application, person: Person) -> str:
    """Of somebody whose role demands an app, and who has none."""
    with pytest.raises(SecondFactorMissing) as missing:
        await app.person(Role.MANAGER)
    return missing.value.challenge


async def _passkey_question(app: Application, person: Person) -> str:
    return str((await app.parts.accounts.proving.passkey_sign_in.ask())["challenge"])


async def _provider_asked(app: Application, person: Person) -> str:
    return await _challenge(app, ProviderAsked("home", "n", "v" * 43, "/"))


async def _connection_offered(app: Application, person: Person) -> str:
    facts = ConnectionOffered("https://home.test", opaque.new(), person.user.email, "Home")
    return await _challenge(app, facts)


async def _challenge(app: Application, facts: ProviderAsked | ConnectionOffered) -> str:
    async with app.parts.db.transaction() as tx:
        challenges = app.parts.accounts.proving.challenges
        return await challenges.issue(tx, facts, user_id=None)


async def _set_up(app: Application, person: Person) -> str:
    link = await app.parts.accounts.first_admin.link()
    assert link
    return link.partition("token=")[2]


async def _guest_link(app: Application, person: Person) -> str:
    return (await open_to_guests(app, person))[1]


async def _guest_pass(app: Application, person: Person) -> str:
    return (await follow(app, await _guest_link(app, person))).cookie


async def _webhook(app: Application, person: Person) -> str:
    return (
        await endpoints(app.parts).create(
            SYSTEM, url="https://hooks.school.test/", description="", events=("meeting.started",)
        )
    )[1]


async def _nothing(app: Application, person: Person) -> str:
    return opaque.new()


async def _long(app: Application, person: Person) -> str:
    return "A" * 199


GIVEN: Mapping[str, Give] = {
    "session": _cookie,
    "access": _access,
    "refresh": _refresh,
    "key": _key,
    **{purpose.value: partial(_mailed, purpose) for purpose in Purpose},
    "app": _app,
    "second factor": _second_factor,
    "must set up": _must_set_up,
    "passkey question": _passkey_question,
    "provider asked": _provider_asked,
    "connection offered": _connection_offered,
    "set-up link": _set_up,
    "guest link": _guest_link,
    "guest pass": _guest_pass,
    "webhook": _webhook,
    "nothing": _nothing,
    "long": _long,
}
