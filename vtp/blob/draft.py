"""A file on its way into a tree: written aside, made durable, then named in one step. Blocking."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from vtp.blob import about
from vtp.blob.port import Stat
from vtp.blob.tally import Tally
from vtp.blob.tree import READ, Tree, locked, sync_data, unobstructed

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Draft:
    """Call `open`, `write` as often as there is something, `commit`, and always `discard`."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._name = uuid4().hex
        self._fd: int | None = None
        self._known: str | None = None
        self.tally = Tally()

    def open(self) -> None:
        self._fd = os.open(self._name, _WRITE, 0o640, dir_fd=self._tree.drafts)
        # Tells a sweep that the writer of this draft lives.
        with suppress(OSError):
            fcntl.flock(self._fd, fcntl.LOCK_EX)

    def adopt(self, path: Path, *, sha256: str) -> bool:
        """In place of `open` and `write`; False where the file lies on another disk."""
        try:
            os.link(path, self._name, dst_dir_fd=self._tree.drafts, follow_symlinks=False)
        except OSError as error:
            if error.errno == errno.ENOENT:
                raise
            return False
        self._fd = os.open(self._name, READ, dir_fd=self._tree.drafts)
        with suppress(OSError):
            fcntl.flock(self._fd, fcntl.LOCK_EX)
        self._known = sha256
        return True

    def write(self, piece: bytes) -> None:
        self.tally.add(piece)
        _write_all(self._opened(), piece)

    def commit(self, key: str, *, content_type: str) -> Stat:
        """Give the draft its name. Once this returns it survives a power cut."""
        sync_data(self._opened())
        info = os.fstat(self._opened())
        note = about.About(info.st_size, info.st_mtime_ns, content_type, self._sha256)
        self._write_note(note)
        with unobstructed(), self._tree.parent(key, make=True) as (folder, name):
            with locked(folder, shared=False):
                # The file first: were it last, a kill between the two would leave the blob
                # that was there before without its note.
                self._move(self._name, folder, name)
                self._move(self._note, folder, about.name_of(name))
            os.fsync(folder)
        return about.stat(key, info, note)

    @property
    def _sha256(self) -> str:
        return self._known or self.tally.sha256

    @property
    def _note(self) -> str:
        return about.name_of(self._name)

    def _write_note(self, note: about.About) -> None:
        fd = os.open(self._note, _WRITE, 0o640, dir_fd=self._tree.drafts)
        try:
            _write_all(fd, about.encoded(note))
            sync_data(fd)
        finally:
            os.close(fd)

    def _move(self, draft: str, folder: int, name: str) -> None:
        os.rename(draft, name, src_dir_fd=self._tree.drafts, dst_dir_fd=folder)

    def _opened(self) -> int:
        if self._fd is None:
            raise ValueError("the draft is not open")
        return self._fd

    def discard(self) -> None:
        """Close it, and remove what did not become a blob. May be called at any time."""
        for name in (self._name, self._note):
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._tree.drafts)
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _write_all(fd: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(fd, view) :]
