"""Sessions of browsers: an opaque cookie each, and a new one at every sign-in."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from vtp import settings
from vtp.accounts import opaque
from vtp.accounts.marks import Marks
from vtp.accounts.model import BrowserSession, Caller, Login, ProvedBy, SessionKind
from vtp.accounts.problems import WrongCredentials
from vtp.accounts.service.arrivals import Arrivals
from vtp.accounts.service.begun import begun, record_begun
from vtp.accounts.service.endings import Endings
from vtp.accounts.store import sessions
from vtp.audit.service import Audit
from vtp.clock import Clock
from vtp.db import Database
from vtp.ids import UserId

# s; a year. It is renewed at each sign-in.
_DEVICE_KEPT = 31_536_000


class Browsers:
    def __init__(
        self,
        db: Database,
        *,
        clock: Clock,
        audit: Audit,
        options: settings.Auth,
        marks: Marks,
        endings: Endings,
        arrivals: Arrivals,
    ) -> None:
        self._db = db
        self._clock = clock
        self._audit = audit
        self._options = options
        self._marks = marks
        self._endings = endings
        self._arrivals = arrivals

    def place_of(self, caller: Caller, user_id: UserId) -> str | None:
        """A name for a browser that signed in to this account before."""
        if not caller.device or not self._marks.knows_device(caller.device, user_id):
            return None
        return f"device:{sha256(caller.device.encode()).hexdigest()[:32]}"

    async def open(
        self, login: Login, caller: Caller, *, proved_by: ProvedBy, replaces: str
    ) -> BrowserSession:
        """A new session. The one of the cookie `replaces` ends, so none is carried over."""
        cookie = opaque.new()
        now = self._clock.now()
        lives = min(self._options.session_idle, self._options.session_lifetime)
        session = begun(
            login.user_id,
            SessionKind.BROWSER,
            caller,
            proved_by=proved_by,
            now=now,
            expires_at=now + timedelta(seconds=lives),
        )
        async with self._db.transaction() as tx:
            # The account is locked before its sessions, here as everywhere: nobody waits in a ring.
            if not await sessions.insert(
                tx,
                session,
                cookie_hash=opaque.digest(cookie),
                password_version=login.password_version,
            ):
                raise WrongCredentials
            await record_begun(self._audit, tx, session)
            if not self._marks.knows_device(caller.device, login.user_id):
                await self._arrivals.tell_if_new(tx, session)
            left = None
            if opaque.plausible(replaces):
                left = await sessions.end_of_cookie(tx, opaque.digest(replaces))
        if left is not None:
            await self._endings.one(left[1], left[0])
        return BrowserSession(
            user_id=login.user_id,
            cookie=cookie,
            max_age=int(self._options.session_lifetime),
            device=self._device(login.user_id, caller),
            device_max_age=_DEVICE_KEPT,
        )

    def _device(self, user_id: UserId, caller: Caller) -> str:
        """The same as before, so that its wrong guesses stay with it."""
        if self._marks.knows_device(caller.device, user_id):
            return caller.device
        return self._marks.device(user_id, random=secrets.token_bytes(16))
