"""Sessions of programs: an access token for minutes, and a refresh token for the next one."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from vtp import settings
from vtp.accounts.access import AccessTokens
from vtp.accounts.marks import Marks, Renewal, Verdict, judge
from vtp.accounts.model import Caller, Login, ProvedBy, Session, SessionKind, Tokens
from vtp.accounts.problems import BadRefreshToken, RefreshTokenReused, WrongCredentials
from vtp.accounts.service.arrivals import Arrivals
from vtp.accounts.service.begun import actor_of, begun, record_begun
from vtp.accounts.service.endings import Endings
from vtp.accounts.store import sessions
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database, Db
from vtp.ids import SessionId, UserId

_log = structlog.get_logger()


class Clients:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        options: settings.Auth,
        access: AccessTokens,
        marks: Marks,
        endings: Endings,
        arrivals: Arrivals,
        demo: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._options = options
        self._access = access
        self._marks = marks
        self._endings = endings
        self._arrivals = arrivals
        self._demo = demo

    async def open(self, login: Login, caller: Caller, *, proved_by: ProvedBy) -> Tokens:
        now = self._clock.now()
        session = begun(
            login.user_id,
            SessionKind.CLIENT,
            caller,
            proved_by=proved_by,
            now=now,
            expires_at=self._end(now, now),
        )
        async with self._db.transaction() as tx:
            if not await sessions.insert(
                tx, session, cookie_hash=None, password_version=login.password_version
            ):
                raise WrongCredentials
            await record_begun(self._audit, tx, session)
            await self._arrivals.tell_if_new(tx, session)
        return self._tokens(session.user_id, session.id, 0)

    async def refresh(self, token: str) -> Tokens:
        """The next pair of tokens. A token that was used before ends the whole session."""
        presented = self._marks.read_refresh(token)
        if presented is None:
            raise BadRefreshToken
        async with self._db.transaction() as tx:
            verdict, session = await self._renew(tx, presented)
        if session is None or verdict is Verdict.UNKNOWN:
            raise BadRefreshToken
        if verdict is Verdict.REUSED:
            _log.warning("accounts.refresh_reused", session_id=str(session.id))
            await self._endings.one(session.user_id, session.id)
            raise RefreshTokenReused
        renewed = verdict is Verdict.RENEW
        return self._tokens(session.user_id, session.id, session.generation + renewed)

    async def _renew(self, tx: Db, presented: Renewal) -> tuple[Verdict, Session | None]:
        """Judge under the lock of the session, so that of two at once the second is judged as one.

        It returns instead of raising, because what it did must be committed.
        """
        now = self._clock.now()
        session = await sessions.lock_client(tx, presented.session_id, now=now, demo=self._demo)
        if session is None:
            return Verdict.UNKNOWN, None
        verdict = judge(
            presented.generation,
            current=session.generation,
            renewed_at=session.renewed_at,
            now=now,
            grace=timedelta(seconds=self._options.refresh_grace),
        )
        if verdict is Verdict.REUSED:
            await sessions.end(tx, session.id, user_id=session.user_id)
            await self._audit.record(
                tx,
                actor_of(session),
                action="token_reused",
                noun="session",
                target_id=session.id,
                result="refused",
            )
        if verdict is Verdict.RENEW:
            await sessions.renew(
                tx,
                session.id,
                generation=session.generation + 1,
                now=now,
                expires_at=self._end(session.created_at, now),
            )
        return verdict, session

    def _end(self, created_at: datetime, now: datetime) -> datetime:
        """Later with each renewal, but not for ever."""
        return min(
            now + timedelta(seconds=self._options.refresh_lifetime),
            created_at + timedelta(seconds=self._options.client_lifetime),
        )

    def _tokens(self, user_id: UserId, session_id: SessionId, generation: int) -> Tokens:
        return Tokens(
            access_token=self._access.issue(user_id, session_id, now=self._clock.now()),
            refresh_token=self._marks.refresh(Renewal(session_id, generation)),
            expires_in=self._access.lifetime,
        )
