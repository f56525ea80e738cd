"""The secret end of a link, while its mail waits: encrypted, with a key outside of the database.

A stolen table then opens nothing. The key is `mail-key` in the secrets folder; losing it only
means that the links of mails that wait cannot be sent any more.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vtp import secretfiles
from vtp.ids import MailId

_NONCE = 12  # bytes; NIST SP 800-38D section 5.2.1.1


class Seal:
    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key[:32])

    def close(self, secret: str, mail_id: MailId) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), mail_id.bytes)

    def open(self, sealed: bytes, mail_id: MailId) -> str | None:
        """None where it was not sealed for this mail, or with another key."""
        try:
            clear = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], mail_id.bytes)
        except (InvalidTag, ValueError):
            return None
        return clear.decode()


def load(folder: Path) -> Seal:
    return Seal(secretfiles.read_or_create(folder, "mail-key"))
