"""One conversation with the mail server, and what each way of ending it means.

Until the text of the letter begins to flow, nothing has happened and everything may be tried
again. From then on only an answer tells whether it was taken; a line that breaks in between
leaves that open, and it is said so rather than sent twice.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiosmtplib

from vtp import settings
from vtp.mail.envelope import Envelope

_LOST = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError, TimeoutError)
_TROUBLE = (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError)
# Refusals of a recipient that are about us (sign in first, no relaying), not about the address.
_ABOUT_US = frozenset({530, 534, 535, 538})
_POLICY = "5.7."  # RFC 3463 section 3.8
_LONGEST = 300  # characters of an answer that are kept


class Deferred(Exception):
    """Not sent, and the same may go well later."""


class Refused(Exception):
    """Not sent, and never will be. `address`: because of whom it is for."""

    def __init__(self, reason: str, *, address: bool) -> None:
        super().__init__(reason)
        self.address = address


class Unsure(Exception):
    """It may have been taken, or not."""


class Post:
    def __init__(self, options: settings.Mail, *, name: str) -> None:
        """`name` is what we call ourselves in HELO."""
        self._options = options
        self._name = name
        self._tls = _context(options)

    async def deliver(self, envelope: Envelope, *, begins: Callable[[], Awaitable[None]]) -> None:
        """Return when the server has taken it. `begins` is awaited before its first byte."""
        async with self._connected() as client:
            await self._address(client, envelope)
            await begins()
            await _send(client, envelope.message)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        chosen = self._options
        client = aiosmtplib.SMTP(
            hostname=chosen.host,
            port=chosen.port,
            username=chosen.user or None,
            password=chosen.password if chosen.user else None,
            local_hostname=self._name,
            timeout=chosen.timeout,
            use_tls=chosen.security == "implicit",
            start_tls=chosen.security == "starttls",
            tls_context=self._tls,
        )
        try:
            await client.connect()
        except _TROUBLE as error:
            client.close()
            raise Deferred(said(error)) from None
        try:
            yield client
        finally:
            await _leave(client)

    async def _address(self, client: aiosmtplib.SMTP, envelope: Envelope) -> None:
        options = ["SMTPUTF8"] if envelope.international else []
        if envelope.international and not client.supports_extension("smtputf8"):
            raise Refused("The mail server cannot write to such an address.", address=True)
        encoding = "utf-8" if envelope.international else "ascii"
        try:
            await client.mail(envelope.sender, options=options, encoding=encoding)
            await client.rcpt(envelope.to, encoding=encoding)
        except aiosmtplib.SMTPRecipientRefused as error:
            raise _of_recipient(error) from None
        except _TROUBLE as error:
            raise Deferred(said(error)) from None


def _of_recipient(error: aiosmtplib.SMTPRecipientRefused) -> Exception:
    if error.code < 500 or error.code in _ABOUT_US:
        return Deferred(said(error))
    return Refused(said(error), address=not error.message.startswith(_POLICY))


async def _send(client: aiosmtplib.SMTP, message: bytes) -> None:
    try:
        await client.data(message)
    except aiosmtplib.SMTPDataError as error:
        if error.code < 500:
            raise Deferred(said(error)) from None
        raise Refused(said(error), address=False) from None
    except (*_LOST, aiosmtplib.SMTPException) as error:
        raise Unsure(said(error)) from None


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Politely where that is possible; what counts has been said."""
    with suppress(*_TROUBLE):
        if client.is_connected:
            await client.quit(timeout=1.0)
    client.close()


def said(error: BaseException) -> str:
    """An answer of the server, or what was wrong with the line, in one line."""
    if untrusted := _untrusted(error):
        text = f"The certificate of the mail server is not to be trusted: {untrusted}."
    elif isinstance(error, aiosmtplib.SMTPResponseException):
        text = f"{error.code} {error.message}"
    else:
        why = error.__cause__ or error.__context__  # "Error connecting" alone helps nobody
        text = f"{error} {repr(why) if why else ''}".strip() or type(error).__name__
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:_LONGEST]


def _untrusted(error: BaseException | None) -> str:
    """What is wrong with the certificate, however deep that lies; empty where it is not that."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return ""


def _context(options: settings.Mail) -> ssl.SSLContext | None:
    if options.security == "none":
        return None
    return ssl.create_default_context(cafile=options.ca_file or None)
