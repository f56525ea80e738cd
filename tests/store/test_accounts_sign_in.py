"""Registering, signing in, staying signed in."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID

import bcrypt
import pytest

from tests.support.accounts import (
    ELSEWHERE,
    HOME,
    PASSWORD,
    a_person,
    actor_of_cookie,
    actor_of_token,
    auth,
    some_accounts,
)
from tests.support.jobs import until
from vtp.accounts.model import Caller, ProvedBy, User
from vtp.accounts.problems import (
    BadRefreshToken,
    EmailTaken,
    PasswordChangedMeanwhile,
    PasswordTooLong,
    RefreshTokenReused,
    RegistrationClosed,
    TooManyAttempts,
    WeakPassword,
    WrongCredentials,
    WrongPassword,
)
from vtp.accounts.service import Accounts
from vtp.accounts.store import users
from vtp.actor import SYSTEM, Role, Via
from vtp.clock import SetClock
from vtp.db import Database
from vtp.errors import Invalid, NotFound, Unauthenticated
from vtp.ids import UserId


@pytest.fixture
async def accounts(db: Database, clock: SetClock) -> AsyncIterator[Accounts]:
    async with some_accounts(db, clock) as made:
        yield made


async def register(accounts: Accounts, email: str = "mei@school.test") -> User:
    return await accounts.sign_in.register(
        email=email, name="Mei Tanaka", password=PASSWORD, address=HOME.address
    )


# --- registering ------------------------------------------------------------------------------
async def test_who_registers_is_a_student_and_can_sign_in(accounts: Accounts) -> None:
    user = await register(accounts)
    session = await accounts.sign_in.browser(email=user.email, password=PASSWORD, caller=HOME)
    actor = await actor_of_cookie(accounts, session.cookie)
    assert actor.user_id == user.id
    assert actor.roles == {Role.STUDENT}
    assert actor.via is Via.SESSION
    assert (await accounts.people.me(actor)).name == "Mei Tanaka"


async def test_of_two_who_register_one_address_at_once_one_is_told(accounts: Accounts) -> None:
    results = await asyncio.gather(
        register(accounts), register(accounts, "MEI@School.Test"), return_exceptions=True
    )
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["EmailTaken", "User"]


async def test_an_email_is_one_whatever_its_case(accounts: Accounts) -> None:
    await register(accounts)
    with pytest.raises(EmailTaken):
        await register(accounts, "Mei@SCHOOL.test ")
    await accounts.sign_in.client(email=" MEI@school.TEST", password=PASSWORD, caller=HOME)


async def test_everything_that_is_wrong_is_said_at_once(accounts: Accounts) -> None:
    with pytest.raises(Invalid) as caught:
        await accounts.sign_in.register(
            email="nobody", name=" \t", password=PASSWORD, address="", time_zone="Mars/Base"
        )
    assert set(caught.value.fields) == {"email", "name", "time_zone"}


@pytest.mark.parametrize("password", ["short", "password", "mei@school.test", "aaaaaaaaaaaa"])
async def test_a_password_that_is_easily_guessed_is_not_taken(
    accounts: Accounts, password: str
) -> None:
    with pytest.raises(WeakPassword) as caught:
        await accounts.sign_in.register(
            email="mei@school.test", name="Mei Tanaka", password=password, address=""
        )
    assert "words" in caught.value.fields["password"]


async def test_a_school_may_close_registration(db: Database, clock: SetClock) -> None:
    async with some_accounts(db, clock, options=auth(open_registration=False)) as accounts:
        with pytest.raises(RegistrationClosed):
            await register(accounts)


# --- signing in -------------------------------------------------------------------------------
async def test_a_long_passphrase_counts_to_its_last_letter(accounts: Accounts) -> None:
    long = "seven grey whales pass the harbour wall " * 12
    await accounts.administration.create(
        SYSTEM, email="w@school.test", name="Wei", password=long + "x", roles=frozenset(Role)
    )
    await accounts.sign_in.client(email="w@school.test", password=long + "x", caller=HOME)
    with pytest.raises(WrongCredentials):
        await accounts.sign_in.client(email="w@school.test", password=long + "y", caller=HOME)


@pytest.mark.parametrize("email", ["nobody@school.test", "", "a\x00b@school.test", "@" * 500])
async def test_an_email_of_nobody_is_as_wrong_as_a_wrong_password(
    accounts: Accounts, email: str
) -> None:
    with pytest.raises(WrongCredentials):
        await accounts.sign_in.client(email=email, password=PASSWORD, caller=HOME)


async def test_a_disabled_account_is_as_wrong_as_none(accounts: Accounts) -> None:
    person = await a_person(accounts)
    await accounts.administration.set_disabled(SYSTEM, person.user.id, disabled=True)
    with pytest.raises(WrongCredentials):
        await person.client()


async def test_every_sign_in_has_a_cookie_of_its_own_and_ends_the_one_before(
    accounts: Accounts,
) -> None:
    person = await a_person(accounts)
    first = await person.browser()
    second = await person.browser(replaces=first.cookie)
    assert first.cookie != second.cookie
    assert await accounts.credentials.by_session(first.cookie) is None
    assert await accounts.credentials.by_session(second.cookie)


async def test_a_cookie_that_a_stranger_planted_is_never_taken_over(accounts: Accounts) -> None:
    person = await a_person(accounts)
    planted = "A" * 43
    session = await person.browser(replaces=planted)
    assert session.cookie != planted
    assert await accounts.credentials.by_session(planted) is None


async def test_a_hash_of_another_cost_is_made_again(db: Database, clock: SetClock) -> None:
    async with some_accounts(db, clock) as accounts:
        person = await a_person(accounts)
    async with some_accounts(db, clock, options=auth(bcrypt_cost=5)) as accounts:
        for _ in range(2):
            await accounts.sign_in.client(email=person.user.email, password=PASSWORD, caller=HOME)
        stored = await db.fetchval("select password_hash from app_user")
        assert "$2b$05$" in stored


# --- throttling -------------------------------------------------------------------------------
async def guess(accounts: Accounts, caller: Caller, email: str = "ines@school.test") -> str:
    try:
        await accounts.sign_in.client(email=email, password="a wrong guess", caller=caller)
    except (WrongCredentials, TooManyAttempts) as problem:
        return problem.code
    return "in"


async def test_a_thousand_guesses_are_five_hashes(accounts: Accounts, clock: SetClock) -> None:
    await a_person(accounts)
    answers = []
    for _ in range(1000):
        answers.append(await guess(accounts, HOME))
        clock.advance(0.85)
    assert answers.count("wrong_credentials") == 5


@pytest.mark.parametrize("email", ["ines@school.test", "nobody@school.test"])
async def test_known_and_unknown_are_told_to_wait_alike(
    accounts: Accounts, clock: SetClock, email: str
) -> None:
    await a_person(accounts)
    said = []
    for _ in range(8):
        said.append(await guess(accounts, HOME, email))
        clock.advance(1)
    assert (
        said
        == ["wrong_credentials"] * 3
        + ["too_many_attempts"]
        + ["wrong_credentials"]
        + ["too_many_attempts"] * 3
    )


async def test_the_owner_elsewhere_is_not_locked_out(accounts: Accounts) -> None:
    person = await a_person(accounts)
    for _ in range(20):
        await guess(accounts, HOME)
    await person.client(ELSEWHERE)


async def test_the_owners_browser_is_not_locked_out_at_the_same_address(
    accounts: Accounts,
) -> None:
    person = await a_person(accounts)
    device = (await person.browser(HOME)).device
    for _ in range(20):
        await guess(accounts, HOME)
    with pytest.raises(TooManyAttempts):
        await person.browser(HOME)
    again = await person.browser(Caller(HOME.address, HOME.agent, device))
    assert again.device == device


async def test_a_browser_that_another_person_used_is_no_stranger_to_them_alone(
    accounts: Accounts,
) -> None:
    ines, omar = await a_person(accounts), await a_person(accounts, "Omar Haddad")
    device = (await omar.browser(HOME)).device
    for _ in range(20):
        await guess(accounts, Caller(HOME.address, HOME.agent, device), ines.user.email)
    with pytest.raises(TooManyAttempts) as caught:
        await ines.browser(Caller(HOME.address, HOME.agent, device))
    assert caught.value.retry_after
    assert caught.value.retry_after > 1


async def test_what_was_not_judged_was_no_guess(accounts: Accounts) -> None:
    person = await a_person(accounts)
    for _ in range(10):
        with pytest.raises(PasswordTooLong):
            await accounts.sign_in.client(email=person.user.email, password="x" * 1025, caller=HOME)
    await person.client(HOME)


async def test_who_goes_away_before_the_answer_has_guessed_all_the_same(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await a_person(accounts)
    go, judging = threading.Event(), threading.Semaphore(0)

    def slow(_password: bytes, _hashed: bytes) -> bool:
        judging.release()
        return go.wait(20)

    with monkeypatch.context() as patched:
        patched.setattr(bcrypt, "checkpw", slow)
        guesses = [asyncio.ensure_future(guess(accounts, HOME)) for _ in range(5)]
        await asyncio.to_thread(judging.acquire)
        await until(partial(has_places_left, accounts, 28))
        for one in guesses:
            one.cancel()
        await asyncio.gather(*guesses, return_exceptions=True)
        go.set()
    with pytest.raises(TooManyAttempts) as caught:
        await person.client(HOME)
    assert caught.value.retry_after == pytest.approx(900)


async def has_places_left(accounts: Accounts, count: int) -> bool | None:
    return True if accounts.sign_in._passwords._places._value == count else None


async def test_who_was_let_in_another_way_needs_no_password_again(accounts: Accounts) -> None:
    user = await register(accounts)
    session = await accounts.sign_in.admit(user.id, HOME)
    assert (await actor_of_cookie(accounts, session.cookie)).user_id == user.id
    await accounts.administration.set_disabled(SYSTEM, user.id, disabled=True)
    with pytest.raises(Unauthenticated):
        await accounts.sign_in.admit(user.id, HOME)


# --- sessions ---------------------------------------------------------------------------------
async def test_an_idle_browser_is_signed_out_and_a_used_one_is_not(
    db: Database, clock: SetClock
) -> None:
    options = auth(session_idle=3600.0, session_lifetime=3 * 3600.0)
    async with some_accounts(db, clock, options=options) as accounts:
        person = await a_person(accounts)
        idle, used = (await person.browser()).cookie, (await person.browser()).cookie
        clock.advance(3000)
        assert await accounts.credentials.by_session(used)
        clock.advance(3000)
        assert await accounts.credentials.by_session(idle) is None
        assert await accounts.credentials.by_session(used)
        for _ in range(2):
            clock.advance(2500)
            await accounts.credentials.by_session(used)
        assert await accounts.credentials.by_session(used) is None  # after three hours in all


async def test_last_seen_is_noted_once_a_minute(
    accounts: Accounts, clock: SetClock, db: Database
) -> None:
    person = await a_person(accounts)
    cookie = (await person.browser()).cookie
    seen = set()
    for _ in range(30):
        clock.advance(10)
        await accounts.credentials.by_session(cookie)
        seen.add(await db.fetchval("select last_seen_at from session"))
    assert len(seen) in {5, 6}


async def test_people_see_and_end_their_own_sessions_only(accounts: Accounts) -> None:
    ines, omar = await a_person(accounts), await a_person(accounts, "Omar Haddad")
    first, second = await ines.by_browser(), await ines.by_client()
    other = await omar.by_browser()
    listed = await accounts.sessions.listed(first, before=None, limit=10)
    assert {session.id for session in listed} == {first.credential_id, second.credential_id}
    assert other.credential_id
    with pytest.raises(NotFound):
        await accounts.sessions.end(first, other.credential_id)
    await accounts.sessions.end_others(first)
    left = await accounts.sessions.listed(first, before=None, limit=10)
    assert [session.id for session in left] == [first.credential_id]


async def test_signing_out_ends_what_asked_for_it(accounts: Accounts) -> None:
    person = await a_person(accounts)
    session, tokens = await person.browser(), await person.client()
    await accounts.sessions.sign_out(await actor_of_cookie(accounts, session.cookie))
    assert await accounts.credentials.by_session(session.cookie) is None
    await accounts.sessions.sign_out(await actor_of_token(accounts, tokens.access_token))
    assert await accounts.credentials.by_token(tokens.access_token) is None
    with pytest.raises(BadRefreshToken):
        await accounts.clients.refresh(tokens.refresh_token)


# --- refresh tokens ---------------------------------------------------------------------------
async def test_a_refresh_token_is_exchanged_for_the_next(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    tokens = await person.client()
    for _ in range(3):
        clock.advance(800)
        fresh = await accounts.clients.refresh(tokens.refresh_token)
        assert fresh.refresh_token != tokens.refresh_token
        await actor_of_token(accounts, fresh.access_token)
        tokens = fresh


async def test_a_reused_refresh_token_ends_the_whole_family(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    stolen = await person.client()
    fresh = await accounts.clients.refresh(stolen.refresh_token)
    clock.advance(11)
    with pytest.raises(RefreshTokenReused):
        await accounts.clients.refresh(stolen.refresh_token)
    assert await accounts.credentials.by_token(fresh.access_token) is None
    with pytest.raises(BadRefreshToken):
        await accounts.clients.refresh(fresh.refresh_token)


async def test_a_lost_answer_is_given_again_until_it_was_used(accounts: Accounts) -> None:
    person = await a_person(accounts)
    tokens = await person.client()
    lost = await accounts.clients.refresh(tokens.refresh_token)
    again = await accounts.clients.refresh(tokens.refresh_token)
    assert again.refresh_token == lost.refresh_token
    await accounts.clients.refresh(again.refresh_token)
    with pytest.raises(RefreshTokenReused):
        await accounts.clients.refresh(tokens.refresh_token)


async def test_two_refreshes_at_once_get_the_same_successor(accounts: Accounts) -> None:
    person = await a_person(accounts)
    tokens = await person.client()
    both = await asyncio.gather(*(accounts.clients.refresh(tokens.refresh_token) for _ in range(2)))
    assert both[0].refresh_token == both[1].refresh_token
    await accounts.clients.refresh(both[0].refresh_token)


async def test_a_client_signs_in_again_when_it_was_away_or_here_for_too_long(
    db: Database, clock: SetClock
) -> None:
    options = auth(refresh_lifetime=1000.0, client_lifetime=2500.0)
    async with some_accounts(db, clock, options=options) as accounts:
        person = await a_person(accounts)
        away, here = await person.client(), await person.client()
        for _ in range(3):
            clock.advance(800)
            here = await accounts.clients.refresh(here.refresh_token)
        with pytest.raises(BadRefreshToken):
            await accounts.clients.refresh(away.refresh_token)
        clock.advance(101)
        with pytest.raises(BadRefreshToken):
            await accounts.clients.refresh(here.refresh_token)


# --- passwords --------------------------------------------------------------------------------
NEW = "quiet lantern over nine bridges"


async def test_changing_the_password_ends_everything_else(accounts: Accounts) -> None:
    person = await a_person(accounts)
    here, there, client = await person.browser(), await person.browser(), await person.client()
    actor = await actor_of_cookie(accounts, here.cookie)
    await accounts.password.change(actor, current=PASSWORD, new=NEW)
    assert await accounts.credentials.by_session(here.cookie)
    assert await accounts.credentials.by_session(there.cookie) is None
    assert await accounts.credentials.by_token(client.access_token) is None
    with pytest.raises(WrongCredentials):
        await person.client()
    await accounts.sign_in.client(email=person.user.email, password=NEW, caller=HOME)


async def test_the_present_password_is_needed_and_not_guessed_at_leisure(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    actor = await person.by_browser()
    for seconds in (0, 0, 3, 9, 33):
        clock.advance(seconds)
        with pytest.raises(WrongPassword):
            await accounts.password.change(actor, current="not it", new=NEW)
    with pytest.raises(TooManyAttempts):
        await accounts.password.change(actor, current=PASSWORD, new=NEW)
    await person.browser()  # and signing in is as free as before


async def test_a_new_password_must_be_strong_too(accounts: Accounts) -> None:
    person = await a_person(accounts)
    with pytest.raises(WeakPassword) as caught:
        await accounts.password.change(
            await person.by_browser(), current=PASSWORD, new="ines carvalho"
        )
    assert set(caught.value.fields) == {"new"}


async def test_of_two_changes_at_once_one_wins(accounts: Accounts) -> None:
    person = await a_person(accounts)
    actor = await person.by_browser()
    results = await asyncio.gather(
        accounts.password.change(actor, current=PASSWORD, new=NEW),
        accounts.password.change(actor, current=PASSWORD, new=NEW + " again"),
        return_exceptions=True,
    )
    lost = [result for result in results if result is not None]
    assert len(lost) == 1
    # Told apart only by who came a moment earlier.
    assert isinstance(lost[0], (PasswordChangedMeanwhile, WrongPassword))


async def test_a_sign_in_that_began_before_a_change_of_password_is_void(
    accounts: Accounts, db: Database, clock: SetClock
) -> None:
    person = await a_person(accounts)
    login = await users.login(db, person.user.email, demo=False)
    await accounts.password.change(await person.by_client(), current=PASSWORD, new=NEW)
    assert login
    with pytest.raises(WrongCredentials):
        await accounts.clients.open(login, HOME, proved_by=ProvedBy.ALONE)


async def test_signing_in_again_while_the_account_is_changed_waits_and_locks_nobody_out(
    accounts: Accounts, db: Database
) -> None:
    person = await a_person(accounts)
    before = await person.browser()

    async def waits() -> bool | None:
        return True if await db.fetch("select from pg_locks where not granted") else None

    async with db.transaction() as tx:
        await tx.execute("update app_user set disabled_at = now()")
        again = asyncio.ensure_future(person.browser(replaces=before.cookie))
        await until(waits)
        await tx.execute("delete from session")
    with pytest.raises(WrongCredentials):
        await again
    assert await db.fetchval("select count(*) from session") == 0


# --- news -------------------------------------------------------------------------------------
async def test_endings_are_news(accounts: Accounts) -> None:
    heard: list[tuple[UserId, UUID | None]] = []

    async def hear(user_id: UserId, credential_id: UUID | None) -> None:
        heard.append((user_id, credential_id))

    async def deaf(user_id: UserId, credential_id: UUID | None) -> None:
        raise RuntimeError("not listening")

    accounts.on_ended.extend([deaf, hear])
    person = await a_person(accounts)
    session, client = await person.by_browser(), await person.by_client()
    await accounts.sessions.sign_out(session)
    assert client.credential_id
    await accounts.sessions.end(client, client.credential_id)
    await accounts.administration.set_disabled(SYSTEM, person.user.id, disabled=True)
    user_id = person.user.id
    assert heard == [
        (user_id, session.credential_id),
        (user_id, client.credential_id),
        (user_id, None),
    ]


# --- time -------------------------------------------------------------------------------------
@pytest.mark.slow
async def test_nobody_takes_as_long_as_somebody(db: Database, clock: SetClock) -> None:
    """Medians of one run. A missing hash would be a hundred times as fast; the machine is noisy."""
    options = auth(bcrypt_cost=8, failures_per_address=10_000)
    async with some_accounts(db, clock, options=options) as accounts:
        await a_person(accounts)
        took: dict[str, list[float]] = {"ines@school.test": [], "nobody@school.test": []}
        for n in range(200):
            for email, times in took.items():
                started = time.perf_counter()
                await guess(accounts, Caller(f"192.0.2.{n}", ""), email)
                times.append(time.perf_counter() - started)
    known, unknown = (statistics.median(times) for times in took.values())
    assert 0.7 < known / unknown < 1.4
