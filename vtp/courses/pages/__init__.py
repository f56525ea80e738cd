"""The pages of courses."""

from __future__ import annotations

from vtp.courses.pages import catalogue, course, learning, overseeing, venues
from vtp.edge.routes import Route

routes: list[Route] = [
    *catalogue.routes,
    *course.routes,
    *learning.routes,
    *venues.routes,
    *overseeing.routes,
]
