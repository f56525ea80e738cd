"""The rows of polls and of what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vtp.db import Db, Row
from vtp.ids import MeetingId
from vtp.rooms.talk.polls import Ballot, Poll, PollId, Voter, sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer as it is stored; of an anonymous poll without a name."""

    user_id: UUID | None
    name: str | None
    choices: list[int]
    text: str


async def insert(tx: Db, *, meeting_id: MeetingId, poll: Poll, created_by: UUID) -> None:
    await tx.execute(
        """
        insert into poll (id, meeting_id, kind, question, options, anonymous, live,
                          created_by, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        poll.id,
        meeting_id,
        poll.kind,
        poll.question,
        list(poll.options),
        poll.anonymous,
        poll.live,
        created_by,
        poll.created_at,
    )


async def step(tx: Db, *, poll: Poll) -> None:
    """Opened, closed or shared. With its closing goes what told whose answer is whose."""
    await tx.execute(
        "update poll set opened_at = $2, closed_at = $3, shared_at = $4, secret = $5 where id = $1",
        poll.id,
        poll.opened_at,
        poll.closed_at,
        poll.shared_at,
        poll.secret or None,
    )


async def shuffle(tx: Db, *, poll_id: PollId) -> None:
    """Write the answers anew, without voters and in no order: also rows tell nothing by theirs."""
    await tx.execute(
        """
        with gone as (delete from poll_answer where poll_id = $1 returning choices, text)
        insert into poll_answer (poll_id, choices, text)
        select $1, choices, text from gone order by gen_random_uuid()
        """,
        poll_id,
    )


async def drop(tx: Db, *, poll_id: PollId) -> None:
    await tx.execute("delete from poll where id = $1 and opened_at is null", poll_id)


async def answer(
    tx: Db,
    *,
    poll_id: PollId,
    voter: Voter,
    ballot: Ballot,
    person: tuple[UUID, str, datetime] | None,
) -> None:
    """Once for each voter. `person` (id, name, time) is None in an anonymous poll."""
    user_id, name, at = person or (None, None, None)
    await tx.execute(
        """
        insert into poll_answer (poll_id, voter, user_id, name, choices, text, answered_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (poll_id, voter)
        do update set choices = excluded.choices, text = excluded.text, name = excluded.name,
                      answered_at = excluded.answered_at
        """,
        poll_id,
        voter,
        user_id,
        name,
        list(ballot.choices),
        ballot.text,
        at,
    )


async def of_meeting(db: Db, *, meeting_id: MeetingId) -> list[Poll]:
    """In the order of their making, with what was answered."""
    rows = await db.fetch("select * from poll where meeting_id = $1 order by id", meeting_id)
    answers = await db.fetch(
        """
        select answer.* from poll_answer answer join poll on poll.id = answer.poll_id
         where poll.meeting_id = $1
        """,
        meeting_id,
    )
    by_poll: dict[UUID, list[Row]] = {}
    for one in answers:
        by_poll.setdefault(one["poll_id"], []).append(one)
    return [_poll(row, by_poll.get(row["id"], [])) for row in rows]


async def given(db: Db, *, poll_id: PollId, limit: int) -> list[Given]:
    """In no order that tells who came when, unless they gave their names."""
    rows = await db.fetch(
        """
        select user_id, name, choices, text from poll_answer where poll_id = $1
         order by name nulls last, md5(text), choices limit $2
        """,
        poll_id,
        limit,
    )
    return [
        Given(
            user_id=row["user_id"],
            name=row["name"],
            choices=list(row["choices"]),
            text=row["text"],
        )
        for row in rows
    ]


def _poll(row: Row, answers: Sequence[Row]) -> Poll:
    ballots = [Ballot(choices=tuple(one["choices"]), text=one["text"]) for one in answers]
    is_open = row["opened_at"] is not None and row["closed_at"] is None
    by_voter: Mapping[Voter, Ballot] = {}
    if is_open:
        voters = (Voter(bytes(one["voter"])) for one in answers)
        by_voter = dict(zip(voters, ballots, strict=True))
    return Poll(
        id=PollId(row["id"]),
        kind=row["kind"],
        question=row["question"],
        options=tuple(row["options"]),
        anonymous=row["anonymous"],
        live=row["live"],
        created_at=row["created_at"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        shared_at=row["shared_at"],
        secret=bytes(row["secret"] or b""),
        ballots=by_voter,
        answered=len(ballots),
        counts=sums(ballots, len(row["options"])),
    )
