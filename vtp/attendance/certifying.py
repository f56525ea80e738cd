"""When a course gives a certificate, and how its number is written. Pure.

Only what is certain counts: marks that are final, and classes that are still to come as missed. So
whoever has a certificate cannot fall below its rule any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from vtp.attendance.marking import Counted, standing
from vtp.attendance.policy import Policy, Share

# Signs that nobody takes for each other (Crockford's base 32): 12 of them are 60 bits.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUP, _GROUPS = 4, 3
RAW_BYTES = 8
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
# What adding up may lose counts for the student.
_LOST = 1e-9


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a course asks for its certificate; 0 asks nothing."""

    attendance: Annotated[Share, Meta(description="Of all its classes, by their marks.")] = 0.75
    completion: Annotated[Share, Meta(description="Of what its outline asks for.")] = 0.9


class Evidence(Struct, frozen=True, kw_only=True):
    """What was so when it was given: what changes later changes no certificate."""

    name: str
    course: str
    school: str
    time_zone: str
    teachers: tuple[str, ...]
    rule: Rule
    policy_version: int
    attendance: float | None
    classes: int
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far somebody is: of all classes, and of the outline (None: nothing is published)."""

    attendance: float | None
    classes: int
    done: int
    total: int | None

    @property
    def completion(self) -> float | None:
        return self.done / self.total if self.total else None


def asks_nothing(rule: Rule) -> bool:
    return not rule.attendance and not rule.completion


def earned(reached: Reached, rule: Rule) -> bool:
    return _enough(reached.attendance, rule.attendance) and _enough(
        reached.completion, rule.completion
    )


def _enough(share: float | None, asked: float) -> bool:
    return not asked or (share is not None and share >= asked - _LOST)


def attended(final: Iterable[Counted], to_come: Iterable[int], policy: Policy) -> float | None:
    """Of all classes; `to_come`: how long those are that are not final. None: there are none."""
    missed = [Counted("absent", need) for need in to_come]
    return standing([*final, *missed], (), policy).so_far


def serial(raw: bytes) -> str:
    """A number out of random bytes, as "7K3M-QX4T-92HD"."""
    number, signs = int.from_bytes(raw), []
    for _ in range(_GROUP * _GROUPS):
        number, sign = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return _grouped("".join(signs))


def read(typed: str) -> str | None:
    """The number that somebody typed or scanned; None for what cannot be one."""
    plain = typed.upper().replace("-", "").replace(" ", "").translate(_ALIKE)
    fits = len(plain) == _GROUP * _GROUPS and all(sign in _SIGNS for sign in plain)
    return _grouped(plain) if fits else None


def _grouped(signs: str) -> str:
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))
