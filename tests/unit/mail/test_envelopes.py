"""Mail as bytes: no text of anybody becomes a header, and no link begins with somebody's host."""

from __future__ import annotations

from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.letters import some_letters
from vtp.app import declared
from vtp.ids import MailId, uuid7
from vtp.mail.envelope import BadAddress, Rendered, Sender, put
from vtp.mail.letters import moment
from vtp.mail.model import Letter, Mail, Recipient, State
from vtp.mail.sealing import Seal
from vtp.notices.topics import Choice, Topics, chosen, wanted

AT = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
_HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}


def written(text: str, *, to: str = "noor@school.test") -> bytes:
    return put(
        Rendered(subject=text, text=text, html="<p>x</p>"),
        sender=Sender(address="no-reply@school.test", name=text),
        to=to,
        message_id="1@school.test",
        written_at=AT,
    ).message


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_no_text_adds_a_header(text: str) -> None:
    read = BytesParser(policy=SMTP).parsebytes(written(f"a\r\nBcc: x@y.test\n{text}"))
    assert set(read.keys()) == _HEADERS | {"Content-Type"}


@pytest.mark.parametrize(
    "address",
    ["", "noor", "a@b\r\nBcc: c@d", "a b@c.test", "<a@b.test>", "a,b@c.test", "a@b.test\x00"],
)
def test_what_is_no_address_gets_no_mail(address: str) -> None:
    with pytest.raises(BadAddress):
        written("hello", to=address)


def test_an_international_host_is_written_in_ascii() -> None:
    assert b"To: noor@xn--schl-7qa.test" in written("x", to="noor@schöl.test")


# All that any letter says besides when, and who writes.
_SAID = (
    *("email", "agent", "factor", "reason", "origin"),
    *("author", "body", "course", "subject", "time", "title"),
    *("why", "held", "all", "average", "risk", "rule"),
    *("mark", "minutes"),
)


@pytest.mark.parametrize("letter", declared.LETTERS, ids=lambda one: one.topic)
def test_every_letter_can_be_written(letter: Letter) -> None:
    hostile = "<script>alert(1)</script>"
    mail = Mail(
        id=MailId(uuid7()),
        to=Recipient(address="noor@school.test", time_zone="Europe/Lisbon"),
        topic=letter.topic,
        values=dict.fromkeys(_SAID, hostile),
        path="/x?token=",
        sealed=None,
        state=State.WAITING,
        attempts=0,
        error="",
        created_at=AT,
        not_after=AT,
        ended_at=None,
    )
    rendered = some_letters().render(mail, secret="s3cret")
    assert "{" not in rendered.subject + rendered.text
    assert "<script>" not in rendered.html
    assert ("http://school.test/x?token=s3cret" in rendered.text) == bool(letter.action)


def test_a_moment_says_its_zone() -> None:
    assert moment(AT, "America/New_York") == "12 March 2026, 14:00 (America/New York)"
    assert moment(AT, "Mars/Base") == "12 March 2026, 18:00 (UTC)"


def test_a_seal_opens_for_its_own_mail_alone() -> None:
    seal, mail_id = Seal(b"k" * 32), MailId(uuid7())
    closed = seal.close("s3cret", mail_id)
    assert b"s3cret" not in closed
    assert seal.open(closed, mail_id) == "s3cret"
    assert seal.open(closed, MailId(uuid7())) is None
    assert Seal(b"o" * 32).open(closed, mail_id) is None
    assert seal.open(b"", mail_id) is None


def test_security_cannot_be_turned_off_by_mail() -> None:
    (security,) = [t for t in Topics(declared.KINDS) if t.name == "accounts.security"]
    assert wanted(chosen(security.by_mail, choice=False))
    assert not wanted(chosen(security.in_page, choice=False))
    assert chosen(Choice.NEVER, choice=True) is Choice.NEVER
    assert chosen(Choice.OFF, choice=True) is Choice.ON
