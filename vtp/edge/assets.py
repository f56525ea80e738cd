"""The built browser files: where one is, by the name that templates use; served for ever."""

from __future__ import annotations

import json
from pathlib import Path

from aiohttp import web

from vtp import resources
from vtp.edge.routes import Routes
from vtp.edge.rules import anyone
from vtp.errors import NotFound

PREFIX = "/static/"
# Their names stay while their content changes, so they must not be kept for ever by a browser.
_FOR_THE_SERVER = frozenset({"manifest.json", "preload.json"})
_IMMUTABLE = "public, max-age=31536000, immutable"

routes = Routes("assets")


class Assets:
    """`manifest.json` maps "shell.js" to "shell-5F3A.js", whose content never changes."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = (directory or resources.assets()).resolve()
        manifest = self.directory / "manifest.json"
        if not manifest.is_file():
            raise FileNotFoundError(f"{manifest} is not there: build the browser files first")
        self._names: dict[str, str] = json.loads(manifest.read_text("utf-8"))

        preload = self.directory / "preload.json"
        self._preload: dict[str, list[str]] = json.loads(preload.read_text("utf-8"))

    def preload(self, name: str) -> list[str]:
        """What a page that loads `name` will need next, so that it may come at once."""
        return [PREFIX + file for file in self._preload.get(name, ())]

    def url(self, name: str) -> str:
        return PREFIX + self._names[name]

    def file(self, path: str) -> Path:
        """The file of a request, never one outside of the folder."""
        try:
            found = (self.directory / path).resolve()
            is_ours = found.is_relative_to(self.directory) and found.is_file()
        except (ValueError, OSError):  # no name of a file: a NUL in it, or too long
            raise NotFound from None
        if not is_ours or found.name in _FOR_THE_SERVER:
            raise NotFound
        return found


ASSETS: web.AppKey[Assets] = web.AppKey("assets", Assets)


@routes.get(
    PREFIX + "{path:.+}",
    rule=anyone("assets", "read"),
    produces="application/octet-stream",
    counted=False,
    logged=False,
)
async def asset(request: web.Request, path: str) -> web.FileResponse:
    """A built browser file."""
    found = request.app[ASSETS].file(path)
    return web.FileResponse(found, headers={"Cache-Control": _IMMUTABLE})
