"""How figures look on the pages of administrators: in words, with the geometry of small charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vtp.analytics.model import Active, Day, Figures, Held, Hour, Passage, Play, Point, Quality
from vtp.analytics.shapes import stall_share
from vtp.analytics.tables import beside, late_of, taught_of

Say = Callable[..., str]

# The hours that a week of classes usually has; more are shown where there was something.
_FIRST_HOUR, _LAST_HOUR = 8, 20
_SHADES = 5
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = ("kB", "MB", "GB", "TB")
_HOUR, _MINUTE = 3600, 60
_ON_TIME = 300  # s after the plan; as it is counted


def share(part: float, whole: float) -> int | None:
    """In per cent; nobody is told 100 where something is missing."""
    return int(100 * part / whole + 1e-9) if whole > 0 else None


def percent(part: float, whole: float) -> str:
    found = share(part, whole)
    return "" if found is None else f"{found} %"


def fine_percent(value: float | None) -> str:
    """With two digits where one would say next to nothing."""
    if value is None:
        return ""
    return f"{100 * value:.{2 if 0 < value < 0.01 else 1}f} %"


def grouped(count: int) -> str:
    return f"{count:,}"


def hours(seconds: float) -> str:
    """ "1,204 h", "3.5 h", "12 min"."""
    if 0 < seconds < _HOUR:
        return f"{max(1, round(seconds / _MINUTE))} min"
    told = seconds / _HOUR
    return f"{told:.1f} h" if 0 < told < 10 else f"{round(told):,} h"


def change(now: float, before: float) -> str:
    """ "+21 %"; nothing where there was nothing before, or as much."""
    if before <= 0:
        return ""
    told = round(100 * (now - before) / before)
    return f"{told:+d} %" if told else ""


def size(count: int) -> str:
    told, unit = count / 1_000, 0
    while told >= 999.5 and unit < len(_UNITS) - 1:
        told, unit = told / 1_000, unit + 1
    return f"{told:.{0 if told >= 99.5 or unit == 0 else 1}f} {_UNITS[unit]}"


def milliseconds(value: int | None) -> str:
    if value is None:
        return ""
    return f"{value} ms" if value < 1000 else f"{value / 1000:.1f} s"


def moment(at: datetime, zone: str) -> str:
    """ "Tue 10 March, 18:40"."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%a} {there.day} {there:%B}, {there:%H:%M}"


def days(since: datetime, until: datetime, zone: str) -> str:
    """ "9 to 15 March"; both ends with their month, and their year, where they are not the same."""
    there = ZoneInfo(zone)
    first, last = since.astimezone(there), (until - timedelta(seconds=1)).astimezone(there)
    if first.date() == last.date():
        return f"{last.day} {last:%B %Y}"
    if first.year != last.year:
        return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"
    if first.month != last.month:
        return f"{first.day} {first:%B} to {last.day} {last:%B %Y}"
    return f"{first.day} to {last.day} {last:%B %Y}"


def day(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).date().isoformat()


def tiles(now: Figures, before: Figures, peak: int, peak_before: int) -> dict[str, dict[str, str]]:
    """The figures at the top, each with how it was before."""
    return {
        "people": {"value": grouped(now.people), "change": change(now.people, before.people)},
        "held": {"value": grouped(now.held), "change": change(now.held, before.held)},
        "peak": {"value": grouped(peak), "change": change(peak, peak_before)},
        "punctual": {"value": percent(now.punctual, now.held) or "-", "change": ""},
        "recorded": {
            "value": hours(now.recorded_s),
            "change": change(now.recorded_s, before.recorded_s),
        },
        "watched": {
            "value": hours(now.watched_s),
            "change": change(now.watched_s, before.watched_s),
        },
        "planned": {"value": grouped(now.planned), "change": ""},
        "taught": {"value": hours(now.taught_s), "change": change(now.taught_s, before.taught_s)},
    }


def person(one: Active, zone: str) -> dict[str, Any]:
    return {
        "name": one.name,
        "guest": one.guest,
        "path": "" if one.guest else f"/admin/people/{one.id}",
        "classes": grouped(one.classes),
        "there": hours(one.there_s) if one.there_s else "",
        "recordings": grouped(one.recordings),
        "at": moment(one.last_at, zone),
    }


def steps(figures: Figures) -> list[dict[str, Any]]:
    """From plan to watched: each with its share of the one before, on a scale of 100."""
    names = ("planned", "held", "recorded", "watched", "finished")
    counts = [getattr(figures, name) for name in names]
    most = max(*counts, 1)
    return [
        {
            "name": name,
            "count": count,
            "width": round(100 * count / most, 1),
            "share": percent(count, counts[at - 1]) if at else "",
        }
        for at, (name, count) in enumerate(zip(names, counts, strict=True))
    ]


