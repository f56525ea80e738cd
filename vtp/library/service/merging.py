"""What somebody has in the library goes to another account of theirs."""

from __future__ import annotations

from vtp.db import Db
from vtp.ids import UserId
from vtp.library.store import items, uploads


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    await items.move(tx, source=source, target=target)
    await uploads.move(tx, source=source, target=target)
