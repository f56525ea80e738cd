"""The rows of meetings, of their outages, and of who was there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from vtp.attendance.port import Sitting
from vtp.db import Db, Row
from vtp.ids import MeetingId, RoomId, UserId
from vtp.rooms.facts import Ending, ParticipantId
from vtp.rooms.model import Attendee, Held, Outage, SeenMeeting
from vtp.rooms.store.rooms import room_of

_MEETING = """
    select meeting.id, meeting.started_at, meeting.ended_at, meeting.ended_how,
           room.id as room_id, room.title as room_title, room.owner_id as room_owner_id,
           room.access as room_access, room.member_sources as room_member_sources,
           room.created_at as room_created_at, room.closed_at as room_closed_at,
           room.waiting_room as room_waiting_room, room.member_chat as room_member_chat,
           room.member_private_chat as room_member_private_chat,
           room.guest_token as room_guest_token,
           room.records_itself as room_records_itself,
           room.records_cameras as room_records_cameras,
           member.role as member_as,
           array(select outage.started_at from meeting_outage outage
                  where outage.meeting_id = meeting.id order by 1) as gone_at,
           array(select outage.ended_at from meeting_outage outage
                  where outage.meeting_id = meeting.id order by outage.started_at) as back_at
      from meeting join room on room.id = meeting.room_id
           left join room_member member
             on member.room_id = meeting.room_id and member.user_id = $1
"""


async def insert(tx: Db, *, meeting_id: MeetingId, room_id: RoomId, started_at: datetime) -> bool:
    """False when one goes on in this room."""
    tag = await tx.execute(
        """
        insert into meeting (id, room_id, started_at) values ($1, $2, $3)
        on conflict (room_id) where ended_at is null do nothing
        """,
        meeting_id,
        room_id,
        started_at,
    )
    return tag == "INSERT 0 1"


async def by_id(db: Db, *, meeting_id: MeetingId, user_id: UserId | None) -> SeenMeeting | None:
    row = await db.fetchrow(_MEETING + " where meeting.id = $2", user_id, meeting_id)
    return _seen(row) if row else None


async def listed(
    db: Db,
    *,
    user_id: UserId | None,
    everywhere: bool,
    room_id: RoomId | None,
    before: MeetingId | None,
    limit: int,
) -> list[SeenMeeting]:
    """Newest first: of one room, else of those that `user_id` owns or belongs to, or of all."""
    rows = await db.fetch(
        _MEETING
        + """
         where case when $3::uuid is not null then meeting.room_id = $3
                    else $2::boolean or room.owner_id = $1 or member.role is not null end
           and ($4::uuid is null or meeting.id < $4)
         order by meeting.id desc limit $5
        """,
        user_id,
        everywhere,
        room_id,
        before,
        limit,
    )
    return [_seen(row) for row in rows]


async def going_on(db: Db, *, room_id: RoomId | None = None) -> list[Held]:
    """What is not ended: after a crash, all that it interrupted."""
    rows = await db.fetch(
        _MEETING
        + """
         where meeting.ended_at is null and ($2::uuid is null or meeting.room_id = $2)
        """,
        None,
        room_id,
    )
    return [_held(row) for row in rows]


async def end(tx: Db, *, meeting_id: MeetingId, at: datetime, how: Ending) -> None:
    """It may be said again. An outage after the end was none."""
    await tx.execute(
        """
        update meeting set ended_at = greatest(started_at, $2), ended_how = $3
         where id = $1 and ended_at is null
        """,
        meeting_id,
        at,
        how,
    )
    await tx.execute(
        "delete from meeting_outage where meeting_id = $1 and started_at >= $2", meeting_id, at
    )


async def add_outage(
    tx: Db, *, meeting_id: MeetingId, started_at: datetime, ended_at: datetime
) -> None:
    await tx.execute(
        """
        insert into meeting_outage (meeting_id, started_at, ended_at)
        values ($1, $2::timestamptz, greatest($2::timestamptz, $3))
        on conflict (meeting_id, started_at) do update set ended_at = excluded.ended_at
        """,
        meeting_id,
        started_at,
        ended_at,
    )


_PARTICIPANT = """
    insert into participant (id, meeting_id, user_id, guest_id, name, role, joined_at)
    select $1, id, $3, $4, $5, $6, $7 from meeting where id = $2 for key share
