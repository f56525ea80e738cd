"""Lists of people that were sent, and what they would change, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from vtp.accounts.model import Import, ImportState
from vtp.accounts.roster import Outcome, Planned
from vtp.accounts.store.users import names_of
from vtp.actor import Role
from vtp.db import Db, Row
from vtp.ids import UserId


async def insert(db: Db, made: Import, content: bytes) -> None:
    await db.execute(
        """
        insert into user_import (id, sent_by, sent_at, content, state, fault)
        values ($1, $2, $3, $4, $5, $6)
        """,
        made.id,
        made.sent_by,
        made.sent_at,
        content,
        made.state.value,
        made.fault,
    )


async def by_id(db: Db, import_id: UUID, *, sent_by: UserId) -> Import | None:
    row = await db.fetchrow(
        "select * from user_import where id = $1 and sent_by = $2", import_id, sent_by
    )
    return _import(row) if row else None


async def lock(db: Db, import_id: UUID) -> tuple[Import, bytes] | None:
    """With what was sent; None when it is not there any more."""
    row = await db.fetchrow("select * from user_import where id = $1 for update", import_id)
    return (_import(row), row["content"] or b"") if row else None


async def set_state(db: Db, import_id: UUID, state: ImportState, fault: str = "") -> None:
    """What was sent is kept only while it is still to be applied."""
    await db.execute(
        """
        update user_import
           set state = $2, fault = $3,
               content = case when $2 in ('comparing', 'compared', 'applying') then content end
         where id = $1
        """,
        import_id,
        state.value,
        fault,
    )


async def put_lines(db: Db, import_id: UUID, planned: Sequence[Planned]) -> None:
    """In place of those that were there. Roles hold no comma."""
    await db.execute("delete from user_import_line where import_id = $1", import_id)
    await db.execute(
        """
        insert into user_import_line
               (import_id, line, outcome, email, name, roles, name_before, roles_before, words)
        select $1, line, outcome, email, name, string_to_array(roles, ','),
               name_before, string_to_array(roles_before, ','), words
          from unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                      $8::text[], $9::text[])
               as given (line, outcome, email, name, roles, name_before, roles_before, words)
        """,
        import_id,
        [one.line for one in planned],
        [one.outcome for one in planned],
        [one.email for one in planned],
        [one.name for one in planned],
        [",".join(names_of(one.roles)) for one in planned],
        [one.name_before for one in planned],
        [",".join(names_of(one.roles_before)) for one in planned],
        [one.words for one in planned],
    )


async def lines(
    db: Db, import_id: UUID, *, outcome: Outcome | None = None, after: int, limit: int | None
) -> list[Planned]:
    """In the order of the list."""
    rows = await db.fetch(
        """
        select * from user_import_line
         where import_id = $1 and line > $2 and ($3::text is null or outcome = $3)
         order by line
         limit $4
        """,
        import_id,
        after,
        outcome,
        limit,
    )
    return [_planned(row) for row in rows]


async def counts(db: Db, import_id: UUID) -> dict[Outcome, int]:
    rows = await db.fetch(
        "select outcome, count(*) from user_import_line where import_id = $1 group by outcome",
        import_id,
    )
    return {row["outcome"]: row["count"] for row in rows}


async def sweep(db: Db, *, before: datetime) -> int:
    tag = await db.execute("delete from user_import where sent_at < $1", before)
    return int(tag.removeprefix("DELETE "))


def _import(row: Row) -> Import:
    return Import(
        id=row["id"],
        sent_by=UserId(row["sent_by"]),
        sent_at=row["sent_at"],
        state=ImportState(row["state"]),
        fault=row["fault"],
    )


def _planned(row: Row) -> Planned:
    return Planned(
        line=row["line"],
        outcome=row["outcome"],
        email=row["email"],
        name=row["name"],
        roles=frozenset(map(Role, row["roles"])),
        name_before=row["name_before"],
        roles_before=frozenset(map(Role, row["roles_before"])),
        words=row["words"],
    )
