"""A session as it begins, whatever proves it afterwards."""

from __future__ import annotations

from datetime import datetime

from vtp.accounts import agents, zones
from vtp.accounts.model import Caller, ProvedBy, Session, SessionKind
from vtp.actor import Actor, Via
from vtp.audit.service import Audit
from vtp.db import Db
from vtp.ids import SessionId, UserId, uuid7


def begun(
    user_id: UserId,
    kind: SessionKind,
    caller: Caller,
    *,
    proved_by: ProvedBy,
    now: datetime,
    expires_at: datetime,
) -> Session:
    return Session(
        id=SessionId(uuid7()),
        user_id=user_id,
        kind=kind,
        address=caller.address,
        agent=agents.storable(caller.agent),
        created_at=now,
        last_seen_at=now,
        renewed_at=now,
        expires_at=expires_at,
        proved_by=proved_by,
        time_zone=caller.time_zone if caller.time_zone in zones.known() else "",
    )


def actor_of(session: Session) -> Actor:
    """Who acts by this session, for the record: nothing is decided by it."""
    via = Via.SESSION if session.kind is SessionKind.BROWSER else Via.JWT
    return Actor(session.user_id, frozenset(), via, session.id)


async def record_begun(audit: Audit, tx: Db, session: Session) -> None:
    await audit.record(
        tx,
        actor_of(session),
        action="begun",
        noun="session",
        target_id=session.id,
        details={"kind": session.kind.value, "proved_by": session.proved_by.value},
    )
