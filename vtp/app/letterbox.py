"""What is written to people: letters and notices of all domains, and the desk that sends them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from vtp.accounts.service.people import addressee
from vtp.app import declared
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.edge.origins import Origins
from vtp.edge.texts import Texts
from vtp.jobs.service import Jobs
from vtp.mail import sealing
from vtp.mail.envelope import BadAddress, Sender, spelled
from vtp.mail.jobs import Desk
from vtp.mail.letters import Letters
from vtp.mail.post import Post
from vtp.mail.sealing import Seal
from vtp.mail.service import Mails
from vtp.notices.service import Notices
from vtp.notices.topics import Topics
from vtp.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterbox:
    mails: Mails
    notices: Notices
    letters: Letters
    seal: Seal
    host: str


def letterbox(
    chosen: Settings,
    db: Database,
    *,
    clock: Clock,
    audit: Audit,
    jobs: Jobs,
    origins: Origins,
    demo: bool,
) -> Letterbox:
    texts, seal = Texts(), sealing.load(chosen.secrets_dir)
    letters = Letters(declared.LETTERS, texts=texts, school=chosen.school, origin=origins.public)
    mails = Mails(
        db,
        options=chosen.mail,
        clock=clock,
        audit=audit,
        jobs=jobs,
        letters=letters,
        seal=seal,
        addressee=addressee,
        demo=demo,
    )
    notices = Notices(
        db,
        clock=clock,
        mails=mails,
        topics=Topics(declared.KINDS),
        texts=texts,
        addressee=addressee,
    )
    host = urlsplit(origins.public).hostname or "localhost"
    return Letterbox(mails=mails, notices=notices, letters=letters, seal=seal, host=host)


def desk(chosen: Settings, box: Letterbox, db: Database, *, clock: Clock) -> Desk:
    """In the work process alone, which talks to the mail server."""
    _sender(chosen, box.host)  # what is wrong with it is said at the start
    return Desk(
        db=db,
        options=chosen.mail,
        clock=clock,
        letters=box.letters,
        seal=box.seal,
        post=Post(chosen.mail, name=box.host),
        sender=partial(_sender, chosen, box.host),
        host=box.host,
    )


def _sender(chosen: Settings, host: str) -> Sender:
    """Refused by the name of the setting where mail could not come from it. The name may change."""
    mail = chosen.mail
    sender = Sender(
        address=mail.sender or f"no-reply@{host}",
        name=mail.sender_name or chosen.school.name,
        reply_to=mail.reply_to,
    )
    for name, address in (("sender", mail.sender), ("reply_to", mail.reply_to)):
        try:
            spelled(address or sender.address)
        except BadAddress:
            raise SettingsError(f"mail.{name}: {address} is no address") from None
    return sender
