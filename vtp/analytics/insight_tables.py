"""What staff know of a class and of a course as CSV (RFC 4180), with the numbers of the screen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from vtp.analytics.service.insights import ClassInsight, CourseInsight
from vtp.audit.table import cell

_MS = 1000


def of_class(found: ClassInsight) -> str:
    """A line for each student."""
    heads = (
        "student",
        "live_s",
        "seen_s",
        "taught_s",
        "polls_asked",
        "polls_answered",
        "messages",
        "hands",
        "spoke_s",
    )
    lines = (
        (
            line.person.name,
            line.part.live // _MS,
            line.part.seen // _MS,
            found.taught // _MS,
            line.part.asked,
            line.part.answered,
            line.part.messages,
            line.part.hands,
            line.part.spoke // _MS,
        )
        for line in found.lines
    )
    return _text(heads, lines)


def curve(found: ClassInsight) -> str:
    """A line for each ten seconds of a class."""
    zone, points = ZoneInfo(found.planned.time_zone), found.lost.points
    heads = ("time", "people", "signs_each", "above_median")
    lines = (
        (
            f"{found.planned.starts_at.astimezone(zone) + timedelta(seconds=one.at * 10):%H:%M:%S}",
            one.people,
            "" if one.rate is None else f"{one.rate:.3f}",
            "" if one.above is None else f"{one.above:.3f}",
        )
        for one in points
    )
    return _text(heads, lines)


def of_course(found: CourseInsight) -> str:
    """A line for each class."""
    zone = ZoneInfo(found.yours.course.time_zone)
    heads = (
        "class",
        "starts",
        "expected",
        "live",
        "later",
        "share",
        "messages",
        "hands",
        "said_lost",
    )
    lines = (
        (
            planned.title,
            f"{planned.starts_at.astimezone(zone):%Y-%m-%d %H:%M}",
            one.expected,
            one.live,
            one.later,
            "" if one.share is None else f"{one.share:.4f}",
            one.messages,
            one.hands,
            one.lost,
        )
        for planned, one in found.classes
    )
    return _text(heads, lines)


def _text(heads: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([cell(str(one)) for one in line] for line in lines)
    return out.getvalue()