"""


async def insert_participant(tx: Db, meeting_id: MeetingId, attendee: Attendee) -> bool:
    """False where the meeting is forgotten already: nobody had been in it."""
    tag = await tx.execute(_PARTICIPANT, *_participant(meeting_id, attendee))
    return tag == "INSERT 0 1"


async def insert_participants(tx: Db, meeting_id: MeetingId, attendees: Iterable[Attendee]) -> None:
    await tx.executemany(_PARTICIPANT, [_participant(meeting_id, one) for one in attendees])


def _participant(meeting_id: MeetingId, attendee: Attendee) -> tuple[object, ...]:
    return (
        attendee.id,
        meeting_id,
        None if attendee.guest else attendee.person,
        attendee.person if attendee.guest else None,
        attendee.name,
        attendee.role,
        attendee.joined_at,
    )


async def forget_participant(tx: Db, participant_id: ParticipantId) -> None:
    """Somebody who did not get in after all."""
    await tx.execute("delete from participant where id = $1", participant_id)


async def begin(tx: Db, *, meeting_id: MeetingId, at: datetime) -> None:
    """Somebody is in for the first time; until then people only waited."""
    await tx.execute("update meeting set started_at = $2 where id = $1", meeting_id, at)


async def begun(db: Db, *, meeting_id: MeetingId) -> bool:
    """Whether anybody was ever in."""
    found: bool = await db.fetchval(
        "select exists (select from participant where meeting_id = $1)", meeting_id
    )
    return found


async def forget_unbegun(tx: Db, *, meeting_id: MeetingId) -> bool:
    """True where nobody was ever in."""
    # Held first: whoever is just coming in is seen by the next statement, or waits and finds none.
    await tx.execute("select from meeting where id = $1 for update", meeting_id)
    tag = await tx.execute(
        """
        delete from meeting
         where id = $1 and not exists (select from participant where meeting_id = $1)
        """,
        meeting_id,
    )
    return tag == "DELETE 1"


async def participants(
    db: Db, *, meeting_id: MeetingId, after: UUID | None, limit: int
) -> list[Attendee]:
    rows = await db.fetch(
        """
        select * from participant
         where meeting_id = $1 and ($2::uuid is null or id > $2)
         order by id limit $3
        """,
        meeting_id,
        after,
        limit,
    )
    return [_attendee(row) for row in rows]


async def participant(
    db: Db, *, meeting_id: MeetingId, participant_id: ParticipantId
) -> Attendee | None:
    row = await db.fetchrow(
        "select * from participant where meeting_id = $1 and id = $2", meeting_id, participant_id
    )
    return _attendee(row) if row else None


def _seen(row: Row) -> SeenMeeting:
    return SeenMeeting(_held(row), row["member_as"])


def _held(row: Row) -> Held:
    return Held(
        id=row["id"],
        room=room_of(row, "room_"),
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        ended_how=row["ended_how"],
        outages=_outages(row["gone_at"], row["back_at"]),
    )


async def sittings(
    db: Db, room_id: RoomId, *, since: datetime, until: datetime, limit: int = 100
) -> list[Sitting]:
    """Meetings of a room in that time, with when the server was away in them."""
    rows = await db.fetch(
        """
        select id, started_at, ended_at, ended_how,
               array(select started_at from meeting_outage where meeting_id = meeting.id
                      order by started_at) as gone_at,
               array(select ended_at from meeting_outage where meeting_id = meeting.id
                      order by started_at) as back_at
          from meeting
         where room_id = $1 and started_at < $3 and (ended_at is null or ended_at > $2)
         order by started_at limit $4
        """,
        room_id,
        since,
        until,
        limit,
    )
    return [
        Sitting(
            id=row["id"],
            started_at=row["started_at"],
            ended_at=row["ended_at"],
            outages=tuple(zip(row["gone_at"], row["back_at"], strict=True)),
            closed=row["ended_how"] in {"ended", "closed"},
        )
        for row in rows
    ]


def _outages(gone: Sequence[datetime], back: Sequence[datetime]) -> tuple[Outage, ...]:
    return tuple(Outage(*both) for both in zip(gone, back, strict=True))


def _attendee(row: Row) -> Attendee:
    return Attendee(
        id=row["id"],
        person=row["user_id"] or row["guest_id"],
        guest=row["guest_id"] is not None,
        name=row["name"],
        role=row["role"],
        joined_at=row["joined_at"],
        removed_at=row["removed_at"],
    )
