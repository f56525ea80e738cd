"""What rooms hold about a person: their rooms and classes, and what they said there."""

from __future__ import annotations

from collections.abc import AsyncIterator

from vtp.actor import Gone
from vtp.db import Database, Db
from vtp.ids import UserId
from vtp.rooms.service.images import image_key

sheets = {
    "rooms": "select id, title, access, created_at, closed_at from room where owner_id = $1",
    "memberships": """
        select m.room_id as id, r.title, m.role, m.added_at
          from room_member m join room r on r.id = m.room_id where m.user_id = $1
    """,
    "classes": """
        select id, meeting_id, name, role, joined_at, removed_at
          from participant where user_id = $1
    """,
    "places-in-classes": """
        select meeting_id as id, name, waiting_since, admitted, kept_out_at, cohost, hand_at
          from meeting_person where user_id = $1
    """,
    "messages": """
        select id, meeting_id, author_name, to_id, to_name, text, image_id, sent_at, deleted_at
          from chat_message where author_id = $1
    """,
    "messages-received": """
        select id, meeting_id, author_name, text, image_id, sent_at
          from chat_message where to_id = $1 and deleted_at is null
    """,
    "polls": """
        select id, meeting_id, kind, question, options, anonymous, created_at
          from poll where created_by = $1
    """,
    # Those by name: of the others nobody knows whose they are.
    "poll-answers": """
        select a.poll_id as id, p.question, a.choices, a.text, a.answered_at
          from poll_answer a join poll p on p.id = a.poll_id where a.user_id = $1
    """,
}
kept: tuple[str, ...] = ("erasure.kept.rooms", "erasure.kept.answers")


async def images(db: Database, user_id: UserId) -> AsyncIterator[tuple[str, str]]:
    """What somebody sent to classes: names of files, and the blobs that they are."""
    rows = await db.fetch(
        """
        select image_id from chat_message
         where author_id = $1 and image_id is not null and deleted_at is null
         order by image_id
        """,
        user_id,
    )
    for row in rows:
        yield f"images/{row['image_id']}.webp", image_key(row["image_id"], "large")


async def erase(tx: Db, gone: Gone, /) -> None:
    """What was written goes; that somebody was there and which choice they made still counts."""
    await tx.execute(
        """
        update chat_message
           set author_name = $2, text = '', image_id = null,
               deleted_by = case when deleted_at is null then 'author' else deleted_by end,
               deleted_at = coalesce(deleted_at, now())
         where author_id = $1
        """,
        gone.user_id,
        gone.called,
    )
    for statement in (
        "update chat_message set to_name = $2 where to_id = $1",
        "update participant set name = $2 where user_id = $1",
        "update meeting_person set name = $2 where user_id = $1",
        "update poll_answer set name = $2, text = '' where user_id = $1",
    ):
        await tx.execute(statement, gone.user_id, gone.called)
    await tx.execute("delete from room_member where user_id = $1", gone.user_id)
