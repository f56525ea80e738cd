"""The rows of order in a meeting: its locks, who is pinned, and how each person stands."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from vtp.db import Db, Row
from vtp.ids import MeetingId
from vtp.rooms.facts import Locks
from vtp.rooms.order import Order, Stand


async def put_rules(tx: Db, *, meeting_id: MeetingId, order: Order) -> None:
    await tx.execute(
        """
        update meeting set member_sources = $2, entry_locked = $3, chat_locked = $4,
               private_chat_locked = $5, pinned_person = $6
         where id = $1
        """,
        meeting_id,
        sorted(order.member_sources),
        order.locks.entry,
        order.locks.chat,
        order.locks.private_chat,
        order.pinned,
    )


async def put_people(
    tx: Db, *, meeting_id: MeetingId, people: Sequence[tuple[UUID, Stand]]
) -> None:
    """As they stand now; it may be said again. Of a meeting that is forgotten nothing is kept."""
    columns = _columns(people)
    await tx.execute(
        """
        insert into meeting_person
               (meeting_id, person_id, user_id, guest_id, name, waiting_since, admitted,
                kept_out_at, cohost, hand_at)
        select $1, person, case when not guest then person end, case when guest then person end,
               name, waiting_since, admitted, kept_out_at, cohost, hand_at
          from unnest($2::uuid[], $3::text[], $4::boolean[], $5::timestamptz[], $6::boolean[],
                      $7::timestamptz[], $8::boolean[], $9::timestamptz[])
               as new (person, name, guest, waiting_since, admitted, kept_out_at, cohost, hand_at)
         where exists (select from meeting where id = $1 for key share)
        on conflict (meeting_id, person_id) do update
           set name = excluded.name, waiting_since = excluded.waiting_since,
               admitted = excluded.admitted, kept_out_at = excluded.kept_out_at,
               cohost = excluded.cohost, hand_at = excluded.hand_at
        """,
        meeting_id,
        *columns,
    )
    await tx.execute(
        """
        update participant set removed_at = new.kept_out_at
          from unnest($2::uuid[], $3::timestamptz[]) as new (person, kept_out_at)
         where meeting_id = $1 and coalesce(user_id, guest_id) = new.person
           and removed_at is distinct from new.kept_out_at
        """,
        meeting_id,
        columns[0],
        columns[5],
    )


def _columns(people: Sequence[tuple[UUID, Stand]]) -> list[list[object]]:
    rows = [
        (
            person,
            one.name,
            one.guest,
            one.waiting_since,
            one.admitted,
            one.kept_out_at,
            one.cohost,
            one.hand_at,
        )
        for person, one in people
    ]
    return [list(column) for column in zip(*rows, strict=True)]


async def of_meeting(db: Db, *, meeting_id: MeetingId) -> Order:
    """As it was when it was last written."""
    rules = await db.fetchrow(
        """
        select coalesce(meeting.member_sources, room.member_sources) as sources,
               entry_locked, chat_locked, private_chat_locked, pinned_person
          from meeting join room on room.id = room_id where meeting.id = $1
        """,
        meeting_id,
    )
    rows = await db.fetch("select * from meeting_person where meeting_id = $1", meeting_id)
    if rules is None:
        return Order()
    return Order(
        locks=Locks(
            entry=rules["entry_locked"],
            chat=rules["chat_locked"],
            private_chat=rules["private_chat_locked"],
        ),
        member_sources=frozenset(rules["sources"]),
        pinned=rules["pinned_person"],
        people={row["person_id"]: stand for row in rows if not (stand := _stand(row)).blank},
    )


def _stand(row: Row) -> Stand:
    return Stand(
        name=row["name"],
        guest=row["guest_id"] is not None,
        waiting_since=row["waiting_since"],
        admitted=row["admitted"],
        kept_out_at=row["kept_out_at"],
        cohost=row["cohost"],
        hand_at=row["hand_at"],
    )
