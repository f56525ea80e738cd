"""Where handlers of courses find their services."""

from __future__ import annotations

from aiohttp import web

from vtp.actor import Role
from vtp.courses.service import Courses

COURSES: web.AppKey[Courses] = web.AppKey("courses", Courses)

# They look after the school and so may what the teacher of any course may.
OVERSEERS = (Role.ADMIN, Role.MANAGER)
