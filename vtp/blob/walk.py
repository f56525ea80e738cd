"""List a tree in the order of keys, which is also that of an object store. Blocking."""

from __future__ import annotations

from collections.abc import Iterator

from vtp.blob import about
from vtp.blob.port import Entry
from vtp.blob.tree import Tree, is_folder


def walk(tree: Tree, *, prefix: str, after: str, path: str = "") -> Iterator[Entry]:
    """The blobs below `path` that start with `prefix` and come behind `after`."""
    try:
        found = tree.list(path)
    except (FileNotFoundError, NotADirectoryError):  # removed a moment ago
        return
    for name, info in found:
        key = f"{path}{name}"
        if is_folder(info):
            if _may_hold(f"{key}/", prefix, after):
                yield from walk(tree, prefix=prefix, after=after, path=f"{key}/")
        elif key.startswith(prefix) and key > after:
            yield about.entry(key, info)


def _may_hold(folder: str, prefix: str, after: str) -> bool:
    wanted = folder.startswith(prefix) or prefix.startswith(folder)
    return wanted and (folder > after or after.startswith(folder))
