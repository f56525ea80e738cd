"""A sign-in from where nobody signed in before: its owner is told, who may know better."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from vtp.accounts import agents
from vtp.accounts.kinds import SIGNED_IN
from vtp.accounts.model import Session
from vtp.accounts.store import sessions, users
from vtp.db import Db
from vtp.notices.service import Notices

# Who has just made an account signs in for the first time; that is no news to them.
_NEW_ACCOUNT = timedelta(minutes=10)


class Arrivals:
    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    async def tell_if_new(self, tx: Db, session: Session) -> None:
        """Call it with a session that has just begun, unless its browser was known.

        Once a day for each program: one that signs in every minute is one piece of news.
        """
        user = await users.by_id(tx, session.user_id)
        if user is None or session.created_at - user.created_at < _NEW_ACCOUNT:
            return
        if await sessions.has_other(tx, user.id, agent=session.agent, but=session.id):
            return
        mark = sha256(session.agent.encode()).hexdigest()[:16]
        await self._notices.tell(
            tx,
            user.id,
            SIGNED_IN,
            {"agent": agents.shown(session.agent)},
            key=f"{mark}:{session.created_at:%Y-%m-%d}",
        )
