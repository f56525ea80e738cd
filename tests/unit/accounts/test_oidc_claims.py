"""What is believed of an ID token, and what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from vtp.accounts.oidc.claims import NotBelieved, claimed, require
from vtp.actor import Role

NOW = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
_AT = int(NOW.timestamp())
ISSUER = "https://id.test"
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "vtp",
    "sub": "n-1",
    "nonce": "n0nce",
    "iat": _AT,
    "exp": _AT + 300,
}
_ODD: tuple[Any, ...] = (None, "", 0, True, [], {}, "x", ["x"], 1e308, -1, "é")


def believed(token: dict[str, Any]) -> bool:
    try:
        require(token, issuer=ISSUER, client_id="vtp", nonce="n0nce", now=NOW)
    except NotBelieved:
        return False
    return True


def test_what_a_provider_says_to_us_now_is_believed() -> None:
    assert believed(GOOD)
    assert believed(GOOD | {"aud": ["vtp"]})
    assert believed(GOOD | {"aud": ["vtp", "other"], "azp": "vtp"})


@pytest.mark.parametrize("name", GOOD)
def test_nothing_odd_is_believed(name: str) -> None:
    assert not believed({k: v for k, v in GOOD.items() if k != name})
    far = name == "exp"
    for value in _ODD:
        fits = (name == "sub" and isinstance(value, str) and value) or (far and value == 1e308)
        assert believed(GOOD | {name: value}) == bool(fits), value


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": ISSUER + "/"},
        {"iss": ISSUER + ".evil.test"},
        {"aud": ["vtp", "other"]},
        {"aud": ["vtp", "other"], "azp": "other"},
        {"azp": "other"},
        {"nonce": "n0nce "},
        {"iat": _AT + 120},
        {"iat": _AT - 3600},
        {"exp": _AT - 120},
        {"sub": "x" * 256},
    ],
)
def test_a_token_for_somebody_else_or_another_time_is_not_believed(
    changed: dict[str, Any],
) -> None:
    assert not believed(GOOD | changed)


def roles(said: dict[str, Any], claim: str) -> frozenset[Role]:
    names = {"teachers": "instructor", "office": "manager"}
    return claimed(GOOD | said, issuer=ISSUER, roles_claim=claim, roles=names).roles


def test_groups_become_roles_also_from_deeper_places() -> None:
    assert roles({"groups": ["teachers", "choir", 7]}, "groups") == {Role.INSTRUCTOR}
    assert roles({"realm": {"roles": ["office"]}}, "realm.roles") == {Role.MANAGER}
    assert roles({"groups": "office"}, "groups") == {Role.MANAGER}
    assert roles({"groups": {"teachers": 1}}, "groups") == frozenset()
    assert roles({}, "groups.deeper") == frozenset()
    assert roles({"groups": ["teachers"]}, "") == frozenset()


def test_an_email_is_verified_only_when_it_is_said_so() -> None:
    for value, verified in ((True, True), ("true", False), (1, False), (None, False)):
        said = GOOD | {"email": "a@b.test", "email_verified": value}
        found = claimed(said, issuer=ISSUER, roles_claim="", roles={})
        assert (found.email, found.email_verified) == ("a@b.test", verified)
