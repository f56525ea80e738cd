"""Stretches of time: which, how long, and what is left of them. Pure.

Half open, in milliseconds: of a recording, or since 1970. Every function gives stretches that are
in order and do not touch each other; `merged` makes such of any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]


def merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def clipped(spans: Iterable[Span], length: int) -> list[Span]:
    """What lies on a recording."""
    return merged((max(start, 0), min(end, length)) for start, end in spans)


def total(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)


def common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What both have; both merged."""
    found: list[Span] = []
    left = right = 0
    while left < len(some) and right < len(others):
        start = max(some[left][0], others[right][0])
        end = min(some[left][1], others[right][1])
        if start < end:
            found.append((start, end))
        if some[left][1] <= others[right][1]:
            left += 1
        else:
            right += 1
    return found


def minus(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What only the first have; both merged."""
    return common(some, list(_between(others))) if others else list(some)


def _between(spans: Sequence[Span]) -> Iterator[Span]:
    """All time that there is but these."""
    edges = [-_EVER, *(edge for span in spans for edge in span), _EVER]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return (span for span in pairs if span[0] < span[1])


_EVER = 1 << 62


def before(spans: Sequence[Span], at: int) -> list[Span]:
    return common(spans, [(-_EVER, at)])


def after(spans: Sequence[Span], at: int) -> list[Span]:
    return common(spans, [(at, _EVER)])
