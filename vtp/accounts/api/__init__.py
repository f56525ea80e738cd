"""The HTTP interface of accounts."""

from __future__ import annotations

from vtp.accounts.api import (
    auth,
    factors,
    identities,
    imports,
    keys,
    mailed,
    own_data,
    passkeys,
    pictures,
    users,
)
from vtp.accounts.api.asking import ACCOUNTS, DEVICE_COOKIE, SCHOOL, caller
from vtp.edge.routes import Route

routes: list[Route] = [
    *auth.routes,
    *factors.routes,
    *mailed.routes,
    *passkeys.routes,
    *identities.routes,
    *users.routes,
    *imports.routes,
    *pictures.routes,
    *keys.routes,
    *own_data.routes,
]

__all__ = ["ACCOUNTS", "DEVICE_COOKIE", "SCHOOL", "caller", "routes"]
