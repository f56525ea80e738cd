"""Ids that a request, its answer and its lines in the log share."""

from __future__ import annotations

import random
import re

HEADER = "X-Request-ID"

_SENT = re.compile(r"[A-Za-z0-9._-]{8,64}")
# They are no secrets: these cost half of what the system's random numbers do.
_ids = random.Random()


def fresh() -> str:
    return f"{_ids.getrandbits(64):016x}"


def taken(sent: str) -> str:
    """That of a proxy before us, where it looks like one."""
    return sent if _SENT.fullmatch(sent) else fresh()
