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
from vtp.attendance.register import Marked, Register, moment, ms, stretch
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
    # When it ended; None while it goes on, or can go on.
    over_at: datetime | None


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
        # Where nobody has taught, nothing is over before its time.
        over_at = _over(planned, sittings if held.taught else (), now)
        return _called(expecting, held, policy, received, now=now, breaks=breaks, over_at=over_at)

    async def over_at(self, class_id: ClassId, *, now: datetime) -> datetime | None:
        """When a class ended, also before its time; None while it goes on."""
        planned = await self._expected.planned(class_id)
        if planned is None or now < planned.starts_at:
            return None
        sittings = await self._meetings.sittings(
            planned.room_id, since=planned.starts_at, until=min(planned.ends_at, now)
        )
        return _over(planned, sittings, now)

    async def forgotten(self, planned: ClassSession, before: Register) -> bool:
        """Whether what the marks of a class were made of is deleted since.

        Whoever taught when it began was there then: where nobody is known to have been, nothing
        can be found anew, and everybody would seem to have been absent.
        """
        if before.taught is None:
            return False
        since, until = (moment(at) for at in before.taught)
        sittings = await self._meetings.sittings(planned.room_id, since=since, until=until)
        meetings = [one.id for one in sittings]
        return not await store.is_kept(self._db, meeting_ids=meetings, at=since)

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


def _over(planned: ClassSession, sittings: Sequence[Sitting], now: datetime) -> datetime | None:
    """Who hosts it may end it before its time; opened again, it goes on."""
    if now >= planned.ends_at:
        return planned.ends_at
    ends = [one.ended_at for one in sittings if one.ended_at and one.ended_at <= now]
    if not ends or len(ends) < len(sittings):
        return None
    last = max(sittings, key=lambda one: one.started_at)
    return max(ends) if last.closed else None


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
    over_at: datetime | None,
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
    return Called(planned, register, policy, marks, breaks, there, over_at)


def _mark(
    class_id: ClassId, held: Held, policy: Policy, student: Student, devices: list[list[Span]]
) -> Marked:
    bridged, since = policy.bridged * _SECOND, ms(student.since)
    found = facing.facts(held, devices, bridged=bridged, since=since)
    return Marked(
        class_id=class_id, user_id=student.user_id, facts=found, computed=marked(found, policy)
    )
