"""The menu of a person, by role. What is not built yet is not in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vtp.actor import Actor, Role
from vtp.edge.texts import Texts


@dataclass(frozen=True, slots=True)
class Item:
    href: str
    text: str  # a key of the catalogue
    icon: str
    roles: frozenset[Role] | None = None  # None: everybody
    office: bool = False  # for those who look after the school: in a menu of its own


_TEACHERS = frozenset({Role.ADMIN, Role.MANAGER, Role.EDITOR, Role.INSTRUCTOR})
_STAFF = frozenset({Role.ADMIN, Role.MANAGER})
ITEMS = (
    Item("/", "nav.home", "house"),
    Item("/courses", "nav.courses", "book-open"),
    Item("/dashboard", "nav.calendar", "calendar-days"),
    Item("/rooms", "nav.rooms", "video"),
    Item("/recordings", "nav.recordings", "clapperboard"),
    Item("/library", "nav.library", "folder", _TEACHERS),
    Item("/attendance", "nav.attendance", "list-checks"),
    Item("/admin/courses", "nav.allCourses", "book-open", _STAFF, office=True),
    Item("/admin/insights", "nav.insights", "chart-column", frozenset({Role.ADMIN}), office=True),
    Item("/admin/people", "nav.people", "users", frozenset({Role.ADMIN}), office=True),
    Item("/admin/jobs", "nav.jobs", "history", _STAFF, office=True),
    Item("/admin/mail", "nav.mail", "mail", frozenset({Role.ADMIN}), office=True),
    Item("/admin/webhooks", "nav.webhooks", "link", frozenset({Role.ADMIN}), office=True),
    Item("/admin/storage", "nav.storage", "hard-drive", frozenset({Role.ADMIN}), office=True),
    Item("/admin/settings", "nav.settings", "pencil", frozenset({Role.ADMIN}), office=True),
    Item("/admin/erasures", "nav.erasures", "user-x", frozenset({Role.ADMIN}), office=True),
    Item("/admin/audit", "nav.audit", "shield-check", frozenset({Role.ADMIN}), office=True),
)


def navigation(texts: Texts, actor: Actor, path: str) -> list[dict[str, Any]]:
    """Somebody with several roles gets the union of their menus."""
    return [
        {
            "href": item.href,
            "label": texts(item.text),
            "icon": item.icon,
            "office": item.office,
            "current": path == item.href,
        }
        for item in ITEMS
        if item.roles is None or actor.has(*item.roles)
    ]
