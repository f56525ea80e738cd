"""A mark in a plain sentence, the same on every page, in every file and over the API.

`say` is the catalogue of texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo

from vtp.attendance.facts import Facts
from vtp.attendance.policy import Mark
from vtp.attendance.register import Marked, moment

Say = Callable[..., str]

NAMES: Mapping[Mark, str] = {
    "present": "mark.present",
    "late": "mark.late",
    "left_early": "mark.leftEarly",
    "partial": "mark.partial",
    "absent": "mark.absent",
    "made_up": "mark.madeUp",
    "excused": "mark.excused",
}
_SECOND, _MINUTE = 1000, 60_000
# What is shorter than this at an end is not worth a word.
_NOTICED = 60 * _SECOND


def sentence(marked: Marked, zone: tzinfo, say: Say) -> str:
    found = "; ".join(_parts(marked.facts, zone, say)) + "."
    if marked.caught is not None:
        there = marked.caught.at.astimezone(zone)
        day = f"{there:%a} {there.day} {there:%B}"
        key = "mark.caught" if marked.facts.present else "mark.caughtAll"
        found = say(key, day=day, share=int(marked.caught.share * 100), found=found)
    given = marked.override
    if given is None:
        return found
    was = say(NAMES[marked.found]).lower()
    return say("mark.set", why=given.why, was=was, found=found)


def _parts(facts: Facts, zone: tzinfo, say: Say) -> Iterator[str]:
    if not facts.need:
        yield say("mark.nothing")
        return
    if facts.first_in is None or facts.last_out is None:
        yield say("mark.never")
        return
    opening = list(_opening(facts, zone, say))
    whole = facts.present == facts.need
    if opening:
        first, *others = opening
        yield ", ".join([first, *(one[:1].lower() + one[1:] for one in others)])
    elif whole:
        yield say("mark.whole")
    if not whole or opening:
        yield say("mark.share", present=_minutes(facts.present), need=_minutes(facts.need))
    if facts.outage:
        yield say("mark.outage", length=length(facts.outage, say))


def _opening(facts: Facts, zone: tzinfo, say: Say) -> Iterator[str]:
    if facts.late >= _NOTICED and facts.first_in is not None:
        at = f"{moment(facts.first_in).astimezone(zone):%H:%M:%S}"
        yield say("mark.from", time=at, length=length(facts.late, say))
    if facts.early >= _NOTICED and facts.last_out is not None:
        at = f"{moment(facts.last_out).astimezone(zone):%H:%M:%S}"
        yield say("mark.until", time=at, length=length(facts.early, say))
    if facts.devices > 1:
        yield say("mark.devices", count=facts.devices)
    if len(facts.reconnects) == 1:
        yield say("mark.reconnect", length=length(facts.reconnects[0], say))
    elif facts.reconnects:
        yield say("mark.reconnects", count=len(facts.reconnects))


def _minutes(of: int) -> int:
    return of // _MINUTE


def length(of: int, say: Say) -> str:
    """Whole minutes, or seconds where it is less than one."""
    if of < _MINUTE:
        return say("mark.seconds", count=max(1, of // _SECOND))
    return say("mark.minutes", count=_minutes(of))
