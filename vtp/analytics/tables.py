"""The rows below the figures as CSV (RFC 4180), with the numbers of the screen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from vtp.analytics.model import Active, Day, Hour, Passage, Play, Point, Quality
from vtp.audit.table import cell

CLASSES = (
    "course", "class", "starts_at", "ends_at", "began_at", "late_s", "taught_s", "recordings",
    "recorded_s", "watched_by", "finished_by", "watched_s",
)  # fmt: skip
PLAYS = (
    "began_at", "person", "kind", "title", "startup_ms", "watched_s", "stalled_s", "stalls",
    "height", "changes", "lost", "rtt_ms", "broken", "browser", "network", "connection",
)  # fmt: skip
TOGETHER = ("since", "people", "at", "people_before")
HOURS = ("weekday", "hour", "meetings")
DAYS = ("since", "watched_s", "stalled_s")
PEOPLE = ("person", "guest", "classes", "there_s", "recordings", "last_at")
QUALITY = (
    "name", "plays", "people", "watched_s", "stalled_s", "stalls", "startup_ms",
    "startup_slow_ms", "height", "lost", "rtt_ms", "broken",
)  # fmt: skip


def classes(found: Iterable[Passage]) -> str:
    return text(
        (
            one.course,
            one.title,
            _at(one.starts_at),
            _at(one.ends_at),
            _at(one.began_at),
            "" if (late := late_of(one)) is None else late,
            round(taught_of(one), 1),
            one.recordings,
            round(one.recorded_s, 1),
            one.watched_by,
            one.finished_by,
            round(one.watched_s, 1),
        )
        for one in found
    )


def plays(found: Iterable[Play]) -> str:
    return text(
        (
            _at(one.began_at),
            one.name or "",
            one.kind,
            one.title,
            _some(one.startup_ms),
            round(one.watched_s, 1),
            round(one.stalled_s, 1),
            one.stalls,
            _some(one.height, 0),
            one.changes,
            _some(one.lost, 5),
            _some(one.rtt_ms),
            one.broken,
            one.browser,
            one.network,
            one.connection,
        )
        for one in found
    )


def people(found: Iterable[Active]) -> str:
    return text(
        (
            one.name,
            one.guest,
            one.classes,
            round(one.there_s, 1),
            one.recordings,
            _at(one.last_at),
        )
        for one in found
    )


def together(points: Sequence[Point], before: Sequence[Point]) -> str:
    return text(
        (_at(one.since), one.people, _at(one.at), was) for one, was in beside(points, before)
    )


def beside(points: Sequence[Point], before: Sequence[Point]) -> Iterator[tuple[Point, int]]:
    """Step by step, with how many there were as long before."""
    earlier = [one.people for one in before] + [0] * len(points)
    return zip(points, earlier, strict=False)


def hours(found: Iterable[Hour]) -> str:
    return text((one.weekday, one.hour, one.meetings) for one in found)


def days(found: Iterable[Day]) -> str:
    return text((_at(one.since), round(one.watched_s, 1), round(one.stalled_s, 1)) for one in found)


def quality(found: Iterable[Quality]) -> str:
    return text(
        (
            one.name,
            one.plays,
            one.people,
            round(one.watched_s, 1),
            round(one.stalled_s, 1),
            one.stalls,
            _some(one.startup_ms),
            _some(one.startup_slow_ms),
            _some(one.height, 0),
            _some(one.lost, 5),
            _some(one.rtt_ms),
            one.broken,
        )
        for one in found
    )


def late_of(one: Passage) -> int | None:
    """Seconds after the plan; of a class that began before it, none."""
    if one.began_at is None:
        return None
    return max(0, round((one.began_at - one.starts_at).total_seconds()))


def taught_of(one: Passage) -> float:
    if one.began_at is None or one.taught_until is None:
        return 0.0
    return (one.taught_until - one.began_at).total_seconds()


def text(lines: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([cell(str(one)) for one in line] for line in lines)
    return out.getvalue()


def _at(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")


def _some(value: float | None, places: int | None = None) -> object:
    return "" if value is None else round(value, places)
