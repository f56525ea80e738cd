"""The names of blobs: made by us, safe as a path and in a URL on every system. Pure.

`media/c4/0198…c4.mp4`: lower case (some file systems fold it), no part that starts with a
dot (those are the store's own), never a name that a person typed.
"""

from __future__ import annotations

import re
from uuid import UUID

from vtp.blob.port import BadKey

MAX_KEY = 512
# File systems end at 255; the store puts a few characters of its own around a name.
MAX_PART = 200

_PART = re.compile(r"[a-z0-9_][a-z0-9._-]*", re.ASCII)
_PREFIX = re.compile(r"(?:[a-z0-9_][a-z0-9._-]*/)*(?:[a-z0-9_][a-z0-9._-]*)?", re.ASCII)


def checked(key: str) -> str:
    """The same key, when it is one."""
    if not 0 < len(key) <= MAX_KEY:
        raise BadKey
    if not all(len(part) <= MAX_PART and _PART.fullmatch(part) for part in key.split("/")):
        raise BadKey
    return key


def checked_prefix(prefix: str) -> str:
    """The same prefix, when a key could start with it."""
    if len(prefix) > MAX_KEY or not _PREFIX.fullmatch(prefix):
        raise BadKey
    return prefix


def key_for(kind: str, id: UUID, suffix: str = "") -> str:
    """The key of one thing, in one of 256 folders of its kind.

    The folder is named by the last byte, because the first ones of a UUIDv7 are the time.
    """
    return checked(f"{kind}/{id.hex[-2:]}/{id}{suffix}")
