"""What attendance holds about a person: when they were there, what they watched and did.

When somebody was there is a fact of the school and stays; what they watched is theirs.
"""

from __future__ import annotations

from vtp.actor import Gone
from vtp.attendance.store import certificates, learning, prospects, reports, watching
from vtp.db import Db

sheets = {
    "presence": """
        select id, meeting_id, kind, started_at, ended_at from presence_span where user_id = $1
    """,
    "attendance": """
        select session_id as id, mark, computed, need_ms, present_ms, facts::text, made_up_at,
               made_up_share, override_why, override_at, contested, contested_at, answer,
               answered_at
          from class_mark where user_id = $1
    """,
    "certificates": """
        select id, serial, evidence::text, issued_at, revoked_at, revoked_why
          from certificate where user_id = $1
    """,
    "certificate-prospects": """
        select course_id as id, looked_at, told_at from certificate_prospect where user_id = $1
    """,
    "attendance-reports": """
        select course_id as id, every, next_at from attendance_report where user_id = $1
    """,
    "watched": """
        select recording_id as id, seen::text, position_ms, position_at, watched_at, completed_at
          from watched where user_id = $1
    """,
    "watch-visits": """
        select id, recording_id, began_at, heard_at from watch_visit where user_id = $1
    """,
    "films-watched": """
        select media_id as id, seen::text, position_ms, position_at, watched_at, completed_at
          from film_watched where user_id = $1
    """,
    "film-visits": """
        select id, media_id, began_at, heard_at from film_visit where user_id = $1
    """,
    "course-items": """
        select item_id as id, course_id, opened_at, done_at from item_progress where user_id = $1
    """,
}
kept: tuple[str, ...] = ("erasure.kept.presence",)


async def erase(tx: Db, gone: Gone, /) -> None:
    """What stays has no name; the account that it refers to has none any more."""
    await watching.erase(tx, user_id=gone.user_id)
    await watching.erase(tx, user_id=gone.user_id, book=watching.FILMS)
    await learning.erase(tx, user_id=gone.user_id)
    await certificates.erase(tx, user_id=gone.user_id)
    await prospects.erase(tx, user_id=gone.user_id)
    await reports.erase(tx, user_id=gone.user_id)
    # The mark still counts; what was said about it, by them and about them, was for them.
    await tx.execute(
        """
        update class_mark
           set contested = null, contested_at = null, answer = null, answered_at = null,
               override_why = case when override is not null then '-' end
         where user_id = $1
        """,
        gone.user_id,
    )
