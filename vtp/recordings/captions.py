"""Captions that somebody sends, as WebVTT or SubRip, read strictly and written anew. Pure.

What is kept is times and plain text: no styles, no positions, no markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from vtp.errors import Invalid
from vtp.media.manifests.subtitles import Cue, clock

MOST_BYTES = 2_097_152
MOST_CUES = 20_000
# Letters of one cue; three lines are about 120.
MOST_LETTERS = 1_000
LONGEST = 200_000.0  # s

_TIME = r"(?:(\d{1,3}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMES = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")
_MARKUP = re.compile(r"</?[a-zA-Z0-9][^<>]{0,200}>|\{\\[^{}]{0,200}\}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_LEFT_OUT = ("NOTE", "STYLE", "REGION")


class NotCaptions(Invalid):
    """This is neither WebVTT nor SubRip. Use a file that ends in .vtt or .srt."""

    code = "captions_unreadable"


class TooManyCaptions(Invalid):
    """These captions are too long. A file may have 2 MB and 20,000 cues."""

    code = "captions_too_large"


def read(data: bytes) -> list[Cue]:
    if len(data) > MOST_BYTES:
        raise TooManyCaptions
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotCaptions("The file is not in UTF-8.") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    blocks = [one.strip("\n") for one in re.split(r"\n{2,}", text) if one.strip()]
    if blocks and re.match(r"WEBVTT(?:[ \t\n]|$)", blocks[0]):
        blocks = blocks[1:]
    found = [cue for one in blocks if (cue := _cue(one)) is not None]
    if not found:
        raise NotCaptions
    if len(found) > MOST_CUES:
        raise TooManyCaptions
    return sorted(found, key=lambda one: (one.start, one.until))


def cleaned(told: Iterable[tuple[float, float, str]]) -> list[Cue]:
    """What an engine heard; what makes no sense of it is left out."""
    found = [
        Cue(start, until, text)
        for start, until, words in told
        if 0 <= start < until <= LONGEST and (text := _plain(words)[:MOST_LETTERS])
    ]
    return sorted(found, key=lambda one: (one.start, one.until))[:MOST_CUES]


def language(told: str) -> str:
    """As BCP 47 has it; what is none is not known."""
    return told if _LANGUAGE.fullmatch(told) else "und"


def _cue(block: str) -> Cue | None:
    """None where it is a note, or nothing is said."""
    lines = block.split("\n")
    if lines[0].startswith(_LEFT_OUT) and "-->" not in lines[0]:
        return None
    if "-->" not in lines[0]:
        lines = lines[1:]  # a number, or a name
    times = _TIMES.fullmatch(lines[0].strip()) if lines else None
    if times is None:
        raise NotCaptions(f"There is no time in “{block[:40]}”.")
    start, until = _seconds(times, 1), _seconds(times, 5)
    if not 0 <= start < until <= LONGEST:
        raise NotCaptions(f"It ends before it begins: “{lines[0][:40]}”.")
    said = [_plain(line) for line in lines[1:]]
    text = "\n".join(line for line in said if line)
    if len(text) > MOST_LETTERS:
        raise NotCaptions(f"Too much is said at once at {clock(start)}.")
    return Cue(start, until, text) if text else None


def _seconds(times: re.Match[str], first: int) -> float:
    hours, minutes, seconds, thousandths = (int(times[first + n] or 0) for n in range(4))
    return hours * 3_600 + minutes * 60 + seconds + thousandths / 1_000


def _plain(line: str) -> str:
    """Without markup; what stood for a sign is that sign."""
    text = html.unescape(_MARKUP.sub("", line))
    return " ".join(_UNSEEN.sub("", text).replace("-->", "→").split())
