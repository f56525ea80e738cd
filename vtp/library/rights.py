"""Who may put into, see and change what is in the library. The only place that decides it. Pure.

What is not for somebody is not there at all for them: callers answer "not found".
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from vtp.actor import Role
from vtp.library.kinds import Visibility

OVERSEERS = frozenset({Role.ADMIN, Role.MANAGER})
TEACHERS = OVERSEERS | {Role.EDITOR, Role.INSTRUCTOR}


def may_add(roles: AbstractSet[Role], *, edits_course: bool) -> bool:
    """Who looks after a course adds to it, whatever their role in the school is."""
    return edits_course or not TEACHERS.isdisjoint(roles)


def may_change(roles: AbstractSet[Role], *, owns: bool, edits_course: bool) -> bool:
    return owns or edits_course or not OVERSEERS.isdisjoint(roles)


def may_see(*, changes: bool, visibility: Visibility, deleted: bool, reads: bool) -> bool:
    """`reads`: it stands in a course that they may read."""
    if changes:
        return True
    return not deleted and (visibility != "private" or reads)
