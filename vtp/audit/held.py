"""What the record holds about a person: what they did, and what was done to their account."""

from __future__ import annotations

from vtp.actor import Gone
from vtp.db import Db

sheets = {
    "record": """
        select e.id, e.at, e.actor_id = $1 as by_you, e.via, e.noun, e.action, e.target_id,
               e.result, e.agent, coalesce(a.address, e.network) as address, e.details
          from audit_entry e left join audit_address a on a.entry_id = e.id
         where e.actor_id = $1 or (e.noun = 'user' and e.target_id = $1::text)
    """,
}
kept: tuple[str, ...] = ("erasure.kept.record",)


async def erase(_tx: Db, _gone: Gone, /) -> None:
    """Nothing: a record that can be changed proves nothing. It names ids, and goes by its age."""
