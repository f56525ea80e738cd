"""From a rendered letter to the bytes that go over the line. Pure.

Header injection has no way in: addresses are checked where they are typed and again here, and
all other text goes through the encoder of headers, with every control turned into a blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from vtp.errors import Invalid

# RFC 5321 section 4.1.2, without quoted strings and address literals.
_ADDRESS = re.compile(
    r"[^@\s\x00-\x20\x7f-\x9f<>()\[\]\\,;:\"]{1,64}@[^@\s\x00-\x20\x7f-\x9f<>()]{1,252}"
)


class BadAddress(Invalid):
    """Mail cannot be sent to this address."""

    code = "bad_mail_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter in the words that its reader gets."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    address: str
    name: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    sender: str
    to: str
    message: bytes
    # Whether the server must speak SMTPUTF8 (RFC 6531) for this address.
    international: bool


def put(
    rendered: Rendered, *, sender: Sender, to: str, message_id: str, written_at: datetime
) -> Envelope:
    """`message_id` is that of every try, so that whoever gets two sees that they are one."""
    address = spelled(to)
    international = not address.isascii()
    message = EmailMessage(policy=SMTPUTF8 if international else SMTP)
    message["From"] = Address(one_line(sender.name), addr_spec=spelled(sender.address))
    message["To"] = Address(addr_spec=address)
    if sender.reply_to:
        message["Reply-To"] = Address(addr_spec=spelled(sender.reply_to))
    message["Subject"] = one_line(rendered.subject)
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{message_id}>"
    # RFC 3834: whoever answers by machine leaves this alone.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    return Envelope(
        sender=spelled(sender.address),
        to=address,
        message=bytes(message),
        international=international,
    )


def spelled(address: str) -> str:
    """As a mail server takes it: what stands after the @ in ASCII (RFC 5890)."""
    if not _ADDRESS.fullmatch(address):
        raise BadAddress
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        raise BadAddress from None


def one_line(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())