def week(found: Sequence[Hour]) -> dict[str, Any]:
    """Cells of a week; their shades are fifths of the busiest hour."""
    counts = {(one.weekday, one.hour): one.meetings for one in found}
    most = max(counts.values(), default=0)
    first = min([_FIRST_HOUR, *(one.hour for one in found)])
    last = max([_LAST_HOUR, *(one.hour for one in found)])
    rows = [
        {
            "day": name,
            "cells": [
                {
                    "hour": hour,
                    "at": hour - first,
                    "count": counts.get((number, hour), 0),
                    "shade": _shade(counts.get((number, hour), 0), most),
                }
                for hour in range(first, last + 1)
            ],
        }
        for number, name in enumerate(_WEEKDAYS, 1)
    ]
    busiest = max(found, key=lambda one: (one.meetings, -one.weekday, -one.hour), default=None)
    return {
        "rows": rows,
        "hours": list(range(first, last + 1)),
        "busiest": {"day": _WEEKDAYS[busiest.weekday - 1], "hour": busiest.hour}
        if busiest
        else None,
    }


def _shade(count: int, most: int) -> int:
    return 0 if count == 0 else max(1, -(-count * _SHADES // most))


def curve(points: Sequence[Point], before: Sequence[Point], say: Say) -> dict[str, Any]:
    """For the chart: seconds since 1970, and the lines over them."""
    return {
        "x": [int(one.since.timestamp()) for one in points],
        "lines": [
            {"name": say("insights.now"), "values": [one.people for one in points], "look": "area"},
            {
                "name": say("insights.before"),
                "values": [one.people for one in before[: len(points)]],
                "look": "dashed",
            },
        ],
    }


def behind(points: Sequence[Point], before: Sequence[Point], zone: str) -> list[dict[str, Any]]:
    """The same as a table, without the steps in which nobody was there."""
    return [
        {"at": moment(one.since, zone), "people": one.people, "before": was}
        for one, was in beside(points, before)
        if one.people or was
    ]


def lost_time(found: Sequence[Day], say: Say) -> dict[str, Any]:
    """Per cent of the time, day by day."""
    return {
        "x": [int(one.since.timestamp()) for one in found],
        "lines": [
            {
                "name": say("insights.stalls"),
                "values": [
                    None if (lost := stall_share(one.watched_s, one.stalled_s)) is None
                    else round(100 * lost, 3)
                    for one in found
                ],
                "look": "area",
            }
        ],
        "unit": " %",
    }  # fmt: skip


def lost_days(found: Sequence[Day], zone: str) -> list[dict[str, Any]]:
    return [
        {
            "at": f"{(there := one.since.astimezone(ZoneInfo(zone))):%a} {there.day} {there:%B}",
            "watched": hours(one.watched_s),
            "share": fine_percent(stall_share(one.watched_s, one.stalled_s)),
        }
        for one in found
        if one.watched_s
    ]


def storage(held: Held) -> dict[str, Any]:
    """A bar of what is taken, with what is free behind it."""
    parts = {"recorded": held.recorded, "made": held.made, "library": held.library}
    taken, at = sum(parts.values()), 0.0
    whole = max(1, taken + held.free)
    pieces = []
    for name, count in parts.items():
        width = 100 * count / whole
        pieces.append(
            {"name": name, "size": size(count), "at": round(at, 2), "width": round(width, 2)}
        )
        at += width
    return {"taken": size(taken), "whole": size(taken + held.free), "parts": pieces}


def quality(one: Quality, most: float) -> dict[str, Any]:
    """A row; `most` is the share of the worst, for the bars."""
    lost = stall_share(one.watched_s, one.stalled_s)
    return {
        "name": one.name,
        "plays": grouped(one.plays),
        "people": grouped(one.people),
        "watched": hours(one.watched_s),
        "stalls": fine_percent(lost),
        "width": round(100 * (lost or 0) / most, 1) if most > 0 else 0,
        "worst": bool(lost) and lost == most and lost > 0.02,
        "startup": milliseconds(one.startup_ms),
        "startup_slow": milliseconds(one.startup_slow_ms),
        "height": f"{one.height:.0f}" if one.height else "",
        "lost": fine_percent(one.lost),
        "rtt": milliseconds(one.rtt_ms),
        "broken": one.broken,
    }


def qualities(found: Sequence[Quality]) -> list[dict[str, Any]]:
    most = max((stall_share(one.watched_s, one.stalled_s) or 0 for one in found), default=0)
    return [quality(one, most) for one in found]


def passage(one: Passage, zone: str) -> dict[str, Any]:
    late = late_of(one)
    return {
        "title": one.title,
        "path": f"/attendance/{one.id}",
        "course": one.course,
        "course_path": f"/courses/{one.course_id}",
        "at": moment(one.starts_at, zone),
        "held": one.began_at is not None,
        "late": round(late / _MINUTE) if late is not None and late > _ON_TIME else 0,
        "taught": hours(taught_of(one)),
        "recorded": hours(one.recorded_s) if one.recordings else "",
        "watched_by": one.watched_by,
        "finished_by": one.finished_by,
    }


def play(one: Play, zone: str) -> dict[str, Any]:
    return {
        "at": moment(one.began_at, zone),
        "name": one.name or "",
        "kind": one.kind,
        "title": one.title,
        "path": f"/watch/{one.of}" if one.kind == "recording" else "",
        "startup": milliseconds(one.startup_ms),
        "watched": hours(one.watched_s),
        "stalls": fine_percent(stall_share(one.watched_s, one.stalled_s)),
        "height": f"{one.height:.0f}" if one.height else "",
        "lost": fine_percent(one.lost),
        "rtt": milliseconds(one.rtt_ms),
        "broken": one.broken,
        "browser": one.browser,
        "network": one.network,
        "connection": one.connection,
    }
