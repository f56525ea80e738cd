"""The HTTP interface of courses."""

from __future__ import annotations

from vtp.courses.api import courses, enrolments, schedule

routes = [*courses.routes, *schedule.routes, *enrolments.routes]
