"""Looking things up in the record: newest first, by what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from vtp.audit.model import Found, Wanted
from vtp.audit.store.rows import entry_of
from vtp.db import Db

# Only what is asked for stands in the statement, so that each question finds its index.
_CONDITIONS = {
    "actors": "actor_id = any($1::uuid[])",
    "noun": "noun = $2",
    "action": "action = $3",
    "target": "target_id = $4",
    "result": "result = $5",
    "since": "id >= audit_bound($6)",
    "until": "id < audit_bound($7)",
    "before": "id < $8",
    "about": "(actor_id = $9 or (noun = 'user' and target_id = $9::text))",
}
_FOUND = """
    select entry.*, address.address
      from (select * from audit_entry
             where ($1::uuid[] is null or true) and ($2::text is null or true)
               and ($3::text is null or true) and ($4::text is null or true)
               and ($5::text is null or true) and ($6::timestamptz is null or true)
               and ($7::timestamptz is null or true) and ($8::uuid is null or true)
               and ($9::uuid is null or true) {conditions}
             order by id desc limit $10) entry
           left join audit_address address on address.entry_id = entry.id
     order by entry.id desc
"""


async def found(db: Db, wanted: Wanted, *, before: UUID | None, limit: int) -> list[Found]:
    values: dict[str, Sequence[UUID] | UUID | str | datetime | None] = {
        "actors": wanted.actors,
        "noun": wanted.noun,
        "action": wanted.action,
        "target": wanted.target,
        "result": wanted.result,
        "since": wanted.since,
        "until": wanted.until,
        "before": before,
        "about": wanted.about,
    }
    asked = [_CONDITIONS[name] for name, value in values.items() if value is not None]
    query = _FOUND.replace("{conditions}", "".join(f" and {one}" for one in asked))
    rows = await db.fetch(query, *values.values(), limit)
    return [_found(dict(row)) for row in rows]


def _found(row: dict[str, object]) -> Found:
    address = row.pop("address")
    entry = entry_of(row)
    return Found(entry=entry, address=str(address) if address else entry.network)
