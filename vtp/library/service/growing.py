"""Files that grow while they are sent, each hashed as it comes. Blocking: for threads."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from vtp.blob.tree import sync_data
from vtp.library.problems import UploadLost

# Hashes of uploads that were heard of last; the file of another one is read again.
_REMEMBERED = 256
_PIECE = 1_048_576
# Pieces that are written in one call; the system takes 1,024 at the most.
_AT_ONCE = 512
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(slots=True)
class _Hashed:
    """Of a file, up to a position."""

    at: int = 0
    hash: Any = field(default_factory=hashlib.sha256)


class Growing:
    """Made by `Folder.open`; `close` it."""

    def __init__(self, fd: int, at: int, hashed: _Hashed) -> None:
        self._fd = fd
        self._hashed = hashed
        self.at = at

    def write(self, pieces: Sequence[bytes]) -> None:
        for first in range(0, len(pieces), _AT_ONCE):
            some = pieces[first : first + _AT_ONCE]
            _write_all(self._fd, some)
            for piece in some:
                self._hashed.hash.update(piece)
            self.at += sum(map(len, some))
        self._hashed.at = self.at

    def take_back(self, at: int) -> None:
        """What was written behind `at` is to be forgotten."""
        os.ftruncate(self._fd, at)
        os.lseek(self._fd, at, os.SEEK_SET)
        self.at, self._hashed.at, self._hashed.hash = at, 0, hashlib.sha256()

    def sync(self) -> None:
        sync_data(self._fd)

    def head(self, size: int) -> bytes:
        return os.pread(self._fd, size, 0)

    def digest(self) -> bytes:
        """Of the whole file."""
        if self._hashed.at != self.at:
            _hash_again(self._fd, self._hashed, self.at)
        found: bytes = self._hashed.hash.digest()
        return found

    def close(self) -> None:
        os.close(self._fd)
        self._fd = -1


class Folder:
    """Where they lie until they are whole: the name of each is the id of its upload."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: OrderedDict[UUID, _Hashed] = OrderedDict()

    def make(self) -> None:
        self._path.mkdir(parents=True, exist_ok=True)

    def path(self, id: UUID) -> Path:
        return self._path / id.hex

    def free(self) -> int:
        """Bytes that the disk has left."""
        return shutil.disk_usage(self._path).free

    def open(self, id: UUID, *, at: int) -> Growing:
        """To go on at `at`; what a crash left behind that was never told to anybody, and goes."""
        fd = os.open(self.path(id), _FLAGS, 0o640)
        if os.fstat(fd).st_size < at:
            os.close(fd)
            raise UploadLost
        os.ftruncate(fd, at)
        os.lseek(fd, at, os.SEEK_SET)
        return Growing(fd, at, self._hashed(fd, id, at))

    def _hashed(self, fd: int, id: UUID, at: int) -> _Hashed:
        hashed = self._known.pop(id, None) or _Hashed()
        if hashed.at != at:
            _hash_again(fd, hashed, at)
        self._known[id] = hashed
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return hashed

    def forget(self, id: UUID) -> None:
        self._known.pop(id, None)
        with suppress(FileNotFoundError):
            self.path(id).unlink()

    def names(self) -> list[tuple[UUID, float]]:
        """What lies there, and when it was written to last."""
        found = []
        with os.scandir(self._path) as entries:
            for entry in entries:
                with suppress(ValueError, FileNotFoundError):
                    found.append((UUID(hex=entry.name), entry.stat().st_mtime))
        return found


def _hash_again(fd: int, hashed: _Hashed, size: int) -> None:
    hashed.hash, hashed.at = hashlib.sha256(), 0
    while hashed.at < size and (piece := os.pread(fd, min(_PIECE, size - hashed.at), hashed.at)):
        hashed.hash.update(piece)
        hashed.at += len(piece)


def _write_all(fd: int, pieces: Sequence[bytes]) -> None:
    """In one call, which is what it takes on a disk that has room."""
    size = sum(map(len, pieces))
    written = os.writev(fd, pieces)
    if written < size:
        left = memoryview(b"".join(pieces))[written:]
        while left:
            left = left[os.write(fd, left) :]
