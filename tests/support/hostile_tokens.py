"""Tokens that an attacker could make: each a small step away from one that is believed."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from vtp.ids import SessionId, UserId

# Always the same, so that tests have the same names wherever they are collected.
_AN_ID = UUID("01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44")
KEY, OTHER = b"k" * 32, b"x" * 32
ISSUER = "https://school.test"
NOW = datetime(2026, 3, 12, 18, tzinfo=UTC)
USER, SESSION = UserId(_AN_ID), SessionId(_AN_ID)

_AT = int(NOW.timestamp())
_GOOD = {
    "iss": ISSUER,
    "aud": "vtp:api",
    "sub": str(USER),
    "iat": _AT,
    "nbf": _AT,
    "exp": _AT + 900,
    "jti": str(_AN_ID),
    "sid": str(SESSION),
    "typ": "access",
}
_HEAD = {"typ": "at+jwt", "kid": "1", "alg": "HS256"}
_ODD: tuple[Any, ...] = ("", 0, -1, True, [], {}, ["vtp:api"], "x" * 50, 1e308, 10**30, "\x00", "é")

Named = Iterator[tuple[str, str]]


def signed(
    payload: Any = None,
    *,
    head: dict[str, Any] | None = None,
    key: bytes = KEY,
    sha: str = "sha256",
) -> str:
    """Truly signed with `key`, whatever the header and the body say. None in `head` drops."""
    used = {name: value for name, value in (_HEAD | (head or {})).items() if value is not None}
    unsigned = f"{_part(used)}.{_part(_GOOD if payload is None else payload)}"
    return f"{unsigned}.{_part(hmac.digest(key, unsigned.encode(), sha))}"


def all_of_them() -> dict[str, str]:
    return dict(
        [*_claims(), *_times(), *_headers(), *_keys(), *_algorithms(), *_mended(), *_no_tokens()]
    )


def _claims() -> Named:
    for name in _GOOD:
        yield f"without {name}", signed({k: v for k, v in _GOOD.items() if k != name})
        for value in _ODD:
            # A jti is any text: it is compared with nothing.
            if not (name == "jti" and isinstance(value, str)):
                yield f"{name}={value!r}", signed(_GOOD | {name: value})
    yield "an unknown claim", signed(_GOOD | {"admin": True})
    yield "another audience", signed(_GOOD | {"aud": "vtp:refresh"})
    yield "a list of audiences", signed(_GOOD | {"aud": ["vtp:api", "other"]})
    yield "another issuer", signed(_GOOD | {"iss": ISSUER + ".evil.example"})
    yield "issuer with a slash", signed(_GOOD | {"iss": ISSUER + "/"})
    yield "another purpose", signed(_GOOD | {"typ": "refresh"})


def _times() -> Named:
    yield "too long a life", signed(_GOOD | {"exp": _AT + 901})
    later = {"iat": _AT + 3600, "nbf": _AT + 3600, "exp": _AT + 4000}
    yield "born in the future", signed(_GOOD | later)
    yield "not yet", signed(_GOOD | {"nbf": _AT + 3600})
    yield "ended", signed(_GOOD | {"iat": _AT - 2000, "nbf": _AT - 2000, "exp": _AT - 1100})
    yield "ends as it begins", signed(_GOOD | {"exp": _AT})
    yield "exp as text", signed(_GOOD | {"exp": str(_AT + 900)})
    yield "exp as a fraction", signed(_GOOD | {"exp": _AT + 0.5})


def _headers() -> Named:
    kinds: tuple[Any, ...] = (None, "JWT", "at+JWT", "jwt", "application/at+jwt", "", 1, [])
    for typ in kinds:
        yield f"header typ {typ!r}", signed(head={"typ": typ})
    kids = (None, "2", "0", "", "../../../etc/passwd", "1' or '1'='1", "1\n", "/dev/null", 1, ["1"])
    for kid in kids:
        yield f"kid {kid!r}", signed(head={"kid": kid})
    extras: tuple[dict[str, Any], ...] = (
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": "b64"},
        {"b64": False},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF", "crit": ["zip"]},
    )
    for extra in extras:
        yield f"header {extra}", signed(head=extra)
    for name, value in (
        ("jwk", {"kty": "oct", "k": _part(OTHER)}),
        ("jku", "https://evil.example/keys"),
        ("x5u", "https://evil.example/cert"),
        ("x5c", ["MIIB"]),
    ):
        yield f"brings its key as {name}", signed(head={name: value}, key=OTHER)


def _keys() -> Named:
    for key in (OTHER, KEY[:-1], KEY + b"k", b"", b"1", base64.b64encode(KEY), KEY.hex().encode()):
        yield f"key {key!r}", signed(key=key)
    for kid in ("2", "", None):
        yield f"an empty key as {kid!r}", signed(head={"kid": kid}, key=b"")


def _algorithms() -> Named:
    token = signed()
    for alg in ("none", "None", "NONE", "nOnE", "", None, "RS256", "ES256", "EdDSA", 7, ["HS256"]):
        yield f"alg {alg!r}", signed(head={"alg": alg})
        yield f"alg {alg!r}, unsigned", signed(head={"alg": alg}).rpartition(".")[0] + "."
        yield f"alg {alg!r}, signature of a true one", _with(token, head=_HEAD | {"alg": alg})
    for alg in ("HS384", "HS512"):
        sha = alg.replace("HS", "sha")
        yield alg, signed(head={"alg": alg}, sha=sha)
        yield f"{alg} by its name only", signed(head={"alg": alg})
        yield f"{alg} without its name", signed(sha=sha)


def _mended() -> Named:
    token = signed()
    yield "no signature", token.rpartition(".")[0] + "."
    yield "two parts", token.rpartition(".")[0]
    yield "four parts", token + "." + token.rpartition(".")[2]
    yield "another body", _with(token, body=_GOOD | {"sub": str(UUID(int=7))})
    yield "a body of a list", signed([1])
    yield "a body of no JSON", signed(b"\xff\xfe")
    yield "an empty body", signed(b"")
    yield "a deep body", signed(b"[" * 2500)
    yield "a header of a list", _with(token, head=[])
    yield "a header of no JSON", _with(token, head=b"{")
    yield "a deep header", _with(token, head=b"[" * 2500)
    yield "a large one", signed(_GOOD | {"jti": "x" * 5000})


def _no_tokens() -> Named:
    token = signed()
    yield "huge", "a." * 1_000_000
    for text in ("", ".", "..", "...", "null", "é" * 20, "\x00", "\ud800", "vtp_" + "A" * 43):
        yield f"text {text!r}", text
    for text in (" " + token, token + "\n", token + " ", token.upper(), token[::-1], f'"{token}"'):
        yield f"a true one as {text[:6]!r} … {text[-6:]!r}", text


def _with(token: str, *, head: Any = None, body: Any = None) -> str:
    """The same token with another part, and the signature that it had."""
    parts = token.split(".")
    if head is not None:
        parts[0] = _part(head)
    if body is not None:
        parts[1] = _part(body)
    return ".".join(parts)


def _part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
