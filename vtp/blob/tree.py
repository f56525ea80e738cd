"""A folder of blobs, reached only by descriptors, part by part, so that no link leads out.

Blocking: every call belongs in a thread. A blob `media/ab/x` is the file of that name; beside
it `.x.about` says what was known when it was put; `.drafts` holds what is still arriving.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat as modes
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vtp.blob.port import KeyTaken, NoSuchBlob

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# NONBLOCK: a fifo that somebody left there must not hold a thread for ever.
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_DRAFTS = ".drafts"
# A draft is locked by its writer right after it was made; younger ones may lack the lock yet.
_SETTLED = 60.0
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_IN_THE_WAY = (errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.ENOTEMPTY, errno.EEXIST)


class Tree:
    """Owns two descriptors: `close` it."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        # The root itself may be a link: that is the choice of whoever set it up.
        self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.drafts = _enter(self._root, _DRAFTS, make=True)
        except BaseException:
            os.close(self._root)
            raise
        self._sweep()

    def close(self) -> None:
        os.close(self.drafts)
        os.close(self._root)

    def _sweep(self) -> None:
        """Remove the drafts of writers that were killed: nobody holds their lock."""
        with os.scandir(self.drafts) as found:
            for entry in found:
                with suppress(OSError):
                    _remove_abandoned(self.drafts, entry.name)

    @contextmanager
    def parent(self, key: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """The folder that a key is in, as a descriptor, and its name there."""
        *folders, name = key.split("/")
        # Opened anew, not duplicated: a lock belongs to what was opened, shared by duplicates.
        here = os.open(".", FOLDER, dir_fd=self._root)
        try:
            for folder in folders:
                below = _enter(here, folder, make=make)
                os.close(here)
                here = below
            yield here, name
        finally:
            os.close(here)

    def list(self, path: str) -> list[tuple[str, os.stat_result]]:
        """The folders and files in a folder, without what is hidden, in the order of keys."""
        with self.parent(f"{path}.") as (folder, _), os.scandir(folder) as found:
            seen = [item for entry in found if (item := _listed(entry))]
        return sorted(seen, key=lambda item: f"{item[0]}/" if is_folder(item[1]) else item[0])


def is_folder(info: os.stat_result) -> bool:
    return modes.S_ISDIR(info.st_mode)


def _listed(entry: os.DirEntry[str]) -> tuple[str, os.stat_result] | None:
    """None for links, devices, and what was removed a moment ago."""
    if entry.name.startswith("."):
        return None
    try:
        info = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return (entry.name, info) if is_folder(info) or modes.S_ISREG(info.st_mode) else None


def open_file(folder: int, name: str) -> int:
    """A regular file, opened for reading; a link or a device is as good as nothing."""
    fd = os.open(name, READ, dir_fd=folder)
    if not modes.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise FileNotFoundError(errno.ENOENT, "not a regular file", name)
    return fd


def sync_data(fd: int) -> None:
    getattr(os, "fdatasync", os.fsync)(fd)


@contextmanager
def absent() -> Iterator[None]:
    """What a missing file looks like, as the error that says so."""
    try:
        yield
    except OSError as error:
        if error.errno in _NOT_THERE:
            raise NoSuchBlob from None
        raise


@contextmanager
def unobstructed() -> Iterator[None]:
    """A file where a folder is needed, or the reverse, as the error that says so."""
    try:
        yield
    except OSError as error:
        if error.errno in _IN_THE_WAY:
            raise KeyTaken from None
        raise


@contextmanager
def locked(folder: int, *, shared: bool) -> Iterator[None]:
    """Hold a folder while a blob and its `.about` change, or are read, together.

    Where the file system has no such lock, the worst is a blob whose hash is not known.
    """
    with suppress(OSError):
        fcntl.flock(folder, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    yield  # closing the descriptor, which its opener does, ends the lock


def _enter(folder: int, name: str, *, make: bool) -> int:
    try:
        return os.open(name, FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
    with suppress(FileExistsError):
        os.mkdir(name, 0o750, dir_fd=folder)
        os.fsync(folder)
    return os.open(name, FOLDER, dir_fd=folder)


def _remove_abandoned(drafts: int, name: str) -> None:
    fd = os.open(name, READ, dir_fd=drafts)
    try:
        if time.time() - os.fstat(fd).st_mtime > _SETTLED:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(name, dir_fd=drafts)
    finally:
        os.close(fd)
