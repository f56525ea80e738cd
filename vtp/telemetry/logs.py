"""Logs: one event with fields per line, JSON for machines or pretty for a terminal, in UTC.

`structlog.get_logger().warning("blob.refused", code=code)`. A field `seldom="some key"` lets
one line of that key through per second. What libraries log through `logging`, warnings and
crashes take the same way. Nothing secret belongs into a field; `redact` looks all the same.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

import msgspec
import structlog

from vtp import settings
from vtp.telemetry import redact
from vtp.telemetry.seldom import Seldom

Event = MutableMapping[str, Any]
Step = Callable[[Any, str, Event], Any]

# Tracebacks are longer than other fields.
_LONGEST_TRACEBACK = 16_384
# At lower levels these write headers, payloads or a line per message. The fence gives its logger
# to python-socketio.
_TALKATIVE = (
    "aiobotocore", "aiohttp.access", "alembic", "asyncio", "boto3", "botocore", "engineio",
    "engineio.server", "pgqueuer", "prometheus_client", "socketio", "socketio.server",
    "sqlalchemy", "urllib3", "vtp.edge.sockets.fence",
)  # fmt: skip


def set_up(options: settings.Log, *, stream: TextIO | None = None, process: str = "") -> None:
    """For this process, once."""
    out = stream or sys.stderr
    level = getattr(logging, options.level.upper())
    pretty = options.format == "pretty" or (options.format == "auto" and out.isatty())
    structlog.configure(
        processors=[
            _seldom(Seldom()),
            structlog.contextvars.merge_contextvars,
            # A traceback becomes a string before the redaction, so that it is looked through.
            structlog.processors.format_exc_info,
            _redacted,
            _headed(process),
            *(_pretty(colors=out.isatty()) if pretty else [_json]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    _route_libraries(level)
    _route_crashes()


class _Router(logging.Handler):
    """From `logging` into structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # its arguments do not fit its text
            message = str(record.msg)
        fields: dict[str, Any] = {"exc_info": record.exc_info} if record.exc_info else {}
        # Libraries may have levels of their own; structlog knows the five.
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)
        structlog.get_logger().log(level, message, logger=record.name, **fields)


def _route_libraries(level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [_Router()]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(capture=True)


def _route_crashes() -> None:
    """The traceback that ends a process or a thread may quote a secret, too."""

    def crashed(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            structlog.get_logger().critical("process.crashed", exc_info=(kind, error, trace))

    def thread_crashed(given: threading.ExceptHookArgs) -> None:
        name = given.thread.name if given.thread else ""
        structlog.get_logger().critical("thread.crashed", thread=name, exc_info=given.exc_value)

    sys.excepthook = crashed
    threading.excepthook = thread_crashed


def _seldom(seen: Seldom) -> Step:
    def step(_logger: Any, _method: str, event: Event) -> Event:
        if (key := event.pop("seldom", None)) is not None:
            skipped = seen.held_back(str(key), now=time.monotonic())
            if skipped is None:
                raise structlog.DropEvent
            if skipped:
                event["skipped"] = skipped
        return event

    return step


def _redacted(_logger: Any, _method: str, event: Event) -> Event:
    clean: dict[str, Any] = {}
    for name, value in event.items():
        if name in ("exception", "stack"):
            clean[name] = redact.text(str(value), longest=_LONGEST_TRACEBACK)
        else:
            clean[redact.text(name)] = redact.value(value, name=name)
    return clean


def _headed(process: str) -> Step:
    """Time, level and event first: that is where a person looks."""
    always = {"process": process} if process else {}

    def step(_logger: Any, method: str, event: Event) -> Event:
        at = datetime.now(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
        name = event.pop("event", "")
        return {"timestamp": at, "level": method, "event": name, **always, **event}

    return step


_ENCODER = msgspec.json.Encoder()
_escaping = structlog.processors.JSONRenderer()


def _json(logger: Any, method: str, event: Event) -> str | bytes:
    """Beyond ASCII are characters that a terminal obeys, which json escapes and msgspec does not.

    Few lines have any, and for those without msgspec is the faster one by far.
    """
    try:
        line = _ENCODER.encode(event)
    except (TypeError, ValueError, OverflowError):  # half a surrogate pair, say
        return _escaping(logger, method, event)
    return line.decode() if line.isascii() else _escaping(logger, method, event)


def _pretty(*, colors: bool) -> list[Any]:
    return [_harmless, structlog.dev.ConsoleRenderer(colors=colors)]


def _harmless(_logger: Any, _method: str, event: Event) -> Event:
    """No text from outside can end a line or colour a terminal. JSON does that by itself."""
    clean = {
        _printable(name): _printable(value) if isinstance(value, str) else value
        for name, value in event.items()
        if name not in ("exception", "stack")
    }
    for name in event.keys() & {"exception", "stack"}:
        lines = str(event[name]).splitlines()
        clean[name] = "\n".join(f"  | {_printable(line)}" for line in lines)
    return clean


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
