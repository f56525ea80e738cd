"""Logs: one event with fields per line, JSON for machines or pretty for a terminal, in UTC.

Nothing secret belongs into a field; `redact` is the second line of defence, by name and by shape.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from vtp import settings

Event = MutableMapping[str, Any]

_HIDDEN = "[hidden]"
_SECRET_NAMES = re.compile(
    r"(?i)(^|_|-)(authorization|cookie|password|passwd|secret|token|api[_-]?key|pepper)s?$"
)
_SECRET_SHAPES = re.compile(
    r"vtp_[A-Za-z0-9_-]{20,}"  # API keys
    r"|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"  # JWT
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user:password in a URL
)


def redact(_logger: Any, _method: str, event: Event) -> Event:
    for name, value in event.items():
        if _SECRET_NAMES.search(name):
            event[name] = _HIDDEN
        elif isinstance(value, str):
            event[name] = _SECRET_SHAPES.sub(_HIDDEN, value)
    return event


def set_up(options: settings.Log, *, stream: TextIO | None = None, process: str = "") -> None:
    """For this process, once. What libraries log through `logging` takes the same way."""
    out = stream or sys.stderr
    level = getattr(logging, options.level.upper())
    pretty = options.format == "pretty" or (options.format == "auto" and out.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _named(process),
                *_rendering(pretty=pretty, colors=out.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _named(process: str) -> Any:
    def name(_logger: Any, _method: str, event: Event) -> Event:
        if process:
            event["process"] = process
        return event

    return name


def _rendering(*, pretty: bool, colors: bool) -> list[Any]:
    if pretty:
        return [redact, structlog.dev.ConsoleRenderer(colors=colors)]
    # The traceback becomes a string first, so that it is looked through as well.
    return [structlog.processors.format_exc_info, redact, structlog.processors.JSONRenderer()]
