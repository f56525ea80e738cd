"""What was done to an outline, as those hear it who look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtp.courses.outline.tree import Node
from vtp.ids import CourseId, UserId
from vtp.library.model import Media


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An outline with what it shows."""

    course_id: CourseId
    rev: int
    published_rev: int | None
    # How much was done since it was published.
    unpublished: int
    nodes: Sequence[Node]
    media: dict[UUID, Media]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one change did; `nodes` are as they are now."""

    course_id: CourseId
    rev: int
    op_id: UUID
    client: str
    by: UserId
    nodes: Sequence[Node]
    media: dict[UUID, Media]
    rebased: bool
    at: datetime
