"""A policy as a form shows it: minutes and per cent instead of seconds and shares. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from vtp.attendance.policy import Policy
from vtp.errors import Invalid

Unit = Literal["minutes", "seconds", "percent", "days", "hours", "classes"]
_SCALE: Mapping[Unit, float] = {
    "minutes": 60,
    "seconds": 1,
    "percent": 0.01,
    "days": 1,
    "hours": 1,
    "classes": 1,
}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    unit: Unit


GROUPS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    (
        "marks",
        (
            Field("late_after", "minutes"),
            Field("early_before", "minutes"),
            Field("absent_below", "percent"),
            Field("partial_below", "percent"),
            Field("bridged", "seconds"),
            Field("final_after_hours", "hours"),
        ),
    ),
    ("makeUp", (Field("make_up_days", "days"), Field("make_up_share", "percent"))),
    (
        "counts",
        (
            Field("late_counts", "percent"),
            Field("left_early_counts", "percent"),
            Field("partial_counts", "percent"),
            Field("made_up_counts", "percent"),
        ),
    ),
    ("risk", (Field("at_risk_below", "percent"), Field("at_risk_after", "classes"))),
)
FIELDS = tuple(field for _, fields in GROUPS for field in fields)
SAME = "every_class_counts_the_same"


def shown(policy: Policy) -> dict[str, str]:
    """What stands in the fields."""
    found = {one.name: _number(getattr(policy, one.name) / _SCALE[one.unit]) for one in FIELDS}
    return found | ({SAME: "on"} if policy.every_class_counts_the_same else {})


def _number(value: float) -> str:
    return f"{round(value, 4):g}"


def read(values: Mapping[str, str]) -> Policy:
    """What somebody wrote there; each field that does not fit is named."""
    found: dict[str, Any] = {SAME: SAME in values}
    wrong: dict[str, str] = {}
    for one in FIELDS:
        try:
            found[one.name] = _read(one, values.get(one.name, ""))
        except (ValueError, OverflowError):
            wrong[one.name] = "This number does not fit here."
    if wrong:
        raise Invalid(fields=wrong)
    return msgspec.convert(found, Policy)


def _read(field: Field, text: str) -> float:
    number = float(text.strip().replace(",", ".")) * _SCALE[field.unit]
    whole = isinstance(getattr(Policy(), field.name), int)
    value = round(number) if whole else round(number, 6)
    msgspec.convert({field.name: value}, Policy)
    return value
