"""Who a credential stands for, for how long, and what never stands for anybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest

from tests.support.accounts import (
    ELSEWHERE,
    HOME,
    PASSWORD,
    a_person,
    actor_of_cookie,
    some_accounts,
)
from vtp.accounts.problems import BadRefreshToken, KeyLimit, SetupLinkEnded, WrongCredentials
from vtp.accounts.service import Accounts
from vtp.accounts.service.own_keys import MOST
from vtp.accounts.service.standing import Standing
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.clock import SetClock
from vtp.db import Database
from vtp.errors import Invalid, NotFound
from vtp.ids import SessionId


@pytest.fixture
async def accounts(db: Database, clock: SetClock) -> AsyncIterator[Accounts]:
    async with some_accounts(db, clock) as made:
        yield made


class Queries:
    """Counts the reads of a database."""

    def __init__(self, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = db.fetchrow

        async def counted(query: str, *args: object) -> object:
            self.count += 1
            return await real(query, *args)

        monkeypatch.setattr(db, "fetchrow", counted)


# --- every token type, in every place ---------------------------------------------------------
async def test_each_kind_of_token_opens_its_own_door_and_no_other(accounts: Accounts) -> None:
    link = await accounts.first_admin.link()
    assert link
    person = await a_person(accounts)
    browser, client = await person.browser(), await person.client()
    _, key = await accounts.keys.create(await actor_of_cookie(accounts, browser.cookie), name="k")
    held = {
        "session": browser.cookie,
        "access": client.access_token,
        "refresh": client.refresh_token,
        "key": key,
        "device": browser.device,
        "setup": link.partition("token=")[2],
    }
    doors: dict[str, Callable[[str], Awaitable[object]]] = {
        "session": accounts.credentials.by_session,
        "access": accounts.credentials.by_token,
        "key": accounts.credentials.by_key,
        "refresh": accounts.clients.refresh,
        "setup": partial(is_open, accounts),
    }
    opened = {
        (kind, door) for kind in held for door in doors if await opens(doors[door], held[kind])
    }
    assert opened == {(kind, kind) for kind in doors}


async def is_open(accounts: Accounts, token: str) -> bool:
    await accounts.first_admin.require_open(token)
    return True


async def opens(door: Callable[[str], Awaitable[object]], token: str) -> bool:
    try:
        return await door(token) is not None
    except (BadRefreshToken, SetupLinkEnded):
        return False


# --- how long ---------------------------------------------------------------------------------
async def test_a_busy_client_costs_one_query_a_second(
    accounts: Accounts, clock: SetClock, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await (await a_person(accounts)).client()).access_token
    queries = Queries(db, monkeypatch)
    for _ in range(100):
        assert await accounts.credentials.by_token(token)
        clock.advance(0.05)
    assert queries.count == 5


async def test_what_ended_elsewhere_ends_here_within_a_second(
    db: Database, clock: SetClock, accounts: Accounts
) -> None:
    person = await a_person(accounts)
    actor = await person.by_browser()
    cookie = (await person.browser()).cookie
    token = (await person.client()).access_token
    _, key = await accounts.keys.create(actor, name="k")
    asked: dict[str, Callable[[], Awaitable[Actor | None]]] = {
        "cookie": partial(accounts.credentials.by_session, cookie),
        "token": partial(accounts.credentials.by_token, token),
        "key": partial(accounts.credentials.by_key, key),
    }
    for ask in asked.values():
        assert await ask()
    async with some_accounts(db, clock) as other_process:
        await other_process.administration.set_disabled(SYSTEM, person.user.id, disabled=True)
    clock.advance(1)
    assert {name: await ask() for name, ask in asked.items()} == dict.fromkeys(asked)


async def test_what_ended_here_ends_at_once(accounts: Accounts) -> None:
    person = await a_person(accounts)
    actor = await person.by_browser()
    key, secret = await accounts.keys.create(actor, name="k")
    assert await accounts.credentials.by_key(secret)
    await accounts.keys.delete(actor, key.id)
    assert await accounts.credentials.by_key(secret) is None


async def test_new_roles_count_at_once(accounts: Accounts) -> None:
    person = await a_person(accounts)
    token = (await person.client()).access_token
    await accounts.credentials.by_token(token)
    roles = frozenset({Role.INSTRUCTOR})
    await accounts.administration.set_roles(SYSTEM, person.user.id, roles)
    actor = await accounts.credentials.by_token(token)
    assert actor
    assert actor.roles == roles


async def test_a_token_of_another_persons_session_is_nobodys(
    accounts: Accounts, clock: SetClock
) -> None:
    """Signed by us, but for a person and a session that do not belong together."""
    ines, omar = await a_person(accounts), await a_person(accounts, "Omar Haddad")
    session = await omar.by_client()
    assert session.credential_id
    access = accounts.credentials._access
    forged = access.issue(ines.user.id, SessionId(session.credential_id), now=clock.now())
    assert await accounts.credentials.by_token(forged) is None


async def test_standing_tells_which_of_many_still_hold(
    accounts: Accounts, db: Database, clock: SetClock
) -> None:
    ines, omar = await a_person(accounts), await a_person(accounts, "Omar Haddad")
    stays, goes = await ines.by_browser(), await ines.by_client()
    gone = await omar.by_client()
    key, secret = await accounts.keys.create(stays, name="k", scopes=["users:read"])
    by_key = await accounts.credentials.by_key(secret)
    assert by_key
    await accounts.sessions.sign_out(goes)
    await accounts.administration.set_disabled(SYSTEM, omar.user.id, disabled=True)
    await accounts.administration.set_roles(SYSTEM, ines.user.id, frozenset({Role.EDITOR}))
    now = await Standing(db, clock=clock, demo=False)([stays, goes, gone, by_key])
    assert [actor.credential_id if actor else None for actor in now] == [
        stays.credential_id,
        None,
        None,
        key.id,
    ]
    assert now[0]
    assert now[0].roles == {Role.EDITOR}
    assert now[3]
    assert now[3].scopes == frozenset({"users:read"})


# --- demo accounts ----------------------------------------------------------------------------
async def test_demo_accounts_open_nothing_without_the_demo(db: Database, clock: SetClock) -> None:
    async with some_accounts(db, clock, demo=True) as accounts:
        await put_demo(accounts)
        session = await accounts.sign_in.browser(
            email="admin@demo.test", password="classroom", caller=HOME
        )
        tokens = await accounts.sign_in.client(
            email="admin@demo.test", password="classroom", caller=HOME
        )
        actor = await actor_of_cookie(accounts, session.cookie)
        _, key = await accounts.keys.create(actor, name="k")
        assert await accounts.first_admin.link() is None
    async with some_accounts(db, clock, demo=False) as accounts:
        with pytest.raises(WrongCredentials):
            await accounts.sign_in.client(
                email="admin@demo.test", password="classroom", caller=HOME
            )
        assert await accounts.credentials.by_session(session.cookie) is None
        assert await accounts.credentials.by_token(tokens.access_token) is None
        assert await accounts.credentials.by_key(key) is None
        with pytest.raises(BadRefreshToken):
            await accounts.clients.refresh(tokens.refresh_token)
        assert await accounts.first_admin.link()


async def put_demo(accounts: Accounts) -> None:
    await accounts.administration.put_demo(
        email="admin@demo.test",
        name="Amara Okafor",
        password="classroom",
        roles=frozenset({Role.ADMIN}),
    )


async def test_filling_the_demo_again_changes_nothing_but_a_changed_password(
    db: Database, clock: SetClock
) -> None:
    async with some_accounts(db, clock, demo=True) as accounts:
        await put_demo(accounts)
        first = await db.fetchval("select password_hash from app_user")
        await put_demo(accounts)
        assert await db.fetchval("select password_hash from app_user") == first
        session = await accounts.sign_in.browser(
            email="admin@demo.test", password="classroom", caller=HOME
        )
        await accounts.password.change(
            await actor_of_cookie(accounts, session.cookie), current="classroom", new=PASSWORD
        )
        await put_demo(accounts)
        await accounts.sign_in.client(email="admin@demo.test", password="classroom", caller=HOME)


async def test_the_demo_takes_nobodys_account(db: Database, clock: SetClock) -> None:
    async with some_accounts(db, clock, demo=True) as accounts:
        await accounts.administration.create(
            SYSTEM,
            email="admin@demo.test",
            name="Somebody",
            password=PASSWORD,
            roles=frozenset({Role.STUDENT}),
        )
        await put_demo(accounts)
        actor_tokens = await accounts.sign_in.client(
            email="admin@demo.test", password=PASSWORD, caller=ELSEWHERE
        )
        actor = await accounts.credentials.by_token(actor_tokens.access_token)
        assert actor
        assert actor.roles == {Role.STUDENT}


# --- keys -------------------------------------------------------------------------------------
async def test_a_key_acts_for_its_owner_within_its_scopes(accounts: Accounts) -> None:
    person = await a_person(accounts)
    owner = await person.by_browser()
    narrow, secret = await accounts.keys.create(owner, name="narrow", scopes=["users:read"])
    _, wide = await accounts.keys.create(owner, name="wide")
    actor = await accounts.credentials.by_key(secret)
    assert actor == Actor(
        person.user.id, person.user.roles, Via.KEY, narrow.id, frozenset({"users:read"})
    )
    all_of_it = await accounts.credentials.by_key(wide)
    assert all_of_it
    assert all_of_it.scopes is None
    assert secret.startswith(narrow.prefix)


async def test_a_key_ends_when_it_should(accounts: Accounts, clock: SetClock) -> None:
    owner = await (await a_person(accounts)).by_browser()
    ends = clock.now() + timedelta(hours=1)
    _, secret = await accounts.keys.create(owner, name="k", expires_at=ends)
    clock.advance(3599)
    assert await accounts.credentials.by_key(secret)
    clock.advance(2)
    assert await accounts.credentials.by_key(secret) is None


async def test_a_key_is_kept_as_a_hash_and_its_use_is_noted(
    accounts: Accounts, clock: SetClock, db: Database
) -> None:
    owner = await (await a_person(accounts)).by_browser()
    _, secret = await accounts.keys.create(owner, name="k")
    row = await db.fetchrow("select * from api_key")
    assert row
    assert secret not in str(dict(row))
    assert row["last_used_at"] is None
    clock.advance(5)
    await accounts.credentials.by_key(secret)
    (key,) = await accounts.keys.listed(owner, before=None, limit=10)
    assert key.last_used_at == clock.now()


@pytest.mark.parametrize("scopes", [[], ["rooms:write"], ["users:read", "*"], [""]])
async def test_unknown_scopes_are_refused(accounts: Accounts, scopes: list[str]) -> None:
    owner = await (await a_person(accounts)).by_browser()
    with pytest.raises(Invalid) as caught:
        await accounts.keys.create(owner, name="k", scopes=scopes)
    assert set(caught.value.fields) == {"scopes"}


@pytest.mark.parametrize("seconds", [-1, 0, 11 * 365 * 86400])
async def test_a_key_ends_in_the_next_ten_years(
    accounts: Accounts, clock: SetClock, seconds: float
) -> None:
    owner = await (await a_person(accounts)).by_browser()
    with pytest.raises(Invalid):
        await accounts.keys.create(
            owner, name="k", expires_at=clock.now() + timedelta(seconds=seconds)
        )


async def test_a_person_has_so_many_keys_and_no_more(accounts: Accounts, db: Database) -> None:
    owner = await (await a_person(accounts)).by_browser()
    for n in range(MOST - 1):
        await accounts.keys.create(owner, name=f"key {n}")
    both = await asyncio.gather(
        *(accounts.keys.create(owner, name="last") for _ in range(2)), return_exceptions=True
    )
    assert sum(isinstance(result, KeyLimit) for result in both) == 1
    assert await db.fetchval("select count(*) from api_key") == MOST


async def test_keys_of_others_are_not_found(accounts: Accounts) -> None:
    ines = await (await a_person(accounts)).by_browser()
    omar = await (await a_person(accounts, "Omar Haddad", Role.ADMIN)).by_browser()
    key, _ = await accounts.keys.create(ines, name="k")
    with pytest.raises(NotFound):
        await accounts.keys.delete(omar, key.id)
    assert await accounts.keys.listed(omar, before=None, limit=10) == []


async def test_a_list_of_keys_goes_on_where_it_ended(accounts: Accounts) -> None:
    owner = await (await a_person(accounts)).by_browser()
    made = [(await accounts.keys.create(owner, name=f"{n}"))[0].id for n in range(5)]
    first = await accounts.keys.listed(owner, before=None, limit=2)
    rest = await accounts.keys.listed(owner, before=first[-1].id, limit=10)
    assert [key.id for key in first + rest] == sorted(made, reverse=True)
