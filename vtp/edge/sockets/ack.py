"""Acknowledgements: {"ok": …}, or {"error": {code, detail, fields, retry_after, request_id}}."""

from __future__ import annotations

from typing import Any

import msgspec

from vtp.errors import Problem


class ErrorBody(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What went wrong: `code` is stable, `detail` is a sentence for people."""

    code: str
    detail: str
    # A sentence for each input that is wrong, by its path.
    fields: dict[str, str] = {}
    # Seconds after which the same may succeed.
    retry_after: float | None = None
    request_id: str = ""


def error_body(problem: Problem, request_id: str = "") -> ErrorBody:
    return ErrorBody(
        code=problem.code,
        detail=problem.detail or problem.title(),
        fields=problem.fields,
        retry_after=problem.retry_after,
        request_id=request_id,
    )


def ok(result: Any) -> bytes:
    return b'{"ok":%b}' % msgspec.json.encode(result)


def error(problem: Problem, request_id: str) -> bytes:
    return b'{"error":%b}' % msgspec.json.encode(error_body(problem, request_id))
