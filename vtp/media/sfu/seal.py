"""Encryption of what is sent with a cipher that is keyed once (RFC 3711, RFC 7714).

For each packet libsrtp looks up its stream, moves a window and sets its cipher anew, which is three
quarters of what it takes; who numbers packets as they go on needs none of that. Reports, what comes
in, other ciphers, and machines without the compiled ways stay with libsrtp, which is also what this
is tested against.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from vtp.media.sfu.library import OPENSSL, address_of

try:
    from vtp.media.sfu import _native

    _native.openssl(OPENSSL)
except (ImportError, AttributeError, OSError):
    # There is none, it was made of other sources than these, or libsrtp came without OpenSSL.
    SEALS = False
else:
    SEALS = True

_SALT = 12
# RFC 3711 4.3.1: what is derived for RTP of what was agreed on.
_KEY_LABEL, _SALT_LABEL = 0, 2


class Seal:
    """The cipher of one direction of one transport."""

    __slots__ = ("cipher", "salt")

    def __init__(self, agreed: bytes) -> None:
        """`agreed` is a key for AES-GCM, and its salt of 12 bytes behind it."""
        key, salt = agreed[:-_SALT], agreed[-_SALT:]
        self.cipher = _native.cipher(_derived(key, salt, _KEY_LABEL, len(key)))
        self.salt = _derived(key, salt, _SALT_LABEL, _SALT)

    def protect(self, memory: Any, length: Any, number: int) -> int:
        """Encrypt a canonical packet of ours in place, as libsrtp does; 0 when it was done.

        `number` is its sequence number as it goes on, one cycle up as `Continuity` counts: no other
        packet of its source has it.
        """
        size = _native.seal(self.cipher, self.salt, address_of(memory), length[0], number)
        if not size:
            return 1
        length[0] = size
        return 0


def _derived(key: bytes, salt: bytes, label: int, size: int) -> bytes:
    """RFC 3711 4.3.3, with the shorter salt of RFC 7714 11."""
    start = int.from_bytes(salt + bytes(2)) ^ label << 48
    stream = Cipher(AES(key), CTR((start << 16).to_bytes(16))).encryptor()
    return stream.update(bytes(size)) + stream.finalize()
