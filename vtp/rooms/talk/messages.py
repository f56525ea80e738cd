"""Messages of a class: their shape, one spelling of their text, and who may see them. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Final, Literal, NewType
from uuid import UUID

import msgspec
from msgspec import Meta

from vtp.rooms.problems import BadMessage, MessageTooLong

MessageId = NewType("MessageId", UUID)
ImageId = NewType("ImageId", UUID)

MAX_TEXT: Final = 2000  # characters
MAX_QUOTE: Final = 120
# How many of the newest whoever comes in is given at once; older ones are asked for.
SHOWN_AT_ONCE: Final = 50
# Between two people each: how many of all of them together a class keeps at hand.
WHISPERS_KEPT: Final = 400

Deleter = Literal["author", "staff"]

# They turn the writing around, so that one text looks like another.
_TURNING: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Nothing that controls a terminal or a database; new lines and tabs are kept.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_EMPTY_LINES: Final = re.compile(r"\n\s*\n\s*\n+")
# Marks upon marks would climb over the messages of others.
_PILED: Final = 4
# Unicode's formats: joiners and marks of direction show nothing by themselves.
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me", "Zs", "Cc"})

_ID = "01981c5e-9a10-7c3e-8f00-3c9d2b6f1a44"


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    user_id: UUID
    name: str


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a message answers."""

    id: MessageId
    name: str
    text: Annotated[str, Meta(description="Its beginning; empty when it was deleted.")]


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """At `/api/v1/meetings/{meeting}/images/{id}`, `?size=small` for a thumbnail."""

    id: ImageId
    width: Annotated[int, Meta(examples=[1280])]
    height: Annotated[int, Meta(examples=[720])]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of messages grow, so that sorting by them gives everybody the same order."""

    id: Annotated[MessageId, Meta(examples=[_ID])]
    author: Annotated[UUID, Meta(description="The person, as `user_id`.", examples=[_ID])]
    name: Annotated[str, Meta(examples=["Noor Haddad"])]
    role: Annotated[str, Meta(description="In the class, when it was sent.", examples=["member"])]
    sent_at: datetime
    text: Annotated[str, Meta(description="Plain text; empty when deleted.")]
    to: Annotated[Recipient | None, Meta(description="Set: only these two can see it.")] = None
    reply: Quote | None = None
    image: Image | None = None
    deleted: Annotated[Deleter | None, Meta(description="By whom; what it said is gone.")] = None


def cleaned(text: str, *, most: int = MAX_TEXT, image: bool = False) -> str:
    """In one spelling, without what only tricks the eye. Empty only beside an image."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_TURNING))
    plain = _unpiled(_CONTROLS.sub("", plain))
    plain = _EMPTY_LINES.sub("\n\n", plain).strip()
    if len(plain) > most:
        raise MessageTooLong
    if all(unicodedata.category(one) in _UNSEEN for one in plain):
        if not image:
            raise BadMessage
        return ""
    return plain


def _unpiled(text: str) -> str:
    """At most a few marks upon one letter."""
    kept, marks = [], 0
    for one in text:
        marks = marks + 1 if unicodedata.combining(one) else 0
        if marks <= _PILED:
            kept.append(one)
    return "".join(kept)


def quote(message: Message) -> Quote:
    text = " ".join(message.text.split())
    short = text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 1].rstrip() + "…"
    return Quote(id=message.id, name=message.name, text=short)


def erased(message: Message, by: Deleter) -> Message:
    """What remains: that somebody had said something."""
    return msgspec.structs.replace(message, text="", image=None, reply=None, deleted=by)


def may_see(message: Message, user_id: UUID) -> bool:
    """A private message is for its two, and for nobody else whatever their role."""
    return message.to is None or user_id in (message.author, message.to.user_id)


def who_deletes(message: Message, *, user_id: UUID, hosts: bool) -> Deleter | None:
    """As what somebody may delete it; None: they may not."""
    if message.author == user_id:
        return "author"
    return "staff" if hosts and message.to is None else None


def next_id(made: UUID, newest: UUID | None) -> MessageId:
    """`made`, or a little more: the clock of a machine may be set back, the order may not."""
    if newest is not None and made <= newest:
        return MessageId(UUID(int=newest.int + 1))
    return MessageId(made)
