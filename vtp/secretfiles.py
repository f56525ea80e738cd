"""Secrets that the program makes for itself: one small file each, readable by its owner alone.

Several processes may ask for the same secret at once; exactly one makes it and all read that one.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

SHORTEST = 32  # bytes; less is guessable or was cut


class SecretFileError(Exception):
    """A secret file is open to others, too short or not what we wrote."""


def read_or_create(folder: Path, name: str, nbytes: int = 32) -> bytes:
    """The random bytes of the secret `name`, made now if they are not there yet."""
    if nbytes < SHORTEST:
        raise ValueError(f"a secret has at least {SHORTEST} bytes")
    text = private_file(folder, name, lambda: base64.b64encode(secrets.token_bytes(nbytes)) + b"\n")
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raise SecretFileError(f"{folder / name} is not base64") from None
    if len(secret) < SHORTEST:
        raise SecretFileError(f"{folder / name} holds fewer than {SHORTEST} bytes")
    return secret


def private_file(folder: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """The content of a file that only its owner may read; `make` fills it the first time."""
    private_folder(folder)
    path = folder / name
    with suppress(FileNotFoundError):
        return _read(path)
    _create(path, make())
    return _read(path)


def private_folder(folder: Path) -> None:
    """A folder that its owner alone may enter, made if it is not there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise SecretFileError(
            f"{folder} cannot be our folder: {error.strerror}. Choose another with --data."
        ) from None


def _read(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as file:
        if stat.S_IMODE(os.fstat(handle).st_mode) & 0o077:
            raise SecretFileError(f"{path} can be read by others; run: chmod 600 {path}")
        return file.read()


def _create(path: Path, content: bytes) -> None:
    """Write beside, then link: the name appears once, complete, and never replaces another's."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
