"""Signing what is sent, as Standard Webhooks writes it down. Pure.

`webhook-signature: v1,<base64 of HMAC-SHA-256 over "id.timestamp.body">`, once for each secret
that counts, with blanks between. The secret is shown as `whsec_` and base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "whsec_"


def shown(secret: bytes) -> str:
    return PREFIX + base64.b64encode(secret).decode()


def headers(message_id: str, *, at: float, body: bytes, secrets: Iterable[bytes]) -> dict[str, str]:
    """`at` is the time of this attempt, in seconds since 1970."""
    timestamp = str(int(at))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [
        base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }
