"""Mail over the wire: to a real SMTP server, by a real worker, whatever the server does."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.jobs import BRISK, until
from tests.support.letters import SEAL, some_letters
from tests.support.mail_server import PASSWORD, USER, MailServer, a_mail_server, to
from vtp import settings
from vtp.accounts.kinds import RESET
from vtp.accounts.service.people import addressee
from vtp.audit.service import Audit
from vtp.clock import SetClock
from vtp.db import Database
from vtp.ids import MailId
from vtp.jobs.service import Jobs
from vtp.jobs.worker import Worker
from vtp.mail import store
from vtp.mail.envelope import Sender
from vtp.mail.jobs import Desk, handlers
from vtp.mail.model import Mail, Recipient, State
from vtp.mail.post import Post
from vtp.mail.service import Mails
from vtp.serve import certificate

NOOR = Recipient(address="noor@school.test", time_zone="Africa/Accra")
RUN, OTHER = uuid4(), uuid4()
QUICK = {"retry_base": 0.05, "retry_cap": 0.1}


@dataclass
class Office:
    """Mails of a test, and the desk that sends them."""

    db: Database
    database: settings.Database
    clock: SetClock
    mails: Mails
    jobs: Jobs
    desk: Desk

    async def send(self, to: Recipient = NOOR, **more: Any) -> MailId:
        async with self.db.transaction() as tx:
            sent = await self.mails.send(
                tx, RESET, to=to, **({"path": "/reset?token=", "secret": "s3cret"} | more)
            )
        assert sent is not None
        return sent

    @asynccontextmanager
    async def at_work(self, *, patience: float = 5.0) -> AsyncIterator[None]:
        bound = handlers.bind(self.desk)
        worker = Worker(self.db, self.database, BRISK, self.jobs, bound, grace=0.2)
        stop = asyncio.Event()
        task = asyncio.get_running_loop().create_task(worker.run(stop, patience))
        try:
            yield
        finally:
            stop.set()
            await task

    async def mail(self, mail_id: MailId) -> Mail:
        found = await store.by_id(self.db, mail_id)
        assert found is not None
        return found

    async def ended(self, mail_id: MailId, *states: State) -> Mail:
        async def look() -> Mail | None:
            mail = await self.mail(mail_id)
            return mail if mail.state in states else None

        return await until(look)

    async def sent(self, mail_id: MailId, *states: State) -> Mail:
        """What became of it, once a worker has looked after it."""
        async with self.at_work():
            return await self.ended(mail_id, *states)


def an_office(
    db: Database, database: settings.Database, clock: SetClock, options: settings.Mail
) -> Office:
    jobs = Jobs(db, BRISK, [handlers])
    letters = some_letters()
    mails = Mails(
        db,
        options=options,
        clock=clock,
        audit=Audit(db, clock),
        jobs=jobs,
        letters=letters,
        seal=SEAL,
        addressee=addressee,
        demo=False,
    )
    desk = Desk(
        db=db,
        options=options,
        clock=clock,
        letters=letters,
        seal=SEAL,
        post=Post(options, name="school.test"),
        sender=lambda: Sender(address="no-reply@school.test", name="Hill School"),
        host="school.test",
    )
    return Office(db, database, clock, mails, jobs, desk)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with a_mail_server() as made:
        yield made


@pytest.fixture
async def office(
    db: Database, database_settings: settings.Database, clock: SetClock, server: MailServer
) -> Office:
    return an_office(db, database_settings, clock, to(server, **QUICK))


# --- when all goes well -----------------------------------------------------------------------
async def test_a_letter_arrives_in_text_and_html_with_its_link(
    office: Office, server: MailServer
) -> None:
    mail_id = await office.send()
    sent = await office.sent(mail_id, State.SENT)
    (got,) = server.taken
    assert (got["To"], got["From"]) == ("noor@school.test", "Hill School <no-reply@school.test>")
    assert got["Message-ID"] == f"<{mail_id}@school.test>"
    text, html = (part.get_content().replace("\r\n", "\n") for part in got.iter_parts())
    assert "http://school.test/reset?token=s3cret\n" in text
    assert 'href="http://school.test/reset?token=s3cret"' in html
    assert "14 March 2026, 18:00 (Africa/Accra)" in text
    assert (sent.sealed, sent.attempts, sent.ended_at) == (None, 1, office.clock.now())


async def test_no_secret_stands_in_the_database_and_none_after_sending(office: Office) -> None:
    await office.send()
    rows = await office.db.fetch(
        "select mail::text as row from mail union all select job::text from job"
    )
    assert len(rows) == 2
    assert [row for row in rows if "s3cret" in row["row"] or b"s3cret".hex() in row["row"]] == []
    assert await office.db.fetchval("select sealed is not null from mail")


async def test_what_is_rolled_back_is_never_sent(office: Office, server: MailServer) -> None:
    with pytest.raises(ZeroDivisionError):
        async with office.db.transaction() as tx:
            await office.mails.send(tx, RESET, to=NOOR)
            raise ZeroDivisionError
    await office.sent(await office.send(), State.SENT)
    assert len(server.taken) == 1


async def test_the_same_key_is_sent_once(office: Office) -> None:
    first = await office.send(key="once")
    async with office.db.transaction() as tx:
        assert await office.mails.send(tx, RESET, to=NOOR, key="once") is None
    assert [m.id for m in await store.listed(office.db, states=None, before=None, limit=9)] == [
        first
    ]


@pytest.mark.parametrize("security", ["starttls", "implicit"])
async def test_an_encrypted_line_is_trusted_only_with_its_certificate(
    db: Database,
    database_settings: settings.Database,
    clock: SetClock,
    tmp_path: Path,
    security: Any,
) -> None:
    certificate.ensure(tmp_path, ["127.0.0.1"], now=datetime.now(UTC))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / certificate.CERTIFICATE, tmp_path / certificate.KEY)
    async with a_mail_server(tls=tls, security=security, login=True) as server:
        signed = {"security": security, "user": USER, "password": PASSWORD} | QUICK
        stranger = an_office(db, database_settings, clock, to(server, **signed))
        mail_id = await stranger.send()
        async with stranger.at_work():
            tried = await until(lambda: _tried(stranger, mail_id))
        assert "The certificate of the mail server is not to be trusted" in (tried.error or "")
        assert server.seen == []
        ca = str(tmp_path / certificate.CERTIFICATE)
        trusting = an_office(db, database_settings, clock, to(server, ca_file=ca, **signed))
        await trusting.sent(mail_id, State.SENT)
    assert (server.encrypted, server.signed_in) == ([True], [True])


async def _tried(office: Office, mail_id: MailId) -> Mail | None:
    mail = await office.mail(mail_id)
    return mail if mail.error else None


# --- when it does not -------------------------------------------------------------------------
@pytest.mark.parametrize("step", ["on_recipient", "on_data"])
async def test_a_server_that_is_busy_is_asked_again(
    office: Office, server: MailServer, step: str
) -> None:
    setattr(server, step, "451 4.3.0 come back later")
    mail_id = await office.send()
    async with office.at_work():
        assert "come back later" in (await until(lambda: _tried(office, mail_id))).error
        setattr(server, step, "250 OK")
        assert (await office.ended(mail_id, State.SENT)).attempts > 1
    assert len(server.taken) == 1


async def test_an_address_that_is_refused_for_good_is_a_bounce_until_mail_arrives_there(
    office: Office, server: MailServer
) -> None:
    server.on_recipient = "550 5.1.1 no such user"
    mail_id = await office.send()
    bounced = await office.sent(mail_id, State.BOUNCED)
    assert (bounced.error, bounced.attempts) == ("550 5.1.1 no such user", 0)
    found = await office.mails.bounce_of("Noor@School.test")
    assert found is not None
    assert found.reason == "550 5.1.1 no such user"
    server.on_recipient = "250 OK"
    await office.sent(await office.send(), State.SENT)
    assert await office.mails.bounce_of("noor@school.test") is None


@pytest.mark.parametrize(
    ("step", "answer"),
    [("on_recipient", "550 5.7.1 no relaying"), ("on_data", "554 5.7.1 looks like spam")],
)
async def test_a_refusal_that_is_about_us_is_no_bounce(
    office: Office, server: MailServer, step: str, answer: str
) -> None:
    setattr(server, step, answer)
    mail_id = await office.send()
    assert (await office.sent(mail_id, State.FAILED)).error == answer
    assert await office.mails.bounce_of("noor@school.test") is None
    assert server.taken == []


async def test_a_line_that_breaks_after_the_text_leaves_it_uncertain_and_it_is_not_sent_again(
    office: Office, server: MailServer
) -> None:
    server.vanish = True
    mail_id = await office.send()
    uncertain = await office.sent(mail_id, State.UNCERTAIN)
    server.vanish = False
    assert uncertain.sealed is None
    # Whoever comes later leaves it as it is, while another goes.
    await office.sent(await office.send(), State.SENT)
    assert (await office.mail(mail_id)).state is State.UNCERTAIN
    assert (len(server.seen), len(server.taken)) == (2, 1)


async def test_a_server_that_says_nothing_after_the_text_leaves_it_uncertain(
    office: Office, server: MailServer
) -> None:
    server.silent = True
    options = to(server, timeout=0.2)
    office.desk = replace(office.desk, post=Post(options, name="school.test"))
    assert (await office.sent(await office.send(), State.UNCERTAIN)).error != ""


async def test_a_program_that_dies_while_it_sends_leaves_it_uncertain(
    office: Office, server: MailServer
) -> None:
    """Between the last byte and our commit nobody can know; so it is never sent twice."""
    server.silent = True
    mail_id = await office.send()
    async with office.at_work(patience=0.0):
        await server.got.wait()
    assert (await office.mail(mail_id)).state is State.SENDING
    server.let_go.set()
    server.silent = False
    uncertain = await office.sent(mail_id, State.UNCERTAIN)
    assert uncertain.error == "The program stopped while this was being sent."
    assert len(server.seen) == 1


async def test_a_program_that_dies_before_the_text_sends_it_later(
    office: Office, server: MailServer
) -> None:
    mail_id = await office.send()
    begun = asyncio.Event()

    class Slow(Post):
        async def deliver(self, envelope: Any, *, begins: Any) -> None:
            begun.set()
            await asyncio.Event().wait()

    whole = office.desk
    office.desk = replace(whole, post=Slow(office.desk.options, name="x"))
    async with office.at_work(patience=0.0):
        await begun.wait()
    assert (await office.mail(mail_id)).state is State.WAITING
    office.desk = whole
    await office.sent(mail_id, State.SENT)
    assert len(server.taken) == 1


async def test_who_was_thought_lost_still_says_how_it_ended(office: Office) -> None:
    mail_id = await office.send()
    async with office.db.transaction() as tx:
        assert await store.begin(tx, mail_id, RUN)
        assert not await store.begin(tx, mail_id, RUN)
        await store.call_uncertain(tx, mail_id, reason="silence", at=office.clock.now())
        at = office.clock.now()
        assert await store.end(tx, mail_id, RUN, state=State.SENT, reason="", at=at)
        assert not await store.end(tx, mail_id, OTHER, state=State.FAILED, reason="", at=at)
    assert (await office.mail(mail_id)).state is State.SENT


async def test_nobody_at_the_door_is_tried_until_it_is_of_no_use(
    db: Database, database_settings: settings.Database, clock: SetClock
) -> None:
    async with a_mail_server() as server:
        gone = to(server, **QUICK)
    office = an_office(db, database_settings, clock, gone)
    mail_id = await office.send(not_after=clock.now() + timedelta(minutes=5))
    async with office.at_work():
        first = await until(lambda: _tried(office, mail_id))
        clock.advance(301.0)
        failed = await office.ended(mail_id, State.FAILED)
    assert (failed.error, failed.sealed) == (first.error, None)


async def test_the_sweep_forgets_secrets_and_old_mails(office: Office) -> None:
    mail_id = await office.send(not_after=office.clock.now() + timedelta(minutes=5))
    now = office.clock.now()
    async with office.db.transaction() as tx:
        assert await store.sweep(tx, before=now, now=now + timedelta(minutes=6)) == 0
    assert (await office.mail(mail_id)).sealed is None
    async with office.db.transaction() as tx:
        await store.end(tx, mail_id, None, state=State.FAILED, reason="", at=now)
        assert await store.sweep(tx, before=now + timedelta(days=1), now=now) == 1


# --- without a mail server --------------------------------------------------------------------
async def test_without_a_mail_server_mails_are_kept_without_their_secret(
    db: Database, clock: SetClock, database_settings: settings.Database
) -> None:
    office = an_office(db, database_settings, clock, settings.Mail())
    kept = await office.mail(await office.send())
    assert (kept.state, kept.sealed) == (State.KEPT, None)
    assert await db.fetchval("select count(*) from job") == 0
