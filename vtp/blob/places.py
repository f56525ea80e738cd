"""Where the blobs are, read from one URL. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from vtp.blob.keys import checked
from vtp.blob.port import BadKey
from vtp.settings import SettingsError

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class InMemory:
    pass


@dataclass(frozen=True, slots=True)
class InFolder:
    root: Path


@dataclass(frozen=True, slots=True)
class InBucket:
    bucket: str
    # Empty, or ends with a slash.
    prefix: str


Place = InMemory | InFolder | InBucket


def place_of(url: str, *, data_dir: Path) -> Place:
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise _unusable(url)
    if url in ("memory:", "memory://"):
        return InMemory()
    if parts.scheme == "file":
        return InFolder(_folder(url, data_dir))
    if parts.scheme == "s3":
        return _bucket(url)
    raise _unusable(url)


def _folder(url: str, data_dir: Path) -> Path:
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.netloc not in ("", "localhost") or "\0" in path:
        raise _unusable(url)
    if path.startswith("/"):
        return Path(path)
    # Below the data folder means below it.
    if ".." in Path(path).parts:
        raise _unusable(url)
    return data_dir / (path or "blobs")


def _bucket(url: str) -> InBucket:
    parts = urlsplit(url)
    prefix = parts.path.removeprefix("/").removesuffix("/")
    if not _BUCKET.fullmatch(parts.netloc):
        raise _unusable(url)
    try:
        return InBucket(parts.netloc, f"{checked(prefix)}/" if prefix else "")
    except BadKey:
        raise _unusable(url) from None


def _unusable(url: str) -> SettingsError:
    # Not the URL itself: somebody may have written a password into it.
    scheme = url.partition(":")[0] if ":" in url else "nothing"
    return SettingsError(
        f'settings: blob.url (which begins with "{scheme[:16]}") is not "file:", "file:folder",'
        ' "file:///folder", "s3://bucket/prefix" or "memory:"'
    )
