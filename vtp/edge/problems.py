"""Errors as RFC 9457 problem+json: one mapping for everything that can go wrong over HTTP."""

from __future__ import annotations

import math

import msgspec
from aiohttp import web

from vtp.edge import sentences
from vtp.errors import Invalid, Limited, NotFound, Problem, Unauthenticated, Unavailable

CONTENT_TYPE = "application/problem+json"
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)


class ProblemBody(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What went wrong: `code` is stable, `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    # A sentence for each input that is wrong, by its path.
    fields: dict[str, str] = {}
    request_id: str = ""


class Malformed(Problem):
    """This request cannot be read."""

    status = 400
    code = "malformed"


class NoSuchMethod(Problem):
    """This address exists, but not for that method."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, allowed: set[str]) -> None:
        super().__init__()
        self.allowed = allowed


class TooSlow(Problem):
    """The request took too long to arrive."""

    status = 408
    code = "too_slow"


class PreconditionFailed(Problem):
    """This has changed since you looked at it."""

    status = 412
    code = "precondition_failed"


class TooLarge(Problem):
    """This is larger than it may be."""

    status = 413
    code = "too_large"


class AddressTooLong(Problem):
    """This address is too long."""

    status = 414
    code = "address_too_long"


class WrongMediaType(Problem):
    """This kind of content is not taken here."""

    status = 415
    code = "unsupported_media_type"


class UnknownExpectation(Problem):
    """Only 100-continue can be expected here."""

    status = 417
    code = "unknown_expectation"


class Misdirected(Problem):
    """This server does not answer under that name."""

    status = 421
    code = "unknown_host"


class PreconditionRequired(Problem):
    """Say with If-Match what you want to change."""

    status = 428
    code = "precondition_required"


class HeadersTooLarge(Problem):
    """The headers of this request are too many or too long."""

    status = 431
    code = "headers_too_large"


_FROM_STATUS: dict[int, type[Problem]] = {
    400: Malformed,
    404: NotFound,
    408: TooSlow,
    413: TooLarge,
    415: WrongMediaType,
    503: Unavailable,
}


def from_http(error: web.HTTPException) -> Problem:
    """What aiohttp itself raised, in our words."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        return NoSuchMethod({str(method) for method in error.allowed_methods})
    return _FROM_STATUS.get(error.status, Malformed if error.status < 500 else Problem)()


def body_of(problem: Problem, request_id: str) -> ProblemBody:
    return ProblemBody(
        type=f"urn:vtp:problem:{problem.code}",
        title=problem.title(),
        status=problem.status,
        code=problem.code,
        detail=problem.detail or "",
        fields=problem.fields,
        request_id=request_id,
    )


def headers_of(problem: Problem) -> dict[str, str]:
    headers: dict[str, str] = {"Cache-Control": "no-store", **problem.headers}
    if problem.retry_after is not None or isinstance(problem, (Limited, Unavailable)):
        headers["Retry-After"] = str(max(1, math.ceil(problem.retry_after or 1)))
    if isinstance(problem, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="vtp"'
    if isinstance(problem, NoSuchMethod):
        headers["Allow"] = ", ".join(sorted(problem.allowed))
    return headers


def as_json(problem: Problem, request_id: str) -> web.Response:
    return web.Response(
        status=problem.status,
        body=msgspec.json.encode(msgspec.to_builtins(body_of(problem, request_id)) | problem.more),
        content_type=CONTENT_TYPE,
        headers=headers_of(problem),
    )


class InvalidInput(Invalid):
    """Something in what you sent needs to be changed."""

    code = "invalid_input"


def from_validation(error: msgspec.ValidationError, where: str) -> InvalidInput:
    """`where` names the whole input, for what is wrong with no part of it."""
    wrong = sentences.wrong(str(error))
    field = wrong.place or where
    return InvalidInput(f"{field}: {wrong.sentence}", fields={field: wrong.sentence})
