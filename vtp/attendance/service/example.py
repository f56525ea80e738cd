"""When people of the demo were there, written without a class that goes on."""

from __future__ import annotations

from collections.abc import Sequence

from vtp.attendance import store
from vtp.attendance.ledger import Entry
from vtp.db import Database

_AT_ONCE = 1000


async def put_spans(db: Database, entries: Sequence[Entry]) -> None:
    for start in range(0, len(entries), _AT_ONCE):
        async with db.transaction() as tx:
            await store.write(tx, entries[start : start + _AT_ONCE])
