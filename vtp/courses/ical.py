"""Classes as iCalendar (RFC 5545), for the calendars of phones. Pure.

Times are written in UTC: no calendar has to know our zones. A class keeps its UID when it is
moved, its SEQUENCE counts the changes, and a cancelled one says so instead of being absent,
because many calendars keep what they do not see any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from vtp.courses.model import ClassSession

_LINE = 75  # octets, RFC 5545 section 3.1


def calendar(classes: Iterable[ClassSession], *, name: str, origin: str, now: datetime) -> str:
    host = urlsplit(origin).hostname or "localhost"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//vtp//classes//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for one in classes:
        lines += _event(one, host=host, origin=origin, now=now)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(one: ClassSession, *, host: str, origin: str, now: datetime) -> list[str]:
    place = one.venue or f"{origin}/room/{one.room_id}"
    return [
        "BEGIN:VEVENT",
        f"UID:{one.id}@{host}",
        f"DTSTAMP:{_instant(now)}",
        f"DTSTART:{_instant(one.starts_at)}",
        f"DTEND:{_instant(one.ends_at)}",
        f"SEQUENCE:{one.revision}",
        f"STATUS:{'CONFIRMED' if one.cancelled is None else 'CANCELLED'}",
        f"SUMMARY:{_text(_summary(one))}",
        f"DESCRIPTION:{_text(', '.join(one.teachers))}",
        f"LOCATION:{_text(place)}",
        f"URL:{origin}/room/{one.room_id}",
        "END:VEVENT",
    ]


def _summary(one: ClassSession) -> str:
    if one.title == one.course:
        return f"{one.course} ({one.section})"
    return f"{one.course}: {one.title}"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """RFC 5545 section 3.3.11."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """No line is longer than 75 octets, and no character is cut in two."""
    rest, first = line, True
    while rest:
        room = _LINE if first else _LINE - 1
        taken = len(rest.encode()[:room].decode("utf-8", "ignore"))
        yield ("" if first else " ") + rest[:taken]
        rest, first = rest[taken:], False
