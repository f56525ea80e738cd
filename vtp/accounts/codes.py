"""Codes of authenticator apps (RFC 6238) and recovery codes. Pure but for their randomness."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime

import pyotp
import segno

STEP = 30  # s; what every app assumes
DIGITS = 6
# Steps before and after ours: clocks of phones, and the time that typing takes.
DRIFT = 1
SECRET_BYTES = 20  # RFC 4226 section 4, R6
RECOVERY_CODES = 10
# 32 signs that are not taken for each other; 10 of them are 50 bits, which nobody guesses.
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUP = 5
_GROUPS = 2


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def typed(secret: bytes) -> str:
    """A secret as people type it where a camera cannot read it."""
    return base64.b32encode(secret).decode()


def in_groups(secret: bytes) -> str:
    """The same, as people read it out."""
    text = typed(secret)
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, *, account: str, school: str) -> str:
    """What the picture says: `otpauth://totp/…`."""
    return pyotp.TOTP(typed(secret)).provisioning_uri(name=account, issuer_name=school)


def picture(address: str) -> str:
    """It as a QR code: an SVG to stand in the `src` of an image, made here and kept nowhere."""
    return segno.make(address, error="m").svg_data_uri(scale=4, border=2, light="#fff")


def code_at(secret: bytes, step: int) -> str:
    return pyotp.TOTP(typed(secret)).generate_otp(step)


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // STEP


def step_of(secret: bytes, code: str, *, now: datetime, after: int) -> int | None:
    """The time step that `code` belongs to, if it is near and later than `after`.

    All of them are compared, so that the time it takes says nothing.
    """
    middle, given = step_at(now), digits(code)
    found = None
    for step in range(middle - DRIFT, middle + DRIFT + 1):
        same = hmac.compare_digest(code_at(secret, step), given)
        found = step if same and step > after else found
    return found


def digits(code: str) -> str:
    """As apps show it, "123 456", and as it is compared; what is no code is none."""
    plain = "".join(code.split())
    return plain if len(plain) == DIGITS and plain.isascii() and plain.isdigit() else ""


def new_recovery_codes() -> list[str]:
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def recovery(code: str) -> str:
    """As it is compared; "" for what cannot be one."""
    plain = "".join(sign for sign in code.lower() if sign not in "- \t")
    fits = len(plain) == _GROUP * _GROUPS and all(sign in _SIGNS for sign in plain)
    return plain if fits else ""
