"""Who may record, see and change recordings. The only place that decides it. Pure.

What is not for somebody is not there at all for them: callers answer "not found".
"""

from __future__ import annotations

from vtp.recordings.kinds import Role, State, Visibility


def may_see(role: Role | None, *, visibility: Visibility, state: State, deleted: bool) -> bool:
    if role == "host":
        return True
    shown = visibility == "room" and state != "failed" and not deleted
    return role == "member" and shown


def may_change(role: Role | None) -> bool:
    """Pause, stop, rename, show to others, delete; and begin one."""
    return role == "host"


def records(source: str, *, host: bool, everybody: bool) -> bool:
    """All voices and screens; of cameras those of hosts, unless the room keeps everybody's."""
    return source != "camera" or host or everybody
