"""Session descriptions as blocks of attributes, within bounds, not yet understood. Pure.

A block is what stands before the first m-line, or one m-line and what follows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vtp.errors import Invalid

MAX_TEXT = 65_536  # characters; a browser with 30 cameras says less
MAX_LINES = 4_000
MAX_SECTIONS = 32

# RFC 8866, 9: what a name or a word in a line is made of.
WORD = r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]"
_LINE = re.compile(r"([a-z])=([^\x00-\x1f\x7f]*)")


class BadSdp(Invalid):
    """This session description cannot be used."""

    code = "bad_sdp"


@dataclass(slots=True)
class Block:
    # What follows "m="; nothing in the first block.
    media: str = ""
    attributes: dict[str, list[str]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.attributes

    def first(self, name: str) -> str | None:
        return self.attributes.get(name, [None])[0]

    def all(self, name: str, most: int = 256) -> list[str]:
        """Every value of an attribute; what has more than `most` was not written by a browser."""
        values = self.attributes.get(name, [])
        if len(values) > most:
            raise BadSdp(f"An m-line has more than {most} lines of a={name}.")
        return values


def description(text: str) -> list[Block]:
    """The blocks of a whole description; the first is the session's."""
    if not text.startswith(("v=0\n", "v=0\r\n")):
        raise BadSdp("A session description begins with v=0.")
    return blocks(text)


def blocks(text: str) -> list[Block]:
    """The blocks of a description or of a fragment."""
    if len(text) > MAX_TEXT:
        raise BadSdp(f"A session description has at most {MAX_TEXT} characters.")
    read = [Block()]
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > MAX_LINES:
        raise BadSdp(f"A session description has at most {MAX_LINES} lines.")
    for number, line in enumerate(lines, 1):
        parts = _LINE.fullmatch(line)
        if parts is None:
            raise BadSdp(f"Line {number} is not a line of a session description.")
        if parts[1] == "m":
            read.append(Block(media=parts[2]))
        elif parts[1] == "a":
            name, _, value = parts[2].partition(":")
            read[-1].attributes.setdefault(name, []).append(value)
    if len(read) - 1 > MAX_SECTIONS:
        raise BadSdp(f"There are more than {MAX_SECTIONS} m-lines.")
    return read
