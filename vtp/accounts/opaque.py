"""Random tokens that stand for a row: we keep their hash, so a stolen table opens nothing."""

from __future__ import annotations

import hashlib
import secrets

KEY_PREFIX = "vtp_"
SHOWN = 12  # characters of a key by which its owner knows it
_BYTES = 32
_LENGTH = 43  # of base64url without padding


def new() -> str:
    return secrets.token_urlsafe(_BYTES)


def new_key() -> str:
    return KEY_PREFIX + new()


def plausible(token: str) -> bool:
    """Whether it is worth a query."""
    return len(token) == _LENGTH and token.isascii()


def plausible_key(key: str) -> bool:
    return key.startswith(KEY_PREFIX) and plausible(key[len(KEY_PREFIX) :])


def digest(token: str) -> bytes:
    """No salt and no work factor: 256 random bits are not guessed."""
    return hashlib.sha256(token.encode()).digest()
