"""A mail server of a test's own (aiosmtpd), which takes, refuses, hangs or goes away as it is told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP as SMTP_POLICY
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from vtp import settings

USER, PASSWORD = "school", "chalk and cheese"


@dataclass
class MailServer:
    """What it answers to each step; the default is to take everything."""

    port: int = 0
    on_recipient: str = "250 OK"
    on_data: str = "250 taken"
    # After the text of a letter came: go away without a word, or say nothing at all.
    vanish: bool = False
    silent: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    # Letters that came to their end, whatever was answered.
    seen: list[bytes] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)
    got: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def recipient(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.on_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.on_recipient

    async def data(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = cast("bytes", envelope.content)
        self.seen.append(content)
        self.got.set()
        if self.silent:
            await self.let_go.wait()
        if self.vanish:
            cast("asyncio.Transport", server.transport).abort()
            return "451 gone"
        if self.on_data.startswith("2"):
            self.taken.append(BytesParser(policy=SMTP_POLICY).parsebytes(content))
            transport = cast("asyncio.Transport", server.transport)
            self.encrypted.append(transport.get_extra_info("sslcontext") is not None)
            self.signed_in.append(bool(session.authenticated))
        return self.on_data


def _proves(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and data.login == USER.encode()
    return AuthResult(success=good and data.password == PASSWORD.encode())


@asynccontextmanager
async def a_mail_server(
    *, tls: ssl.SSLContext | None = None, security: str = "none", login: bool = False
) -> AsyncIterator[MailServer]:
    server = MailServer()
    options: dict[str, Any] = {"enable_SMTPUTF8": True, "hostname": "mail.test"}
    if login:
        # Where the line is encrypted from the first byte, it does not see that it is.
        known = security == "starttls"
        options |= {"authenticator": _proves, "auth_required": known, "auth_require_tls": known}
    if security == "starttls":
        options |= {"tls_context": tls, "require_starttls": True}
    loop = asyncio.get_running_loop()
    # By these names aiosmtpd asks for them.
    handler = SimpleNamespace(handle_RCPT=server.recipient, handle_DATA=server.data)
    listening = await loop.create_server(
        partial(SMTP, handler, loop=loop, **options),
        "127.0.0.1",
        0,
        ssl=tls if security == "implicit" else None,
    )
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        server.let_go.set()
        listening.close()
        for _ in range(10):  # connections whose other side has gone close by themselves
            await asyncio.sleep(0)


def to(server: MailServer, **changed: Any) -> settings.Mail:
    """Settings that lead to it."""
    given: dict[str, Any] = {"security": "none", "timeout": 5.0}
    return settings.Mail(host="127.0.0.1", port=server.port, **(given | changed))
