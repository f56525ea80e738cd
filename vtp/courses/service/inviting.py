"""Invitations to a course, and letters to everybody in it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from vtp.actor import Actor
from vtp.clock import Clock
from vtp.courses import kinds, words
from vtp.courses.model import Enrolment, Invitation, Letter, Seen, Yours
from vtp.courses.problems import BadText, InvitationOver, StaffDoNotEnrol
from vtp.courses.service.chronicle import Chronicle
from vtp.courses.service.gate import Gate
from vtp.courses.service.places import Places, Seat
from vtp.courses.service.sections import Sections
from vtp.courses.service.telling import Telling
from vtp.courses.store import courses
from vtp.courses.store import enrolments as store
from vtp.db import Database, Db
from vtp.errors import NotFound
from vtp.ids import CourseId, SectionId, UserId, uuid7
from vtp.mail.model import Recipient
from vtp.mail.service import Mails

_INVITATION_LASTS = timedelta(days=30)
_PATH = "/courses/invitation?token="


class Inviting:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        gate: Gate,
        sections: Sections,
        places: Places,
        chronicle: Chronicle,
        telling: Telling,
        mails: Mails,
    ) -> None:
        self._db = db
        self._clock = clock
        self._gate = gate
        self._sections = sections
        self._places = places
        self._chronicle = chronicle
        self._telling = telling
        self._mails = mails

    async def accept(self, actor: Actor, token: str) -> Enrolment:
        """An invitation, by whoever has it; it counts once."""
        user_id = actor.require_user()
        found = await store.invited(self._db, _hashed(token), now=self._clock.now())
        seen = await self._invited_to(found, user_id)
        if found is None or seen is None or seen.course.state == "archived":
            raise InvitationOver
        if seen.staff_role is not None:
            raise StaffDoNotEnrol
        async with self._db.transaction() as tx:
            at = self._clock.now()
            if not await store.take_invitation(tx, found.id, by=user_id, at=at):
                raise InvitationOver
            changed = frozenset[UserId]()
            if seen.status not in {"active", "completed"}:
                changed = await self._places.place(
                    tx, actor, Seat(seen.course, found.section_id, user_id, "invitation")
                )
        await self._sections.told(changed)
        return await self._places.of(found.course_id, user_id)

    async def _invited_to(self, found: Invitation | None, user_id: UserId) -> Seen | None:
        if found is None:
            return None
        return await courses.by_id(self._db, found.course_id, asker=user_id)

    async def invite(
        self, actor: Actor, course_id: CourseId, *, email: str, section_id: SectionId | None
    ) -> tuple[Invitation, str]:
        """By mail where that is set up; the link is shown once, to be passed on otherwise."""
        yours = await self._gate.taught(actor, course_id)
        section = await self._places.section_for(yours.course.id, section_id)
        async with self._db.transaction() as tx:
            made, token = await self.write_invitation(tx, actor, yours, email, section)
        return made, _PATH + token

    async def write_invitation(
        self, tx: Db, actor: Actor, yours: Yours, email: str, section_id: SectionId
    ) -> tuple[Invitation, str]:
        now, token = self._clock.now(), secrets.token_urlsafe(32)
        made = Invitation(
            id=uuid7(),
            course_id=yours.course.id,
            section_id=section_id,
            email=_address(email),
            created_at=now,
            expires_at=now + _INVITATION_LASTS,
        )
        await store.invite(tx, made, secret_hash=_hashed(token), by=actor.user_id)
        if self._mails.arrives:
            await self._mails.send(
                tx,
                kinds.INVITED,
                to=Recipient(address=made.email),
                values={"course": yours.course.title, "author": yours.seen.owner_name},
                path=_PATH,
                secret=token,
                not_after=made.expires_at,
            )
        await self._chronicle.wrote(tx, actor, "invited", yours.course.id)
        return made, token

    async def invitations(self, actor: Actor, course_id: CourseId) -> list[Invitation]:
        await self._gate.staffed(actor, course_id)
        return await store.invitations(self._db, course_id)

    async def withdraw(self, actor: Actor, course_id: CourseId, invitation_id: UUID) -> None:
        await self._gate.taught(actor, course_id)
        async with self._db.transaction() as tx:
            if await store.withdraw(tx, invitation_id, course_id=course_id) is None:
                raise NotFound
            await self._chronicle.wrote(tx, actor, "invitation_ended", course_id)

    # --- letters ------------------------------------------------------------------------------
    async def write(
        self,
        actor: Actor,
        course_id: CourseId,
        *,
        subject: str,
        body: str,
        section_id: SectionId | None,
    ) -> Letter:
        """To everybody who is enrolled, as each wants to be told."""
        await self._gate.taught(actor, course_id)
        if section_id is not None:
            await self._places.require_section(course_id, section_id)
        letter = Letter(
            id=uuid7(),
            course_id=course_id,
            section_id=section_id,
            author_id=actor.user_id,
            subject=words.line(subject, field="subject"),
            body=_said(body),
        )
        async with self._db.transaction() as tx:
            await store.insert_letter(tx, letter, at=self._clock.now())
            await self._telling.letter(tx, course_id, letter.id)
            details = {"subject": letter.subject}
            await self._chronicle.wrote(tx, actor, "letter_sent", course_id, details)
        return letter


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _address(email: str) -> str:
    cleaned = email.strip().lower()
    if not 3 <= len(cleaned) <= 254 or "@" not in cleaned or any(c.isspace() for c in cleaned):
        raise BadText(fields={"email": "This is no mail address."})
    return cleaned


def _said(body: str) -> str:
    text = words.lines(body, field="body", most=words.LETTER)
    if not text:
        raise BadText(fields={"body": "Write something."})
    return text
