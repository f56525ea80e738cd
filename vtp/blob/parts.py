"""How a large object is cut, and how its store confirms what arrived. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

# Of S3: an upload has at most so many parts.
MAX_PARTS = 10_000

Method = Literal["sha256", "md5"]


@dataclass(frozen=True, slots=True)
class Part:
    number: int  # from 1
    at: int
    length: int


def cut(size: int, part_size: int) -> list[Part]:
    """Parts of one size (some stores insist), larger than `part_size` where there were too many."""
    length = max(part_size, -(-size // MAX_PARTS))
    starts = range(0, size, length)
    return [Part(n, at, min(length, size - at)) for n, at in enumerate(starts, start=1)]


@dataclass(frozen=True, slots=True)
class Seal:
    """The checksum that goes with a body, so that the store refuses one that was damaged.

    SHA-256 where the store knows the header; MD5, which all know, where it does not. MD5 is
    good enough against damage on the way, which is all that it is asked for.
    """

    method: Method
    digest: bytes

    @classmethod
    def of(cls, data: bytes, method: Method) -> Seal:
        if method == "sha256":
            return cls(method, hashlib.sha256(data).digest())
        return cls(method, hashlib.md5(data, usedforsecurity=False).digest())

    @property
    def headers(self) -> dict[str, str]:
        return {"ChecksumSHA256" if self.method == "sha256" else "ContentMD5": self.text}

    @property
    def text(self) -> str:
        return base64.b64encode(self.digest).decode()

    def denied_by(self, answer: Mapping[str, Any]) -> bool:
        """Whether the store says that it holds something else. Silence is no denial."""
        if self.method == "sha256":
            return bool(answer.get("ChecksumSHA256", self.text) != self.text)
        etag = str(answer.get("ETag", "")).strip('"').lower()
        # With a key of KMS, and in some stores, an ETag is no MD5.
        encrypted = str(answer.get("ServerSideEncryption", "")).startswith("aws:kms")
        return len(etag) == 32 and not encrypted and etag != self.digest.hex()


def denies_whole(seals: Sequence[Seal], answer: Mapping[str, Any]) -> bool:
    """The same for a finished upload, whose checksum is one over those of its parts."""
    told = answer.get("ChecksumSHA256")
    if told is None or any(seal.method != "sha256" for seal in seals):
        return False
    joined = hashlib.sha256(b"".join(seal.digest for seal in seals)).digest()
    return str(told) != f"{base64.b64encode(joined).decode()}-{len(seals)}"
