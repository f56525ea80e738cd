"""What handlers ask the application for."""

from __future__ import annotations

from aiohttp import web

from vtp.library.port import Viewers
from vtp.library.service import Library

LIBRARY: web.AppKey[Library] = web.AppKey("library", Library)
# Its pages show how far one got; `app` names who knows.
VIEWERS: web.AppKey[Viewers] = web.AppKey("viewers")
