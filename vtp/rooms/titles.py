"""The title of a room, in one spelling. Pure."""

from __future__ import annotations

import re
import unicodedata

from vtp.rooms.problems import BadTitle

MAX = 200
# Something that can be seen, and nothing that controls a terminal.
PATTERN = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
_TITLE = re.compile(PATTERN)
# They turn the writing around, so that one title looks like another.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def title(text: str) -> str:
    plain = unicodedata.normalize("NFC", text.translate(_TURNING))
    cleaned = " ".join(plain.split())
    if len(cleaned) > MAX or not _TITLE.match(cleaned):
        raise BadTitle
    return cleaned
