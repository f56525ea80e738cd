"""How insights look on a page: in words, at the time of the class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from vtp.analytics import curves
from vtp.analytics.confusion import CROWD
from vtp.analytics.curves import BUCKET
from vtp.analytics.needing import Needs
from vtp.analytics.service.insights import ClassInsight, CourseInsight, Line, Place
from vtp.analytics.store.lessons import Counted
from vtp.analytics.taking import Part, Together
from vtp.attendance.service.matrices import Row
from vtp.courses.model import ClassSession

Say = Callable[..., str]

_MS, _MINUTE, _HOUR = 1000, 60_000, 3_600_000
# Stands where there is nothing to divide by.
NOTHING = "\u2013"
# Points of a curve that a screen has room for; a table has a line for each minute.
_POINTS = 600
_A_LINE = 60


@dataclass(frozen=True, slots=True)
class Looks:
    """In whose words, and on whose clock."""

    say: Say
    zone: tzinfo

    def time(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M}"

    def day(self, at: datetime) -> str:
        there = at.astimezone(self.zone)
        return f"{there:%a} {there.day} {there:%B}"

    # --- a class ------------------------------------------------------------------------------
    def klass(self, found: ClassInsight) -> dict[str, Any]:
        planned = found.planned
        recordings = [f"/watch/{one}" for one in planned.recordings]
        return {
            "path": f"/insights/{planned.id}",
            "zone": planned.time_zone,
            "api": f"/api/v1/analytics/sessions/{planned.id}",
            "title": planned.title,
            "course": planned.course,
            "course_path": f"/courses/{planned.course_id}",
            "register": f"/attendance/{planned.id}",
            "watch": recordings[0] if recordings else "",
            "day": self.day(planned.starts_at),
            "since": self.time(planned.starts_at),
            "until": self.time(planned.ends_at),
            "figures": self.together(found.together, len(found.lines)),
            "viewers": self.viewers(found),
            "lost": self.lost(found),
            "hidden": found.lost.hidden,
            "places": [self.place(one) for one in found.places],
            "lines": [self.line(one, found.taught) for one in found.lines],
            "rates": self.rates(found.together),
            "reactions": sum(found.reactions.values()),
        }

    def together(self, one: Together, expected: int) -> list[dict[str, str]]:
        say = self.say
        return [
            {
                "name": say("insight.came"),
                "value": f"{one.live} + {one.later_only}",
                "note": say("insight.came.note", count=expected),
            },
            {
                "name": say("insight.seen"),
                "value": percent(one.seen) or NOTHING,
                "note": say("insight.seen.note"),
            },
            {
                "name": say("insight.caughtUp"),
                "value": str(one.caught_up),
                "note": say("insight.caughtUp.note"),
            },
            {
                "name": say("insight.belowHalf"),
                "value": str(one.below_half),
                "note": say("insight.belowHalf.note"),
            },
        ]

    def viewers(self, found: ClassInsight) -> dict[str, Any]:
        """Live and later on one clock."""
        say, since = self.say, found.planned.starts_at
        live, later = say("insight.live"), say("insight.later")
        width = max(1, -(-found.length // _MS // _POINTS))
        levels = curves.levels(found.steps, found.length, width=width)
        most = curves.most(found.steps)
        start = int(since.timestamp())
        lines = curves.levels(found.steps, found.length, width=_A_LINE)
        top = say("insight.peak", count=most.live, time=self._at(found, most.at)) if most else ""
        return {
            "drawn": _drawn(
                [start + one.at for one in levels],
                _line(live, "area", [one.live for one in levels]),
                _line(later, "dashed", [one.later for one in levels]),
            ),
            "label": " ".join((say("insight.viewers"), top)).strip(),
            "note": top,
            "heads": [say("insight.time"), live, later],
            "rows": [(self._at(found, one.at), one.live, one.later) for one in lines],
        }

    def lost(self, found: ClassInsight) -> dict[str, Any]:
        say, start = self.say, int(found.planned.starts_at.timestamp())
        points = found.lost.points
        name = say("insight.signs")
        shown = [one for one in points if one.rate]
        return {
            "drawn": _drawn(
                [start + one.at * BUCKET // _MS for one in points],
                _line(
                    name,
                    "area",
                    [None if one.above is None else round(one.above, 3) for one in points],
                ),
            ),
            "label": say("insight.lost"),
            "heads": [say("insight.time"), say("insight.people"), name],
            "rows": [
                (self._at(found, one.at * BUCKET // _MS), one.people, f"{one.above or 0:.2f}")
                for one in shown
            ],
        }

    def _at(self, found: ClassInsight, seconds: int) -> str:
        at = found.planned.starts_at + timedelta(seconds=seconds)
        return f"{at.astimezone(self.zone):%H:%M:%S}"

    def place(self, one: Place) -> dict[str, Any]:
        signs = one.found.signs
        said = (
            ("insight.sign.back", signs.get("back", 0)),
            ("insight.sign.again", signs.get("again", 0) // _MS),
            ("insight.sign.slow", signs.get("slow", 0)),
            ("insight.sign.lost", signs.get("lost", 0)),
            ("insight.sign.question", signs.get("question", 0)),
        )
        path = ""
        if one.recording is not None:
            path = f"/watch/{one.recording[0]}?t={max(0, one.recording[1]) // _MS}"
        return {
            "time": f"{one.at.astimezone(self.zone):%H:%M:%S}",
            "chapter": one.chapter,
            "path": path,
            "people": self.say("insight.place", count=one.found.people),
            "signs": [self.say(name, count=count) for name, count in said if count],
        }

    def line(self, line: Line, taught: int) -> dict[str, Any]:
        part = line.part
        return {
            "id": str(line.person.user_id),
            "name": line.person.name,
            "live": minutes(part.live),
            "seen": percent(min(1.0, part.seen / taught) if taught else None) or NOTHING,
            "polls": _of(part),
            "messages": part.messages,
            "hands": part.hands,
            "spoke": spoken(part.spoke),
        }

    def rates(self, one: Together) -> list[dict[str, str]]:
        say = self.say
        found = (
            ("insight.rate.answers", percent(one.answers)),
            ("insight.rate.messages", _rate(one.messages)),
            ("insight.rate.hands", _rate(one.hands)),
            ("insight.rate.spoke", None if one.spoke is None else spoken(one.spoke * _HOUR)),
        )
        return [{"name": say(name), "value": value or NOTHING} for name, value in found]

    # --- a course -----------------------------------------------------------------------------
    def course(self, found: CourseInsight) -> dict[str, Any]:
        course, matrix = found.yours.course, found.matrix
        policy = matrix.policy.policy
        return {
            "title": course.title,
            "course_path": f"/courses/{course.id}",
            "zone": course.time_zone,
            "api": f"/api/v1/analytics/courses/{course.id}",
            "figures": self.all_classes(found),
            "trend": self.trend(found.classes),
            "classes": [self.held(*one) for one in reversed(found.classes)],
            "needing": [self.needs(*one) for one in found.needing],
            "rule": self.say(
                "insight.rule",
                share=round(policy.at_risk_below * 100),
                count=policy.at_risk_after,
            ),
        }

    def all_classes(self, found: CourseInsight) -> list[dict[str, str]]:
        say, counted = self.say, [one for _, one in found.classes]
        planned = len(found.matrix.held) + len(found.matrix.coming)
        shares = [one.share for one in counted if one.share is not None]
        mean = sum(shares) / len(shares) if shares else None
        return [
            {
                "name": say("insight.held"),
                "value": str(len(counted)),
                "note": say("insight.held.note", count=planned),
            },
            {
                "name": say("insight.received"),
                "value": percent(mean) or NOTHING,
                "note": say("insight.received.note"),
            },
            {
                "name": say("insight.saidLost"),
                "value": str(sum(one.lost for one in counted)),
                "note": say("insight.saidLost.note"),
            },
            {
                "name": say("insight.needing"),
                "value": str(len(found.needing)),
                "note": say("insight.needing.note", count=len(found.matrix.rows)),
            },
        ]

    def trend(self, classes: Sequence[tuple[ClassSession, Counted]]) -> dict[str, Any]:
        say = self.say
        live, later = say("insight.cameLive"), say("insight.watchedLater")
        names = [self._short(planned.starts_at) for planned, _ in classes]
        lives = [_part_of(one.live, one.expected) for _, one in classes]
        laters = [_part_of(one.later, one.expected) for _, one in classes]
        return {
            "drawn": _drawn(
                [int(planned.starts_at.timestamp()) for planned, _ in classes],
                _line(live, "area", lives),
                _line(later, "dashed", laters),
            )
            | {"unit": " %"},
            "label": say("insight.trend"),
            "heads": [say("insight.class"), live, later],
            "rows": [
                (name, _unit(one), _unit(other))
                for name, one, other in zip(names, lives, laters, strict=True)
            ],
        }

    def _short(self, at: datetime) -> str:
        there = at.astimezone(self.zone)
        return f"{there.day} {there:%b}"

    def held(self, planned: ClassSession, one: Counted) -> dict[str, Any]:
        return {
            "path": f"/insights/{planned.id}",
            "title": planned.title,
            "day": self.day(planned.starts_at),
            "live": self.say("insight.ofAll", some=one.live, all=one.expected),
            "later": one.later,
            "share": percent(one.share) or NOTHING,
            "messages": one.messages,
            "hands": one.hands,
            "lost": one.lost,
        }

    def needs(self, row: Row, needs: Needs) -> dict[str, Any]:
        names = {"attendance": "insight.why.attendance", "unseen": "insight.why.unseen"}
        return {
            "id": str(row.person.user_id),
            "name": row.person.name,
            "so_far": percent(row.standing.so_far),
            "why": [self.say(names[one]) for one in needs.why],
            "lately": ", ".join(percent(one) for one in needs.case.lately),
        }


def of_class(found: ClassInsight, say: Say) -> dict[str, Any]:
    return {**Looks(say, ZoneInfo(found.planned.time_zone)).klass(found), "crowd": CROWD}


def of_course(found: CourseInsight, say: Say) -> dict[str, Any]:
    return Looks(say, ZoneInfo(found.yours.course.time_zone)).course(found)


def percent(share: float | None) -> str:
    """Nobody is told 100 who has not all of it."""
    return "" if share is None else f"{int(share * 100 + 1e-9)} %"


def minutes(ms: int) -> str:
    return f"{ms // _MINUTE} min"


def spoken(ms: float) -> str:
    return f"{int(ms) // _MINUTE}:{int(ms) % _MINUTE // _MS:02d}"


def _of(part: Part) -> str:
    return f"{part.answered} / {part.asked}" if part.asked else NOTHING


def _rate(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _part_of(some: int, whole: int) -> int | None:
    return min(100, some * 100 // whole) if whole else None


def _unit(value: int | None) -> str:
    return NOTHING if value is None else f"{value} %"


def _drawn(x: list[int], *lines: dict[str, Any]) -> dict[str, Any]:
    """As `web/src/islands/chart.ts` takes it."""
    return {"x": x, "lines": list(lines)}


def _line(name: str, look: str, values: Iterable[float | None]) -> dict[str, Any]:
    return {"name": name, "look": look, "values": list(values)}
