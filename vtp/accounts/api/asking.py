"""What every handler of accounts needs of a request."""

from __future__ import annotations

from aiohttp import web

from vtp import settings
from vtp.accounts.model import Caller
from vtp.accounts.service import Accounts
from vtp.accounts.service.erasure import Erasure
from vtp.accounts.service.takeouts import Takeouts
from vtp.edge.front import ADDRESS

ACCOUNTS: web.AppKey[Accounts] = web.AppKey("accounts", Accounts)
TAKEOUTS: web.AppKey[Takeouts] = web.AppKey("takeouts", Takeouts)
ERASURE: web.AppKey[Erasure] = web.AppKey("erasure", Erasure)

# Of its name now, which an authenticator app shows.
SCHOOL: web.AppKey[settings.School] = web.AppKey("school", settings.School)

# What a browser keeps when its person signs out, so that it is known when they come back.
DEVICE_COOKIE = "vtp-device"


def caller(request: web.Request, *, time_zone: str = "") -> Caller:
    """`time_zone` is that of the device, where its script told."""
    return Caller(
        address=request[ADDRESS],
        agent=request.headers.get("User-Agent", ""),
        device=request.cookies.get(DEVICE_COOKIE, ""),
        time_zone=time_zone,
    )
