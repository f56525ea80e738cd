"""The database of a command: the one that was named, else our own for as long as it is needed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from vtp import secretfiles
from vtp.serve import lock
from vtp.serve.database_url import require_readable
from vtp.serve.errors import AlreadyServing, CannotServe
from vtp.serve.postgres import server
from vtp.settings import Settings

_STARTING = 30.0  # s, for a server that another process has just begun to start


@contextmanager
def reached(settings: Settings) -> Iterator[Settings]:
    """For a short command: settings whose database answers within this block."""
    if settings.database.url:
        require_readable(settings.database.url)
        yield settings
        return
    data = settings.data_dir
    secretfiles.private_folder(data)
    try:
        with lock.held(data):
            prepared = server.prepare(
                data, settings.secrets_dir, chosen=settings.database.embedded_bin
            )
            with server.running(prepared) as url:
                yield _with(settings, url)
    except AlreadyServing:
        yield _with(settings, _url_of_running(data, settings.secrets_dir))


def named(settings: Settings) -> Settings:
    """For a process that lives long: it starts no database of its own."""
    if not settings.database.url:
        raise CannotServe("Set VTP_DATABASE_URL, or use `vtp serve`, which brings its PostgreSQL.")
    require_readable(settings.database.url)
    return settings


def _with(settings: Settings, url: str) -> Settings:
    database = msgspec.structs.replace(settings.database, url=url)
    return msgspec.structs.replace(settings, database=database)


def _url_of_running(data: Path, secrets_dir: Path) -> str:
    until = time.monotonic() + _STARTING
    while time.monotonic() < until:
        url = server.url_of_running(data, secrets_dir)
        if url is not None:
            return url
        time.sleep(0.3)
    raise CannotServe("vtp is running on this data folder, but its database does not answer.")
