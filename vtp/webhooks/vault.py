"""Secrets of endpoints at rest: encrypted with a key that stands in a file of ours."""

from __future__ import annotations

import secrets
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vtp import secretfiles

_NONCE = 12
_SECRET = 32


class Vault:
    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key[:32])

    def new(self) -> bytes:
        return secrets.token_bytes(_SECRET)

    def closed(self, secret: bytes, endpoint_id: UUID) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._key.encrypt(nonce, secret, endpoint_id.bytes)

    def opened(self, stored: bytes, endpoint_id: UUID) -> bytes:
        return self._key.decrypt(stored[:_NONCE], stored[_NONCE:], endpoint_id.bytes)


def load(folder: Path) -> Vault:
    return Vault(secretfiles.read_or_create(folder, "webhook-key"))
