"""Hashing passwords, and how many at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtp.accounts.passwords import Passwords
from vtp.accounts.problems import PasswordTooLong, TooManySignIns, WeakPassword

PEPPER = b"p" * 32


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    made = Passwords(PEPPER, cost=4, threads=1, queue=4)
    yield made
    await made.close()


async def test_a_password_matches_its_hash_and_no_other(passwords: Passwords) -> None:
    stored = await passwords.hash("classroom")
    assert await passwords.matches("classroom", stored)
    assert not await passwords.matches("Classroom", stored)
    assert not await passwords.matches("", stored)


@pytest.mark.parametrize("length", [71, 72, 73, 500, 1024])
async def test_long_passwords_are_neither_cut_nor_refused(
    passwords: Passwords, length: int
) -> None:
    stored = await passwords.hash("a" * length)
    assert await passwords.matches("a" * length, stored)
    assert not await passwords.matches("a" * (length - 1), stored)


async def test_a_nul_ends_nothing(passwords: Passwords) -> None:
    stored = await passwords.hash("before\x00after")
    assert not await passwords.matches("before\x00other", stored)


async def test_two_keyboards_spell_one_letter_alike(passwords: Passwords) -> None:
    assert await passwords.matches("Zoe\u0308 sings", await passwords.hash("Zo\u00eb sings"))


@pytest.mark.parametrize("password", ["a" * 1025, "é" * 513])
async def test_more_than_1024_bytes_are_refused(passwords: Passwords, password: str) -> None:
    with pytest.raises(PasswordTooLong):
        await passwords.hash(password)
    with pytest.raises(PasswordTooLong) as caught:
        await passwords.require_strong(password, about=(), field="new")
    assert set(caught.value.fields) == {"new"}


async def test_a_lone_surrogate_is_a_password_like_any_other(passwords: Passwords) -> None:
    assert await passwords.matches("\ud800 odd", await passwords.hash("\ud800 odd"))


@pytest.mark.parametrize("stored", [None, "", "p", "$2b$04$" + "." * 53, "plain", "p00000000$2b$"])
async def test_what_is_no_hash_of_ours_matches_nothing(
    passwords: Passwords, stored: str | None
) -> None:
    assert not await passwords.matches("classroom", stored)


async def test_without_the_pepper_a_hash_is_useless(passwords: Passwords) -> None:
    stored = await passwords.hash("classroom")
    other = Passwords(b"q" * 32, cost=4, threads=1, queue=4)
    assert not await other.matches("classroom", stored)
    assert not other.readable(stored)
    await other.close()


async def test_a_hash_of_another_cost_or_pepper_is_outdated(passwords: Passwords) -> None:
    stored = await passwords.hash("classroom")
    dearer = Passwords(PEPPER, cost=5, threads=1, queue=1)
    assert not passwords.outdated(stored)
    assert dearer.outdated(stored)
    await dearer.close()


def test_a_short_pepper_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Passwords(b"short", cost=4, threads=1, queue=1)


async def test_judging_nobody_runs_bcrypt_as_often_as_judging_somebody(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs: list[bytes] = []
    real = bcrypt.checkpw

    def counted(password: bytes, hashed: bytes) -> bool:
        costs.append(hashed[:7])
        return real(password, hashed)

    stored = await passwords.hash("classroom")
    monkeypatch.setattr(bcrypt, "checkpw", counted)
    await passwords.matches("wrong", stored)
    await passwords.matches("wrong", None)
    assert costs == [b"$2b$04$"] * 2


async def test_beyond_the_queue_one_is_asked_to_wait(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    def slow(_password: bytes, _hashed: bytes) -> bool:
        return go.wait(20)

    monkeypatch.setattr(bcrypt, "checkpw", slow)
    stored = await passwords.hash("x")
    running = [asyncio.ensure_future(passwords.matches("x", stored)) for _ in range(5)]
    await asyncio.sleep(0)
    with pytest.raises(TooManySignIns) as caught:
        await passwords.matches("x", stored)
    assert caught.value.retry_after == 1
    go.set()
    assert await asyncio.gather(*running) == [True] * 5
    assert await passwords.matches("x", stored)


async def test_who_goes_away_leaves_the_place_when_the_thread_does(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, begun = threading.Event(), threading.Event()

    def slow(_password: bytes, _hashed: bytes) -> bool:
        begun.set()
        return go.wait(20)

    monkeypatch.setattr(bcrypt, "checkpw", slow)
    stored = await passwords.hash("x")
    running = [asyncio.ensure_future(passwords.matches("x", stored)) for _ in range(5)]
    await asyncio.to_thread(begun.wait, 20)
    for one in running:
        one.cancel()
    for one in running:
        with suppress(asyncio.CancelledError):
            await one
    # Four never began; the one that runs still has its place.
    more = [asyncio.ensure_future(passwords.matches("x", stored)) for _ in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(TooManySignIns):
        await passwords.matches("x", stored)
    go.set()
    assert await asyncio.gather(*more) == [True] * 4


async def test_the_loop_goes_on_while_a_password_is_hashed() -> None:
    dear = Passwords(PEPPER, cost=9, threads=1, queue=1)
    hashing = asyncio.ensure_future(dear.hash("x"))
    turns = 0
    while not hashing.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 10
    await dear.close()


# --- strength ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "password", ["classroom", "12345678", "qwertyui", "Passw0rd", "Carvalho1", "inescarvalho"]
)
async def test_easy_ones_are_refused_with_advice(passwords: Passwords, password: str) -> None:
    with pytest.raises(WeakPassword) as caught:
        await passwords.require_strong(password, about=("ines.carvalho@school.test", "Ines"))
    assert caught.value.fields["password"].endswith("hard to guess.")


@pytest.mark.parametrize(
    "password", ["violet harbour tin whistle", "xK9#mP2$vL", "Tr1cky-Otter-Lamp"]
)
async def test_good_ones_are_taken(passwords: Passwords, password: str) -> None:
    await passwords.require_strong(password, about=("ines@school.test",))


@given(st.text(alphabet="!$%(+0123456789<@[{|ab", max_size=200))
def test_what_is_judged_is_a_short_beginning_with_few_signs(password: str) -> None:
    from zxcvbn.matching import L33T_TABLE

    from vtp.accounts.strength import judged_part

    part = judged_part(password)
    signs = {sign for signs in L33T_TABLE.values() for sign in signs}
    assert password.startswith(part)
    assert len(part) <= 40
    assert len(signs & set(part)) <= 8
