"""Sending, in the work process: each mail by a job of its own, and what became of it in its row."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog

from vtp import settings
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.errors import Unavailable
from vtp.ids import MailId
from vtp.jobs.handlers import Handlers, Tick
from vtp.jobs.outcomes import Backoff
from vtp.jobs.running import Running
from vtp.mail import envelope, store
from vtp.mail.envelope import BadAddress, Envelope, Sender
from vtp.mail.letters import Letters
from vtp.mail.model import Mail, SendMail, State
from vtp.mail.post import Deferred, Post, Refused, Unsure
from vtp.mail.sealing import Seal

_log = structlog.get_logger()

_BROKE_OFF = "The program stopped while this was being sent."
_TOO_LATE = "It could not be sent in the time in which it is of use."
_NO_LINK = "The key that its link was kept with is gone."


class MailDeferred(Unavailable):
    """The mail server does not take this now. It is tried again."""

    code = "mail_deferred"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the handlers work with."""

    db: Database
    options: settings.Mail
    clock: Clock
    letters: Letters
    seal: Seal
    post: Post
    sender: Callable[[], Sender]
    host: str  # of our address, for Message-IDs
    chance: Callable[[], float] = random.random


handlers: Handlers[Desk] = Handlers("mail")


# It gives up by the clock, not by counting; its times are those of [mail].
@handlers.on(SendMail, retries=1000, timeout=900, concurrency=4, priority=20)
async def send(job: Running, work: SendMail, desk: Desk) -> None:
    """Send one mail, unless that was done or begun before."""
    run = uuid4()
    mail = await _taken(desk, MailId(work.mail_id))
    if mail is None:
        return
    try:
        await desk.post.deliver(_written(desk, mail), begins=lambda: _begin(desk, mail.id, run))
    except Deferred as deferred:
        await _put_off(desk, mail, run, str(deferred))
    except (Refused, BadAddress) as refused:
        bounced = isinstance(refused, BadAddress) or refused.address
        state = State.BOUNCED if bounced else State.FAILED
        await _end(job, desk, mail, run, (state, str(refused)))
    except Unsure as unsure:
        await _end(job, desk, mail, run, (State.UNCERTAIN, str(unsure)))
    else:
        await _end(job, desk, mail, run, (State.SENT, ""))


async def _taken(desk: Desk, mail_id: MailId) -> Mail | None:
    """The mail if it is to be sent now; one whose sending broke off is sent by nobody again."""
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        mail = await store.lock(tx, mail_id)
        if mail is None:
            return None
        if mail.state is State.SENDING:
            await store.call_uncertain(tx, mail_id, reason=_BROKE_OFF, at=now)
            _log.warning("mail.uncertain", mail_id=str(mail_id), topic=mail.topic)
        elif mail.state is State.WAITING and now >= mail.not_after:
            await _fail(tx, desk, mail, mail.error or _TOO_LATE)
        elif mail.state is State.WAITING and mail.sealed and _secret(desk, mail) is None:
            await _fail(tx, desk, mail, _NO_LINK)
        elif mail.state is State.WAITING:
            return mail
    return None


async def _fail(tx: Db, desk: Desk, mail: Mail, reason: str) -> None:
    await store.end(tx, mail.id, None, state=State.FAILED, reason=reason, at=desk.clock.now())
    _log.warning("mail.failed", mail_id=str(mail.id), topic=mail.topic)


def _secret(desk: Desk, mail: Mail) -> str | None:
    return desk.seal.open(mail.sealed, mail.id) if mail.sealed else ""


def _written(desk: Desk, mail: Mail) -> Envelope:
    return envelope.put(
        desk.letters.render(mail, secret=_secret(desk, mail) or ""),
        sender=desk.sender(),
        to=mail.to.address,
        message_id=f"{mail.id}@{desk.host}",
        written_at=mail.created_at,
    )


async def _begin(desk: Desk, mail_id: MailId, run: UUID) -> None:
    """Committed before the first byte: whoever finds this later knows that it may have arrived."""
    async with desk.db.transaction() as tx:
        if not await store.begin(tx, mail_id, run):
            raise Deferred("Another run has it.")


async def _put_off(desk: Desk, mail: Mail, run: UUID, reason: str) -> None:
    async with desk.db.transaction() as tx:
        await store.put_off(tx, mail.id, run, reason=reason)
    _log.warning("mail.deferred", mail_id=str(mail.id), attempts=mail.attempts + 1, reason=reason)
    pauses = Backoff(desk.options.retry_base, desk.options.retry_cap)
    pause = pauses.after(mail.attempts + 1, chance=desk.chance())
    # Not later than it is of use, so that its end is known when it comes.
    left = (mail.not_after - desk.clock.now()).total_seconds()
    raise MailDeferred(reason, retry_after=max(0.0, min(pause, left)))


async def _end(job: Running, desk: Desk, mail: Mail, run: UUID, ending: tuple[State, str]) -> None:
    (state, reason), at, address = ending, desk.clock.now(), mail.to.address
    async with desk.db.transaction() as tx:
        if await store.end(tx, mail.id, run, state=state, reason=reason, at=at):
            if state is State.BOUNCED:
                await store.put_bounce(tx, address, reason=reason, at=at)
            if state is State.SENT:
                await store.forget_bounce(tx, address)
        await job.done(tx)
    _log.info("mail.ended", mail_id=str(mail.id), topic=mail.topic, state=state.value)


@handlers.every("23 * * * *")
async def sweep(_job: Running, _tick: Tick, desk: Desk) -> None:
    """Delete mails that ended long ago, and forget secrets that are of no use any more."""
    now = desk.clock.now()
    async with desk.db.transaction() as tx:
        before = now - timedelta(seconds=desk.options.keep)
        deleted = await store.sweep(tx, before=before, now=now)
    _log.info("mail.swept", deleted=deleted)
