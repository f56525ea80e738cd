"""How the overview of attendance looks on a page: in words, each class at its own time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vtp.attendance.looks import Looks, percent
from vtp.attendance.marking import Standing
from vtp.attendance.overview_shapes import rule
from vtp.attendance.sentences import Say, sentence
from vtp.attendance.service.overviews import (
    Attended,
    Contested,
    Learnt,
    Lesson,
    Overview,
    Taught,
)
from vtp.courses.model import ClassSession
from vtp.courses.service.expected import Named

# A line is drawn on a scale of its own, whatever its width; the highest point leaves room.
WIDTH, HEIGHT = 240, 48
_MARGIN = 4
_SHOWN = 12  # classes of a student in each course, the newest


@dataclass(frozen=True, slots=True)
class Glances:
    say: Say
    now: datetime

    def overview(self, found: Overview) -> dict[str, Any]:
        teaching = found.teaching
        return {
            "teaches": bool(teaching.taught),
            "lessons": [self.lesson(one) for one in teaching.lessons],
            "unconfirmed": [self.lesson(one) for one in teaching.unconfirmed],
            "contests": [self.contest(one) for one in teaching.contests],
            "taught": [self.taught(one) for one in teaching.taught],
            "risks": sum(len(one.risks) for one in teaching.taught),
            "learnt": [self.learnt(one) for one in found.learning],
        }

    def planned(self, one: ClassSession) -> dict[str, Any]:
        looks = Looks(self.say, ZoneInfo(one.time_zone))
        there = one.starts_at.astimezone(looks.zone)
        today = there.date() == self.now.astimezone(looks.zone).date()
        return {
            "path": f"/attendance/{one.id}",
            "title": one.title,
            "course": one.course,
            "weekday": f"{there:%a}",
            "number": str(there.day),
            "month": f"{there:%b}",
            "day": looks.day(one.starts_at),
            "iso": there.isoformat(),
            "since": looks.time(one.starts_at),
            "until": looks.time(one.ends_at),
            "today": today,
            "colour": int(str(one.course_id)[-4:], 16) % 4 + 1,
        }

    def lesson(self, one: Lesson) -> dict[str, Any]:
        looks = Looks(self.say, ZoneInfo(one.planned.time_zone))
        return {
            **self.planned(one.planned),
            "state": one.state,
            "counts": looks.counts(one.counts.elements()),
            "expected": one.counts.total(),
        }

    def contest(self, one: Contested) -> dict[str, Any]:
        return {
            **self.planned(one.planned),
            "name": one.person.name,
            "id": str(one.person.user_id),
            "text": one.said.text,
        }

    def taught(self, one: Taught) -> dict[str, Any]:
        course = one.yours.course
        shares = [share for _, share in one.trend]
        return {
            "title": course.title,
            "path": f"/courses/{course.id}/attendance",
            "held": one.held,
            "all": one.held + one.coming,
            "average": percent(one.average),
            "line": line(shares),
            "below": height(one.policy.at_risk_below),
            "trend": self.trend(shares),
            "latest": percent(shares[-1]) if shares else "",
            "points": [
                {**self.planned(known), "share": percent(share)} for known, share in one.trend
            ],
            "risks": [self.risk(person, stands) for person, stands in one.risks],
            "rule": rule(one.policy, self.say),
        }

    def trend(self, shares: Sequence[float]) -> str:
        if not shares:
            return ""
        low, high, last = (percent(one) for one in (min(shares), max(shares), shares[-1]))
        return self.say("overview.trendOf", low=low, high=high, last=last)

    def risk(self, person: Named, stands: Standing) -> dict[str, str]:
        return {
            "id": str(person.user_id),
            "name": person.name,
            "so_far": percent(stands.so_far),
            "reachable": percent(stands.reachable),
        }

    def learnt(self, one: Learnt) -> dict[str, Any]:
        course, looks = one.yours.course, Looks(self.say, ZoneInfo(one.yours.course.time_zone))
        return {
            "title": course.title,
            "path": f"/courses/{course.id}/attendance",
            "so_far": percent(one.standing.so_far),
            "value": int((one.standing.so_far or 0.0) * 100),
            "reachable": percent(one.standing.reachable),
            "counted": one.standing.counted,
            "coming": one.coming,
            "counts": looks.counts(known.marked.mark for known in one.classes),
            "classes": [self.attended(known) for known in one.classes[:_SHOWN]],
            "more": max(0, len(one.classes) - _SHOWN),
            "makes_up": list(self.makes_up(one.classes)),
        }

    def attended(self, one: Attended) -> dict[str, Any]:
        looks = Looks(self.say, ZoneInfo(one.planned.time_zone))
        return {
            **self.planned(one.planned),
            "mark": looks.mark(one.marked.mark),
            "sentence": sentence(one.marked, looks.zone, self.say),
            "final": one.final,
        }

    def makes_up(self, classes: Iterable[Attended]) -> Iterable[dict[str, Any]]:
        for one in classes:
            if one.chance is not None:
                yield Looks(self.say, ZoneInfo(one.planned.time_zone)).chance(one.chance)


def height(share: float) -> float:
    """Where a share is drawn: nothing at the bottom, all at the top."""
    return round(_MARGIN + (1 - share) * (HEIGHT - 2 * _MARGIN), 1)


def line(shares: Sequence[float]) -> str:
    """Points of a line from left to right."""
    if not shares:
        return ""
    known = list(shares) if len(shares) > 1 else [shares[0], shares[0]]
    step = WIDTH / (len(known) - 1)
    return " ".join(
        f"{number * step:.1f},{height(share):.1f}" for number, share in enumerate(known)
    )
