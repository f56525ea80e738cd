"""A session as it begins, whatever proves it afterwards."""

from __future__ import annotations

from datetime import datetime

from vtp.accounts import agents
from vtp.accounts.model import Caller, Session, SessionKind
from vtp.ids import SessionId, UserId, uuid7


def begun(
    user_id: UserId, kind: SessionKind, caller: Caller, *, now: datetime, expires_at: datetime
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
    )
