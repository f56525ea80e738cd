"""Whether those who are connected may still be: what ended elsewhere ends here too.

Ending a session closes its sockets at once where that happens (`Sockets.close_credential`).
This is the net below: another node, a command on the terminal, an expiry that nobody announced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from vtp.actor import Actor
from vtp.edge.sockets.channels import of_credential
from vtp.edge.sockets.connection import Connection
from vtp.edge.sockets.roster import Roster
from vtp.ids import UserId

# Actors in one question.
_AT_ONCE = 500


class Recheck(Protocol):
    async def __call__(self, actors: Sequence[Actor]) -> Sequence[Actor | None]:
        """Each as it is now, in the same order; None where what proved it has ended."""


@dataclass(slots=True)
class Found:
    """What has changed since the last look."""

    ended: list[UUID] = field(default_factory=list)  # credentials
    roles: set[UserId] = field(default_factory=set)  # whose roles are others now


async def look(
    roster: Roster, sockets: Iterable[Connection], ask: Recheck, *, timeout: float
) -> Found:
    """Bring the actors of `sockets` up to date."""
    proved = {one.actor.credential_id: one.actor for one in sockets if one.actor.credential_id}
    before = list(proved.items())
    found = Found()
    for start in range(0, len(before), _AT_ONCE):
        part = before[start : start + _AT_ONCE]
        async with asyncio.timeout(timeout):
            now = await ask([actor for _, actor in part])
        for (credential_id, was), actor in zip(part, now, strict=True):
            if actor is None:
                found.ended.append(credential_id)
                continue
            _update(roster, credential_id, actor)
            if actor.user_id is not None and actor.roles != was.roles:
                found.roles.add(actor.user_id)
    return found


def _update(roster: Roster, credential_id: UUID, actor: Actor) -> None:
    """Roles and scopes may have changed. Whose credential it is cannot."""
    for connection in roster.members(of_credential(credential_id)):
        roster.now(connection, actor)
