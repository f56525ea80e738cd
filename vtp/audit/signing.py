"""The key that signs seals: outside of the database, so that whoever rules that cannot seal."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vtp import secretfiles

_FILE = "audit-key"


class Signer:
    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret[:32])
        self._public = self._key.public_key()

    @property
    def public(self) -> str:
        """For whoever keeps seals elsewhere and wants to check them there."""
        return self._public.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, hash: bytes) -> bytes:
        return self._key.sign(hash)

    def holds(self, hash: bytes, signature: bytes) -> bool:
        try:
            self._public.verify(signature, hash)
        except InvalidSignature:
            return False
        return True


def load(folder: Path) -> Signer:
    return Signer(secretfiles.read_or_create(folder, _FILE))
