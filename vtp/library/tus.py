"""The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload): headers, read. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from vtp.library.problems import BadMetadata, NoLength, NotTus, UnknownChecksum

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
# And how many bytes each has.
ALGORITHMS = {"sha256": 32, "sha1": 20, "md5": 16}
OFFSET_TYPE = "application/offset+octet-stream"

_LONGEST = 4096
_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Checksum:
    algorithm: str
    digest: bytes


def require_version(headers: Mapping[str, str]) -> None:
    if headers.get("Tus-Resumable") != VERSION:
        raise NotTus


def length(headers: Mapping[str, str]) -> int:
    if (found := _number(headers.get("Upload-Length", ""))) is None:
        raise NoLength
    return found


def offset(headers: Mapping[str, str]) -> int | None:
    return _number(headers.get("Upload-Offset", ""))


def _number(text: str) -> int | None:
    """Digits of ASCII alone: `int` would take more than a header may say."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """Names with values in base64, between commas."""
    given = headers.get("Upload-Metadata", "")
    if len(given) > _LONGEST:
        raise BadMetadata
    found: dict[str, str] = {}
    for pair in filter(None, (one.strip() for one in given.split(","))):
        name, _, value = pair.partition(" ")
        if name in found:
            raise BadMetadata(f'Upload-Metadata has "{name[:40]}" twice.')
        found[name] = _decoded(value)
    return found


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        raise BadMetadata from None


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    """Of what this request carries; None where it says nothing."""
    given = headers.get("Upload-Checksum")
    if given is None:
        return None
    algorithm, _, value = given.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise UnknownChecksum
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise UnknownChecksum from None
    if len(digest) != ALGORITHMS[algorithm]:
        raise UnknownChecksum
    return Checksum(algorithm, digest)
