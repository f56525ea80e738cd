"""What handlers ask the application for."""

from __future__ import annotations

from aiohttp import web

from vtp.library.service import Library

LIBRARY: web.AppKey[Library] = web.AppKey("library", Library)
