"""People: the first admin, roles, the command line, looking for somebody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from tests.support.accounts import HOME, ORIGIN, PASSWORD, a_person, some_accounts
from vtp.accounts import commands
from vtp.accounts.problems import LastAdmin, SetupLinkEnded, WeakPassword, WrongCredentials
from vtp.accounts.service import Accounts
from vtp.actor import ANONYMOUS, SYSTEM, Role
from vtp.clock import SetClock
from vtp.db import Database
from vtp.errors import Forbidden, Invalid, NotFound
from vtp.ids import UserId, uuid7

STUDENT = frozenset({Role.STUDENT})


@pytest.fixture
async def accounts(db: Database, clock: SetClock) -> AsyncIterator[Accounts]:
    async with some_accounts(db, clock) as made:
        yield made


# --- the first admin --------------------------------------------------------------------------
def token_of(link: str | None) -> str:
    assert link
    prefix = f"{ORIGIN}/setup?token="
    assert link.startswith(prefix)
    return link.removeprefix(prefix)


async def complete(accounts: Accounts, token: str, email: str = "head@school.test") -> None:
    await accounts.first_admin.complete(token, email=email, name="Amara Okafor", password=PASSWORD)


async def test_the_link_makes_the_first_admin_once(accounts: Accounts) -> None:
    token = token_of(await accounts.first_admin.link())
    await accounts.first_admin.require_open(token)
    await complete(accounts, token)
    tokens = await accounts.sign_in.client(email="head@school.test", password=PASSWORD, caller=HOME)
    actor = await accounts.credentials.by_token(tokens.access_token)
    assert actor
    assert actor.roles == {Role.ADMIN}
    with pytest.raises(SetupLinkEnded):
        await complete(accounts, token, "other@school.test")
    assert await accounts.first_admin.link() is None


async def test_of_two_who_use_the_link_at_once_one_becomes_admin(
    accounts: Accounts, db: Database
) -> None:
    token = token_of(await accounts.first_admin.link())
    results = await asyncio.gather(
        complete(accounts, token, "a@school.test"),
        complete(accounts, token, "b@school.test"),
        return_exceptions=True,
    )
    assert sum(isinstance(result, SetupLinkEnded) for result in results) == 1
    assert await db.fetchval("select count(*) from app_user") == 1


async def test_the_link_ends_after_an_hour(accounts: Accounts, clock: SetClock) -> None:
    token = token_of(await accounts.first_admin.link())
    clock.advance(3601)
    with pytest.raises(SetupLinkEnded):
        await complete(accounts, token)


async def test_a_newer_link_ends_the_older(accounts: Accounts) -> None:
    old = token_of(await accounts.first_admin.link())
    new = token_of(await accounts.first_admin.link())
    with pytest.raises(SetupLinkEnded):
        await accounts.first_admin.require_open(old)
    await accounts.first_admin.require_open(new)


async def test_a_mistake_does_not_use_the_link_up(accounts: Accounts) -> None:
    token = token_of(await accounts.first_admin.link())
    with pytest.raises(WeakPassword):
        await accounts.first_admin.complete(
            token, email="head@school.test", name="Amara", password="password"
        )
    with pytest.raises(Invalid):
        await accounts.first_admin.complete(token, email="x", name="", password=PASSWORD)
    await complete(accounts, token)


async def test_the_link_is_void_once_there_is_an_admin(accounts: Accounts) -> None:
    token = token_of(await accounts.first_admin.link())
    await a_person(accounts, "Amara Okafor", Role.ADMIN)
    with pytest.raises(SetupLinkEnded):
        await complete(accounts, token)


async def test_the_link_is_in_no_log(
    accounts: Accounts, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        token = token_of(await accounts.first_admin.link())
        await complete(accounts, token)
    captured = capsys.readouterr()
    assert token not in captured.out + captured.err + caplog.text


# --- roles ------------------------------------------------------------------------------------
async def test_the_last_admin_stays(accounts: Accounts) -> None:
    admin = await a_person(accounts, "Amara Okafor", Role.ADMIN)
    actor = await admin.by_client()
    with pytest.raises(LastAdmin):
        await accounts.administration.set_roles(actor, admin.user.id, STUDENT)
    with pytest.raises(LastAdmin):
        await accounts.administration.set_disabled(actor, admin.user.id, disabled=True)
    other = await a_person(accounts, "Ines Carvalho", Role.ADMIN)
    await accounts.administration.set_disabled(actor, other.user.id, disabled=True)
    with pytest.raises(LastAdmin):  # a disabled one does not count
        await accounts.administration.set_roles(actor, admin.user.id, STUDENT)


async def test_of_two_admins_who_remove_each_other_at_once_one_stays(
    accounts: Accounts, db: Database
) -> None:
    for n in range(5):
        one = await a_person(accounts, f"One{n} A", Role.ADMIN)
        two = await a_person(accounts, f"Two{n} B", Role.ADMIN)
        await asyncio.gather(
            accounts.administration.set_roles(SYSTEM, one.user.id, STUDENT),
            accounts.administration.set_roles(SYSTEM, two.user.id, STUDENT),
            return_exceptions=True,
        )
        admins = await db.fetch("select id from app_user where roles @> '{admin}'")
        assert len(admins) == 1
        async with db.transaction() as tx:
            await tx.execute("delete from app_user")


async def test_only_admins_set_roles(accounts: Accounts) -> None:
    person = await a_person(accounts)
    for role in set(Role) - {Role.ADMIN}:
        actor = await (await a_person(accounts, f"{role.value} X", role)).by_client()
        with pytest.raises(Forbidden):
            await accounts.administration.set_roles(
                actor, person.user.id, frozenset({Role.MANAGER})
            )


async def test_nobody_has_no_role_and_nobody_has_the_roles_of_nobody(accounts: Accounts) -> None:
    person = await a_person(accounts)
    with pytest.raises(Invalid):
        await accounts.administration.set_roles(SYSTEM, person.user.id, frozenset())
    with pytest.raises(NotFound):
        await accounts.administration.set_roles(SYSTEM, uuid7(), STUDENT)


async def test_a_change_of_roles_is_news(accounts: Accounts) -> None:
    heard: list[UserId] = []

    async def hear(user_id: UserId) -> None:
        heard.append(user_id)

    accounts.on_changed.append(hear)
    person = await a_person(accounts)
    await accounts.administration.set_roles(SYSTEM, person.user.id, frozenset({Role.EDITOR}))
    assert heard == [person.user.id]


# --- seeing people ----------------------------------------------------------------------------
async def test_only_admins_and_managers_see_others(accounts: Accounts) -> None:
    person = await a_person(accounts)
    for role in Role:
        actor = await (await a_person(accounts, f"{role.value} X", role)).by_client()
        assert actor.user_id
        assert (await accounts.people.by_id(actor, actor.user_id)).id == actor.user_id
        if role in {Role.ADMIN, Role.MANAGER}:
            assert (await accounts.people.by_id(actor, person.user.id)).id == person.user.id
            assert await accounts.people.listed(actor, words="", after=None, limit=10)
        else:
            with pytest.raises(NotFound):
                await accounts.people.by_id(actor, person.user.id)
            with pytest.raises(Forbidden):
                await accounts.people.listed(actor, words="", after=None, limit=10)


async def test_a_list_of_people_goes_on_where_it_ended(accounts: Accounts) -> None:
    names = ["ada Äpfel", "Ada Apfel", "Bo Li", "bo li", "Ömer İnce", "Zoe Q", "élise D"]
    for n, name in enumerate(names):
        await accounts.administration.create(
            SYSTEM, email=f"p{n}@school.test", name=name, password=PASSWORD, roles=STUDENT
        )
    seen: list[str] = []
    after = None
    while page := await accounts.people.listed(SYSTEM, words="", after=after, limit=2):
        seen += [user.email for user in page]
        after = page[-1].name, page[-1].id
    assert sorted(seen) == [f"p{n}@school.test" for n in range(len(names))]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("carv", {"Ines Carvalho"}),
        ("OMAR@", {"Omar Haddad"}),
        ("school.test", {"Ines Carvalho", "Omar Haddad"}),
        ("%", set()),
        ("_mar", set()),
        ("\\", set()),
        ("nobody", set()),
    ],
)
async def test_people_are_found_by_name_and_email(
    accounts: Accounts, words: str, found: set[str]
) -> None:
    await a_person(accounts, "Ines Carvalho")
    await a_person(accounts, "Omar Haddad")
    listed = await accounts.people.listed(SYSTEM, words=words, after=None, limit=10)
    assert {user.name for user in listed} == found


async def test_one_changes_what_one_names_and_nothing_else(accounts: Accounts) -> None:
    actor = await (await a_person(accounts)).by_client()
    await accounts.people.update_me(actor, time_zone="Europe/Lisbon")
    changed = await accounts.people.update_me(actor, name="Inês Carvalho", theme="dark")
    assert (changed.name, changed.time_zone, changed.theme) == (
        "Inês Carvalho",
        "Europe/Lisbon",
        "dark",
    )
    with pytest.raises(Invalid) as caught:
        await accounts.people.update_me(actor, name=" ", theme="pink", time_zone="Mars")
    assert set(caught.value.fields) == {"name", "theme", "time_zone"}


async def test_a_page_knows_who_looks_at_it(accounts: Accounts) -> None:
    person = await a_person(accounts, "Ines Maria Carvalho")
    viewer = await accounts.people.viewer(await person.by_browser())
    assert viewer
    assert (viewer["initials"], viewer["theme"], viewer["picture_url"]) == ("IC", "auto", None)
    assert await accounts.people.viewer(ANONYMOUS) is None


# --- the command line -------------------------------------------------------------------------
async def test_accounts_are_managed_from_the_command_line(accounts: Accounts) -> None:
    said: list[str] = []
    admin, write = accounts.administration, said.append
    email = "head@school.test"
    await commands.add(
        admin, write, email=email, name="Amara Okafor", roles=[Role.ADMIN], password=None
    )
    assert said[0] == "head@school.test  Amara Okafor  admin"
    made = said[1].removeprefix("password: ")
    await accounts.sign_in.client(email=email, password=made, caller=HOME)
    await commands.add(
        admin,
        write,
        email="ines@school.test",
        name="Ines Carvalho",
        roles=[Role.STUDENT],
        password=PASSWORD,
    )
    await commands.set_roles(
        admin, write, email="INES@school.test", roles=[Role.MANAGER, Role.INSTRUCTOR]
    )
    await commands.disable(admin, write, email="ines@school.test")
    said.clear()
    await commands.list_users(accounts.people, write)
    assert said == [
        "head@school.test  Amara Okafor  admin",
        "ines@school.test  Ines Carvalho  instructor,manager  (disabled)",
    ]
    await commands.enable(admin, write, email="ines@school.test")
    await accounts.sign_in.client(email="ines@school.test", password=PASSWORD, caller=HOME)


async def test_a_password_that_is_set_ends_what_was_signed_in(accounts: Accounts) -> None:
    person = await a_person(accounts)
    token = (await person.client()).access_token
    said: list[str] = []
    await commands.set_password(
        accounts.administration, said.append, email=person.user.email, password=None
    )
    assert await accounts.credentials.by_token(token) is None
    with pytest.raises(WrongCredentials):
        await person.client()
    made = said[-1].removeprefix("password: ")
    await accounts.sign_in.client(email=person.user.email, password=made, caller=HOME)


async def test_the_command_line_says_who_is_unknown(accounts: Accounts) -> None:
    with pytest.raises(NotFound):
        await commands.disable(accounts.administration, print, email="nobody@school.test")


def test_a_typed_password_is_typed_twice() -> None:
    answers = iter(["violet", "violet", "violet", "violets"])
    assert commands.typed_password(lambda _: next(answers)) == "violet"
    with pytest.raises(commands.DifferentPasswords):
        commands.typed_password(lambda _: next(answers))
