"""Tokens that carry their meaning and our mark: refresh tokens and remembered browsers. Pure.

A refresh token is a session, how many times it was renewed, and an HMAC over both. No table of
tokens is needed: one that is older than the count was used before, and its successor can be made
again for a client that never received it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from vtp.accounts.keyring import Keyring
from vtp.ids import SessionId, UserId

_REFRESH = "vtpr_"
_DEVICE = "vtpd_"
_MARK_BYTES = 32
_COUNT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Renewal:
    session_id: SessionId
    generation: int


class Marks:
    def __init__(self, keyring: Keyring) -> None:
        self._keys = keyring.keys
        self._newest = keyring.newest[1]

    def refresh(self, renewal: Renewal) -> str:
        body = renewal.session_id.bytes + renewal.generation.to_bytes(_COUNT_BYTES)
        return _REFRESH + _text(body + _mark(self._newest, _REFRESH, body))

    def read_refresh(self, token: str) -> Renewal | None:
        body = self._body(_REFRESH, token, 16 + _COUNT_BYTES)
        if body is None:
            return None
        return Renewal(SessionId(UUID(bytes=body[:16])), int.from_bytes(body[16:]))

    def device(self, user_id: UserId, *, random: bytes) -> str:
        """What a browser keeps to be known again; it proves nothing but that."""
        return _DEVICE + _text(random + _mark(self._newest, _DEVICE, random + user_id.bytes))

    def knows_device(self, token: str, user_id: UserId) -> bool:
        raw = _raw(_DEVICE, token, 16)
        if raw is None:
            return False
        random, mark = raw
        return self._ours(_DEVICE, random + user_id.bytes, mark)

    def _body(self, kind: str, token: str, size: int) -> bytes | None:
        raw = _raw(kind, token, size)
        return raw[0] if raw and self._ours(kind, *raw) else None

    def _ours(self, kind: str, body: bytes, mark: bytes) -> bool:
        return any(hmac.compare_digest(mark, ours) for ours in self._marks(kind, body))

    def _marks(self, kind: str, body: bytes) -> Iterator[bytes]:
        return (_mark(key, kind, body) for key in self._keys.values())


def _mark(key: bytes, kind: str, body: bytes) -> bytes:
    """The kind is part of it: what one token is worth is worth nothing as another."""
    return hmac.digest(key, kind.encode() + body, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(kind: str, token: str, size: int) -> tuple[bytes, bytes] | None:
    length = -(-(size + _MARK_BYTES) * 4 // 3)
    encoded = token.removeprefix(kind)
    if not token.startswith(kind) or len(encoded) != length or not encoded.isascii():
        return None
    try:
        raw = base64.b64decode(encoded + "=" * (-length % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    return raw[:size], raw[size:]


class Verdict(Enum):
    RENEW = "renew"  # the newest token, used for the first time
    REPEAT = "repeat"  # its answer was lost: the same successor again
    REUSED = "reused"  # two hold what one should have
    UNKNOWN = "unknown"


def judge(
    presented: int, *, current: int, renewed_at: datetime, now: datetime, grace: timedelta
) -> Verdict:
    """What presenting generation `presented` means in a session that is at `current`.

    A successor that was used has moved `current` on, so only one that never was is given again,
    and only for `grace`: a phone that lost the answer is not signed out, while a thief would
    have to strike in those seconds, every time, to stay unseen.
    """
    if presented == current:
        return Verdict.RENEW
    if presented > current:  # of a database that was since restored from a backup
        return Verdict.UNKNOWN
    in_time = timedelta(0) <= now - renewed_at <= grace
    return Verdict.REPEAT if presented == current - 1 and in_time else Verdict.REUSED
