"""What is wrong with an input, in plain words, from what msgspec says of it. Pure.

msgspec speaks to programmers: "Expected `str` of length >= 1 - at `$.items[0].name`". What people
read is a sentence of ours and the place "items.0.name". What is not known here gets a general one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

GENERAL = "This does not have the right form."
# A place is said again in the answer, and an unknown name is as long as its sender liked.
_LONGEST_PLACE = 200

_MESSAGE = re.compile(
    r"(?P<said>.*?)(?: - at (?:`key` in )?`\$(?P<path>(?:\.[^.`\[\]]+|\[\d+\]|\[\.{3}\])*)`)?",
    re.DOTALL,
)
_STEP = re.compile(r"\.([^.`\[\]]+)|\[(\d+)\]")  # "[...]" is some value of an object: not known
_NAMING = re.compile(r"Object (?:missing required|contains unknown) field `(.*)`", re.DOTALL)
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
    "bytes": "base64",
    "uuid": "an id",
    "datetime": "a date with its time",
    "date": "a date",
    "time": "a time of day",
    "duration": "a duration",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """`place` is "" when it is the whole input."""

    place: str
    sentence: str


def wrong(message: str) -> Wrong:
    """What to tell people for the text of a `msgspec.ValidationError`."""
    parts = _MESSAGE.fullmatch(message)
    said, path = (parts["said"], parts["path"] or "") if parts else (message, "")
    steps = [name or index for name, index in _STEP.findall(path)]
    if named := _NAMING.fullmatch(said):
        steps.append(named[1])
    return Wrong(".".join(steps)[:_LONGEST_PLACE], _sentence(said))


def _sentence(said: str) -> str:
    for pattern, say in _SENTENCES:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return say(*found.groups())
    return GENERAL


def _always(sentence: str) -> Callable[..., str]:
    return lambda *_: sentence


def _some(count: str, what: str, whats: str) -> str:
    return f"{count} {what if count == '1' else whats}"


def _type(expected: str, got: str | None = None) -> str:
    wanted = " or ".join(_KINDS.get(kind, "another kind") for kind in expected.split(" | "))
    return f"Give {wanted}, not {_KINDS.get(got, 'that')}." if got else f"Give {wanted}."


def _text(bound: str, count: str) -> str:
    if (bound, count) == (">=", "1"):
        return "Write something here."
    most = "at least" if bound == ">=" else "at most"
    return f"Use {most} {_some(count, 'character', 'characters')}."


def _entries(bound: str, count: str) -> str:
    least = bound in (">=", "at least")
    return f"Give {'at least' if least else 'at most'} {_some(count, 'entry', 'entries')}."


def _bytes(bound: str, count: str) -> str:
    return f"Give {'at least' if bound == '>=' else 'at most'} {_some(count, 'byte', 'bytes')}."


def _number(bound: str, limit: str) -> str:
    said = {">=": f"{limit} or more", "<=": f"{limit} or less", ">": f"more than {limit}"}
    return f"Choose {said.get(bound, f'less than {limit}')}."


_SENTENCES: tuple[tuple[str, Callable[..., str]], ...] = (
    (r"Expected `str` of length ([<>]=) (\d+)", _text),
    (r"Expected `(?:array|object)` of length ([<>]=) (\d+)", _entries),
    (r"Expected `array` of (at least|at most) length (\d+)(?:, got \d+)?", _entries),
    (
        r"Expected `array` of length (\d+)(?: to (\d+))?(?:, got \d+)?",
        lambda low, high: f"Give {_some(f'{low} to {high}' if high else low, 'entry', 'entries')}.",
    ),
    (r"Expected `bytes` of length ([<>]=) (\d+)", _bytes),
    (r"Expected `(?:int|float|decimal)` ([<>]=?) (\S+)", _number),
    (
        r"Expected `(?:int|float|decimal)` that's a multiple of (\S+)",
        lambda step: f"Choose a multiple of {step}.",
    ),
    (r"Expected `str` matching regex .*", _always("This is not written as it should be.")),
    (
        r"Expected `\w+` with a timezone component",
        _always("Say the time zone as well, like 2026-03-12T18:00:00Z."),
    ),
    (r"Expected `\w+` with no timezone component", _always("Leave out the time zone.")),
    (r"Expected `([\w |]+)`(?:, got `(\w+)`)?", _type),
    (r"Object missing required field `.*`", _always("This is missing.")),
    (r"Object contains unknown field `.*`", _always("Nothing of this name is taken here.")),
    (r"Invalid (?:enum )?value .*", _always("This is not one of the values to choose from.")),
    (r"Invalid UUID(?: bytes)?", _always("This is not an id.")),
    (
        r"Invalid RFC3339 encoded datetime|Invalid epoch timestamp",
        _always("Write date and time like 2026-03-12T18:00:00Z."),
    ),
    (r"Invalid RFC3339 encoded date", _always("Write a date like 2026-03-12.")),
    (r"Invalid RFC3339 encoded time", _always("Write a time like 18:00:00.")),
    (
        r"Invalid ISO8601 duration|Only units .* ISO8601 durations",
        _always("Write a duration like PT90S."),
    ),
    (r"Duration is out of range", _always("This duration is too long.")),
    (r"Invalid base64 encoded string", _always("Write this in base64.")),
    (r"Invalid decimal string", _always("Write a number like 12.5.")),
    (r"(?:Integer value|Number) out of range", _always("This number is too large or too small.")),
)
