"""One range of bytes, as browsers ask for them (RFC 9110 section 14). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    first: int
    # Behind the last.
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.first


class NotThere(Exception):
    """No byte of it is in the file."""


def asked(header: str | None, size: int) -> Span | None:
    """None: the whole file, also where several ranges, or something else, are asked for."""
    found = _ONE.fullmatch(header.strip()) if header else None
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        last = int(found[2])
        if last == 0 or size == 0:
            raise NotThere
        return Span(max(0, size - last), size)
    first = int(found[1])
    if found[2] and int(found[2]) < first:
        return None  # nonsense is ignored, says the RFC
    if first >= size:
        raise NotThere
    return Span(first, min(int(found[2]) + 1, size) if found[2] else size)
