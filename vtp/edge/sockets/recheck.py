"""Whether those who are connected may still be: what ended elsewhere ends here too.

Ending a session closes its sockets at once where that happens (`Sockets.close_credential`).
This is the net below: another node, a command on the terminal, an expiry that nobody announced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

from vtp.actor import Actor
from vtp.edge.sockets.channels import of_credential
from vtp.edge.sockets.connection import Connection
from vtp.edge.sockets.roster import Roster

# Actors in one question.
_AT_ONCE = 500


class Recheck(Protocol):
    async def __call__(self, actors: Sequence[Actor]) -> Sequence[Actor | None]:
        """Each as it is now, in the same order; None where what proved it has ended."""


async def ended(
    roster: Roster, sockets: Iterable[Connection], ask: Recheck, *, timeout: float
) -> list[UUID]:
    """Bring the actors of `sockets` up to date; the credentials of them that have ended."""
    proved = {one.actor.credential_id: one.actor for one in sockets if one.actor.credential_id}
    before = list(proved.items())
    over: list[UUID] = []
    for start in range(0, len(before), _AT_ONCE):
        part = before[start : start + _AT_ONCE]
        async with asyncio.timeout(timeout):
            now = await ask([actor for _, actor in part])
        for (credential_id, _), actor in zip(part, now, strict=True):
            if actor is None:
                over.append(credential_id)
            else:
                _update(roster, credential_id, actor)
    return over


def _update(roster: Roster, credential_id: UUID, actor: Actor) -> None:
    """Roles and scopes may have changed. Whose credential it is cannot."""
    for connection in roster.members(of_credential(credential_id)):
        roster.now(connection, actor)
