"""How many bits and pictures a second a rendition takes, as manifests tell it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vtp.media.manifests.shapes import Piece, Rendition, Segment

# Pictures come as their sender can, around a rate that is meant.
_WHOLE = 0.05


def peak(segments: Sequence[Segment]) -> int:
    """Bits a second: the most of any run of half to one and a half targets (RFC 8216bis, 4.1)."""
    target = max((one.seconds for one in segments), default=0.0)
    least, longest = 0.5 * target, 1.5 * target
    most, size, seconds, first = 0.0, 0, 0.0, 0
    for one in segments:
        size, seconds = size + one.size, seconds + one.seconds
        while seconds > longest + 1e-9:
            size, seconds = size - segments[first].size, seconds - segments[first].seconds
            first += 1
        most = max(most, _densest(segments, first, size, seconds, least))
    return math.ceil(most)


def _densest(
    segments: Sequence[Segment], first: int, size: int, seconds: float, least: float
) -> float:
    """Of all runs that end here: those that begin later are looked at too."""
    most = 0.0
    while seconds >= least - 1e-9 and seconds > 0:
        most = max(most, 8 * size / seconds)
        size, seconds = size - segments[first].size, seconds - segments[first].seconds
        first += 1
        if size <= 0:
            break
    return most


def average(segments: Sequence[Segment]) -> int:
    seconds = sum(one.seconds for one in segments)
    return math.ceil(8 * sum(one.size for one in segments) / seconds) if seconds else 0


def frames(rendition: Rendition) -> float:
    """The highest rate of its files; filler has none."""
    by_source: dict[str, tuple[int, float]] = {}
    laid: list[Segment | Piece] = [*rendition.segments, *rendition.open]
    for one in laid:
        if not rendition.sources[one.source].filler:
            samples, seconds = by_source.get(one.source, (0, 0.0))
            by_source[one.source] = samples + one.samples, seconds + one.seconds
    rates = [samples / seconds for samples, seconds in by_source.values() if seconds > 0]
    found = max(rates, default=0.0)
    return round(found) if abs(found - round(found)) < _WHOLE * found else round(found, 3)
