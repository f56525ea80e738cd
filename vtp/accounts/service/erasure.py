"""Being forgotten: a person asks, an admin carries it out or says why not, domains forget."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from vtp.accounts import holding, kinds
from vtp.accounts.holding import ERASED, Holder
from vtp.accounts.model import ErasureRequest
from vtp.accounts.problems import AlreadyDecided, LastAdmin, ReasonMissing
from vtp.accounts.service.admins import tell_admins
from vtp.accounts.service.endings import Endings
from vtp.accounts.service.pictures import Enqueue, forget
from vtp.accounts.service.proofs import Proofs
from vtp.accounts.service.takeouts import takeout_key
from vtp.accounts.store import own_data, users
from vtp.actor import Actor, Gone, Role
from vtp.audit.service import Audit
from vtp.blob.port import Blobs
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Forbidden, NotFound
from vtp.ids import uuid7
from vtp.mail.model import Recipient
from vtp.mail.service import Mails
from vtp.notices.service import Notices

_log = structlog.get_logger()

MAX_REASON = 500


class Erasure:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        endings: Endings,
        proofs: Proofs,
        mails: Mails,
        notices: Notices,
        blobs: Blobs,
        jobs: Enqueue,
        holders: Sequence[Holder],
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._endings = endings
        self._proofs = proofs
        self._mails = mails
        self._notices = notices
        self._blobs = blobs
        self._jobs = jobs
        self._holders = holders
        self._demo = demo

    @property
    def kept(self) -> list[str]:
        """What stays after an erasure, and why, as keys of the catalogue."""
        return holding.kept(self._holders)

    # --- the person -----------------------------------------------------------------------------
    async def ask(self, actor: Actor) -> ErasureRequest:
        """Only with a fresh proof; asking twice is asking once."""
        user_id = actor.require_user()
        await self._proofs.require(actor)
        async with self._db.transaction() as tx:
            if await own_data.ask_erasure(tx, uuid7(), user_id, at=self._clock.now()):
                await self._audit.record(
                    tx, actor, action="erasure_asked", noun="user", target_id=user_id
                )
                user = await users.by_id(tx, user_id)
                name = {"name": user.name if user else ""}
                await tell_admins(tx, self._notices, kinds.ERASURE_ASKED, name)
            asked = await own_data.last_erasure(tx, user_id)
        if asked is None:
            raise NotFound
        return asked

    async def own(self, actor: Actor) -> ErasureRequest | None:
        """The last one, unless it was taken back."""
        found = await own_data.last_erasure(self._db, actor.require_user())
        return None if found is None or found.state == "withdrawn" else found

    async def withdraw(self, actor: Actor) -> None:
        user_id = actor.require_user()
        async with self._db.transaction() as tx:
            last = await own_data.last_erasure(tx, user_id)
            if last is None:
                raise NotFound
            await self._decide(tx, actor, await self._open(tx, last.id), "withdrawn")

    # --- admins ---------------------------------------------------------------------------------
    async def listed(
        self, actor: Actor, *, before: UUID | None, limit: int
    ) -> list[ErasureRequest]:
        _require_admin(actor)
        if before is None:
            await self._audit.record_alone(actor, action="listed", noun="erasure")
        return await own_data.erasures(self._db, before=before, limit=limit)

    async def refuse(self, actor: Actor, request_id: UUID, *, reason: str) -> None:
        """The person is told why."""
        _require_admin(actor)
        reason = " ".join(reason.split())[:MAX_REASON]
        if not reason:
            raise ReasonMissing
        async with self._db.transaction() as tx:
            found = await self._open(tx, request_id)
            await self._decide(tx, actor, found, "refused", reason)
            await self._notices.tell(tx, found.user_id, kinds.ERASURE_REFUSED, {"reason": reason})

    async def carry_out(self, actor: Actor, request_id: UUID) -> None:
        """For ever. Every session, key, socket and medium of the person ends with it."""
        _require_admin(actor)
        async with self._db.transaction() as tx:
            found = await self._open(tx, request_id)
            takeout = await own_data.takeout(tx, found.user_id)
            await self._decide(tx, actor, found, "done")
            await self._erase(tx, found)
        await self._endings.all(found.user_id)
        if takeout is not None:
            await self._blobs.delete(takeout_key(takeout.job_id))
        _log.info("accounts.erased", user_id=str(found.user_id), by=str(actor.user_id))

    async def _erase(self, tx: Db, found: ErasureRequest) -> None:
        user_id = found.user_id
        if await users.lock_admins(tx, demo=self._demo) == {user_id}:
            raise LastAdmin
        user = await users.by_id(tx, user_id)
        if user is None:
            raise NotFound
        picture = await own_data.close_for_ever(tx, user_id, at=self._clock.now())
        if picture is not None:
            await forget(self._jobs, tx, user_id, picture)
        gone = Gone(user_id, user.email.casefold(), user.name, ERASED)
        for holder in self._holders:
            await holder.erase(tx, gone)
        # After mail has forgotten the address: this last letter is the one thing that knows it.
        await self._mails.send(
            tx,
            kinds.ERASED_LETTER,
            to=Recipient(address=user.email, time_zone=user.time_zone),
        )

    async def _open(self, tx: Db, request_id: UUID) -> ErasureRequest:
        found = await own_data.open_erasure(tx, request_id)
        if found is None:
            raise NotFound
        if found.state != "open":
            raise AlreadyDecided
        return found

    async def _decide(
        self, tx: Db, actor: Actor, found: ErasureRequest, state: str, reason: str = ""
    ) -> None:
        await own_data.decide(
            tx, found.id, state=state, by=actor.user_id, at=self._clock.now(), reason=reason
        )
        action = {"done": "erased", "refused": "erasure_refused"}.get(state, "erasure_withdrawn")
        await self._audit.record(tx, actor, action=action, noun="user", target_id=found.user_id)


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise Forbidden
