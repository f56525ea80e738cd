"""Mail and notices for tests: the real services, with a seal of the test's own."""

from __future__ import annotations

from vtp import settings
from vtp.accounts.service.people import addressee
from vtp.app import declared
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.edge.texts import Texts
from vtp.mail.letters import Letters
from vtp.mail.sealing import Seal
from vtp.mail.service import Enqueue, Mails
from vtp.notices.service import Notices
from vtp.notices.topics import Topics

SEAL = Seal(b"s" * 32)
WITH_SERVER = settings.Mail(host="mail.school.test")


def some_letters(origin: str = "http://school.test") -> Letters:
    return Letters(
        declared.LETTERS, texts=Texts(), school=settings.School(name="Hill School"), origin=origin
    )


def some_mails(
    db: Database,
    clock: Clock,
    jobs: Enqueue,
    *,
    options: settings.Mail | None = None,
    demo: bool = False,
) -> Mails:
    return Mails(
        db,
        options=options or settings.Mail(),
        clock=clock,
        audit=Audit(db, clock),
        jobs=jobs,
        letters=some_letters(),
        seal=SEAL,
        addressee=addressee,
        demo=demo,
    )


def some_notices(db: Database, clock: Clock, mails: Mails) -> Notices:
    return Notices(
        db,
        clock=clock,
        mails=mails,
        topics=Topics(declared.KINDS),
        texts=Texts(),
        addressee=addressee,
    )
