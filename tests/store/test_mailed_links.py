"""A new password by mail, and addresses that are confirmed, changed and changed back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.support.accounts import (
    ELSEWHERE,
    PASSWORD,
    Person,
    Queue,
    a_person,
    actor_of_cookie,
    some_accounts,
)
from tests.support.letters import some_mails
from vtp.accounts.model import ForgottenPassword, Identity, Passkey
from vtp.accounts.problems import (
    EmailTaken,
    LinkEnded,
    ProofNeeded,
    WeakPassword,
    WrongCredentials,
)
from vtp.accounts.service import Accounts
from vtp.accounts.service.proofs import Proof
from vtp.accounts.store import factors, identities, passkeys
from vtp.actor import OPERATOR, Actor
from vtp.clock import SetClock
from vtp.db import Database
from vtp.ids import IdentityId, PasskeyId, uuid7
from vtp.mail.service import Mails

NEW = "quiet lantern over nine bridges"


@dataclass
class School:
    db: Database
    clock: SetClock
    accounts: Accounts
    mails: Mails
    queue: Queue

    async def forget(self, email: str) -> None:
        """Ask, and do what the work process does."""
        await self.accounts.recovery.ask(email=email, network="192.0.2.1")
        work = self.queue.taken.pop()
        assert isinstance(work, ForgottenPassword)
        async with self.db.transaction() as tx:
            await self.accounts.recovery.write(tx, work.email)

    async def newest(self) -> tuple[str, str, str]:
        """Address, subject and token of the newest mail that has a link with one."""
        for mail in await self.mails.mailbox(limit=9):
            _, rendered = await self.mails.opened(mail.id)
            if found := re.search(r"http://school\.test/\S+\?token=(\S+)", rendered.text):
                return mail.to.address, rendered.subject, found[1]
        raise AssertionError("no mail has a link")

    async def token(self) -> str:
        return (await self.newest())[2]

    async def count(self) -> int:
        return len(await self.mails.mailbox(limit=99))


@pytest.fixture
async def school(db: Database, clock: SetClock) -> AsyncIterator[School]:
    queue = Queue()
    mails = some_mails(db, clock, queue, demo=True)
    async with some_accounts(db, clock, jobs=queue, mails=mails) as accounts:
        yield School(db, clock, accounts, mails, queue)


async def signs_in(person: Person, password: str, email: str = "") -> bool:
    try:
        await person.accounts.sign_in.browser(
            email=email or person.user.email, password=password, caller=ELSEWHERE
        )
    except WrongCredentials:
        return False
    return True


async def test_a_forgotten_password_is_replaced_once_and_everybody_is_out(school: School) -> None:
    person = await a_person(school.accounts)
    cookie = (await person.browser()).cookie
    await school.forget("INES@school.test")
    address, _, token = await school.newest()
    assert address == "ines@school.test"
    with pytest.raises(WeakPassword):
        await school.accounts.recovery.reset(token, password="password1")
    await school.accounts.recovery.reset(token, password=NEW)
    assert await school.accounts.credentials.by_session(cookie) is None
    assert await signs_in(person, NEW)
    assert not await signs_in(person, PASSWORD)
    with pytest.raises(LinkEnded):
        await school.accounts.recovery.reset(token, password=PASSWORD)
    user = await school.accounts.people.me(await actor_of(person))
    assert user.email_verified_at == school.clock.now()
    (told,) = await school.db.fetch("select kind from notice")
    assert told["kind"] == "accounts.password_changed"


async def actor_of(person: Person, password: str = NEW) -> Actor:
    opened = await person.accounts.sign_in.browser(
        email=person.user.email, password=password, caller=ELSEWHERE
    )
    return await actor_of_cookie(person.accounts, opened.cookie)


async def test_links_end_with_time_with_another_password_and_with_the_account(
    school: School,
) -> None:
    person = await a_person(school.accounts)
    await school.forget(person.user.email)
    late = await school.token()
    school.clock.advance(3601.0)
    await school.forget(person.user.email)
    void = await school.token()
    await school.accounts.recovery.require_open(void)
    await school.db.execute("update app_user set password_version = password_version + 1")
    await school.forget(person.user.email)
    closed = await school.token()
    await school.accounts.recovery.require_open(closed)
    await school.db.execute("update app_user set disabled_at = now()")
    for token in (late, void, closed, "", "A" * 43, "é" * 43, "x" * 9000):
        with pytest.raises(LinkEnded):
            await school.accounts.recovery.reset(token, password=NEW)
    await school.forget(person.user.email)
    assert await school.count() == 3


async def test_nobody_learns_who_has_an_account(school: School) -> None:
    """The same work is put aside; only the work process looks whether there is anybody."""
    await a_person(school.accounts)
    for email in ("ines@school.test", "nobody@school.test"):
        await school.accounts.recovery.ask(email=email, network="192.0.2.1")
        assert school.queue.taken == [ForgottenPassword(email)]
        school.queue.taken.clear()
    await school.forget("nobody@school.test")
    assert await school.count() == 0


async def test_a_link_of_one_kind_is_no_link_of_another(school: School) -> None:
    person = await a_person(school.accounts)
    await school.forget(person.user.email)
    token = await school.token()
    for use in (
        school.accounts.addresses.verify,
        school.accounts.addresses.confirm,
        school.accounts.addresses.undo,
    ):
        with pytest.raises(LinkEnded):
            await use(token)
    await school.accounts.recovery.require_open(token)


async def test_who_registers_confirms_the_address(school: School) -> None:
    user = await school.accounts.sign_in.register(
        email="mei@school.test", name="Mei", password=PASSWORD, address="192.0.2.1"
    )
    assert user.email_verified_at is None
    token = await school.token()
    await school.accounts.addresses.verify(token)
    with pytest.raises(LinkEnded):
        await school.accounts.addresses.verify(token)
    assert await school.db.fetchval("select email_verified_at is not null from app_user")


async def test_an_address_changes_when_its_reader_agrees_and_back_again(school: School) -> None:
    person = await a_person(school.accounts)
    actor = await person.by_browser()
    await school.accounts.addresses.change(
        actor, email="thief@else.test", password=PASSWORD, network="192.0.2.1"
    )
    assert await signs_in(person, PASSWORD)
    address, _, token = await school.newest()
    assert address == "thief@else.test"
    await school.accounts.addresses.confirm(token)
    assert await signs_in(person, PASSWORD, "thief@else.test")
    address, _, undo = await school.newest()
    assert address == "ines@school.test"
    reset = await school.accounts.addresses.undo(undo)
    assert not await signs_in(person, PASSWORD)
    assert not await signs_in(person, PASSWORD, "thief@else.test")
    await school.accounts.recovery.reset(reset, password=NEW)
    assert await signs_in(person, NEW)


async def test_what_was_added_after_a_change_goes_with_it(school: School) -> None:
    """Who took the account over may have left ways in; what was there before stays."""
    person = await a_person(school.accounts)
    actor = await person.by_browser()
    await add_ways_in(school, person, b"before")
    school.clock.advance(60.0)
    await school.accounts.addresses.change(
        actor, email="thief@else.test", password=PASSWORD, network="192.0.2.1"
    )
    await school.accounts.addresses.confirm(await school.token())
    undo = await school.token()
    school.clock.advance(60.0)
    await add_ways_in(school, person, b"since")
    user_id, at = person.user.id, school.clock.now()
    await factors.set_authenticator(school.db, user_id, b"s" * 32, last_step=1, now=at)
    await factors.replace_codes(school.db, user_id, [b"c" * 32])
    await school.accounts.addresses.undo(undo)
    (passkey,) = await passkeys.of_user(school.db, user_id)
    (identity,) = await identities.of_user(school.db, user_id)
    assert (passkey.credential_id, identity.subject) == (b"before", "before")
    left = await factors.of(school.db, user_id)
    assert (left.authenticator, left.recovery_codes, left.password) == (False, 0, False)


async def add_ways_in(school: School, person: Person, name: bytes) -> None:
    passkey = Passkey(
        id=PasskeyId(uuid7()),
        user_id=person.user.id,
        credential_id=name,
        public_key=b"k",
        sign_count=0,
        transports=(),
        name="Phone",
        syncable=False,
        backed_up=False,
        created_at=school.clock.now(),
        last_used_at=None,
    )
    identity = Identity(
        id=IdentityId(uuid7()),
        user_id=person.user.id,
        issuer="https://id.test",
        subject=name.decode(),
        label="Ines",
        created_at=school.clock.now(),
    )
    assert await passkeys.insert(school.db, passkey, most=9)
    assert await identities.insert(school.db, identity)


async def test_an_account_without_a_password_changes_its_address_by_another_proof(
    school: School,
) -> None:
    person = await a_person(school.accounts)
    actor = await person.by_browser()
    change = school.accounts.addresses.change
    wanted = {"email": "new@school.test", "network": "192.0.2.1"}
    school.clock.advance(3600.0)
    with pytest.raises(ProofNeeded):
        await change(actor, password=None, **wanted)
    await school.accounts.proving.own.prove(actor, Proof(password=PASSWORD))
    await change(actor, password=None, **wanted)
    assert (await school.newest())[0] == "new@school.test"


async def test_an_owner_is_told_of_a_password_that_an_admin_set(school: School) -> None:
    person = await a_person(school.accounts)
    await school.accounts.administration.set_password(OPERATOR, person.user.id, NEW)
    (mail,) = await school.mails.mailbox(limit=9)
    assert (mail.to.address, mail.topic) == (person.user.email, "accounts.password_changed")


async def test_the_first_change_of_two_can_be_undone_by_its_owner_alone(school: School) -> None:
    """Whoever moved on to a second address has an undo link, too; it is worth nothing then."""
    person = await a_person(school.accounts)
    actor = await person.by_browser()
    undos = []
    for email in ("thief@else.test", "other@else.test"):
        school.clock.advance(60.0)
        await school.accounts.addresses.change(
            actor, email=email, password=PASSWORD, network="192.0.2.1"
        )
        await school.accounts.addresses.confirm(await school.token())
        undos.append(await school.token())
    await school.accounts.addresses.undo(undos[0])
    with pytest.raises(LinkEnded):
        await school.accounts.addresses.undo(undos[1])
    assert await school.db.fetchval("select email::text from app_user") == "ines@school.test"


async def test_an_address_of_somebody_else_is_told_only_to_them(school: School) -> None:
    ines = await a_person(school.accounts)
    await a_person(school.accounts, "Noor Haddad")
    actor = await ines.by_browser()
    await school.accounts.addresses.change(
        actor, email="noor@school.test", password=PASSWORD, network="192.0.2.1"
    )
    (mail,) = await school.mails.mailbox(limit=9)
    assert (mail.to.address, mail.topic) == ("noor@school.test", "accounts.taken")


async def test_an_address_that_was_taken_meanwhile_stays_with_its_owner(school: School) -> None:
    ines = await a_person(school.accounts)
    await school.accounts.addresses.change(
        await ines.by_browser(), email="noor@school.test", password=PASSWORD, network="192.0.2.1"
    )
    token = await school.token()
    await a_person(school.accounts, "Noor Haddad")
    with pytest.raises(EmailTaken):
        await school.accounts.addresses.confirm(token)


async def test_a_sign_in_from_a_new_place_is_told_once_a_day(school: School) -> None:
    person = await a_person(school.accounts)
    await person.client()
    school.clock.advance(3600.0)
    for _ in range(2):
        await person.client()
        await school.db.execute("delete from session")
    rows = await school.db.fetch("select values->>'agent' as agent from notice")
    assert [row["agent"] for row in rows] == ["python-requests"]
