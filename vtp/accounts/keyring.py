"""The secrets of accounts: the pepper of passwords, and the keys that sign tokens.

Keys are the files `token-key-1`, `token-key-2`, … of the secrets folder. The newest signs, all
of them are believed: to change the key, add the next file, and remove the old one when what it
signed has ended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vtp import secretfiles

_SHORTEST = 32  # bytes; RFC 7518 section 3.2 for HS256
_NAME = re.compile(r"token-key-([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by their number as text, which is the `kid` of a token."""

    keys: Mapping[str, bytes]

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("a keyring has at least one key")
        if any(len(key) < _SHORTEST for key in self.keys.values()):
            raise ValueError(f"a key has at least {_SHORTEST} bytes")

    @property
    def newest(self) -> tuple[str, bytes]:
        return max(self.keys.items(), key=lambda item: int(item[0]))


@dataclass(frozen=True, slots=True)
class Secrets:
    pepper: bytes
    keyring: Keyring


def load(folder: Path) -> Secrets:
    """What is in `folder`, made now where it is absent."""
    pepper = secretfiles.read_or_create(folder, "password-pepper")
    numbers = sorted(match[1] for path in folder.iterdir() if (match := _NAME.fullmatch(path.name)))
    keys = {
        number: secretfiles.read_or_create(folder, f"token-key-{number}")
        for number in numbers or ["1"]
    }
    return Secrets(pepper, Keyring(keys))
