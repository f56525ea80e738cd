"""How an outline looks to who learns from it: in words, and at their time. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from vtp.courses.outline.progress import Chapter, Item, Way, by_hand
from vtp.courses.pages import looks
from vtp.ids import CourseId
from vtp.library.api.shapes import file_path, poster_path

_ICONS = {
    "class": "video",
    "recording": "clapperboard",
    "page": "file-text",
    "link": "link",
    "video": "film",
    "audio": "headphones",
    "image": "image",
    "document": "file-text",
    "file": "folder",
}


def way(
    found: Way, course_id: CourseId, *, zone: str, now: datetime, preview: bool
) -> dict[str, Any]:
    def shown(one: Item) -> dict[str, Any]:
        return item(one, course_id, zone=zone, now=now, preview=preview)

    after = found.next
    return {
        "done": found.done,
        "total": found.total,
        "next": shown(after) if after else None,
        "chapters": [_chapter(one, [shown(item) for item in one.items]) for one in found.chapters],
    }


def _chapter(one: Chapter, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": str(one.node.id),
        "title": one.node.title,
        "items": items,
        "done": one.done,
        "total": one.total,
        "complete": 0 < one.total == one.done,
    }


def item(
    one: Item, course_id: CourseId, *, zone: str, now: datetime, preview: bool
) -> dict[str, Any]:
    node = one.node
    kind = one.media.kind if one.media else node.kind
    lesson = looks.lesson(one.planned, zone=zone, now=now) if one.planned else None
    seconds = sum(film.seconds for film in one.films) or (one.media.seconds if one.media else 0)
    return {
        "id": str(node.id),
        "path": f"/courses/{course_id}/items/{node.id}" + ("?preview=true" if preview else ""),
        "title": node.title,
        "kind": kind,
        "icon": _ICONS.get(kind, "file-text"),
        "state": one.state,
        "share": round(one.share * 100),
        "optional": node.optional,
        "minutes": max(1, round(seconds / 60)) if seconds else 0,
        "lesson": lesson,
        "join": lesson["room"] if lesson and one.state == "live" else None,
        "attended": one.attended,
        "filmed": bool(one.films) and node.kind == "class",
        "films": [str(film.id) for film in one.films],
        "by_hand": by_hand(one),
        "shows": _shows(one),
    }


def _shows(one: Item) -> dict[str, Any]:
    """What the page of this item needs."""
    media = one.media
    link = one.node.link or (media.link if media else "")
    return {
        "link": link,
        "host": urlsplit(link).hostname or "",
        "file": file_path(media) if media else None,
        "poster": poster_path(media) if media else None,
        "ready": media is None or media.state == "ready" or media.kind == "link",
        "name": media.file_name if media else "",
        "text": one.node.body,
        "alt": media.description if media else "",
    }


def around(found: dict[str, Any], id: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The items before and behind one."""
    items = [item for chapter in found["chapters"] for item in chapter["items"]]
    at = next((at for at, item in enumerate(items) if item["id"] == id), 0)
    return items[at - 1] if at else None, items[at + 1] if at + 1 < len(items) else None
