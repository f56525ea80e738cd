"""Second factors: set up, asked for, used once, and guessed in vain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.accounts import HOME, PASSWORD, Person, a_person, auth, some_accounts
from vtp.accounts import codes
from vtp.accounts.problems import (
    ChallengeEnded,
    NoAuthenticator,
    ProofNeeded,
    SecondFactorKept,
    SecondFactorMissing,
    SecondFactorNeeded,
    TooManyCodes,
    WrongCode,
    WrongCredentials,
    WrongPassword,
)
from vtp.accounts.service import Accounts
from vtp.accounts.service.answers import Answer
from vtp.accounts.service.proofs import Proof
from vtp.accounts.store import challenges
from vtp.actor import SYSTEM, Actor, Role
from vtp.clock import SetClock
from vtp.db import Database


@pytest.fixture
async def accounts(db: Database, clock: SetClock) -> AsyncIterator[Accounts]:
    async with some_accounts(db, clock) as made:
        yield made


def code_of(secret: bytes, clock: SetClock, *, steps: int = 0) -> str:
    return codes.code_at(secret, codes.step_at(clock.now()) + steps)


async def with_app(person: Person, clock: SetClock) -> tuple[bytes, list[str]]:
    """The secret of the app, and the recovery codes."""
    actor, own = await person.by_browser(), person.accounts.proving.own
    app = await own.begin_app(actor)
    made = await own.confirm_app(actor, app.challenge, code_of(app.secret, clock))
    clock.advance(codes.STEP)
    return app.secret, made


async def asked(person: Person) -> SecondFactorNeeded:
    with pytest.raises(SecondFactorNeeded) as needed:
        await person.client()
    return needed.value


async def answer(
    person: Person, challenge: str, *, code: str = "", recovery_code: str = ""
) -> None:
    given = Answer(code=code, recovery_code=recovery_code)
    await person.accounts.proving.second_step.client(challenge, given, HOME)


async def test_with_an_app_the_password_opens_nothing_alone(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    secret, _ = await with_app(person, clock)
    needed = await asked(person)
    assert needed.methods == ("code", "recovery_code")
    await answer(person, needed.challenge, code=code_of(secret, clock))


async def test_a_code_is_taken_once(accounts: Accounts, clock: SetClock) -> None:
    person = await a_person(accounts)
    secret, _ = await with_app(person, clock)
    code = code_of(secret, clock)
    first, second = (await asked(person)).challenge, (await asked(person)).challenge
    await answer(person, first, code=code)
    with pytest.raises(WrongCode):
        await answer(person, second, code=code)


async def test_the_code_that_set_the_app_up_does_not_sign_in(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    secret, _ = await with_app(person, clock)
    with pytest.raises(WrongCode):
        await answer(person, (await asked(person)).challenge, code=code_of(secret, clock, steps=-1))


async def test_of_two_with_the_same_code_at_once_one_comes_in(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    secret, _ = await with_app(person, clock)
    code = code_of(secret, clock)
    challenges = [(await asked(person)).challenge for _ in range(2)]
    tried = [answer(person, challenge, code=code) for challenge in challenges]
    outcomes = await asyncio.gather(*tried, return_exceptions=True)
    assert [type(one) for one in outcomes if one is not None] == [WrongCode]


async def test_a_challenge_is_used_up_by_a_right_answer(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    secret, recovery = await with_app(person, clock)
    challenge = (await asked(person)).challenge
    await answer(person, challenge, code=code_of(secret, clock))
    with pytest.raises(ChallengeEnded):
        await answer(person, challenge, recovery_code=recovery[0])


async def test_a_challenge_ends_with_its_time(accounts: Accounts, clock: SetClock) -> None:
    person = await a_person(accounts)
    secret, _ = await with_app(person, clock)
    challenge = (await asked(person)).challenge
    clock.advance(601)
    with pytest.raises(ChallengeEnded):
        await answer(person, challenge, code=code_of(secret, clock))


async def test_after_five_wrong_codes_one_begins_again_with_the_password(
    db: Database, clock: SetClock
) -> None:
    async with some_accounts(db, clock, options=auth(code_failures=1000)) as accounts:
        person = await a_person(accounts)
        secret, _ = await with_app(person, clock)
        challenge = (await asked(person)).challenge
        for _ in range(5):
            clock.advance(60)  # past the pause that a guess costs
            with pytest.raises(WrongCode):
                await answer(person, challenge, code="000000")
        with pytest.raises(ChallengeEnded):
            await answer(person, challenge, code=code_of(secret, clock))


async def test_a_thousand_guesses_at_codes_are_judged_a_few_times(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    _, recovery = await with_app(person, clock)
    judged = 0
    challenge = (await asked(person)).challenge
    for guess in range(1000):
        try:
            await answer(person, challenge, code=f"{guess:06}")
        except WrongCode:
            judged += 1
        except ChallengeEnded:
            challenge = (await asked(person)).challenge
        except TooManyCodes:
            pass
    assert judged <= 20
    # The owner has another way meanwhile.
    await answer(person, (await asked(person)).challenge, recovery_code=recovery[0])


async def test_a_recovery_code_is_taken_once_however_it_is_written(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    _, recovery = await with_app(person, clock)
    assert len(set(recovery)) == 10
    await answer(person, (await asked(person)).challenge, recovery_code=f" {recovery[3].upper()} ")
    with pytest.raises(WrongCode):
        await answer(person, (await asked(person)).challenge, recovery_code=recovery[3])
    await answer(
        person, (await asked(person)).challenge, recovery_code=recovery[4].replace("-", "")
    )


async def test_new_recovery_codes_end_those_before(accounts: Accounts, clock: SetClock) -> None:
    person = await a_person(accounts)
    secret, before = await with_app(person, clock)
    actor = await signed_in(person, code_of(secret, clock))
    after = await accounts.proving.own.new_codes(actor)
    with pytest.raises(WrongCode):
        await answer(person, (await asked(person)).challenge, recovery_code=before[0])
    await answer(person, (await asked(person)).challenge, recovery_code=after[0])


async def test_a_recovery_code_of_somebody_else_opens_nothing(
    accounts: Accounts, clock: SetClock
) -> None:
    one, other = await a_person(accounts), await a_person(accounts, "Mei Tan")
    _, codes_of_one = await with_app(one, clock)
    await with_app(other, clock)
    with pytest.raises(WrongCode):
        await answer(other, (await asked(other)).challenge, recovery_code=codes_of_one[0])


async def signed_in(person: Person, code: str) -> Actor:
    needed = await asked(person)
    step = person.accounts.proving.second_step
    tokens = await step.client(needed.challenge, Answer(code=code), HOME)
    actor = await person.accounts.credentials.by_token(tokens.access_token)
    assert actor is not None
    return actor


async def test_a_password_that_changed_meanwhile_voids_the_challenge(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    secret, _ = await with_app(person, clock)
    challenge = (await asked(person)).challenge
    await accounts.administration.set_password(SYSTEM, person.user.id, PASSWORD + " new")
    with pytest.raises((WrongCredentials, ChallengeEnded)):
        await answer(person, challenge, code=code_of(secret, clock))


async def test_an_account_that_was_closed_meanwhile_stays_closed(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    secret, _ = await with_app(person, clock)
    challenge = (await asked(person)).challenge
    await accounts.administration.set_disabled(SYSTEM, person.user.id, disabled=True)
    with pytest.raises(ChallengeEnded):
        await answer(person, challenge, code=code_of(secret, clock))


async def test_an_app_is_not_set_up_by_a_wrong_code_or_by_somebody_else(
    accounts: Accounts, clock: SetClock
) -> None:
    person, other = await a_person(accounts), await a_person(accounts, "Mei Tan")
    actor, own = await person.by_browser(), accounts.proving.own
    app = await own.begin_app(actor)
    with pytest.raises(WrongCode):
        await own.confirm_app(actor, app.challenge, "123456")
    with pytest.raises(ChallengeEnded):
        await own.confirm_app(await other.by_browser(), app.challenge, code_of(app.secret, clock))
    await person.client()


async def test_an_old_sign_in_proves_itself_once_more_before_changes(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    actor, own = await person.by_browser(), accounts.proving.own
    clock.advance(601)
    with pytest.raises(ProofNeeded) as needed:
        await own.begin_app(actor)
    assert needed.value.more == {"methods": ["password"]}
    with pytest.raises(WrongPassword):
        await own.prove(actor, Proof(password="not it"))
    await own.prove(actor, Proof(password=PASSWORD))
    await own.begin_app(actor)


async def test_who_has_an_app_proves_themselves_with_it_and_not_with_the_password(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    actor, own = await person.by_browser(), accounts.proving.own
    secret, _ = await with_app(person, clock)
    clock.advance(601)
    with pytest.raises(ProofNeeded):
        await own.turn_off_app(actor)
    with pytest.raises(ProofNeeded):
        await own.prove(actor, Proof(password=PASSWORD))
    await own.prove(actor, Proof(answer=Answer(code=code_of(secret, clock))))
    await own.turn_off_app(actor)
    await person.client()
    with pytest.raises(NoAuthenticator):
        await own.turn_off_app(actor)


async def test_whose_role_demands_a_second_factor_sets_one_up_on_the_way_in(
    db: Database, clock: SetClock
) -> None:
    async with some_accounts(db, clock, options=auth(second_factor_roles=("admin",))) as accounts:
        pupil, head = await a_person(accounts), await a_person(accounts, "Head", Role.ADMIN)
        await pupil.client()
        with pytest.raises(SecondFactorMissing) as missing:
            await head.client()
        step, challenge = accounts.proving.second_step, missing.value.challenge
        _, secret = await step.app_to_set_up(challenge)
        with pytest.raises(WrongCode):
            await step.set_up_client(challenge, "000000", HOME)
        tokens, recovery = await step.set_up_client(challenge, code_of(secret, clock), HOME)
        assert len(recovery) == 10
        actor = await accounts.credentials.by_token(tokens.access_token)
        assert actor is not None
        with pytest.raises(SecondFactorKept):
            await accounts.proving.own.turn_off_app(actor)
        with pytest.raises(SecondFactorNeeded):
            await head.client()


async def test_a_challenge_of_one_kind_is_none_of_another(
    accounts: Accounts, clock: SetClock
) -> None:
    person = await a_person(accounts)
    await with_app(person, clock)
    challenge = (await asked(person)).challenge
    with pytest.raises(ChallengeEnded):
        await accounts.proving.second_step.app_to_set_up(challenge)
    with pytest.raises(ChallengeEnded):
        await accounts.proving.second_step.set_up_client(challenge, "000000", HOME)


async def test_what_nobody_came_back_with_is_swept_up(
    accounts: Accounts, clock: SetClock, db: Database
) -> None:
    person = await a_person(accounts)
    await with_app(person, clock)
    await asked(person)
    async with db.transaction() as tx:
        assert await challenges.sweep(tx, now=clock.now()) == 0
        clock.advance(601)
        assert await challenges.sweep(tx, now=clock.now()) == 1


async def test_a_secret_in_the_table_is_closed(
    accounts: Accounts, clock: SetClock, db: Database
) -> None:
    person = await a_person(accounts)
    secret, recovery = await with_app(person, clock)
    stored = await db.fetch("select secret from authenticator")
    hashes = await db.fetch("select code_hash from recovery_code")
    everything = b"".join(row[0] for row in [*stored, *hashes])
    assert secret not in everything
    assert all(code.encode() not in everything for code in recovery)
