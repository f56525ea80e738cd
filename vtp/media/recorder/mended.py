"""The folder of a recording after a power cut: its journal tells only of what the disk has.

A killed process loses nothing that it wrote. Where the machine itself goes, the last second of a
file may be missing while the lines of the journal that tell of it are there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from vtp.media.recorder import journal


def lacks(folder: Path, story: journal.Story) -> bool:
    """Whether a file is shorter than what is told of it. Those that were replaced may be gone."""
    return any(
        _size(folder / part.began.file) < told(part)
        for number, part in story.parts.items()
        if number not in story.replaced
    )


def told(part: journal.PartStory) -> int:
    """Bytes of its file, as far as the journal tells."""
    last = part.fragments[-1] if part.fragments else None
    return part.size or (last.offset + last.size if last is not None else 0)


def mend(path: Path) -> bytes:
    """The journal without lines that tell of bytes that are not there; on the disk as well."""
    kept = b"".join(_true(path.parent, path.read_bytes().splitlines(keepends=True)))
    draft = path.with_name(f".{path.name}.mended")
    with draft.open("wb") as file:
        file.write(kept)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_names(path.parent)
    return kept


def _true(folder: Path, lines: list[bytes]) -> Iterator[bytes]:
    """What cannot be read is not judged here."""
    there: dict[int, int] = {}
    for text in lines:
        match journal.line(text):
            case journal.PartBegan(part=part, file=file):
                there[part] = _size(folder / file)
            case journal.Grown(part=part, offset=offset, size=size):
                if offset + size > there.get(part, 0):
                    there[part] = 0  # nor is what follows it
                    continue
            case journal.PartEnded(part=part, size=size) if size > there.get(part, 0):
                continue
            case _:
                pass
        yield text


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def sync_names(folder: Path) -> None:
    """Files that were made there are found again."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(held)
    finally:
        os.close(held)
