"""The floors that `bench/http.py` compares with: aiohttp on uvloop, saying hello as JSON.

With a VTP_DATABASE_URL there is /me as well: one query through a pool of asyncpg, encoded by
msgspec, for no one in particular. That is all of a route but what a server must do around it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import msgspec
import uvloop
from aiohttp import web

POOL: web.AppKey[asyncpg.Pool] = web.AppKey("pool", asyncpg.Pool)
_QUERY = "select * from app_user where id = $1"
_ENCODER = msgspec.json.Encoder()


async def _keep_session(_connection: object) -> None:
    """As `vtp.db` does: no second round trip when a connection goes back."""


async def hello(_request: web.Request) -> web.Response:
    return web.Response(body=b'{"hello":"world"}', content_type="application/json")


async def me(request: web.Request) -> web.Response:
    row = await request.app[POOL].fetchrow(_QUERY, UUID(request.query["id"]))
    return web.Response(body=_ENCODER.encode(dict(row or {})), content_type="application/json")


async def _pool(app: web.Application) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        os.environ["VTP_DATABASE_URL"], min_size=2, command_timeout=10, reset=_keep_session
    ) as pool:
        app[POOL] = pool
        yield


def main() -> None:
    app = web.Application()
    if "VTP_DATABASE_URL" in os.environ:
        app.cleanup_ctx.append(_pool)
        app.router.add_get("/me", me)
    app.router.add_get("/{any:.*}", hello)
    uvloop.install()
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
