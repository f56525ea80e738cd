"""What was seen of something that plays, as clients say it and are told: in seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Protocol
from uuid import UUID

from msgspec import Meta, Struct

from vtp.actor import Role
from vtp.attendance.seen import Report
from vtp.attendance.stirs import Stirred
from vtp.attendance.stretches import Span, total

OVERSEERS = (Role.ADMIN, Role.MANAGER)
ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"

_MONTH = 30 * 24 * 3600
_MS = 1000

Id = Annotated[UUID, Meta(examples=[ID])]
# Two days and more: nothing that plays is as long.
Seconds = Annotated[float, Meta(ge=0, le=200_000, examples=[1930.2])]
Stretch = tuple[Seconds, Seconds]


class SeenIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A report: of which visit, what was played, and where one is."""

    visit: Annotated[
        UUID,
        Meta(
            description="Made by you when you open it. Tell it at once, with nothing seen: its "
            "time counts from then on.",
            examples=[ID],
        ),
    ]
    position: Annotated[Seconds, Meta(description="Where you are.")]
    seen: Annotated[
        list[Stretch],
        Meta(
            max_length=200,
            description="What was played: from, to. Saying it again changes nothing.",
            examples=[[[1925.2, 1930.2]]],
        ),
    ] = []
    age: Annotated[
        float,
        Meta(
            ge=0,
            le=_MONTH,
            description="How many seconds ago this was so, for what waited for a network.",
            examples=[0],
        ),
    ] = 0


class SeenView(Struct, frozen=True, kw_only=True):
    position: Annotated[float, Meta(description="Where you stopped.", examples=[1930.2])]
    seen: Annotated[list[tuple[float, float]], Meta(examples=[[[724.0, 1930.2]]])]
    seconds: Annotated[
        float, Meta(description="How much you have seen; each second once.", examples=[1206.2])
    ]
    completed_at: Annotated[
        datetime | None,
        Meta(description="When nine tenths had been seen; the very end is forgiven."),
    ]
    watched_at: Annotated[datetime | None, Meta(examples=["2026-03-12T19:04:31Z"])]


class Viewed(Protocol):
    """How far somebody is, in ms."""

    @property
    def seen(self) -> tuple[Span, ...]: ...
    @property
    def position(self) -> int: ...
    @property
    def watched_at(self) -> datetime | None: ...
    @property
    def completed_at(self) -> datetime | None: ...


def report_of(body: SeenIn, stirred: Stirred | None = None) -> Report:
    return Report(
        visit=body.visit,
        seen=spans(body.seen),
        position=ms(body.position),
        age=timedelta(seconds=body.age),
        stirred=stirred,
    )


def fields_of(progress: Viewed) -> dict[str, Any]:
    """Those of `SeenView`."""
    return {
        "position": progress.position / _MS,
        "seen": [(start / _MS, end / _MS) for start, end in progress.seen],
        "seconds": total(progress.seen) / _MS,
        "completed_at": progress.completed_at,
        "watched_at": progress.watched_at,
    }


def spans(told: list[Stretch]) -> tuple[Span, ...]:
    return tuple((ms(start), ms(end)) for start, end in told)


def ms(seconds: float) -> int:
    return round(seconds * _MS)
