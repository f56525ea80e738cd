"""The certificate of the server, taken anew when its files change: renewals need no restart."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import structlog

from vtp.settings import Server, SettingsError

_log = structlog.get_logger()


class Certificate:
    """`context` is for the listener; its owner runs `watch` and cancels it."""

    def __init__(self, options: Server) -> None:
        self._cert, self._key = options.tls_cert, options.tls_key or None
        self._every = options.tls_reload_interval
        self._seen = self._state()
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._load(self.context)

    def _load(self, context: ssl.SSLContext) -> None:
        """Without a password, OpenSSL would ask for that of a locked key on the terminal."""
        context.load_cert_chain(self._cert, self._key, password="")

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await asyncio.to_thread(self.reload)

    def reload(self) -> None:
        """Connections that are open keep theirs; a pair that does not fit leaves the old one."""
        state = self._state()
        if state == self._seen:
            return
        try:
            # On a context of its own first: a half-written pair must not break the one in use.
            self._load(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH))
            self._load(self.context)
        except (OSError, ssl.SSLError) as error:
            _log.warning("tls.not_reloaded", error=str(error), seldom="tls")
            return
        self._seen = state
        _log.info("tls.reloaded", cert=self._cert)

    def _state(self) -> list[tuple[int, int]]:
        """Of both files: when they were changed, and which files they are."""
        found = [Path(name).stat() for name in (self._cert, self._key) if name]
        return [(file.st_mtime_ns, file.st_ino) for file in found]


def certificate(options: Server) -> Certificate | None:
    if not options.tls_cert:
        return None
    try:
        return Certificate(options)
    except ssl.SSLError:
        key = options.tls_key or options.tls_cert
        raise SettingsError(
            f"server.tls_cert and server.tls_key: {options.tls_cert} is no certificate, "
            f"or {key} is not its key without a password."
        ) from None
    except OSError as error:
        raise SettingsError(
            f"server.tls_cert and server.tls_key: {error.filename or options.tls_cert} "
            f"cannot be read: {error.strerror}."
        ) from None
