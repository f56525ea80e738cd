"""Signed links, for players that cannot send a cookie.

A ticket says who asks, by what they signed in, and until when; its seal is of one recording. What
they signed in with is looked at again: a ticket ends with it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from datetime import datetime, timedelta
from uuid import UUID

from vtp.actor import Actor, Via
from vtp.ids import RecordingId, UserId

_HEAD = struct.Struct("!16s16sI")
_SEAL = 16  # bytes


class Tickets:
    def __init__(self, key: bytes, *, lifetime: timedelta) -> None:
        self._key = key
        self._lifetime = lifetime

    def issue(self, actor: Actor, id: RecordingId, *, now: datetime) -> tuple[str, datetime]:
        """And until when it is good."""
        until = (now + self._lifetime).replace(microsecond=0)
        credential = actor.credential_id or UUID(int=0)
        head = _HEAD.pack(actor.require_user().bytes, credential.bytes, int(until.timestamp()))
        sealed = head + self._seal(head, id)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode(), until

    def read(self, ticket: str, id: RecordingId, *, now: datetime) -> Actor | None:
        """Who was given it, with no roles yet; None where it is not good, or not any more."""
        try:
            data = base64.b64decode(ticket + "=" * (-len(ticket) % 4), altchars="-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        head, seal = data[: _HEAD.size], data[_HEAD.size :]
        if len(head) != _HEAD.size or not hmac.compare_digest(seal, self._seal(head, id)):
            return None
        user, credential, until = _HEAD.unpack(head)
        if until <= now.timestamp():
            return None
        return Actor(UserId(UUID(bytes=user)), frozenset(), Via.JWT, UUID(bytes=credential))

    def _seal(self, head: bytes, id: RecordingId) -> bytes:
        return hmac.digest(self._key, head + id.bytes, "sha256")[:_SEAL]
