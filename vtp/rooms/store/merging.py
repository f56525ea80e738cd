"""What classes keep of a person goes to another account of theirs, in PostgreSQL.

Answers of an anonymous poll name nobody and stay as they are.
"""

from __future__ import annotations

from vtp.db import Db
from vtp.ids import UserId

# Where both were in one class, or belonged to one room, there is one row afterwards. Whoever was
# kept out under one name stays out, and the stronger role of a member is kept.
_SCRIPTS = (
    "update room set owner_id = $2 where owner_id = $1",
    """
    insert into room_member (room_id, user_id, role, added_at)
    select room_id, $2, role, added_at from room_member where user_id = $1
        on conflict (room_id, user_id) do update
       set role = least(room_member.role, excluded.role),
           added_at = least(room_member.added_at, excluded.added_at)
    """,
    "delete from room_member where user_id = $1 and $2::uuid is not null",
    "update participant set user_id = $2 where user_id = $1",
    """
    insert into meeting_person
           (meeting_id, person_id, user_id, name, waiting_since, admitted, kept_out_at, cohost,
            hand_at)
    select meeting_id, $2, $2, name, waiting_since, admitted, kept_out_at, cohost, hand_at
      from meeting_person where user_id = $1
        on conflict (meeting_id, person_id) do update
       set admitted = meeting_person.admitted and excluded.admitted,
           kept_out_at = coalesce(meeting_person.kept_out_at, excluded.kept_out_at)
    """,
    "delete from meeting_person where user_id = $1 and $2::uuid is not null",
    "update chat_image set owner_id = $2 where owner_id = $1",
    "update chat_message set author_id = $2 where author_id = $1",
    "update chat_message set to_id = $2 where to_id = $1",
    "update poll set created_by = $2 where created_by = $1",
    """
    update poll_answer set user_id = $2
     where user_id = $1 and not exists (
         select from poll_answer there
          where there.poll_id = poll_answer.poll_id and there.user_id = $2)
    """,
)


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    for script in _SCRIPTS:
        await tx.execute(script, source, target)
