"""Passkeys: made, shown alone or as a second step, and every wrong answer refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.accounts import HOME, Person, a_person, auth, some_accounts
from tests.support.authenticator import Device
from vtp.accounts.problems import (
    ChallengeEnded,
    PasskeyKnown,
    PasskeyRefused,
    SecondFactorKept,
    SecondFactorNeeded,
)
from vtp.accounts.service import Accounts
from vtp.accounts.service.answers import Answer
from vtp.accounts.service.proofs import Proof
from vtp.actor import SYSTEM, Role
from vtp.clock import SetClock
from vtp.db import Database
from vtp.errors import NotFound

ORIGIN = "https://school.test"


@pytest.fixture
async def accounts(db: Database, clock: SetClock) -> AsyncIterator[Accounts]:
    async with some_accounts(db, clock, origin=ORIGIN) as made:
        yield made


def a_device(**changed: Any) -> Device:
    return Device(**({"origin": ORIGIN, "rp_id": "school.test"} | changed))


async def with_passkey(person: Person, device: Device | None = None, name: str = "Phone") -> Device:
    device, own = device or a_device(), person.accounts.proving.own
    actor = await person.by_browser()
    await own.add_passkey(actor, device.make(await own.offer_passkey(actor)), name=name)
    return device


async def sign_in(accounts: Accounts, device: Device, **how: Any) -> str:
    options = await accounts.proving.passkey_sign_in.ask()
    answer = device.show(options, **how)
    return (await accounts.proving.passkey_sign_in.browser(answer, HOME)).cookie


async def test_a_passkey_signs_in_without_a_word(accounts: Accounts) -> None:
    person = await a_person(accounts)
    device = await with_passkey(person)
    actor = await accounts.credentials.by_session(await sign_in(accounts, device))
    assert actor is not None
    assert actor.user_id == person.user.id
    (passkey,) = (await accounts.proving.own.overview(actor)).passkeys
    assert (passkey.name, passkey.backed_up) == ("Phone", True)
    assert passkey.last_used_at is not None


async def test_an_answer_is_taken_once(accounts: Accounts) -> None:
    device = await with_passkey(await a_person(accounts))
    answer = device.show(await accounts.proving.passkey_sign_in.ask())
    await accounts.proving.passkey_sign_in.browser(answer, HOME)
    with pytest.raises(ChallengeEnded):
        await accounts.proving.passkey_sign_in.browser(answer, HOME)


WRONG: dict[str, Callable[[Device], Device]] = {
    "of another page": lambda device: replace(device, origin="https://evil.test"),
    "of a page on another port": lambda device: replace(device, origin=ORIGIN + ":8443"),
    "of a page without https": lambda device: replace(device, origin="http://school.test"),
    "for another site": lambda device: replace(device, rp_id="evil.test"),
    "without the person": lambda device: replace(device, verified=False),
    "with another key": lambda device: replace(device, key=a_device().key),
    "of an unknown passkey": lambda device: replace(device, credential_id=b"x" * 32),
    "for another person": lambda device: replace(device, user=b"y" * 16),
    "by a key that became another kind": lambda device: replace(device, syncable=False),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_an_answer_is_refused(accounts: Accounts, wrong: str) -> None:
    device = await with_passkey(await a_person(accounts))
    with pytest.raises(PasskeyRefused):
        await sign_in(accounts, WRONG[wrong](device))


@pytest.mark.parametrize(
    "broken",
    [
        lambda answer: answer["response"].update(clientDataJSON="!!"),
        lambda answer: answer["response"].update(clientDataJSON="W10"),  # []
        lambda answer: answer["response"].update(signature=""),
        lambda answer: answer["response"].update(authenticatorData="AAAA"),
        lambda answer: answer.update(rawId="é"),
        lambda answer: answer.update(rawId=""),
        lambda answer: answer["response"].update(userHandle="é"),
    ],
)
async def test_what_cannot_be_read_is_refused(
    accounts: Accounts, broken: Callable[[dict[str, Any]], None]
) -> None:
    device = await with_passkey(await a_person(accounts))
    answer = device.show(await accounts.proving.passkey_sign_in.ask())
    broken(answer)
    with pytest.raises((PasskeyRefused, ChallengeEnded)):
        await accounts.proving.passkey_sign_in.browser(answer, HOME)


async def test_one_that_counts_backwards_is_a_copy_and_refused(accounts: Accounts) -> None:
    device = await with_passkey(await a_person(accounts), a_device(counts=True, count=5))
    await sign_in(accounts, device)
    copy = replace(device, count=3)
    with pytest.raises(PasskeyRefused):
        await sign_in(accounts, copy)
    await sign_in(accounts, device)


async def test_the_passkey_of_a_closed_account_opens_nothing(accounts: Accounts) -> None:
    person = await a_person(accounts)
    device = await with_passkey(person)
    await accounts.administration.set_disabled(SYSTEM, person.user.id, disabled=True)
    with pytest.raises(PasskeyRefused):
        await sign_in(accounts, device)


async def test_a_question_for_a_new_one_is_answered_in_its_session_alone(
    accounts: Accounts,
) -> None:
    person, own = await a_person(accounts), accounts.proving.own
    asked = await own.offer_passkey(await person.by_browser())
    with pytest.raises(ChallengeEnded):
        await own.add_passkey(await person.by_browser(), a_device().make(asked), name="Phone")
    with pytest.raises(ChallengeEnded):  # and a question to sign in makes none
        options = await accounts.proving.passkey_sign_in.ask()
        made = a_device().make(options | {"user": {"id": "eA"}})
        await own.add_passkey(await person.by_browser(), made, name="Phone")


async def test_an_unverified_person_makes_none(accounts: Accounts) -> None:
    with pytest.raises(PasskeyRefused):
        await with_passkey(await a_person(accounts), a_device(verified=False))


async def test_the_same_one_is_kept_once_and_twenty_in_all(accounts: Accounts) -> None:
    person = await a_person(accounts)
    device = await with_passkey(person)
    with pytest.raises(PasskeyKnown):
        await with_passkey(await a_person(accounts, "Mei Tan"), device)
    for _ in range(19):
        await with_passkey(person)
    with pytest.raises(PasskeyKnown):
        await with_passkey(person)


async def test_a_passkey_is_renamed_and_removed_by_its_person_alone(accounts: Accounts) -> None:
    person, other = await a_person(accounts), await a_person(accounts, "Mei Tan")
    device, own = await with_passkey(person), accounts.proving.own
    actor, stranger = await person.by_browser(), await other.by_browser()
    (passkey,) = (await own.overview(actor)).passkeys
    with pytest.raises(NotFound):
        await own.rename_passkey(stranger, passkey.id, "Mine")
    with pytest.raises(NotFound):
        await own.remove_passkey(stranger, passkey.id)
    assert (await own.rename_passkey(actor, passkey.id, "Old phone")).name == "Old phone"
    await own.remove_passkey(actor, passkey.id)
    with pytest.raises(PasskeyRefused):
        await sign_in(accounts, device)


async def test_where_a_second_step_is_demanded_a_passkey_is_one(
    db: Database, clock: SetClock
) -> None:
    options = auth(second_factor_roles=("admin",))
    async with some_accounts(db, clock) as before:
        head = await a_person(before, "Head", Role.ADMIN)
        actor = await head.by_browser()
    async with some_accounts(db, clock, options=options, origin=ORIGIN) as accounts:
        own, device = accounts.proving.own, a_device()
        await own.add_passkey(actor, device.make(await own.offer_passkey(actor)), name="Key")
        with pytest.raises(SecondFactorNeeded) as needed:
            await Person(head.user, accounts).client()
        assert needed.value.methods == ("passkey",)
        step, challenge = accounts.proving.second_step, needed.value.challenge
        anybodys = await accounts.proving.passkey_sign_in.ask()
        with pytest.raises(PasskeyRefused):
            await step.client(challenge, Answer(passkey=device.show(anybodys)), HOME)
        asked = await accounts.proving.passkey_sign_in.ask(await step.whose(challenge))
        assert [one["type"] for one in asked["allowCredentials"]] == ["public-key"]
        await step.client(challenge, Answer(passkey=device.show(asked, handle=False)), HOME)
        (passkey,) = (await own.overview(actor)).passkeys
        with pytest.raises(SecondFactorKept):
            await own.remove_passkey(actor, passkey.id)


async def test_a_passkey_is_a_proof(accounts: Accounts, clock: SetClock) -> None:
    person, own = await a_person(accounts), accounts.proving.own
    device, actor = await with_passkey(person), await person.by_browser()
    clock.advance(601)
    answer = device.show(await own.ask_passkey(actor))
    await own.prove(actor, Proof(answer=Answer(passkey=answer)))
    await own.begin_app(actor)
