"""What was known about a file when it was put: a line of JSON beside it.

It counts only while size and time of change are still those of the file, so that a file which
was written by somebody else, grown or restored from elsewhere never gets another one's hash.
"""

from __future__ import annotations

import mimetypes
import os
from datetime import UTC, datetime

import msgspec

from vtp.blob.port import OCTETS, Entry, Stat
from vtp.blob.tree import READ

# More than we ever write; a longer one is not ours.
_LONGEST = 4096
# Only the table in the standard library: what a system adds would differ from host to host.
_TYPES = mimetypes.MimeTypes()


class About(msgspec.Struct, frozen=True):
    size: int
    changed_ns: int
    content_type: str
    sha256: str


def name_of(name: str) -> str:
    return f".{name}.about"


def encoded(about: About) -> bytes:
    return msgspec.json.encode(about)


def read(folder: int, name: str) -> About | None:
    """The note beside a file; None when there is none, or none that can be read."""
    try:
        fd = os.open(name_of(name), READ, dir_fd=folder)
    except OSError:
        return None
    try:
        return msgspec.json.decode(os.read(fd, _LONGEST), type=About)
    except (OSError, msgspec.MsgspecError):
        return None
    finally:
        os.close(fd)


def entry(key: str, info: os.stat_result) -> Entry:
    return Entry(key, info.st_size, datetime.fromtimestamp(info.st_mtime, UTC))


def stat(key: str, info: os.stat_result, about: About | None) -> Stat:
    plain = entry(key, info)
    if about and (about.size, about.changed_ns) == (info.st_size, info.st_mtime_ns):
        return Stat(key, plain.size, plain.modified, about.content_type, about.sha256)
    guessed = _TYPES.guess_type(key)[0] or OCTETS
    return Stat(key, plain.size, plain.modified, guessed, None)
