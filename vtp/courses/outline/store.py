"""The rows of outlines: nodes, what was done, and what was published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from vtp.courses.outline.tree import Node, Step, Touch
from vtp.db import Db, Row
from vtp.ids import CourseId, MediaId, UserId

_STEPS = msgspec.json.Decoder(list[Step])
_TOUCHED = msgspec.json.Decoder(dict[str, tuple[int, str]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    rev: int
    op_id: UUID
    actor_id: UserId | None
    how: str
    steps: list[Step]
    inverse: list[Step]
    undone: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    rev: int
    chapters: str  # JSON, as it was written
    at: datetime


async def lock(tx: Db, *, course_id: CourseId) -> int:
    """The revision that it has; nobody else changes it until the end of `tx`."""
    rev: int = await tx.fetchval(
        """
        insert into outline (course_id) values ($1)
        on conflict (course_id) do update set course_id = excluded.course_id
        returning rev
        """,
        course_id,
    )
    return rev


async def revs(db: Db, *, course_id: CourseId) -> tuple[int, int | None]:
    """The revision that it has, and the one that students read."""
    row = await db.fetchrow("select * from outline where course_id = $1", course_id)
    return (row["rev"], row["published_rev"]) if row else (0, None)


async def nodes(db: Db, *, course_id: CourseId) -> list[Node]:
    rows = await db.fetch("select * from outline_node where course_id = $1", course_id)
    return [_node(row) for row in rows]


async def some(
    tx: Db,
    *,
    course_id: CourseId,
    ids: Iterable[UUID],
    rows: Iterable[UUID | None],
    op_id: UUID,
) -> tuple[list[Node], bool]:
    """Those with these ids, whole; and where others stand, in the rows of those and these chapters.

    A row may have hundreds of long pages, and only their order is asked for. And whether this op
    was done already: everybody else waits while this asks, so it asks once.
    """
    wanted = list(rows)
    found = await tx.fetch(
        """
        with named as (
            select * from outline_node where course_id = $1 and id = any($2::uuid[])
        )
        select node.id, node.kind, node.parent_id, node.rank, node.deleted, whole.title,
               whole.body, whole.link, whole.optional, whole.media_id, whole.class_id,
               whole.recording_id, whole.touched,
               exists (select from outline_op where course_id = $1 and op_id = $5) as repeated
          from (values (true)) one
          left join outline_node node
            on node.course_id = $1
           and (node.id in (select id from named)
                or node.parent_id = any($3::uuid[])
                or node.parent_id in (select parent_id from named)
                or (node.parent_id is null and ($4 or exists
                    (select from named where parent_id is null))))
          left join named whole on whole.id = node.id
        """,
        course_id,
        list(ids),
        [one for one in wanted if one is not None],
        None in wanted,
        op_id,
    )
    there = [row for row in found if row["id"] is not None]
    nodes = [_place(row) if row["touched"] is None else _node(row) for row in there]
    return nodes, found[0]["repeated"]


async def set_ranks(tx: Db, *, course_id: CourseId, nodes: Sequence[Node]) -> list[Node]:
    """Only where they stand; as they are then, whole."""
    rows = await tx.fetch(
        """
        update outline_node node set rank = new.rank
          from unnest($2::uuid[], $3::text[]) as new (id, rank)
         where node.course_id = $1 and node.id = new.id
        returning node.*
        """,
        course_id,
        [node.id for node in nodes],
        [node.rank for node in nodes],
    )
    return [_node(row) for row in rows]


async def put(tx: Db, *, course_id: CourseId, changed: Sequence[Node]) -> None:
    """Chapters first: what stands in them refers to them."""
    await tx.executemany(
        """
        insert into outline_node
               (id, course_id, parent_id, kind, title, body, link, optional, media_id, class_id,
                recording_id, rank, touched, deleted)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text::jsonb, $14)
        on conflict (id) do update
           set parent_id = excluded.parent_id, title = excluded.title, body = excluded.body,
               link = excluded.link, optional = excluded.optional, media_id = excluded.media_id,
               rank = excluded.rank, touched = excluded.touched, deleted = excluded.deleted
         where outline_node.course_id = excluded.course_id
        """,
        [
            (
                node.id,
                course_id,
                node.parent,
                node.kind,
                node.title,
                node.body,
                node.link,
                node.optional,
                node.media_id,
                node.class_id,
                node.recording_id,
                node.rank,
                _json({name: (one.rev, one.client) for name, one in node.touched.items()}),
                node.deleted,
            )
            for node in sorted(changed, key=lambda node: node.parent is not None)
        ],
    )


async def taken(db: Db, *, ids: Sequence[UUID], course_id: CourseId) -> bool:
    """Whether one of these stands in another course."""
    found: bool = await db.fetchval(
        "select exists (select from outline_node where id = any($1::uuid[]) and course_id <> $2)",
        list(ids),
        course_id,
    )
    return found


# --- what was done ----------------------------------------------------------------------------
async def insert_op(
    tx: Db,
    *,
    course_id: CourseId,
    rev: int,
    op_id: UUID,
    actor_id: UserId,
    client: str,
    how: str,
    steps: Sequence[Step],
    inverse: Sequence[Step],
    at: datetime,
) -> None:
    await tx.execute(
        """
        with counted as (update outline set rev = $2 where course_id = $1)
        insert into outline_op
               (course_id, rev, op_id, actor_id, client, how, steps, inverse, at)
        values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8::text::jsonb, $9)
        """,
        course_id,
        rev,
        op_id,
        actor_id,
        client,
        how,
        _json(list(steps)),
        _json(list(inverse)),
        at,
    )


async def op_by_id(db: Db, *, course_id: CourseId, op_id: UUID) -> Op | None:
    row = await db.fetchrow(
        "select * from outline_op where course_id = $1 and op_id = $2", course_id, op_id
    )
    return _op(row) if row else None


async def last_op(tx: Db, *, course_id: CourseId, actor_id: UserId, undone: bool) -> Op | None:
    """What somebody can take back: or, of what they took back since, what they can do again."""
    row = await tx.fetchrow(
        """
        select * from outline_op mine
         where course_id = $1 and actor_id = $2 and not undone
           and ($3 and how = 'undo' or not $3 and how in ('do', 'redo'))
           and (not $3 or not exists
                (select from outline_op later
                  where later.course_id = $1 and later.actor_id = $2 and later.how = 'do'
                    and later.rev > mine.rev))
         order by rev desc limit 1
        """,
        course_id,
        actor_id,
        undone,
    )
    return _op(row) if row else None


async def mark_undone(tx: Db, *, course_id: CourseId, rev: int) -> None:
    await tx.execute(
        "update outline_op set undone = true where course_id = $1 and rev = $2", course_id, rev
    )


async def doer(db: Db, *, course_id: CourseId, rev: int) -> tuple[str, datetime] | None:
    row = await db.fetchrow(
        """
        select app_user.name, outline_op.at
          from outline_op join app_user on app_user.id = outline_op.actor_id
         where course_id = $1 and rev = $2
        """,
        course_id,
        rev,
    )
    return (row["name"], row["at"]) if row else None


async def name_of(db: Db, *, user_id: UserId) -> str:
    found: str | None = await db.fetchval("select name from app_user where id = $1", user_id)
    return found or ""


async def count_since(db: Db, *, course_id: CourseId, rev: int) -> int:
    """How much was done since, without what was taken back again."""
    found: int = await db.fetchval(
        """
        select count(*) from outline_op
         where course_id = $1 and rev > $2 and not undone and how <> 'undo'
        """,
        course_id,
        rev,
    )
    return found


# --- what students read -----------------------------------------------------------------------
async def publish(
    tx: Db,
    *,
    course_id: CourseId,
    rev: int,
    chapters: Any,
    media: Iterable[UUID],
    by_id: UserId,
    at: datetime,
) -> None:
    await tx.execute(
        """
        insert into outline_publication (course_id, rev, chapters, by_id, at)
        values ($1, $2, $3::text::jsonb, $4, $5)
        on conflict (course_id, rev) do nothing
        """,
        course_id,
        rev,
        _json(chapters),
        by_id,
        at,
    )
    await tx.execute("update outline set published_rev = $2 where course_id = $1", course_id, rev)
    await tx.execute("delete from published_media where course_id = $1", course_id)
    await tx.executemany(
        "insert into published_media (course_id, media_id) values ($1, $2)",
        [(course_id, one) for one in set(media)],
    )


async def published(db: Db, *, course_id: CourseId) -> Publication | None:
    row = await db.fetchrow(
        """
        select publication.rev, publication.chapters, publication.at
          from outline join outline_publication publication
            on publication.course_id = outline.course_id
               and publication.rev = outline.published_rev
         where outline.course_id = $1
        """,
        course_id,
    )
    return Publication(rev=row["rev"], chapters=row["chapters"], at=row["at"]) if row else None


async def courses_that_show(db: Db, *, media_id: MediaId) -> list[CourseId]:
    rows = await db.fetch(
        "select course_id from published_media where media_id = $1 limit 100", media_id
    )
    return [CourseId(row["course_id"]) for row in rows]


async def is_of(
    db: Db, *, course_id: CourseId, class_id: UUID | None, recording_id: UUID | None
) -> bool:
    """Whether this class, or the recording of one, is of this course."""
    found: bool = await db.fetchval(
        """
        select ($2::uuid is null or exists
                (select from class_session where id = $2 and course_id = $1))
           and ($3::uuid is null or exists
                (select from class_recording
                   join class_session on class_session.id = class_recording.session_id
                  where recording_id = $3 and course_id = $1))
        """,
        course_id,
        class_id,
        recording_id,
    )
    return found


async def taught_by(db: Db, *, user_id: UserId) -> list[CourseId]:
    rows = await db.fetch(
        """
        select id from course where owner_id = $1
        union
        select course_id from course_staff
         where user_id = $1 and role in ('teacher', 'co_teacher')
        """,
        user_id,
    )
    return [CourseId(row["id"]) for row in rows]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _op(row: Row) -> Op:
    return Op(
        rev=row["rev"],
        op_id=row["op_id"],
        actor_id=UserId(row["actor_id"]) if row["actor_id"] else None,
        how=row["how"],
        steps=_STEPS.decode(row["steps"]),
        inverse=_STEPS.decode(row["inverse"]),
        undone=row["undone"],
        at=row["at"],
    )


def _place(row: Row) -> Node:
    """Where it stands, and nothing else: there are hundreds of these for one that moves."""
    node_id, kind, parent, rank, deleted, *_ = row.values()
    return Node(id=node_id, kind=kind, title="", parent=parent, rank=rank, deleted=deleted)


def _node(row: Row) -> Node:
    touched = _TOUCHED.decode(row["touched"])
    return Node(
        id=row["id"],
        kind=row["kind"],
        title=row["title"],
        parent=row["parent_id"],
        rank=row["rank"],
        body=row["body"],
        link=row["link"],
        optional=row["optional"],
        media_id=row["media_id"],
        class_id=row["class_id"],
        recording_id=row["recording_id"],
        deleted=row["deleted"],
        touched={name: Touch(rev=rev, client=client) for name, (rev, client) in touched.items()},
    )
