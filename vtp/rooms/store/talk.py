"""The rows of messages and their images, of reactions, and of those who were lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from vtp.db import Db, Row
from vtp.ids import MeetingId
from vtp.rooms.talk.messages import Deleter, Image, ImageId, Message, MessageId, Quote, Recipient
from vtp.rooms.talk.messages import quote as quoted
from vtp.rooms.talk.reactions import Counts

# $1 is the meeting, $2 who looks (null: the house itself): what is private is for two.
_MESSAGE = """
    select message.*, image.width, image.height, answered.id as answered_id,
           answered.author_name as answered_name, answered.text as answered_text
      from chat_message message
           left join chat_image image on image.id = message.image_id
           left join chat_message answered on answered.id = message.reply_to
     where message.meeting_id = $1
       and (message.to_id is null or $2::uuid in (message.author_id, message.to_id))
"""


async def insert(tx: Db, *, meeting_id: MeetingId, message: Message, key: UUID) -> bool:
    """False when this person sent something under this key before."""
    tag = await tx.execute(
        """
        insert into chat_message (id, meeting_id, author_id, author_name, author_role, to_id,
                                  to_name, reply_to, text, image_id, sent_at, key)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict (meeting_id, author_id, key) do nothing
        """,
        message.id,
        meeting_id,
        message.author,
        message.name,
        message.role,
        message.to.user_id if message.to else None,
        message.to.name if message.to else None,
        message.reply.id if message.reply else None,
        message.text,
        message.image.id if message.image else None,
        message.sent_at,
        key,
    )
    return tag == "INSERT 0 1"


async def by_key(db: Db, *, meeting_id: MeetingId, author: UUID, key: UUID) -> Message | None:
    row = await db.fetchrow(
        _MESSAGE + " and message.author_id = $2 and message.key = $3", meeting_id, author, key
    )
    return _message(row) if row else None


async def by_id(
    db: Db, *, meeting_id: MeetingId, message_id: UUID, user_id: UUID | None
) -> Message | None:
    """What is not for this person, is not there."""
    row = await db.fetchrow(_MESSAGE + " and message.id = $3", meeting_id, user_id, message_id)
    return _message(row) if row else None


async def listed(
    db: Db, *, meeting_id: MeetingId, user_id: UUID | None, before: UUID | None, limit: int
) -> list[Message]:
    """Newest first."""
    rows = await db.fetch(
        _MESSAGE + " and ($3::uuid is null or message.id < $3) order by message.id desc limit $4",
        meeting_id,
        user_id,
        before,
        limit,
    )
    return [_message(row) for row in rows]


async def whispers(db: Db, *, meeting_id: MeetingId, limit: int) -> list[Message]:
    """Newest first: for the class alone, which gives each to its two."""
    rows = await db.fetch(
        _MESSAGE.replace("message.to_id is null or $2::uuid in", "$2::uuid is null or $2 in")
        + " and message.to_id is not null order by message.id desc limit $3",
        meeting_id,
        None,
        limit,
    )
    return [_message(row) for row in rows]


async def newest(db: Db, *, meeting_id: MeetingId) -> UUID | None:
    found: UUID | None = await db.fetchval(
        "select id from chat_message where meeting_id = $1 order by id desc limit 1", meeting_id
    )
    return found


async def erase(
    tx: Db, *, meeting_id: MeetingId, message_id: UUID, by: Deleter, at: datetime
) -> bool:
    """What it said is gone for good; that it was there stays."""
    tag = await tx.execute(
        """
        update chat_message
           set text = '', image_id = null, reply_to = null, deleted_at = $4, deleted_by = $3
         where meeting_id = $1 and id = $2 and deleted_at is null
        """,
        meeting_id,
        message_id,
        by,
        at,
    )
    return tag == "UPDATE 1"


# --- images -----------------------------------------------------------------------------------
async def insert_image(
    tx: Db, *, meeting_id: MeetingId, owner_id: UUID, image: Image, at: datetime
) -> None:
    await tx.execute(
        """
        insert into chat_image (id, meeting_id, owner_id, made_at, width, height)
        values ($1, $2, $3, $4, $5, $6)
        """,
        image.id,
        meeting_id,
        owner_id,
        at,
        image.width,
        image.height,
    )


async def unsent_image(
    db: Db, *, meeting_id: MeetingId, owner_id: UUID, image_id: UUID
) -> Image | None:
    """Of this person in this meeting, in no message yet."""
    row = await db.fetchrow(
        """
        select * from chat_image image
         where id = $3 and meeting_id = $1 and owner_id = $2
           and not exists (select 1 from chat_message where image_id = image.id)
        """,
        meeting_id,
        owner_id,
        image_id,
    )
    return _image(row) if row else None


async def shown_image(
    db: Db, *, meeting_id: MeetingId, user_id: UUID | None, image_id: UUID
) -> bool:
    """Whether this person sees the message in which it stands, or sent it just now."""
    found: bool = await db.fetchval(
        """
        select exists (
            select 1 from chat_message
             where image_id = $3 and meeting_id = $1
               and (to_id is null or $2::uuid in (author_id, to_id))
        ) or exists (
            select 1 from chat_image image
             where id = $3 and meeting_id = $1 and owner_id = $2
               and not exists (select 1 from chat_message where image_id = image.id)
        )
        """,
        meeting_id,
        user_id,
        image_id,
    )
    return found


async def unwanted_images(db: Db, *, before: datetime, limit: int) -> list[ImageId]:
    """In no message, and made so long ago that none will come."""
    rows = await db.fetch(
        """
        select id from chat_image image
         where made_at < $1
           and not exists (select 1 from chat_message where image_id = image.id)
         order by made_at limit $2
        """,
        before,
        limit,
    )
    return [row["id"] for row in rows]


async def forget_image(tx: Db, *, image_id: ImageId) -> None:
    await tx.execute("delete from chat_image where id = $1", image_id)


# --- reactions and lost -----------------------------------------------------------------------
async def add_reactions(tx: Db, *, meeting_id: MeetingId, counts: Counts) -> None:
    rows = [(minute, reaction, count) for (minute, reaction), count in counts.items()]
    await tx.execute(
        """
        insert into reaction_count (meeting_id, minute, reaction, count)
        select $1, * from unnest($2::timestamptz[], $3::text[], $4::int[])
        on conflict (meeting_id, minute, reaction)
        do update set count = reaction_count.count + excluded.count
        """,
        meeting_id,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
    )


async def insert_lost(tx: Db, *, id: UUID, meeting_id: MeetingId, at: datetime) -> None:
    await tx.execute(
        "insert into lost_moment (id, meeting_id, at) values ($1, $2, $3)", id, meeting_id, at
    )


async def lost_since(db: Db, *, meeting_id: MeetingId, since: datetime) -> list[datetime]:
    rows: Iterable[Row] = await db.fetch(
        "select at from lost_moment where meeting_id = $1 and at > $2 order by at",
        meeting_id,
        since,
    )
    return [row["at"] for row in rows]


# --- who was there ----------------------------------------------------------------------------
async def was_there(db: Db, *, meeting_id: MeetingId, user_id: UUID | None) -> bool:
    """And was not removed."""
    found: bool = await db.fetchval(
        """
        select coalesce(bool_and(removed_at is null), false) from participant
         where meeting_id = $1 and coalesce(user_id, guest_id) = $2
        """,
        meeting_id,
        user_id,
    )
    return found


def _message(row: Row) -> Message:
    return Message(
        id=MessageId(row["id"]),
        author=row["author_id"],
        name=row["author_name"],
        role=row["author_role"],
        sent_at=row["sent_at"],
        text=row["text"],
        to=Recipient(user_id=row["to_id"], name=row["to_name"]) if row["to_id"] else None,
        reply=_reply(row),
        image=_image(row, row["image_id"]) if row["image_id"] else None,
        deleted=row["deleted_by"],
    )


def _reply(row: Row) -> Quote | None:
    if row["answered_id"] is None:
        return None
    answered = Message(
        id=MessageId(row["answered_id"]),
        author=row["answered_id"],
        name=row["answered_name"],
        role="",
        sent_at=row["sent_at"],
        text=row["answered_text"],
    )
    return quoted(answered)


def _image(row: Row, image_id: UUID | None = None) -> Image:
    return Image(id=ImageId(image_id or row["id"]), width=row["width"], height=row["height"])
