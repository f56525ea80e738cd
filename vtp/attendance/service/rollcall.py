"""From what is known about a class to its register. Reads and computes, and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vtp.attendance import facts as facing
from vtp.attendance.facts import Held
from vtp.attendance.marking import marked
from vtp.attendance.policy import Policy
from vtp.attendance.port import Meetings, Sitting
from vtp.attendance.register import Marked, Register, ms, stretch
from vtp.attendance.store import policies
from vtp.attendance.store import registers as store
from vtp.attendance.store.policies import Break
from vtp.attendance.stretches import Span, common, merged
from vtp.attendance.versions import BEGINNING, Version, stamped
from vtp.courses.model import ClassSession
from vtp.courses.service.expected import Expected, Expecting, Student
from vtp.db import Database
from vtp.ids import ClassId, UserId

_SECOND = 1000


@dataclass(frozen=True, slots=True)
class Called:
    """A class as it is found now: what was planned, the register, and everybody's mark."""

    planned: ClassSession
    register: Register
    policy: Version
    marks: tuple[Marked, ...]
    breaks: tuple[Break, ...]
    # When media reached each, united over devices: what is drawn.
    there: dict[UserId, tuple[Span, ...]]


class RollCall:
    def __init__(self, db: Database, *, expected: Expected, meetings: Meetings) -> None:
        self._db = db
        self._expected = expected
        self._meetings = meetings

    async def call(
        self, class_id: ClassId, *, now: datetime, policy: Version | None = None
    ) -> Called | None:
        """None where there is nothing to call: it was cancelled, or has not begun.

        While the class goes on, what counts is the time until now. By the policy that the class
        has, or by another one.
        """
        expecting = await self._expected.of_class(class_id)
        if expecting is None or now < expecting.planned.starts_at:
            return None
        planned = expecting.planned
        until = min(planned.ends_at, now)
        sittings = await self._meetings.sittings(
            planned.room_id, since=planned.starts_at, until=until
        )
        breaks = tuple(await policies.breaks(self._db, class_id))
        held = await self._held(expecting, sittings, breaks, until)
        received = await store.received(
            self._db,
            meeting_ids=[one.id for one in sittings],
            people=[one.user_id for one in expecting.students],
        )
        if policy is None:
            policy = await self.policy_of(planned)
        return _called(expecting, held, policy, received, now=now, breaks=breaks)

    async def policy_of(self, planned: ClassSession) -> Version:
        """By which a register was made, or would be now."""
        history = await policies.history(self._db, planned.course_id)
        register = await store.register(self._db, planned.id)
        if register is not None:
            known = {one.number: one.version for one in history}
            return known.get(register.policy_version, BEGINNING)
        planned_at = planned.planned_at or planned.starts_at
        return stamped(history, planned_at=planned_at, starts_at=planned.starts_at)

    async def _held(
        self,
        expecting: Expecting,
        sittings: Sequence[Sitting],
        breaks: Sequence[Break],
        until: datetime,
    ) -> Held:
        planned = expecting.planned
        window = stretch(planned.starts_at, until)
        since = await store.taught_since(
            self._db,
            meeting_ids=[one.id for one in sittings],
            hosts=expecting.hosts,
            after=planned.starts_at,
        )
        over = max((one.ended_at or until for one in sittings), default=until)
        taught = None if since is None else common([window], [stretch(since, over)])
        return Held(
            planned=window,
            taught=taught[0] if taught else None,
            breaks=tuple(stretch(start, end or max(until, start)) for start, end in breaks),
            outages=_outages(sittings, window),
        )


def _outages(sittings: Sequence[Sitting], window: Span) -> tuple[Span, ...]:
    noted = [stretch(*one) for sitting in sittings for one in sitting.outages]
    return tuple(common(merged(noted), [window]))


def _called(
    expecting: Expecting,
    held: Held,
    policy: Version,
    received: dict[UserId, list[list[Span]]],
    *,
    now: datetime,
    breaks: tuple[Break, ...],
) -> Called:
    planned = expecting.planned
    marks = tuple(
        _mark(planned.id, held, policy.policy, student, received.get(student.user_id, []))
        for student in expecting.students
    )
    register = Register(
        class_id=planned.id,
        policy_version=policy.number,
        taught=held.taught,
        outages=held.outages,
        computed_at=now,
        final_at=planned.ends_at + timedelta(hours=policy.policy.final_after_hours),
    )
    window = [held.planned]
    there = {
        user_id: tuple(common(merged(span for spans in devices for span in spans), window))
        for user_id, devices in received.items()
    }
    return Called(planned, register, policy, marks, breaks, there)


def _mark(
    class_id: ClassId, held: Held, policy: Policy, student: Student, devices: list[list[Span]]
) -> Marked:
    bridged, since = policy.bridged * _SECOND, ms(student.since)
    found = facing.facts(held, devices, bridged=bridged, since=since)
    return Marked(
        class_id=class_id, user_id=student.user_id, facts=found, computed=marked(found, policy)
    )
