"""Certificates: what a course asks, who has earned one, and whether one still holds."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from vtp import settings
from vtp.actor import Actor
from vtp.attendance import certifying
from vtp.attendance.certifying import Evidence, Reached, Rule
from vtp.attendance.paper_kinds import ISSUED, RESTORED, REVOKED
from vtp.attendance.problems import NoCertificate, NoReason, NotEarned
from vtp.attendance.service.matrices import Matrices, Matrix
from vtp.attendance.service.registers import CALLED_WITHIN
from vtp.attendance.store import certificates as store
from vtp.attendance.store.certificates import Certificate
from vtp.audit.model import Detail
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.courses import rights
from vtp.courses.model import ClassSession, Yours
from vtp.courses.outline.progress import Way
from vtp.courses.problems import TeachersOnly
from vtp.courses.service.expected import Expected
from vtp.courses.service.gate import Gate
from vtp.db import Database, Db
from vtp.errors import Invalid, NotFound
from vtp.ids import CourseId, UserId, uuid7
from vtp.notices.service import Notices
from vtp.notices.topics import Kind

# Of one course or one person, on a page.
_MOST = 1000
_MS = timedelta(milliseconds=1)


class Outlined(Protocol):
    """How far somebody is with the outline of a course: `courses.outline.reading`."""

    async def way_or_none(self, actor: Actor, course_id: CourseId) -> Way | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """How a student stands: what is asked, what they reached, and what they have."""

    yours: Yours
    rule: Rule | None
    reached: Reached | None
    certificate: Certificate | None

    @property
    def earned(self) -> bool:
        """Whether they may take it now."""
        return (
            self.certificate is None
            and self.rule is not None
            and self.reached is not None
            and certifying.earned(self.reached, self.rule)
        )


class Certificates:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        audit: Audit,
        matrices: Matrices,
        outlined: Outlined,
        notices: Notices,
        school: settings.School,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._audit = audit
        self._matrices = matrices
        self._outlined = outlined
        self._notices = notices
        self._school = school
        self._expected = Expected(db)

    # --- what a course asks -------------------------------------------------------------------
    async def rule(self, actor: Actor, course_id: CourseId) -> Rule | None:
        """None: this course gives no certificates."""
        await self._gate.inside(actor, course_id)
        return await store.rule(self._db, course_id)

    async def choose(self, actor: Actor, course_id: CourseId, rule: Rule | None) -> None:
        """From now on; certificates that were given stay."""
        await self._gate.taught(actor, course_id)
        if rule is not None and certifying.asks_nothing(rule):
            raise Invalid(fields={"attendance": "Ask for at least one of the two."})
        async with self._db.transaction() as tx:
            details: dict[str, Detail] = {}
            if rule is None:
                if not await store.drop_rule(tx, course_id):
                    return
            else:
                by, at = actor.user_id, self._clock.now()
                await store.put_rule(tx, course_id, rule, by=by, at=at)
                details = {"attendance": str(rule.attendance), "completion": str(rule.completion)}
            await self._audit.record(
                tx,
                actor,
                action="rule_changed",
                noun="certificates",
                target_id=course_id,
                details=details,
            )

    # --- of students --------------------------------------------------------------------------
    async def prospect(self, actor: Actor, course_id: CourseId) -> Prospect:
        yours = await self._gate.inside(actor, course_id)
        rule = await store.rule(self._db, course_id)
        known = await store.of_person(self._db, course_id, actor.require_user())
        learns = rule is not None and yours.role == "student"
        reached = (await self._reached(actor, yours))[0] if learns else None
        return Prospect(yours=yours, rule=rule, reached=reached, certificate=known)

    async def issue(self, actor: Actor, course_id: CourseId) -> Certificate:
        """To whoever asks and has earned it; asked again, the same one."""
        yours = await self._gate.inside(actor, course_id)
        user_id, rule = actor.require_user(), await store.rule(self._db, course_id)
        if known := await store.of_person(self._db, course_id, user_id):
            return known
        if rule is None or yours.role != "student":
            raise NoCertificate
        reached, matrix = await self._reached(actor, yours)
        if not certifying.earned(reached, rule):
            raise NotEarned
        made = Certificate(
            id=uuid7(),
            serial=certifying.serial(secrets.token_bytes(certifying.RAW_BYTES)),
            course_id=course_id,
            user_id=user_id,
            evidence=await self._evidence(user_id, reached, rule, matrix),
            issued_at=self._clock.now(),
        )
        async with self._db.transaction() as tx:
            if await store.insert(tx, made):
                await self._done(tx, actor, "issued", made, kind=ISSUED)
        return await store.of_person(self._db, course_id, user_id) or made

    async def own(self, actor: Actor) -> list[Certificate]:
        return await store.of_user(self._db, actor.require_user(), limit=_MOST)

    # --- of staff -----------------------------------------------------------------------------
    async def of_course(self, actor: Actor, course_id: CourseId) -> list[Certificate]:
        """For staff. Reading about others is written down."""
        await self._gate.staffed(actor, course_id)
        found = await store.of_course(self._db, course_id, limit=_MOST)
        await self._audit.record_alone(
            actor, action="listed", noun="certificates", target_id=course_id
        )
        return found

    async def revoke(self, actor: Actor, id: UUID, why: str) -> Certificate:
        """From now on whoever checks it is told so; its holder learns why."""
        known = await self._taught(actor, id)
        reason = " ".join(why.split())
        if not reason:
            raise NoReason(fields={"why": "Write a word or two."})
        async with self._db.transaction() as tx:
            by, at = actor.user_id, self._clock.now()
            if await store.revoke(tx, id, by=by, why=reason, at=at):
                await self._done(tx, actor, "revoked", known, kind=REVOKED, why=reason)
        return await store.by_id(self._db, id) or known

    async def restore(self, actor: Actor, id: UUID) -> Certificate:
        """It holds again, as if it had never been revoked."""
        known = await self._taught(actor, id)
        async with self._db.transaction() as tx:
            if await store.restore(tx, id):
                await self._done(tx, actor, "restored", known, kind=RESTORED)
        return await store.by_id(self._db, id) or known

    # --- of everybody -------------------------------------------------------------------------
    async def get(self, actor: Actor, id: UUID) -> Certificate:
        """For its holder, and for the staff of its course."""
        known = await store.by_id(self._db, id)
        if known is None:
            raise NotFound
        if known.user_id == actor.user_id:
            return known
        if known.course_id is None:
            raise NotFound
        if not rights.is_staff((await self._gate.yours(actor, known.course_id)).role):
            raise NotFound
        return known

    async def checked(self, typed: str) -> Certificate:
        """By its number, for whoever holds the paper."""
        serial = certifying.read(typed)
        known = await store.by_serial(self._db, serial) if serial else None
        if known is None:
            raise NotFound
        return known

    # --- how it is found ----------------------------------------------------------------------
    async def _reached(self, actor: Actor, yours: Yours) -> tuple[Reached, Matrix]:
        course_id, user_id = yours.course.id, actor.require_user()
        matrix = await self._matrices.own(actor, course_id)
        way = await self._outlined.way_or_none(actor, course_id)
        rows = [row.strip for row in matrix.rows if row.person.user_id == user_id]
        holds = [one.id in matrix.final for one in matrix.held]
        final = [one for strip in rows for one in strip.counted(holds)]
        open_ = [one.need for strip in rows for one in strip.counted([not one for one in holds])]
        waiting = await self._without_register(yours, matrix)
        coming = [(one.ends_at - one.starts_at) // _MS for one in (*waiting, *matrix.coming)]
        reached = Reached(
            attendance=certifying.attended(final, [*open_, *coming], matrix.policy.policy),
            classes=len(final),
            done=way.done if way else 0,
            total=way.total if way else None,
        )
        return reached, matrix

    async def _without_register(self, yours: Yours, matrix: Matrix) -> list[ClassSession]:
        """Those that go on, or ended so lately that they are still to get one."""
        now = self._clock.now()
        began = await self._expected.held(
            yours.course.id, section_id=yours.seen.section_id, until=now
        )
        since = now - CALLED_WITHIN
        return [one for one in began if one.id not in matrix.registers and one.ends_at > since]

    async def _evidence(
        self, user_id: UserId, reached: Reached, rule: Rule, matrix: Matrix
    ) -> Evidence:
        course = matrix.yours.course
        named = await self._expected.names([user_id])
        return Evidence(
            name=named[user_id].name,
            course=course.title,
            school=self._school.name,
            time_zone=course.time_zone,
            teachers=tuple(await self._expected.teachers(course.id)),
            rule=rule,
            policy_version=matrix.policy.number,
            attendance=reached.attendance,
            classes=reached.classes,
            done=reached.done,
            total=reached.total or 0,
        )

    async def _taught(self, actor: Actor, id: UUID) -> Certificate:
        known = await self.get(actor, id)
        if known.course_id is None:
            raise NotFound
        if not rights.may_teach((await self._gate.yours(actor, known.course_id)).role):
            raise TeachersOnly
        return known

    async def _done(
        self,
        tx: Db,
        actor: Actor,
        action: str,
        made: Certificate,
        *,
        kind: Kind,
        why: str = "",
    ) -> None:
        """Written down, and told to its holder, with what happened."""
        await self._audit.record(
            tx, actor, action=action, noun="certificates", target_id=made.id, details={}
        )
        values = {"course": made.evidence.course, "why": why}
        await self._notices.tell(tx, made.user_id, kind, values)
