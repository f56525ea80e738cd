"""Captions as players of HLS fetch them: a playlist, and its segments as WebVTT. Pure.

Times of cues are seconds on the recording, as everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vtp.media.manifests.hls import MARK, date

# s. What is said in it is a few hundred bytes.
SEGMENT = 30
# Cues tell times of the recording, and so do the media (RFC 8216bis, 3.1.4).
_SAME_TIME = "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"


@dataclass(frozen=True, slots=True)
class Cue:
    start: float
    until: float
    text: str


def clock(seconds: float) -> str:
    """As WebVTT writes it."""
    minutes, rest = divmod(round(seconds * 1_000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest // 1_000:02d}.{rest % 1_000:03d}"


def written(cues: Iterable[Cue], *, head: Sequence[str] = ()) -> str:
    """As WebVTT, in which nothing is markup."""
    lines = ["WEBVTT", *head, ""]
    for one in cues:
        lines += [f"{clock(one.start)} --> {clock(one.until)}", payload(one.text), ""]
    return "\n".join(lines)


def payload(text: str) -> str:
    """Of a cue."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def playlist(
    name: str, *, seconds: float, wall: float, pauses: Sequence[tuple[float, float]] = ()
) -> str:
    """All of it: captions are told of once a recording has ended."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{SEGMENT}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]
    told = -1.0
    for number in range(count(seconds)):
        start = number * SEGMENT
        paused = sum(lasts for at, lasts in pauses if at <= start + 0.001)
        if paused != told:
            told = paused
            lines.append(date(wall + paused + start))
        lines.append(f"#EXTINF:{min(SEGMENT, seconds - start):.5f},")
        lines.append(f"{name}/{number}.vtt{MARK}")
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


def count(seconds: float) -> int:
    """Of segments; what is left over is no segment when it is shorter than a frame."""
    return max(1, math.ceil(seconds / SEGMENT - 0.001))


def segment(cues: Iterable[Cue], number: int) -> str:
    """With all that is said in it, also what began before (RFC 8216bis, 3.1.4)."""
    start = number * SEGMENT
    inside = (one for one in cues if one.start < start + SEGMENT and one.until > start)
    return written(inside, head=[_SAME_TIME])
