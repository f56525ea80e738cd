"""That a place was not easy to follow: went back to, seen again, slowed down for. Pure.

Counted in ten seconds of a recording, of all people together: who it was is not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vtp.attendance.stretches import Span, clipped, common

# ms; what is counted together.
BUCKET = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stirred:
    """What a page says that it did since it said so last; `turn` counts its reports.

    `back`: where jumps back ended. `slow`: where a slower speed was chosen. `again`: what was
    played and had been seen before. All in milliseconds on the recording.
    """

    turn: int
    back: Sequence[int] = ()
    slow: Sequence[int] = ()
    again: Sequence[Span] = ()


@dataclass(slots=True)
class Stir:
    backs: int = 0
    slows: int = 0
    again_ms: int = 0


def counted(stirred: Stirred, seen: Sequence[Span], length: int) -> dict[int, Stir]:
    """By bucket, in order. Only what the report says was played, can have been played again."""
    found: dict[int, Stir] = {}
    for at in stirred.back:
        if 0 <= at < length:
            found.setdefault(at // BUCKET, Stir()).backs += 1
    for at in stirred.slow:
        if 0 <= at < length:
            found.setdefault(at // BUCKET, Stir()).slows += 1
    for start, end in common(clipped(stirred.again, length), clipped(seen, length)):
        for bucket in range(start // BUCKET, -(-end // BUCKET)):
            part = min(end, (bucket + 1) * BUCKET) - max(start, bucket * BUCKET)
            found.setdefault(bucket, Stir()).again_ms += part
    return dict(sorted(found.items()))
