"""What the library offers over HTTP."""

from __future__ import annotations

from vtp.library.api import films, media, uploads, videos

routes = [*uploads.routes, *media.routes, *videos.routes, *films.routes]
