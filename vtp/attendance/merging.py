"""When somebody was there, and what they watched, goes to another account of theirs."""

from __future__ import annotations

from vtp.attendance.store import certificates, learning, prospects, registers, watching
from vtp.attendance.store import move as move_presence
from vtp.db import Db
from vtp.ids import UserId


async def move(tx: Db, *, source: UserId, target: UserId) -> None:
    await move_presence(tx, source=source, target=target)
    await watching.move(tx, source=source, target=target)
    await watching.move(tx, source=source, target=target, book=watching.FILMS)
    await registers.move(tx, source=source, target=target)
    await learning.move(tx, source=source, target=target)
    await certificates.move(tx, source=source, target=target)
    await prospects.move(tx, source=source, target=target)
