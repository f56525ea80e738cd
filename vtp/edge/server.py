"""The HTTP server itself: connections with deadlines that aiohttp does not have.

A client that sends its headers drop by drop is closed after `header_timeout`; one that does not
read what it asked for, after `response_timeout` without progress; an idle one, after
`keepalive_timeout`. Requests that cannot be parsed get problem+json too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage, LineTooLong
from aiohttp.web_protocol import RequestHandler

from vtp.edge import problems, request_ids
from vtp.edge.headers import put, secure_headers
from vtp.errors import Problem
from vtp.settings import Server

# Bytes. They differ, because an error of the parser tells its limit and not what passed it.
_LONGEST_ADDRESS = 8190
_LONGEST_HEADER = 8192
_TOO_MANY_HEADERS = "Too many headers received"  # how aiohttp's parser says it; pinned by a test


class Deadlines(RequestHandler):
    """One connection. The private members read here are pinned by a test."""

    __slots__ = ("_header_deadline", "_header_timeout", "_write_deadline", "_write_timeout")

    def __init__(
        self, *args: Any, header_timeout: float, write_timeout: float, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self._header_timeout = header_timeout
        self._write_timeout = write_timeout
        self._header_deadline: asyncio.TimerHandle | None = None
        self._write_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        closing = self._close, self._force_close
        if any(closing) and self._body_is_coming():
            # aiohttp drops what comes once it wants to close; a request under way would starve.
            self._close = self._force_close = False
            super().data_received(data)
            self._close, self._force_close = closing
        else:
            super().data_received(data)
        if self._messages or self._current_request is not None or self._payload_parser:
            self._headers_came()
        else:
            self._await_headers()

    def _body_is_coming(self) -> bool:
        request = self._current_request
        return request is not None and not request.content.is_eof()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._headers_came()
        self._can_write()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        loop = asyncio.get_running_loop()
        self._write_deadline = loop.call_later(self._write_timeout, self._abort)

    def resume_writing(self) -> None:
        self._can_write()
        super().resume_writing()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status >= 500:
            return super().handle_error(request, status, exc, message)
        return _last_answer(_unreadable(exc))

    def _await_headers(self) -> None:
        if self._header_deadline is None:
            loop = asyncio.get_running_loop()
            self._header_deadline = loop.call_later(self._header_timeout, self._close_quietly)

    def _headers_came(self) -> None:
        if self._header_deadline is not None:
            self._header_deadline.cancel()
            self._header_deadline = None

    def _can_write(self) -> None:
        if self._write_deadline is not None:
            self._write_deadline.cancel()
            self._write_deadline = None

    def _close_quietly(self) -> None:
        self._header_deadline = None
        self.force_close()

    def _abort(self) -> None:
        self._write_deadline = None
        if self.transport is not None:
            self.transport.abort()


def _unreadable(error: BaseException | None) -> Problem:
    if isinstance(error, LineTooLong):
        address = error.args[1:2] == (_LONGEST_ADDRESS,)
        return problems.AddressTooLong() if address else problems.HeadersTooLarge()
    if isinstance(error, BadHttpMessage) and error.message == _TOO_MANY_HEADERS:
        return problems.HeadersTooLarge()
    return problems.Malformed()


def _last_answer(problem: Problem) -> web.Response:
    """Before anything of ours has seen the request; the connection ends with it."""
    request_id = request_ids.fresh()
    response = problems.as_json(problem, request_id)
    response.headers[request_ids.HEADER] = request_id
    put(response, secure_headers(secure=False))
    response.force_close()
    return response


class Listener(web.AppRunner):
    """Serves an application with `Deadlines`; the caller owns `setup` and `cleanup`."""

    def __init__(self, app: web.Application, options: Server) -> None:
        super().__init__(
            app,
            handle_signals=False,
            access_log=None,
            keepalive_timeout=options.keepalive_timeout,
            shutdown_timeout=options.shutdown_timeout,
            max_line_size=_LONGEST_ADDRESS,
            max_field_size=_LONGEST_HEADER,
            auto_decompress=False,  # `bodies` refuses it: unpacking is work before any check
        )
        self._options = options

    async def _make_server(self) -> web.Server:
        return _Connections(await super()._make_server(), self._options)


class _Connections(web.Server):
    """aiohttp's server of connections, making ours instead of its own."""

    def __init__(self, made: web.Server, options: Server) -> None:
        super().__init__(self._answer, request_factory=made.request_factory, **made._kwargs)
        self._handler = made.request_handler
        self._options = options

    def _answer(self, request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        """aiohttp refuses an unknown Expect in plain text, before any middleware."""
        expected = request.headers.get("Expect")
        if expected is None or expected.lower() == "100-continue":
            return self._handler(request)
        return _refused_expectation()

    def __call__(self) -> RequestHandler:
        return Deadlines(
            self,
            loop=self._loop,
            header_timeout=self._options.header_timeout,
            write_timeout=self._options.response_timeout,
            **self._kwargs,
        )


async def _refused_expectation() -> web.StreamResponse:
    return _last_answer(problems.UnknownExpectation())
