"""Secrets that we must be able to read again, closed with a key that stands in no table.

The key comes from the pepper of passwords, which is kept for as long as its database is.
"""

from __future__ import annotations

import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Sealing:
    def __init__(self, pepper: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(pepper, b"vtp sealed secrets", "sha256"))
        self._key = hmac.digest(pepper, b"vtp recovery codes", "sha256")

    def seal(self, secret: bytes, *, of: UUID) -> bytes:
        """`of` is whose it is: moved to the row of somebody else it opens no more."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, of.bytes)

    def open(self, sealed: bytes, *, of: UUID) -> bytes | None:
        """None where it was sealed with another key, as after losing the secrets folder."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], of.bytes)
        except InvalidTag:
            return None

    def digest(self, code: str, *, of: UUID) -> bytes:
        """Of a recovery code. With the key, 50 random bits need no work factor."""
        return hmac.digest(self._key, of.bytes + code.encode(), "sha256")
