"""Access tokens, and what is none."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import hostile_tokens
from tests.support.hostile_tokens import ISSUER, KEY, NOW, OTHER, SESSION, USER, signed
from vtp.accounts.access import AccessTokens
from vtp.accounts.keyring import Keyring

HOSTILE = hostile_tokens.all_of_them()


def tokens(keys: dict[str, bytes] | None = None, *, lifetime: float = 900.0) -> AccessTokens:
    return AccessTokens(Keyring(keys or {"1": KEY}), issuer=ISSUER, lifetime=lifetime)


def test_a_token_says_who_and_which_session() -> None:
    found = tokens().read(tokens().issue(USER, SESSION, now=NOW), now=NOW)
    assert found
    assert (found.sub, found.sid, found.iss) == (USER, SESSION, ISSUER)


def test_it_ends() -> None:
    made = tokens()
    token = made.issue(USER, SESSION, now=NOW)
    assert made.read(token, now=NOW + timedelta(seconds=899))
    assert made.read(token, now=NOW + timedelta(seconds=900)) is None  # though it was seen before


def test_it_never_lives_for_more_than_a_quarter_of_an_hour() -> None:
    assert tokens(lifetime=86_400).lifetime == 900


def test_clocks_may_differ_by_a_minute() -> None:
    token = tokens().issue(USER, SESSION, now=NOW)
    assert tokens().read(token, now=NOW - timedelta(seconds=59))
    assert tokens().read(token, now=NOW - timedelta(seconds=61)) is None


def test_the_newest_key_signs_and_the_one_before_is_believed() -> None:
    both = tokens({"9": KEY, "10": OTHER})
    assert jwt.get_unverified_header(both.issue(USER, SESSION, now=NOW))["kid"] == "10"
    assert both.read(signed(head={"kid": "9"}), now=NOW)
    assert tokens({"10": OTHER}).read(signed(head={"kid": "9"}), now=NOW) is None


def test_what_the_hostile_ones_differ_from_is_believed() -> None:
    assert tokens().read(signed(), now=NOW)


def test_there_are_enough_hostile_tokens() -> None:
    assert len(HOSTILE) >= 150


@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_token_is_believed(name: str) -> None:
    assert tokens().read(HOSTILE[name], now=NOW) is None


@given(st.text(max_size=300))
def test_no_text_is_believed(text: str) -> None:
    assert tokens().read(text, now=NOW) is None


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vtp.accounts.access._REMEMBERED", 3)
    made = tokens()
    for _ in range(10):
        made.read(made.issue(USER, SESSION, now=NOW), now=NOW)
    assert len(made._checked) == 3
