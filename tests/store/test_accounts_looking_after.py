"""Looking after people: invitations, lists that are imported, accounts that are closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from tests.support.accounts import HOME, PASSWORD, Queue, a_person, some_accounts
from tests.support.letters import SEAL, some_mails
from vtp.accounts.model import ApplyList, CompareList, ImportState
from vtp.accounts.problems import (
    LastAdmin,
    LinkEnded,
    MergedAway,
    NothingToApply,
    NotInvited,
    SameAccount,
    WeakPassword,
)
from vtp.accounts.service import Accounts
from vtp.actor import SYSTEM, Actor, Role, Via
from vtp.clock import SetClock
from vtp.db import Database, Db
from vtp.errors import Forbidden, NotFound
from vtp.ids import UserId, uuid7

STUDENT = frozenset({Role.STUDENT})
LIST = b"mail,name,roles\nnoor@school.test,Noor Haddad,student\nines@school.test,Ines C.,editor\n=a,b,\n"


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
async def accounts(db: Database, clock: SetClock, queue: Queue) -> AsyncIterator[Accounts]:
    mails = some_mails(db, clock, queue, demo=True)
    async with some_accounts(db, clock, jobs=queue, mails=mails) as made:
        yield made


@pytest.fixture
async def admin(accounts: Accounts) -> Actor:
    user = (await a_person(accounts, "Amara Okafor", Role.ADMIN)).user
    return Actor(user.id, user.roles, Via.SESSION)


async def token(db: Database, email: str) -> str:
    """The end of the newest link that was written to somebody."""
    row = await db.fetchrow(
        "select id, sealed from mail where address = $1 order by id desc limit 1", email
    )
    assert row
    opened = SEAL.open(row["sealed"], row["id"])
    assert opened
    return opened


async def nothing(_tx: Db) -> None:
    """In place of recording the success of a job."""


# --- invitations ------------------------------------------------------------------------------
async def test_who_was_invited_comes_in_by_the_link_once(
    accounts: Accounts, admin: Actor, db: Database
) -> None:
    made = await accounts.invitations.invite(
        admin, email="noor@school.test", name="", roles=STUDENT
    )
    assert (made.name, made.standing) == ("noor", "invited")
    link = await token(db, "noor@school.test")
    assert (await accounts.invitations.look(link)).id == made.id
    with pytest.raises(WeakPassword):
        await accounts.invitations.accept(link, name="Noor", password="password")
    await accounts.invitations.accept(link, name="Noor Haddad", password=PASSWORD)
    user = await accounts.people.by_id(SYSTEM, made.id)
    assert (user.name, user.standing) == ("Noor Haddad", "active")
    await accounts.sign_in.browser(email=user.email, password=PASSWORD, caller=HOME)
    with pytest.raises(LinkEnded):
        await accounts.invitations.accept(link, name="Noor", password=PASSWORD)
    with pytest.raises(NotInvited):
        await accounts.invitations.again(admin, made.id)


async def test_a_link_ends_with_its_time_with_another_and_when_it_is_taken_back(
    accounts: Accounts, admin: Actor, db: Database, clock: SetClock
) -> None:
    made = await accounts.invitations.invite(admin, email="n@school.test", name="N", roles=STUDENT)
    first = await token(db, made.email)
    await accounts.invitations.again(admin, made.id)
    second = await token(db, made.email)
    for old in (first, "A" * 43, ""):
        with pytest.raises(LinkEnded):
            await accounts.invitations.look(old)
    await accounts.invitations.look(second)
    assert (await accounts.invitations.revoke(admin, made.id)).standing == "disabled"
    with pytest.raises(LinkEnded):
        await accounts.invitations.accept(second, name="N", password=PASSWORD)
    await accounts.administration.set_disabled(admin, made.id, disabled=False)
    with pytest.raises(LinkEnded):
        await accounts.invitations.look(second)
    await accounts.invitations.again(admin, made.id)
    third = await token(db, made.email)
    clock.advance(timedelta(days=7, seconds=1).total_seconds())
    with pytest.raises(LinkEnded):
        await accounts.invitations.look(third)


async def test_a_link_is_kept_as_a_hash_alone(
    accounts: Accounts, admin: Actor, db: Database
) -> None:
    await accounts.invitations.invite(admin, email="n@school.test", name="N", roles=STUDENT)
    link = await token(db, "n@school.test")
    rows = await db.fetch("select mailed_link::text as link from mailed_link")
    rows += await db.fetch("select mail::text as link from mail")
    assert rows
    assert not any(link in row["link"] for row in rows)


async def test_only_admins_look_after_people(accounts: Accounts) -> None:
    someone = Actor(UserId(uuid7()), frozenset({Role.MANAGER}), Via.SESSION)
    with pytest.raises(Forbidden):
        await accounts.invitations.invite(someone, email="a@b.test", name="", roles=STUDENT)
    with pytest.raises(Forbidden):
        await accounts.imports.send(someone, LIST)
    with pytest.raises(Forbidden):
        await accounts.administration.sign_out(someone, uuid7())


# --- the directory ----------------------------------------------------------------------------
async def test_people_are_found_by_words_role_and_state(accounts: Accounts, admin: Actor) -> None:
    ines = await a_person(accounts, "Ines Carvalho", Role.INSTRUCTOR)
    sam = await a_person(accounts, "Sam Osei")
    await accounts.administration.set_disabled(admin, sam.user.id, disabled=True)
    await accounts.invitations.invite(admin, email="noor@school.test", name="Noor", roles=STUDENT)

    async def found(**sought: object) -> list[str]:
        given = {"words": "", "after": None, "limit": 10, **sought}
        return [one.name for one in await accounts.people.listed(admin, **given)]  # type: ignore[arg-type]  # a test's own words

    assert await found(role=Role.INSTRUCTOR) == ["Ines Carvalho"]
    assert await found(role=Role.STUDENT) == ["Noor", "Sam Osei"]
    assert await found(role=Role.STUDENT, standing="invited") == ["Noor"]
    assert await found(standing="disabled") == ["Sam Osei"]
    assert await found(standing="unconfirmed", words="INES") == ["Ines Carvalho"]
    assert await found(standing="active") == []
    assert await found(words="%") == []
    assert await found(role=Role.STUDENT, after=("Noor", ines.user.id)) != []


async def test_signing_somebody_out_ends_their_sessions_and_keeps_their_keys(
    accounts: Accounts, admin: Actor
) -> None:
    ines = await a_person(accounts)
    cookie = (await ines.browser()).cookie
    owner = await ines.by_browser()
    _, key = await accounts.keys.create(owner, name="k", scopes=None, expires_at=None)
    heard = []

    async def hear(user_id: UserId, which: UUID | None) -> None:
        heard.append((user_id, which))

    accounts.on_ended.append(hear)
    await accounts.administration.sign_out(admin, ines.user.id)
    assert await accounts.credentials.by_session(cookie) is None
    assert await accounts.credentials.by_key(key) is not None
    assert len(heard) == 2


# --- lists ------------------------------------------------------------------------------------
async def carried(accounts: Accounts, queue: Queue) -> None:
    """What was put aside is done."""
    for work in queue.taken:
        match work:
            case CompareList(import_id):
                await accounts.imports.compare(import_id, nothing)
            case ApplyList(import_id):
                await accounts.imports.carry_out(import_id, nothing)
    queue.taken.clear()


async def test_a_list_does_what_was_shown_and_that_once(
    accounts: Accounts, admin: Actor, queue: Queue, db: Database
) -> None:
    ines = await a_person(accounts)
    made = await accounts.imports.send(admin, LIST)
    with pytest.raises(NothingToApply):
        await accounts.imports.apply(admin, made.id)
    await carried(accounts, queue)
    assert await accounts.imports.counts(admin, made.id) == {"new": 1, "changed": 1, "wrong": 1}
    assert await db.fetchval("select count(*) from app_user") == 2
    await accounts.imports.apply(admin, made.id)
    with pytest.raises(NothingToApply):
        await accounts.imports.apply(admin, made.id)
    await carried(accounts, queue)
    assert (await accounts.imports.get(admin, made.id)).state is ImportState.APPLIED
    changed = await accounts.people.by_id(SYSTEM, ines.user.id)
    assert changed.name == "Ines C."
    assert changed.roles == {Role.EDITOR}
    await accounts.invitations.look(await token(db, "noor@school.test"))
    assert await db.fetchval("select content from user_import") is None
    acts = await db.fetch(
        "select action, actor_id from audit_entry where noun in ('user', 'import')"
    )
    assert {row["action"] for row in acts if row["actor_id"] == admin.user_id} >= {
        "sent",
        "applied",
        "invited",
        "changed",
        "roles_set",
    }
    again = await accounts.imports.send(admin, LIST)
    await carried(accounts, queue)
    assert await accounts.imports.counts(admin, again.id) == {"same": 2, "wrong": 1}
    with pytest.raises(NothingToApply):
        await accounts.imports.apply(admin, again.id)


async def test_a_list_is_refused_whole_when_people_were_changed_meanwhile(
    accounts: Accounts, admin: Actor, queue: Queue, db: Database
) -> None:
    ines = await a_person(accounts)
    made = await accounts.imports.send(admin, LIST)
    await carried(accounts, queue)
    await accounts.imports.apply(admin, made.id)
    await accounts.administration.set_roles(admin, ines.user.id, frozenset({Role.MANAGER}))
    await carried(accounts, queue)
    seen = await accounts.imports.get(admin, made.id)
    assert seen.state is ImportState.REFUSED
    assert seen.fault
    assert await db.fetchval("select count(*) from app_user") == 2
    assert (await accounts.people.by_id(SYSTEM, ines.user.id)).name == "Ines Carvalho"


async def test_a_list_of_somebody_who_is_no_admin_any_more_is_not_applied(
    accounts: Accounts, admin: Actor, queue: Queue, db: Database
) -> None:
    await a_person(accounts, "Other Admin", Role.ADMIN)
    made = await accounts.imports.send(admin, LIST)
    await carried(accounts, queue)
    await accounts.imports.apply(admin, made.id)
    assert admin.user_id
    await accounts.administration.set_roles(SYSTEM, admin.user_id, STUDENT)
    await carried(accounts, queue)
    assert await db.fetchval("select state from user_import") == "refused"
    assert await db.fetchval("select count(*) from app_user") == 2


async def test_a_list_is_seen_by_who_sent_it_alone(
    accounts: Accounts, admin: Actor, queue: Queue
) -> None:
    other = (await a_person(accounts, "Other Admin", Role.ADMIN)).user
    made = await accounts.imports.send(admin, b"no list")
    await carried(accounts, queue)
    assert (await accounts.imports.get(admin, made.id)).state is ImportState.UNREADABLE
    with pytest.raises(NotFound):
        await accounts.imports.get(Actor(other.id, other.roles, Via.SESSION), made.id)


# --- merging ----------------------------------------------------------------------------------
async def test_one_of_two_accounts_gets_all_that_the_other_had(
    accounts: Accounts, admin: Actor, db: Database, clock: SetClock
) -> None:
    source = await a_person(accounts, "Old Account", Role.INSTRUCTOR)
    old, new = source.user.id, (await a_person(accounts, "New Account")).user.id
    cookie = (await source.browser()).cookie
    _, key = await accounts.keys.create(
        await source.by_browser(), name="k", scopes=None, expires_at=None
    )
    await a_class_of(db, old, clock)
    await accounts.merging.merge(admin, old, into=new)
    for query in MOVED:
        assert {row[0] for row in await db.fetch(query)} == {new}, query
    assert await db.fetchval("select role from room_member where user_id = $1", new) == "host"
    assert await accounts.credentials.by_session(cookie) is None
    assert await accounts.credentials.by_key(key) is None
    emptied = await accounts.people.by_id(SYSTEM, old)
    assert (emptied.standing, emptied.merged_into) == ("disabled", new)
    with pytest.raises(MergedAway):
        await accounts.administration.set_disabled(admin, old, disabled=False)
    with pytest.raises(MergedAway):
        await accounts.merging.merge(admin, new, into=old)
    assert (await accounts.people.by_id(SYSTEM, old)).standing == "disabled"


async def test_nobody_is_merged_with_themselves_nor_the_last_admin_away(
    accounts: Accounts, admin: Actor
) -> None:
    ines = (await a_person(accounts)).user.id
    assert admin.user_id
    with pytest.raises(SameAccount):
        await accounts.merging.merge(admin, ines, into=ines)
    with pytest.raises(SameAccount):
        await accounts.merging.merge(admin, admin.user_id, into=ines)
    with pytest.raises(LastAdmin):
        await accounts.merging.merge(SYSTEM, admin.user_id, into=ines)
    with pytest.raises(NotFound):
        await accounts.merging.merge(admin, ines, into=uuid7())


MOVED = (
    "select owner_id from room",
    "select user_id from room_member",
    "select user_id from participant",
    "select user_id from presence_span",
    "select user_id from meeting_person",
    "select person_id from meeting_person",
    "select author_id from chat_message",
    "select created_by from poll",
    "select user_id from poll_answer",
    "select started_by from recording",
)


async def a_class_of(db: Database, user_id: UserId, clock: SetClock) -> None:
    """All that a class keeps of somebody who owns its room."""
    scripts = (
        (
            "insert into room (id, title, owner_id, access, member_sources, created_at)"
            " values ($1, 'Algebra', $2, 'members', '{}', $3)"
        ),
        "insert into room_member (room_id, user_id, role, added_at) values ($1, $2, 'host', $3)",
        "insert into meeting (id, room_id, started_at) select $1, $1, $3 where $2::uuid <> $1",
        (
            "insert into participant (id, meeting_id, user_id, name, role, joined_at)"
            " values ($1, $1, $2, 'Old', 'host', $3)"
        ),
        (
            "insert into presence_span"
            " (id, meeting_id, participant_id, user_id, kind, started_at, seen_at)"
            " values ($1, $1, $1, $2, 'socket', $3, $3)"
        ),
        (
            "insert into meeting_person (meeting_id, person_id, user_id, name, admitted, cohost)"
            " select $1, $2, $2, 'Old', true, false where $3::timestamptz is not null"
        ),
        (
            "insert into chat_message"
            " (id, meeting_id, author_id, author_name, author_role, text, sent_at, key)"
            " values ($1, $1, $2, 'Old', 'host', 'Hello', $3, $1)"
        ),
        (
            "insert into poll (id, meeting_id, kind, question, options, anonymous, live, created_by,"
            " created_at) values ($1, $1, 'text', 'Why?', '{}', false, true, $2, $3)"
        ),
        (
            "insert into poll_answer (poll_id, user_id, name, choices, text, answered_at)"
            " values ($1, $2, 'Old', '{}', 'So', $3)"
        ),
        (
            "insert into recording (id, room_id, meeting_id, title, state, started_by, started_at)"
            " values ($1, $1, $1, 'Algebra', 'ready', $2, $3)"
        ),
    )
    one = uuid7()
    async with db.transaction() as tx:
        for script in scripts:
            await tx.execute(script, one, user_id, clock.now())
