"""The rows of who may have earned a certificate and was not told so yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from vtp.db import Db
from vtp.ids import CourseId, UserId


async def due(
    db: Db, *, now: datetime, again: timedelta, limit: int
) -> list[tuple[CourseId, UserId]]:
    """Students of courses that give certificates: those for whom something has changed.

    And everybody after `again`: a class that is cancelled or a page that is taken out changes what
    is asked, too.
    """
    rows = await db.fetch(
        """
        select learns.course_id, learns.user_id
          from certificate_rule rule
          join course on course.id = rule.course_id and course.state = 'published'
          join enrolment learns on learns.course_id = rule.course_id
               and learns.status in ('active', 'completed')
          left join certificate_prospect looked
               on looked.course_id = learns.course_id and looked.user_id = learns.user_id
         where looked.told_at is null
           and not exists (select from certificate given
                            where given.course_id = learns.course_id
                              and given.user_id = learns.user_id)
           and (looked.looked_at is null
                or looked.looked_at <= $1::timestamptz - $2::interval
                or rule.changed_at >= looked.looked_at
                or exists (select from item_progress done
                            where done.user_id = learns.user_id
                              and done.course_id = learns.course_id
                              and greatest(done.opened_at, done.done_at) >= looked.looked_at)
                or exists (select from watched
                            where watched.user_id = learns.user_id
                              and watched.completed_at >= looked.looked_at)
                or exists (select from film_watched
                            where film_watched.user_id = learns.user_id
                              and film_watched.completed_at >= looked.looked_at)
                or exists (select from class_mark mark
                             join class_register register using (session_id)
                             join class_session class on class.id = mark.session_id
                            where mark.user_id = learns.user_id
                              and class.course_id = learns.course_id
                              and (register.final_at >= looked.looked_at and register.final_at <= $1
                                   or greatest(register.computed_at, register.confirmed_at,
                                               mark.override_at, mark.made_up_at)
                                      >= looked.looked_at)))
         order by looked.looked_at nulls first, learns.course_id, learns.user_id limit $3
        """,
        now,
        again,
        limit,
    )
    return [(row["course_id"], row["user_id"]) for row in rows]


async def put(
    tx: Db, course_id: CourseId, user_id: UserId, *, looked_at: datetime, told: bool
) -> bool:
    """False where they were told before: that is said once."""
    row = await tx.fetchrow(
        """
        insert into certificate_prospect as known (course_id, user_id, looked_at, told_at)
        values ($1, $2, $3, case when $4 then $3::timestamptz end)
        on conflict (course_id, user_id) do update
           set looked_at = excluded.looked_at, told_at = excluded.told_at
         where known.told_at is null
        returning 1
        """,
        course_id,
        user_id,
        looked_at,
        told,
    )
    return row is not None


async def erase(tx: Db, *, user_id: UserId) -> None:
    await tx.execute("delete from certificate_prospect where user_id = $1", user_id)


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    """To another account of theirs: who was told on one of them was told."""
    await tx.execute(
        """
        insert into certificate_prospect as known (course_id, user_id, looked_at, told_at)
        select course_id, $2, looked_at, told_at from certificate_prospect where user_id = $1
        on conflict (course_id, user_id) do update
           set told_at = coalesce(known.told_at, excluded.told_at)
        """,
        source,
        target,
    )
    await erase(tx, user_id=source)
