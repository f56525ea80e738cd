"""Captions in MP4, as players of DASH fetch them (ISO/IEC 14496-30, WebVTT). Pure.

Times inside are those of the recording, as of pictures and sound. A file of WebVTT beside a
period would have its own; players do not agree on whether those begin with the period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from vtp.media.manifests.boxes import box, fragment_of, full, header, track, u32
from vtp.media.manifests.subtitles import SEGMENT, Cue, payload

CODEC = "wvtt"
SCALE = 1_000  # ticks a second
# The file that has the head of all captions.
HEAD = "captions"

_LASTS = SEGMENT * SCALE
_NOTHING = box(b"vtte")


@cache
def head() -> bytes:
    entry = box(b"wvtt", bytes(6), b"\0\1", box(b"vttC", b"WEBVTT"))
    return header(track(b"text", full(b"nmhd", 0, 0), entry, scale=SCALE), b"cwvt")


def cut(start: int, until: int) -> list[tuple[int, int]]:
    """Of a period, from and until of its segments, in ticks: none goes over its border.

    Players keep of a segment what begins in the period; of one that stands in two, some keep none.
    """
    first, last = start // _LASTS + 1, -(-until // _LASTS)
    return list(pairwise([start, *(n * _LASTS for n in range(first, last)), until]))


def segment(cues: Sequence[Cue], start: int, until: int) -> bytes:
    """All that is said from one tick to another; what began before, too."""
    said = [
        (max(start, round(one.start * SCALE)), min(until, round(one.until * SCALE)), number)
        for number, one in enumerate(cues)
        if one.start * SCALE < until and one.until * SCALE > start
    ]
    borders = sorted({start, until, *(it for one in said for it in one[:2])})
    samples = [(b - a, b"".join(_at(cues, said, a)) or _NOTHING) for a, b in pairwise(borders)]
    return fragment_of(samples, at=start, number=start + 1)


def _at(cues: Sequence[Cue], said: Sequence[tuple[int, int, int]], at: int) -> Iterator[bytes]:
    """One cue may lie in many samples: they have its number in common (6.2)."""
    for start, until, number in said:
        if start <= at < until:
            text = payload(cues[number].text).encode()
            yield box(b"vttc", box(b"vsid", u32(number)), box(b"payl", text))
