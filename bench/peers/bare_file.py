"""aiohttp alone: what comes goes into a file, and nothing else is done with it."""

from __future__ import annotations

import sys
import tempfile

from aiohttp import web


async def alive(_request: web.Request) -> web.Response:
    return web.Response()


async def take(request: web.Request) -> web.Response:
    with tempfile.TemporaryFile() as file:
        async for piece in request.content.iter_any():
            file.write(piece)
    return web.Response(status=204)


def main() -> None:
    app = web.Application()
    app.add_routes([web.get("/health/live", alive), web.patch("/file", take)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)


if __name__ == "__main__":
    main()
