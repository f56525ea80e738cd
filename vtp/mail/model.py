"""The values of mail: letters as they are declared, whom they go to, what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from vtp.ids import MailId, UserId


class State(StrEnum):
    WAITING = "waiting"  # for its turn, or for another try
    SENDING = "sending"  # its text is on the way to the mail server
    SENT = "sent"  # the mail server has taken it
    BOUNCED = "bounced"  # the address was refused for good
    FAILED = "failed"  # refused for another reason, or too late
    UNCERTAIN = "uncertain"  # the line broke while it was sent: it may have arrived
    KEPT = "kept"  # there is no mail server


# The states that an admin should look at.
TROUBLED = (State.BOUNCED, State.FAILED, State.UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says, as keys of the catalogue. Values are filled in when it is sent."""

    topic: str  # "accounts.reset"; stays, because rows name it
    subject: str
    text: tuple[str, ...]  # paragraphs
    action: str = ""  # on the button that leads to its link
    note: str = ""  # why it came, and what to do when it should not have


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    address: str
    user_id: UserId | None = None
    language: str = "en"
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A row: what was put aside, and what became of it."""

    id: MailId
    to: Recipient
    topic: str
    values: Mapping[str, str]
    path: str
    sealed: bytes | None
    state: State
    attempts: int
    error: str
    created_at: datetime
    not_after: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    address: str
    reason: str
    bounced_at: datetime


class SendMail(msgspec.Struct, frozen=True):
    """Work: one mail is sent, or it is found out why not."""

    mail_id: UUID
