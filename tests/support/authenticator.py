"""A device that makes passkeys, in Python: what a browser and its authenticator do together."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _SYNCABLE, _BACKED_UP, _WITH_KEY = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Device:
    """What is changed before an answer is what an attacker, or a copy, would do."""

    origin: str
    rp_id: str
    verified: bool = True
    syncable: bool = True
    counts: bool = False
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: bytes = b""

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """`navigator.credentials.create`, as JSON."""
        self.user = _raw(options["user"]["id"])
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(with_key=True)}
        return self._answer(
            {
                "clientDataJSON": _text(self._client_data("webauthn.create", options)),
                "attestationObject": _text(cbor2.dumps(attestation)),
                "transports": ["internal", "hybrid"],
            }
        )

    def show(self, options: dict[str, Any], *, handle: bool = True) -> dict[str, Any]:
        """`navigator.credentials.get`, as JSON."""
        if self.counts:
            self.count += 1
        said, data = self._client_data("webauthn.get", options), self._data(with_key=False)
        signed = data + hashlib.sha256(said).digest()
        response = {
            "clientDataJSON": _text(said),
            "authenticatorData": _text(data),
            "signature": _text(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        }
        return self._answer(response | ({"userHandle": _text(self.user)} if handle else {}))

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        name = _text(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said | {"crossOrigin": False}).encode()

    def _data(self, *, with_key: bool) -> bytes:
        flags = _PRESENT | (_VERIFIED if self.verified else 0)
        flags |= (_SYNCABLE | _BACKED_UP) if self.syncable else 0
        flags |= _WITH_KEY if with_key else 0
        head = hashlib.sha256(self.rp_id.encode()).digest()
        head += bytes([flags]) + self.count.to_bytes(4)
        return head + (self._attested() if with_key else b"")

    def _attested(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        return (
            bytes(16)
            + len(self.credential_id).to_bytes(2)
            + self.credential_id
            + cbor2.dumps(public)
        )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
