"""The record in PostgreSQL: rows go in, and are read."""

from __future__ import annotations

import msgspec

from vtp.audit.model import Entry, Whence
from vtp.db import Db
from vtp.db.connection import Row


async def insert(db: Db, entry: Entry, whence: Whence | None) -> None:
    """In one statement, for it is on the way of everything that people do."""
    await db.execute(
        """
        with entry as (
            insert into audit_entry (id, seq, at, actor_id, via, action, noun, target_id, result,
                                     details, request_id, agent, network, address_digest)
            values ($1, 0, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $13)
            returning id
        )
        insert into audit_address (entry_id, address, salt)
        select id, $14, $15 from entry where $15::bytea is not null
        """,
        entry.id,
        entry.at,
        entry.actor_id,
        entry.via,
        entry.action,
        entry.noun,
        entry.target_id,
        entry.result,
        msgspec.json.encode(entry.details).decode(),
        entry.request_id,
        entry.agent,
        entry.network,
        entry.address_digest,
        whence.address if whence else "",
        whence.salt if whence else None,
    )


def entry_of(row: Row) -> Entry:
    fields = dict(row)
    fields["details"] = msgspec.json.decode(fields["details"])
    return Entry(**fields)
