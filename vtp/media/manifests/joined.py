"""Fragments of a recording that has ended, laid together where nothing turns on each alone. Pure.

Of three hours there are hundreds of thousands, and whoever plays them waits until all were looked
at. Where somebody else comes on the stage, or a file begins or ends, they stay as they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from vtp.media.recorder.journal import AnyLine, Grown, PartBegan, Staged

MIX = "mix"
# s; as long as segments of sound, and half of the longest of pictures.
_LENGTH = 1.99
# s before and after a turn in which every fragment counts: whoever was on the stage stays there
# for up to three.
_BEFORE, _AFTER = 0.5, 4.0


def joined(lines: Iterable[AnyLine]) -> list[AnyLine]:
    """Lines of any order; the fragments of each part come in theirs, behind all others."""
    found: list[AnyLine] = []
    parts: dict[int, PartBegan] = {}
    grown: dict[int, list[Grown]] = {}
    for one in lines:
        if isinstance(one, Grown):
            grown.setdefault(one.part, []).append(one)
            continue
        found.append(one)
        if isinstance(one, PartBegan):
            parts[one.part] = one
    mixed = any(one.source == MIX and one.part in grown for one in parts.values())
    turns = sorted(_turns(found, parts, grown))
    for number, part in parts.items():
        if mixed and part.source != MIX and _sound(part):
            continue  # who spoke is in the mix
        each = grown.get(number, [])
        found += _runs(each, part.timescale, None if _sound(part) else turns)
    return found


def _sound(part: PartBegan) -> bool:
    return part.mime.startswith("audio/")


def _turns(
    lines: Sequence[AnyLine], parts: dict[int, PartBegan], grown: dict[int, list[Grown]]
) -> Iterator[float]:
    for one in lines:
        if isinstance(one, Staged):
            yield one.at
    for number, each in grown.items():
        part = parts.get(number)
        if part is not None and not _sound(part):
            yield each[0].time / part.timescale
            yield (each[-1].time + each[-1].duration) / part.timescale


def _runs(each: Sequence[Grown], scale: int, turns: Sequence[float] | None) -> Iterator[Grown]:
    """Of sound everything is one; pictures begin anew with each key frame, and at turns."""
    run: list[Grown] = []
    for one in each:
        if run and (
            not _goes_on(run, one, scale)
            or (turns is not None and (one.key or _near(one, scale, turns)))
        ):
            yield _whole(run)
            run = []
        run.append(one)
    if run:
        yield _whole(run)


def _goes_on(run: Sequence[Grown], one: Grown, scale: int) -> bool:
    last = run[-1]
    behind = (last.offset + last.size, last.time + last.duration) == (one.offset, one.time)
    return behind and one.time - run[0].time < _LENGTH * scale


def _near(one: Grown, scale: int, turns: Sequence[float]) -> bool:
    at = one.time / scale
    number = bisect_right(turns, at + _BEFORE)
    return number > 0 and turns[number - 1] > at - _AFTER


def _whole(run: Sequence[Grown]) -> Grown:
    first, last = run[0], run[-1]
    if first is last:
        return first
    return Grown(
        part=first.part,
        offset=first.offset,
        size=last.offset + last.size - first.offset,
        time=first.time,
        duration=last.time + last.duration - first.time,
        samples=sum(one.samples for one in run),
        key=first.key,
    )
