"""An error of our own disk as one that a caller can act upon."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from vtp.blob.port import StorageFull, StorageUnavailable


@contextmanager
def working() -> Iterator[None]:
    """Only around our own files: what is wrong with a caller's is the caller's to hear."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise StorageUnavailable from error
