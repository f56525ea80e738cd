"""Catching up: what of a class somebody can still make up, and that they have."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vtp.actor import Actor
from vtp.attendance import kinds
from vtp.attendance.marking import can_be_made_up
from vtp.attendance.onfilm import missing
from vtp.attendance.policy import Policy, counts
from vtp.attendance.register import Marked
from vtp.attendance.service.coverage import Coverage, Having
from vtp.attendance.service.rollcall import RollCall
from vtp.attendance.store import registers as store
from vtp.attendance.stretches import Span, total
from vtp.clock import Clock
from vtp.courses.model import ClassSession
from vtp.courses.service.expected import Expected
from vtp.courses.service.gate import Gate
from vtp.db import Database, Db
from vtp.ids import ClassId, RecordingId, UserId
from vtp.notices.service import Notices
from vtp.notices.topics import Kind

# Longer than any course lets people wait.
_LONGEST = timedelta(days=366)
# How long after a report it is looked again, where the web process did not.
_LATELY = timedelta(minutes=30)
_AT_ONCE = 100
_TOLD_WITHIN = timedelta(days=30)
# Who watches what just now, and how much of it they need before there is anything to look at.
_KNOWN = 10_000
_FRESH = timedelta(minutes=10)
_SECOND = 1000
_NEVER = 1 << 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """A class that somebody can still make up."""

    planned: ClassSession
    mark: Marked
    until: datetime
    worth: float
    left: int  # ms of it that they have not seen
    missing: int  # ms that are enough
    recording_id: RecordingId  # with the first of what they have not seen

    @property
    def path(self) -> str:
        return f"/watch/{self.recording_id}?catch_up=true"


class CatchingUp:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        expected: Expected,
        roll: RollCall,
        coverage: Coverage,
        notices: Notices,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._expected = expected
        self._roll = roll
        self._coverage = coverage
        self._notices = notices
        self._due: OrderedDict[tuple[UserId, RecordingId], tuple[int, datetime]] = OrderedDict()

    # --- who looks at their own ---------------------------------------------------------------
    async def own(self, actor: Actor, class_id: ClassId) -> Chance | None:
        """None where there is nothing to make up, or no way to."""
        _, planned = await self._gate.session(actor, class_id)
        return await self._chance(planned, actor.require_user())

    async def chances(self, actor: Actor, classes: Collection[ClassId]) -> list[Chance]:
        """Of these, which the caller knows to be theirs."""
        marks = await store.marks(self._db, classes, user_id=actor.require_user())
        found = []
        for mark in marks:
            if mark.mark not in {"absent", "partial", "left_early", "late"}:
                continue
            planned = await self._expected.planned(mark.class_id)
            if planned is not None and planned.recordings:
                found.append(await self._chance(planned, actor.require_user()))
        return [one for one in found if one is not None]

    async def _chance(self, planned: ClassSession, user_id: UserId) -> Chance | None:
        marks = await store.marks(self._db, [planned.id], user_id=user_id)
        policy = (await self._roll.policy_of(planned)).policy
        mark = next((one for one in marks if not one.override and not one.caught), None)
        after = self._clock.now() - planned.ends_at
        if mark is None or not can_be_made_up(mark.computed, policy, after=after):
            return None
        having = (await self._coverage.of(planned, [user_id])).get(user_id)
        return None if having is None else _chance(planned, mark, having, policy)

    async def live(
        self, actor: Actor, recording_id: RecordingId
    ) -> tuple[Sequence[Span], Chance | None]:
        """What of a recording one was there for, and whether watching the rest makes it up."""
        classes = await self._expected.of_recordings([recording_id])
        planned = await self._expected.planned(classes[recording_id]) if classes else None
        user_id = actor.user_id
        if planned is None or user_id is None:
            return (), None
        having = (await self._coverage.of(planned, [user_id])).get(user_id)
        parts = having.parts if having else ()
        there = next((one.live for one in parts if one.tape.id == recording_id), ())
        return there, await self._chance(planned, user_id)

    # --- while they watch ---------------------------------------------------------------------
    async def seen(self, user_id: UserId, recording_id: RecordingId, much: int) -> None:
        """They have seen so many ms of it. Looks only when that can have been enough."""
        known, now = (user_id, recording_id), self._clock.now()
        due, until = self._due.get(known, (0, now))
        if much < due and now < until:
            return
        self._due[known] = much + await self._needs(user_id, recording_id), now + _FRESH
        self._due.move_to_end(known)
        while len(self._due) > _KNOWN:
            self._due.popitem(last=False)

    async def _needs(self, user_id: UserId, recording_id: RecordingId) -> int:
        """ms that are still missing, after what is enough was written down."""
        classes = await self._expected.of_recordings([recording_id])
        planned = await self._expected.planned(classes[recording_id]) if classes else None
        if planned is None:
            return _NEVER
        if await self.settle(planned, user_id):
            return _NEVER
        chance = await self._chance(planned, user_id)
        return _NEVER if chance is None else max(_SECOND, chance.missing)

    async def settle(self, planned: ClassSession, user_id: UserId) -> bool:
        """Whether they have made it up just now. It is written down, and they are told."""
        policy = (await self._roll.policy_of(planned)).policy
        marks = await store.marks(self._db, [planned.id], user_id=user_id)
        for mark in await self._coverage.settled(planned, marks, policy):
            if mark.caught is None or marks[0].caught is not None:
                continue
            async with self._db.transaction() as tx:
                if await store.lock(tx, planned.id) is None:
                    return False
                await store.caught(tx, planned.id, user_id, mark.caught)
                await self._tell(tx, planned, user_id, kinds.MADE_UP)
            return True
        return False

    # --- in the work process ------------------------------------------------------------------
    async def sweep(self) -> int:
        """What web did not come to, and who does not know yet that they can catch up."""
        now = self._clock.now()
        for class_id, user_id in await store.unsettled(
            self._db, watched_since=now - _LATELY, ended_since=now - _LONGEST
        ):
            planned = await self._expected.planned(class_id)
            if planned is not None:
                await self.settle(planned, user_id)
        told = 0
        for class_id in await store.untold(self._db, since=now - _TOLD_WITHIN, limit=_AT_ONCE):
            planned = await self._expected.planned(class_id)
            told += await self._tell_those_who_missed(planned) if planned is not None else 0
        return told

    async def _tell_those_who_missed(self, planned: ClassSession) -> int:
        """Once there is something to watch."""
        policy = (await self._roll.policy_of(planned)).policy
        after = self._clock.now() - planned.ends_at
        missed = [
            one
            for one in await store.marks(self._db, [planned.id])
            if not (one.override or one.caught)
            and can_be_made_up(one.computed, policy, after=after)
        ]
        having = await self._coverage.of(planned, [one.user_id for one in missed])
        if missed and not having:
            return 0
        chances = [_chance(planned, one, having[one.user_id], policy) for one in missed]
        open_ = [one for one in chances if one is not None]
        async with self._db.transaction() as tx:
            await store.told(tx, planned.id, at=self._clock.now())
            for one in open_:
                await self._tell(tx, planned, one.mark.user_id, kinds.MISSED, one)
        return len(open_)

    async def _tell(
        self,
        tx: Db,
        planned: ClassSession,
        user_id: UserId,
        kind: Kind,
        chance: Chance | None = None,
    ) -> None:
        said = {"course": planned.course, "title": planned.title}
        if chance is not None:
            there = chance.until.astimezone(ZoneInfo(planned.time_zone))
            said |= {
                "minutes": str(-(-chance.left // 60_000)),
                "until": f"{there:%A} {there.day} {there:%B}",
            }
        link = f"/attendance/{planned.id}"
        await self._notices.tell(tx, user_id, kind, said, link=link, key=f"{planned.id}")


def _chance(planned: ClassSession, mark: Marked, having: Having, policy: Policy) -> Chance | None:
    first = next((one for one in having.parts if total(one.left) >= _SECOND), None)
    if first is None:
        return None
    return Chance(
        planned=planned,
        mark=mark,
        until=planned.ends_at + timedelta(days=policy.make_up_days),
        worth=counts(policy, "made_up") or 0.0,
        left=sum(total(one.left) for one in having.parts),
        missing=missing(having.parts, policy),
        recording_id=RecordingId(first.tape.id),
    )
