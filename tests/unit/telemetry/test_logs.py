from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog

from vtp import settings
from vtp.telemetry import logs

CANARY = "Kanarienvogel-7"
# What a name or a path may hold that somebody outside made up.
INJECTIONS = [
    "a\nb", "a\r\nb", "a\x0bb", "a\x0cb", "a\x85b", "a\u2028b", "a\u2029b", "a\x00b",
    '\n{"level": "error", "event": "forged"}', "\x1b[2J\x1b[31mred", "a\x9bb", "\u202egnp.exe",
    'a", "level": "error', "\x1b]0;title\x07", "\ud800",
]  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root, crashed, thread = logging.getLogger(), sys.excepthook, threading.excepthook
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    sys.excepthook, threading.excepthook = crashed, thread
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def _begin(out: io.StringIO | None = None, **options: Any) -> io.StringIO:
    out = out or io.StringIO()
    logs.set_up(settings.Log(**({"format": "json"} | options)), stream=out, process="web")
    return out


def _lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_json_with_time_level_event_and_fields() -> None:
    out = _begin()
    structlog.get_logger().info("http.request", route="/x/{id}", status=200)
    [line] = _lines(out)
    assert datetime.fromisoformat(line.pop("timestamp")).utcoffset() == timedelta(0)
    assert line == {
        "level": "info", "event": "http.request", "process": "web", "route": "/x/{id}",
        "status": 200,
    }  # fmt: skip


def test_what_was_bound_to_the_request_stands_in_each_of_its_lines() -> None:
    out = _begin()
    structlog.contextvars.bind_contextvars(request_id="0123456789abcdef")
    structlog.get_logger().info("one")
    logging.getLogger("library").warning("two")
    assert [line["request_id"] for line in _lines(out)] == ["0123456789abcdef"] * 2


def test_lines_below_the_level_are_left_out_of_ours_and_of_libraries() -> None:
    out = _begin(level="warning")
    structlog.get_logger().info("ours")
    logging.getLogger("library").info("theirs")
    structlog.get_logger().warning("kept")
    assert [line["event"] for line in _lines(out)] == ["kept"]


def test_libraries_that_log_payloads_are_kept_quiet_even_when_we_debug() -> None:
    out = _begin(level="debug")
    for name in ("botocore.auth", "engineio.server", "vtp.edge.sockets.fence", "aiobotocore"):
        logging.getLogger(name).info("emitting %s", "a message of a pupil")
        logging.getLogger(name).warning("this matters")
    assert {line["event"] for line in _lines(out)} == {"this matters"}


def test_what_libraries_log_takes_the_same_way() -> None:
    out = _begin()
    logging.getLogger("library").error("failed for %s", f"password={CANARY}")
    logging.getLogger("library").log(35, "between two levels")
    logging.getLogger("library").warning("%d", "not a number")
    first, second, third = _lines(out)
    assert (first["level"], first["logger"]) == ("error", "library")
    assert first["event"] == "failed for password=[hidden]"
    assert second["level"] == "warning"
    assert third["event"] == "%d"


def test_warnings_are_lines_too() -> None:
    out = _begin()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "old ways" in _lines(out)[0]["event"]


def _fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("format", ["json", "pretty"])
def test_planted_secrets_reach_no_line(format: str) -> None:
    out = _begin(format=format, level="debug")
    log = structlog.get_logger()
    log.info("sent", headers={"Cookie": CANARY, "X-API-Key": CANARY}, password=CANARY)
    log.info("sent to", path=f"/setup?token={CANARY}")
    log.bind(authorization=f"Bearer {CANARY}").warning("bound")
    log.info("odd", **{f"password={CANARY}": 1})
    try:
        _fail(OSError(f"cannot connect to postgresql://vtp:{CANARY}@db/vtp"))
    except OSError:
        log.exception("db.failed")
        logging.getLogger("asyncpg").exception("db.failed")
    log.error("task.failed", exc_info=ValueError(f"token={CANARY}"), stack=f"token={CANARY}")
    assert CANARY not in out.getvalue()
    assert "[hidden]" in out.getvalue()


def test_a_traceback_shows_where_but_no_local_values() -> None:
    out = _begin()
    unnamed = CANARY + "-local"
    try:
        unnamed.index("not in it")
    except ValueError:
        structlog.get_logger().exception("bug")
    [line] = _lines(out)
    assert "test_logs.py" in line["exception"]
    assert "ValueError" in line["exception"]
    assert CANARY not in out.getvalue()


@pytest.mark.parametrize("format", ["json", "pretty"])
@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_no_text_from_outside_makes_a_line_of_its_own(format: str, text: str) -> None:
    out = _begin(format=format)
    structlog.get_logger().info(text, path=text, **{text: 1})
    logging.getLogger("library").warning(text)
    written = out.getvalue()
    assert len(written.splitlines()) == 2
    assert all(character.isprintable() or character == "\n" for character in written)
    if format == "json":
        assert all(line["level"] in ("info", "warning") for line in _lines(out))


def test_a_traceback_in_a_pretty_log_cannot_be_taken_for_lines() -> None:
    out = _begin(format="pretty")
    structlog.get_logger().error("bug", exc_info=ValueError("x\n2026-03-12 [error] forged\x1b[31m"))
    forged = [line for line in out.getvalue().splitlines() if "forged" in line]
    assert forged == ["  | 2026-03-12 [error] forged\\x1b[31m"]


def test_a_terminal_gets_pretty_lines_and_a_pipe_gets_json() -> None:
    terminal = _begin(Terminal(), format="auto")
    structlog.get_logger().info("hello")
    pipe = _begin(format="auto")
    structlog.get_logger().info("hello")
    assert not terminal.getvalue().startswith("{")
    assert "hello" in terminal.getvalue()
    assert _lines(pipe)[0]["event"] == "hello"


def test_a_line_that_would_repeat_comes_once_and_says_so_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, now = _begin(), [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    log = structlog.get_logger()
    for _ in range(5):
        log.warning("blob.refused", seldom="blob")
    now[0] += 1.0
    log.warning("blob.refused", seldom="blob")
    first, second = _lines(out)
    assert "skipped" not in first
    assert second["skipped"] == 4
    assert "seldom" not in second


def test_a_crash_is_a_line_without_its_secrets() -> None:
    out = _begin()
    error = ValueError(f"password={CANARY}")
    sys.excepthook(ValueError, error, None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)

    def crash() -> None:
        raise error

    thread = threading.Thread(target=crash, name="worker")
    thread.start()
    thread.join()
    process, in_thread = _lines(out)
    assert process["event"] == "process.crashed"
    assert (in_thread["event"], in_thread["thread"]) == ("thread.crashed", "worker")
    assert CANARY not in out.getvalue()
