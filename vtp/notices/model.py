"""The values of notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vtp.ids import NoticeId, UserId
from vtp.notices.topics import Choice, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A row: what happened, in the names of its kind."""

    id: NoticeId
    user_id: UserId
    kind: str
    values: Mapping[str, str]
    link: str
    created_at: datetime
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A notice in the words of its reader."""

    id: NoticeId
    kind: str
    text: str
    icon: str
    link: str
    created_at: datetime
    read: bool


@dataclass(frozen=True, slots=True)
class Preference:
    """What somebody chose for a topic; None: nothing."""

    by_mail: bool | None = None
    in_page: bool | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What holds for somebody."""

    topic: Topic
    title: str
    text: str
    by_mail: Choice
    in_page: Choice
