"""Who looks at the outline of a course right now, and what each is writing in."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from vtp.ids import CourseId, UserId


@dataclass(frozen=True, slots=True)
class Present:
    user_id: UserId
    name: str
    node: UUID | None = None  # that they write in


class Company:
    """By socket: of each there is one row, as long as it lives."""

    def __init__(self) -> None:
        self._there: dict[str, tuple[CourseId, Present]] = {}

    def put(self, sid: str, course_id: CourseId, present: Present) -> None:
        self._there[sid] = course_id, present

    def gone(self, sid: str) -> CourseId | None:
        """Whose outline they looked at."""
        course_id, _ = self._there.pop(sid, (None, None))
        return course_id

    def of(self, course_id: CourseId) -> list[Present]:
        """Each person once: with what they write in, if they do in one of their windows."""
        found: dict[UserId, Present] = {}
        for of, present in self._there.values():
            if of == course_id and (present.node or present.user_id not in found):
                found[present.user_id] = present
        return sorted(found.values(), key=lambda one: (one.name, one.user_id))
