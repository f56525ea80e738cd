"""Mail: written in the transaction of what it tells, sent by a job, never sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from vtp import settings
from vtp.actor import Actor, Role
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Conflict, Forbidden, NotFound
from vtp.ids import JobId, MailId, UserId, uuid7
from vtp.mail import store
from vtp.mail.envelope import Rendered, spelled
from vtp.mail.letters import Letters
from vtp.mail.model import Bounce, Letter, Mail, Recipient, SendMail, State
from vtp.mail.sealing import Seal

TEST = Letter(
    topic="mail.test",
    subject="letter.test.subject",
    text=("letter.test.text",),
    action="letter.test.action",
)
# Before what a letter says is of no use any more, where nothing else is said.
_FRESH = timedelta(days=2)


class NoMailServer(Conflict):
    """This school sends no mail. Ask there for help."""

    code = "no_mail_server"


class Enqueue(Protocol):
    """What this needs of `vtp.jobs.service.Jobs`."""

    async def enqueue(
        self, tx: Db, payload: msgspec.Struct, *, subject: str, owner_id: UserId | None = None
    ) -> JobId: ...


class Addressee(Protocol):
    """Where a person is reached, and in which words; None for nobody. `accounts` answers."""

    async def __call__(self, db: Db, user_id: UserId) -> Recipient | None: ...


class Mails:
    def __init__(
        self,
        db: Database,
        *,
        options: settings.Mail,
        clock: Clock,
        audit: Audit,
        jobs: Enqueue,
        letters: Letters,
        seal: Seal,
        addressee: Addressee,
        demo: bool,
    ) -> None:
        self._db = db
        self._options = options
        self._clock = clock
        self._audit = audit
        self._jobs = jobs
        self._letters = letters
        self._seal = seal
        self._addressee = addressee
        self._demo = demo

    @property
    def configured(self) -> bool:
        return bool(self._options.host)

    @property
    def arrives(self) -> bool:
        """Whether people get to read what is sent: by a mail server, or the mailbox of a demo."""
        return self.configured or self._demo

    @property
    def has_mailbox(self) -> bool:
        """Whether what is kept can be read by everybody on this machine."""
        return self._demo and not self.configured

    async def send(
        self,
        tx: Db,
        letter: Letter,
        *,
        to: Recipient,
        values: Mapping[str, str] | None = None,
        path: str = "",
        secret: str = "",
        key: str | None = None,
        not_after: datetime | None = None,
    ) -> MailId | None:
        """Have it sent once `tx` is committed; None when one with `key` was sent already.

        Its button leads to `path` and `secret` after it, which nothing keeps in clear.
        """
        if not self._letters.known(letter.topic):
            raise LookupError(f"{letter.topic} is not among the letters of the program")
        spelled(to.address)
        now, mail_id = self._clock.now(), MailId(uuid7())
        kept = not self.configured
        # Where it will never be sent nobody needs the secret, but for the mailbox of a demo.
        sealed = self._seal.close(secret, mail_id) if secret and self.arrives else None
        mail = Mail(
            id=mail_id,
            to=to,
            topic=letter.topic,
            values=dict(values or {}),
            path=path,
            sealed=sealed,
            state=State.KEPT if kept else State.WAITING,
            attempts=0,
            error="",
            created_at=now,
            not_after=not_after or now + _FRESH,
            ended_at=now if kept else None,
        )
        if not await store.insert(tx, mail, key=key):
            return None
        if not kept:
            subject = f"mail:{mail_id}"
            await self._jobs.enqueue(tx, SendMail(mail_id), subject=subject)
        return mail_id

    # --- what admins see ------------------------------------------------------------------------
    async def listed(
        self, actor: Actor, *, states: list[State] | None, before: MailId | None, limit: int
    ) -> list[Mail]:
        """The newest first. That somebody looked is written down once, not for each page."""
        _require_admin(actor)
        if before is None:
            await self._audit.record_alone(actor, action="listed", noun="mail")
        return await store.listed(self._db, states=states, before=before, limit=limit)

    async def counts(self, actor: Actor) -> dict[State, int]:
        _require_admin(actor)
        return await store.counts(self._db)

    async def bounces(self, actor: Actor, *, limit: int = 200) -> list[Bounce]:
        _require_admin(actor)
        return await store.bounces(self._db, limit=limit)

    async def test(self, actor: Actor) -> MailId:
        """A mail to whoever asks for it, so that they see whether it arrives."""
        _require_admin(actor)
        if not self.arrives:
            raise NoMailServer
        async with self._db.transaction() as tx:
            recipient = await self._addressee(tx, actor.require_user())
            if recipient is None:
                raise NotFound
            sent = await self.send(tx, TEST, to=recipient, path="/admin/mail")
            await self._audit.record(tx, actor, action="tested", noun="mail", target_id=sent)
        if sent is None:
            raise NotFound
        return sent

    def subject(self, mail: Mail) -> str:
        return self._letters.subject(mail)

    # --- what its reader sees -------------------------------------------------------------------
    async def bounce_of(self, address: str) -> Bounce | None:
        return await store.bounce_of(self._db, address)

    # --- the mailbox of a demo ------------------------------------------------------------------
    async def mailbox(self, *, limit: int) -> list[Mail]:
        if not self.has_mailbox:
            raise NotFound
        return await store.listed(self._db, states=[State.KEPT], before=None, limit=limit)

    async def opened(self, mail_id: MailId) -> tuple[Mail, Rendered]:
        if not self.has_mailbox:
            raise NotFound
        mail = await store.by_id(self._db, mail_id)
        if mail is None or mail.state is not State.KEPT or not self._letters.known(mail.topic):
            raise NotFound
        secret = self._seal.open(mail.sealed, mail.id) if mail.sealed else None
        return mail, self._letters.render(mail, secret=secret or "")


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise Forbidden
