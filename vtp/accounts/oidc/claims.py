"""What a provider says of a person, and what of it is believed (OpenID Connect Core 1.0). Pure."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vtp.actor import Role

# s; how far the clocks of two servers may be apart.
_SKEW = 60
# s; a token for somebody who has just signed in is new.
_OLDEST = 600
_LONGEST_SUBJECT = 255  # Core, section 2


class NotBelieved(Exception):
    """An ID token that is not for us, not now, or not an answer; the reason is for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Who somebody is at a provider."""

    issuer: str
    subject: str
    email: str  # "" where none is known
    email_verified: bool
    name: str
    roles: frozenset[Role]


def require(
    token: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime
) -> None:
    """Section 3.1.3.7, after the signature was found to be right; else `NotBelieved`."""
    at = now.timestamp()
    audience = token.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    sent, born, ends = token.get("nonce"), token.get("iat"), token.get("exp")
    checks = {
        "iss": token.get("iss") == issuer,
        "aud": isinstance(audiences, list) and client_id in audiences,
        "azp": token.get("azp", client_id) == client_id
        and (not isinstance(audiences, list) or len(audiences) == 1 or "azp" in token),
        "nonce": isinstance(sent, str) and hmac.compare_digest(sent.encode(), nonce.encode()),
        "iat": at - _OLDEST <= _time(born) <= at + _SKEW,
        "exp": at - _SKEW < _time(ends),
        "sub": _is_subject(token.get("sub")),
    }
    if wrong := [name for name, right in checks.items() if not right]:
        raise NotBelieved(", ".join(wrong))


def claimed(
    said: Mapping[str, Any], *, issuer: str, roles_claim: str, roles: Mapping[str, str]
) -> Claimed:
    """`said` is the ID token, with what the provider added when it was asked for more."""
    email, name = said.get("email"), said.get("name")
    return Claimed(
        issuer=issuer,
        subject=str(said["sub"]),
        email=email if isinstance(email, str) else "",
        email_verified=said.get("email_verified") is True,
        name=name if isinstance(name, str) else "",
        roles=_roles(said, roles_claim, roles),
    )


def _roles(said: Mapping[str, Any], claim: str, roles: Mapping[str, str]) -> frozenset[Role]:
    """`claim` may lie deeper: "realm_access.roles"."""
    found: Any = said
    for part in claim.split(".") if claim else ():
        found = found.get(part) if isinstance(found, Mapping) else None
    names = [found] if isinstance(found, str) else found
    if not claim or not isinstance(names, list):
        return frozenset()
    return frozenset(Role(roles[name]) for name in names if isinstance(name, str) and name in roles)


def _time(value: object) -> float:
    """What is no time was never."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and isinstance(value, int | float) else 0.0


def _is_subject(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_SUBJECT
