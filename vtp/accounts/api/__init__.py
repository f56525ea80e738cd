"""The HTTP interface of accounts."""

from __future__ import annotations

from vtp.accounts.api import auth, keys, pictures, users
from vtp.accounts.api.asking import ACCOUNTS, DEVICE_COOKIE, caller
from vtp.edge.routes import Route

routes: list[Route] = [*auth.routes, *users.routes, *pictures.routes, *keys.routes]

__all__ = ["ACCOUNTS", "DEVICE_COOKIE", "caller", "routes"]
