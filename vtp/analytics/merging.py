"""How what somebody played arrived goes to another account of theirs."""

from __future__ import annotations

from vtp.analytics.store import plays
from vtp.db import Db
from vtp.ids import UserId


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    await plays.move(tx, source=source, target=target)
